"""An invented deployment for the notebooks: three months of a small company, always the same.

Three templates run in three regions. Twelve people come and go, in the time zones of Berlin, New
York and Tokyo; they use their workspaces on working days, and forget some of them.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from coder_sdk.testing import AgentSpec, FakeCoder

if TYPE_CHECKING:
    from coder_sdk import Client

NOW: Final = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
DAYS: Final = 90
SATURDAY: Final = 5


class Template(NamedTuple):
    """A template: its daily cost, its apps, and the milliseconds from its place to each region."""

    name: str
    cost: int
    apps: tuple[str, ...]
    latency: dict[str, float]


class Person(NamedTuple):
    """Somebody, with the workspace that they use, and on how many days ago they came and left."""

    name: str
    zone: str
    template: str
    came: int
    left: int = 0


TEMPLATES: Final = (
    Template("backend", 4, ("vscode", "ssh"), {"Frankfurt": 4, "New York": 88, "Tokyo": 232}),
    Template(
        "frontend", 3, ("vscode", "jetbrains"), {"New York": 6, "Frankfurt": 91, "Tokyo": 171}
    ),
    Template("gpu", 24, ("reconnecting-pty",), {"Tokyo": 3, "New York": 168, "Frankfurt": 229}),
)
PEOPLE: Final = (
    Person("ada", "Europe/Berlin", "backend", 88),
    Person("alan", "Europe/Berlin", "backend", 80),
    Person("barbara", "America/New_York", "frontend", 86),
    Person("donald", "America/New_York", "frontend", 71, left=33),
    Person("edsger", "Europe/Berlin", "backend", 60),
    Person("frances", "America/New_York", "backend", 52),
    Person("grace", "America/New_York", "frontend", 90),
    Person("katherine", "America/New_York", "gpu", 41),
    Person("linus", "Europe/Berlin", "frontend", 30, left=12),
    Person("margaret", "Asia/Tokyo", "gpu", 21),
    Person("radia", "Asia/Tokyo", "gpu", 64),
    Person("tim", "Europe/Berlin", "frontend", 9),
)


def deployment() -> FakeCoder:
    """Make the deployment; its clock ends at `NOW`."""
    fake = FakeCoder(start=NOW - timedelta(days=DAYS, hours=3), rate_limit=None)
    random = Random(20261102)  # noqa: S311 - the same numbers for every reader
    for template in TEMPLATES:
        fake.add_template(
            template.name,
            daily_cost=template.cost,
            agents=[AgentSpec(latency=template.latency)],
            display_name=template.name.title(),
        )
    fake.add_group("Everyone", quota_allowance=40)
    with fake.client() as admin:
        for days in range(DAYS, -1, -1):
            _day(fake, admin, random, days)
    fake.clock.advance_to(NOW.timestamp())
    return fake


def _day(fake: FakeCoder, admin: Client, random: Random, days: int) -> None:
    """Let one day pass: some come, most work, some leave."""
    midnight = datetime.combine((NOW - timedelta(days=days)).date(), time(), timezone.utc)
    fake.clock.advance_to(max(midnight, fake.clock.now()).timestamp())
    for person in PEOPLE:
        if person.came == days:
            _arrive(fake, random, person)
        if person.left == days and days:
            admin.users.suspend(person.name)
            if random.random() < 0.5:  # noqa: PLR2004 - half of the workspaces are forgotten
                admin.workspaces.stop(f"{person.name}/{person.template}")
        at_work = midnight.weekday() < SATURDAY or random.random() < 0.08  # noqa: PLR2004
        if person.came >= days > person.left and at_work and random.random() < 0.85:  # noqa: PLR2004
            _work(fake, random, person, midnight)
    fake.add_audit("login", "api_key", user="admin", moment=midnight + timedelta(hours=7))


def _arrive(fake: FakeCoder, random: Random, person: Person) -> None:
    """Give a person an account, a workspace, and perhaps one for an experiment."""
    fake.add_user(person.name)
    fake.add_audit("create", "user", person.name)
    names = [person.template, "scratch"][: random.choice([1, 1, 2])]
    for name in names:
        fake.add_workspace(
            name, template=person.template, owner=person.name, running=name != "scratch"
        )
        fake.add_audit("create", "workspace", name, user=person.name)


def _work(fake: FakeCoder, random: Random, person: Person, midnight: datetime) -> None:
    """Let a person work for a day, in the hours of their own zone."""
    template = next(item for item in TEMPLATES if item.name == person.template)
    begin = midnight.replace(tzinfo=ZoneInfo(person.zone)) + timedelta(
        hours=random.choice([8, 9, 9, 10]), minutes=random.randrange(60)
    )
    workspace = f"{person.name}/{person.template}"
    for part in range(random.choice([1, 2, 2, 3])):
        moment = begin + timedelta(hours=3 * part)
        seconds = random.randrange(1_800, 9_000)
        if moment + timedelta(seconds=seconds) >= NOW:
            break
        app = random.choice(template.apps)
        latency = min(template.latency.values()) * random.uniform(2, 9)
        fake.add_usage(
            person.name, template=person.template, moment=moment, app=app, seconds=seconds,
            latency_ms=round(latency, 1),
        )  # fmt: skip
        kind = app.replace("reconnecting-pty", "reconnecting_pty")
        fake.add_connection(workspace, kind=kind, moment=moment, seconds=seconds, ip="192.0.2.10")
        fake.add_audit("login", "api_key", user=person.name, moment=moment)
    fake.clock.advance_to(max(begin + timedelta(hours=1), fake.clock.now()).timestamp())
    with fake.client(person.name) as coder:
        coder.workspaces.report_usage(workspace)
        if random.random() < 0.2:  # noqa: PLR2004 - now and then somebody starts afresh
            coder.workspaces.restart(workspace)
