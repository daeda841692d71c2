"""Settings: written on a difference, read back, cleared by `None`."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import Any

import pytest

from coder_sdk import (
    ConflictError,
    FeatureUnavailableError,
    NotFoundError,
    RequestValidationError,
)
from coder_sdk.testing import AgentSpec, App, FakeCoder, Parameter
from coder_sdk.workflows.schedule import weekly
from tests.colours import Colour

HOURS = timedelta(hours=8)


@pytest.fixture(autouse=True)
def dev(fake: FakeCoder) -> None:
    app = App("web", display_name="Web")
    fake.add_template(
        "docker",
        parameters=[Parameter("cpu", 2), Parameter("team", required=True)],
        agents=[AgentSpec("main", apps=(app,), ports=((8080, "node"),))],
    )
    fake.add_workspace("dev", template="docker", ttl=HOURS, parameters={"team": "red"})


@pytest.mark.parametrize(
    "setting",
    [
        ("set_ttl", timedelta(hours=2), None),
        ("set_autostart", weekly(time(9), tz="Europe/Berlin"), None),
        ("set_automatic_updates", "always", "never"),
        ("set_favorite", True, False),
        ("set_dormant", True, False),
    ],
)
def test_a_setter_writes_only_on_a_difference(
    colour: Colour, fake: FakeCoder, coder: Any, setting: tuple[str, Any, Any]
) -> None:
    method, value, cleared = setting
    setter = getattr(coder.workspaces, method)
    actions = [colour.call(setter, "dev", item).action for item in (value, value, cleared, cleared)]
    assert actions == ["updated", "unchanged", "updated", "unchanged"]
    assert len([item for item in fake.requests if item.method != "GET"]) == 2


def test_a_setting_that_the_server_drops_is_an_error(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.inject("PUT /api/v2/workspaces/*/ttl", status=204)
    with pytest.raises(FeatureUnavailableError, match="accepted ttl_ms = 7200000 but it is"):
        colour.call(coder.workspaces.set_ttl, "dev", timedelta(hours=2))


def test_a_negative_time_is_refused(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    with pytest.raises(RequestValidationError, match="cannot be negative"):
        colour.call(coder.workspaces.set_ttl, "dev", timedelta(hours=-1))


def test_extend_moves_the_deadline(colour: Colour, coder: Any) -> None:
    before = colour.call(coder.workspaces.get, "dev").latest_build.deadline
    workspace, action = colour.call(coder.workspaces.extend, "dev", timedelta(hours=1))
    assert action == "updated"
    assert workspace.latest_build.deadline - before == timedelta(hours=1)
    at_most = workspace.latest_build.deadline
    outcome = colour.call(coder.workspaces.extend, "dev", timedelta(hours=1), at_most=at_most)
    assert outcome.action == "unchanged"


def test_a_deadline_has_a_zone(colour: Colour, coder: Any) -> None:
    naive = datetime(2026, 11, 3, tzinfo=timezone.utc).replace(tzinfo=None)
    with pytest.raises(RequestValidationError, match="no time zone"):
        colour.call(coder.workspaces.set_deadline, "dev", naive)
    with pytest.raises(RequestValidationError, match="`at_most` has no time zone"):
        colour.call(coder.workspaces.extend, "dev", timedelta(hours=1), at_most=naive)
    with pytest.raises(RequestValidationError, match="set_ttl"):
        colour.call(coder.workspaces.set_deadline, "dev", None)


def test_a_stopped_workspace_has_no_deadline(colour: Colour, coder: Any) -> None:
    colour.call(coder.workspaces.stop, "dev")
    with pytest.raises(ConflictError, match="no deadline: it is stopped"):
        colour.call(coder.workspaces.extend, "dev", timedelta(hours=1))


def test_apps_have_addresses(colour: Colour, coder: Any) -> None:
    (link,) = colour.call(coder.workspaces.apps, "dev")
    assert (link.slug, link.title, link.agent) == ("web", "Web", "main")
    assert colour.call(coder.workspaces.app_urls, "dev") == {"web": link.url}
    assert link.url.startswith("https://")


def test_ports_show_who_listens_and_who_may_connect(colour: Colour, coder: Any) -> None:
    colour.call(
        coder.port_shares.upsert, "dev", agent_name="main", port=9090, share_level="public",
        protocol="http",
    )  # fmt: skip
    links = colour.call(coder.workspaces.ports, "dev")
    assert [(item.port, item.process, item.share_level) for item in links] == [
        (8080, "node", "owner"),
        (9090, "", "public"),
    ]


def test_parameters_are_resolved_before_creation(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    found = colour.call(
        coder.workspaces.resolve_parameters, template="docker", parameters={"cpu": 4}
    )
    assert [(item.name, item.value, item.source) for item in found] == [
        ("cpu", "4", "given"),
        ("team", None, "default"),
    ]
    assert all(item.method == "GET" for item in fake.requests)


def test_parameters_of_a_workspace_are_kept(colour: Colour, coder: Any) -> None:
    found = colour.call(coder.workspaces.resolve_parameters, "dev", parameters={"cpu": 4})
    assert [(item.name, item.value, item.source) for item in found] == [
        ("cpu", "4", "given"),
        ("team", "red", "previous"),
    ]


def test_keep_alive_reports_use_as_time_passes(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.on_command("work", delay=100)

    def reported() -> bool:
        return len(fake.calls("POST /api/v2/workspaces/*/usage")) >= 3

    def work(_: Any) -> Any:
        while not reported():
            coder.workspaces.run("dev", "work")

    async def work_async(_: Any) -> None:
        while not reported():
            await coder.workspaces.run("dev", "work")

    use = work_async if colour.is_async else work
    colour.within(coder.workspaces.keep_alive("dev"), use)
    assert reported()


@pytest.mark.parametrize("transition", ["stop", "failed start"])
def test_what_does_not_run_is_not_kept_alive(
    colour: Colour, fake: FakeCoder, coder: Any, transition: str
) -> None:
    if transition == "stop":
        colour.call(coder.workspaces.stop, "dev")
        state = "stopped"
    else:
        fake.add_template("broken", build_error="no capacity left")
        fake.add_workspace("dev2", template="broken")
        state = "failed"
    name = "dev" if transition == "stop" else "dev2"
    with pytest.raises(ConflictError, match=f"admin/{name} cannot be kept alive: it is {state}"):
        colour.within(coder.workspaces.keep_alive(name), lambda workspace: workspace.name)
    fake.assert_not_called("POST /api/v2/workspaces/*/usage")


def test_what_starts_is_kept_alive(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("endless", hangs=True)
    colour.call(coder.workspaces.create, "late", template="endless", wait=False)
    colour.within(coder.workspaces.keep_alive("late"), lambda workspace: workspace.name)
    fake.assert_called("POST /api/v2/workspaces/*/usage", times=1)


@pytest.mark.parametrize(
    ("workspace", "named"), [("dev", {"agent": "main"}), ("admin/dev.main", {})]
)
def test_keep_alive_takes_an_agent_by_name(
    colour: Colour, fake: FakeCoder, coder: Any, workspace: str, named: dict[str, str]
) -> None:
    keep = coder.workspaces.keep_alive
    colour.within(keep(workspace, **named), lambda found: found.name)
    agent = colour.call(coder.agents.get, "dev.main")
    fake.assert_called("POST /api/v2/workspaces/*/usage", json={"agent_id": str(agent.id)})
    colour.within(keep("dev", agent=agent.id), lambda found: found.name)
    with pytest.raises(NotFoundError, match="no agent `other`"):
        colour.within(keep("dev", agent="other"), lambda found: found.name)


def test_keep_alive_reports_use_at_once(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    colour.within(coder.workspaces.keep_alive("dev"), lambda workspace: workspace.name)
    fake.assert_called("POST /api/v2/workspaces/*/usage", times=1)
