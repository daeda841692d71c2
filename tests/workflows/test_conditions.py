"""`only_if`: asked about what was just read, right before something would be changed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from coder_sdk import Skip
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows.idp_sync import GroupSync, OrganizationSync, RoleSync
from tests.colours import Colour

WHY = "the condition does not hold"
SETTERS: list[tuple[str, tuple[Any, ...]]] = [
    ("set_ttl", (timedelta(hours=2),)),
    ("set_autostart", ("CRON_TZ=UTC 30 9 * * 1-5",)),
    ("set_automatic_updates", ("always",)),
    ("set_favorite", (True,)),
    ("set_dormant", (True,)),
    ("set_deadline", (datetime(2100, 1, 1, tzinfo=timezone.utc),)),
    ("extend", (timedelta(hours=1),)),
]
MEMBERS = ["add_members", "remove_members", "set_members"]


def writes(fake: FakeCoder) -> int:
    return len([item for item in fake.requests if item.method != "GET"])


@pytest.fixture
def dev(fake: FakeCoder) -> None:
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker", ttl=timedelta(hours=8))


@pytest.mark.parametrize("setting", SETTERS, ids=[name for name, _ in SETTERS])
def test_a_workspace_is_left_alone(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None, setting: tuple[str, Any]
) -> None:
    method, arguments = setting
    stale = colour.call(coder.workspaces.get, "dev")
    colour.call(coder.workspaces.stop, "dev")
    before = writes(fake)
    only_if = colour.function(lambda workspace: workspace.latest_build.transition == "start")
    setter = getattr(coder.workspaces, method)
    found, action = colour.call(setter, stale, *arguments, only_if=only_if)
    assert (action, action.reason, writes(fake)) == ("skipped", WHY, before)
    assert found.latest_build.status == "stopped"


@pytest.mark.parametrize("setting", SETTERS, ids=[name for name, _ in SETTERS])
def test_a_workspace_is_changed_where_the_condition_holds(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None, setting: tuple[str, Any]
) -> None:
    method, arguments = setting
    asked: list[str] = []
    outcome = colour.call(
        getattr(coder.workspaces, method),
        "dev",
        *arguments,
        only_if=colour.function(lambda workspace: [asked.append(workspace.name)]),
    )
    assert (outcome.action, asked, writes(fake)) == ("updated", ["dev"], 1)


def test_a_template_is_left_alone(colour: Colour, fake: FakeCoder, coder: Any, dev: None) -> None:
    set_settings = coder.templates.set_settings
    outcome = colour.call(
        set_settings,
        "docker",
        description="New",
        only_if=lambda template: Skip(f"{template.name} is not ours"),
    )
    assert (outcome.action, outcome.reason) == ("skipped", "docker is not ours")
    assert writes(fake) == 0
    outcome = colour.call(set_settings, "docker", description="New", only_if=lambda _: True)
    assert outcome.action == "updated"


@pytest.mark.parametrize("method", MEMBERS)
def test_a_group_is_left_alone(colour: Colour, fake: FakeCoder, coder: Any, method: str) -> None:
    fake.add_user("ann")
    fake.add_user("ben")
    fake.add_group("ops", members=["ben"])
    change = getattr(coder.groups, method)
    user = ["ben"] if method == "remove_members" else ["ann"]
    outcome = colour.call(change, "default/ops", user, only_if=lambda group: group.name != "ops")
    assert (outcome.action, outcome.reason, writes(fake)) == ("skipped", WHY, 0)
    outcome = colour.call(change, "default/ops", user, only_if=lambda group: group.name == "ops")
    assert (outcome.action, writes(fake)) == ("updated", 1)


@pytest.mark.parametrize("method", MEMBERS[:2])
def test_an_organization_is_left_alone(
    colour: Colour, fake: FakeCoder, coder: Any, method: str
) -> None:
    fake.add_organization("data")
    fake.add_user("ann", organizations=["default", "data"][: 1 + (method == "remove_members")])
    change = getattr(coder.organizations, method)
    outcome = colour.call(change, "data", ["ann"], only_if=lambda found: found.is_default)
    assert (outcome.object.name, outcome.reason, writes(fake)) == ("data", WHY, 0)
    outcome = colour.call(change, "data", ["ann"], only_if=lambda found: not found.is_default)
    assert (outcome.action, writes(fake)) == ("updated", 1)


@pytest.mark.parametrize(
    ("method", "roles"),
    [
        ("add_roles", ["auditor"]),
        ("add_role", "auditor"),
        ("remove_roles", ["template-admin"]),
        ("remove_role", "template-admin"),
        ("set_roles", []),
    ],
)
def test_roles_are_left_alone(
    colour: Colour, fake: FakeCoder, coder: Any, method: str, roles: Any
) -> None:
    fake.add_user("ann", roles=["template-admin"])
    change = getattr(coder.users, method)
    outcome = colour.call(change, "ann", roles, only_if=lambda present: "owner" in present)
    assert (outcome.object, outcome.reason, writes(fake)) == (["template-admin"], WHY, 0)
    outcome = colour.call(change, "ann", roles, only_if=lambda present: "owner" not in present)
    assert (outcome.action, writes(fake)) == ("updated", 1)


def test_a_token_is_not_rotated(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    made = colour.call(coder.tokens.rotate, "ci", only_if=lambda _: False)
    assert made.name == "ci", "there was none to ask about"
    before = writes(fake)
    names: list[str] = []
    answer = colour.call(
        coder.tokens.rotate, "ci", only_if=colour.function(lambda key: names.append(key.token_name))
    )
    assert isinstance(answer, Skip)
    assert (answer.reason, names, writes(fake)) == (WHY, ["ci"], before)
    assert colour.call(coder.tokens.rotate, "ci", only_if=lambda _: True).removed == ("ci",)


def test_skipped_rotations_stand_in_the_report_of_many(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    colour.call(coder.tokens.create, "old")

    def rotate(name: str) -> Any:
        return coder.tokens.rotate(name, only_if=lambda _: Skip("it is in use"))

    report = colour.call(coder.bulk, rotate, ["old", "new"])
    assert [(entry.label, entry.state, entry.reason) for entry in report.entries] == [
        ("old", "skipped", "it is in use"),
        ("new", "ok", None),
    ]


def test_older_tokens_are_retired_one_by_one(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    for _ in range(3):
        colour.call(coder.tokens.rotate, "ci", grace=3600)
    retire = coder.tokens.retire
    assert colour.call(retire, "ci", only_if=lambda key: key.token_name != "ci") == ("ci-2",)
    assert colour.call(retire, "ci") == ("ci",)


@pytest.mark.parametrize(
    ("wanted", "writing"),
    [
        ({"groups": GroupSync(field="teams", mapping={"eng": "dev"})}, 2),
        ({"roles": RoleSync(field="roles")}, 1),
        ({"organizations": OrganizationSync(field="orgs")}, 1),
    ],
    ids=["groups", "roles", "organizations"],
)
def test_a_sync_is_applied_only_to_the_settings_that_were_planned_for(
    colour: Colour, fake: FakeCoder, coder: Any, wanted: dict[str, Any], writing: int
) -> None:
    plan = colour.call(coder.idp_sync.plan, "default", **wanted)
    unchanged = colour.function(lambda fresh: fresh == plan)
    [kind] = wanted
    other = {kind: type(wanted[kind])(field="others")}
    colour.call(coder.idp_sync.apply, colour.call(coder.idp_sync.plan, "default", **other))
    before = writes(fake)
    outcome = colour.call(coder.idp_sync.apply, plan, only_if=unchanged)
    assert (outcome.action, outcome.reason, writes(fake)) == ("skipped", WHY, before)
    plan = colour.call(coder.idp_sync.plan, "default", **wanted)
    assert colour.call(coder.idp_sync.apply, plan, only_if=unchanged).action == "updated"
    assert writes(fake) == before + writing
