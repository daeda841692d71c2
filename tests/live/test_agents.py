"""What runs in a workspace. Needs `CODER_LIVE_TEMPLATE`."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import CommandError
from coder_sdk.models import Workspace, WorkspaceAgent
from tests.colours import Colour
from tests.live.deployment import TEMPLATE, WAIT
from tests.live.streams import reached, taken


def agent_of(workspace: Workspace) -> WorkspaceAgent:
    """The first agent of a workspace that is no dev container's."""
    agents = (agent for resource in workspace.latest_build.resources for agent in resource.agents)
    return next(agent for agent in agents if agent.parent_id is None)


@pytest.fixture
def agent(equipped: Workspace) -> WorkspaceAgent:
    """An agent that is ready."""
    return agent_of(equipped)


def test_a_workspace_is_provided_for_a_command(coder: Any, colour: Colour, name: str):
    if TEMPLATE is None:
        pytest.skip("set CODER_LIVE_TEMPLATE to a template whose workspaces have an agent")
    try:
        ws = colour.call(coder.workspaces.provision, f"me/{name}", template=TEMPLATE, **WAIT)
        place = f"{ws.owner_name}/{name}.{agent_of(ws).name}"
        result = colour.call(coder.workspaces.run, place, "echo from-the-workspace", **WAIT)
        assert (result.returncode, result.output.strip()) == (0, "from-the-workspace")
    finally:
        colour.call(coder.workspaces.delete, name, missing_ok=True, **WAIT)


def test_commands_have_a_status_and_an_output(
    coder: Any, colour: Colour, equipped: Workspace, agent: WorkspaceAgent
):
    def run(command: Any, **options: Any) -> Any:
        given = {"agent": agent.name, **options, **WAIT}
        return colour.call(coder.workspaces.run, equipped, command, **given)

    assert run("exit 7").returncode == 7
    assert run(["cat"], stdin="one\ntwo").output.split() == ["one", "two"]
    pieces: list[str] = []
    assert run('echo "$NOTE"', env={"NOTE": "noted"}, on_output=pieces.append).returncode == 0
    assert "".join(pieces).strip() == "noted"
    with pytest.raises(CommandError):
        run("exit 3", check=True)


def test_the_startup_of_an_agent_is_followed(coder: Any, colour: Colour, agent: WorkspaceAgent):
    assert colour.call(coder.agents.wait, agent, until="connected", **WAIT).id == agent.id
    ready = colour.call(coder.agents.wait, agent.id, **WAIT)
    assert (ready.status, ready.lifecycle_state) == ("connected", "ready")
    states = taken(colour, coder.agents.lifecycle(agent, **WAIT))
    assert states[-1].lifecycle_state == "ready"
    lines = taken(colour, coder.agents.follow_logs(agent, until="ready", **WAIT))
    numbers = [line.id for line in lines]
    assert numbers == sorted(set(numbers))
    everything = [line.id for line in colour.call(coder.agents.logs, agent)]
    assert everything[: len(numbers)] == numbers


def test_the_metadata_of_an_agent_is_read_and_watched(
    coder: Any, colour: Colour, agent: WorkspaceAgent
):
    items = colour.call(coder.agents.metadata, agent)
    batch = reached(colour, coder.agents.watch_metadata(agent), lambda _: True)
    keys = {item.description.key for item in batch}
    assert {item.description.key for item in items} == keys


def test_a_workspace_shows_its_addresses(
    coder: Any, colour: Colour, equipped: Workspace, agent: WorkspaceAgent
):
    apps = colour.call(coder.workspaces.apps, equipped)
    slugs = {app.slug for app in agent.apps}
    assert slugs <= {app.slug for app in apps}
    urls = colour.call(coder.workspaces.app_urls, equipped)
    assert set(urls.values()) == {str(app.url) for app in apps if app.url is not None}
    for port in colour.call(coder.workspaces.ports, equipped):
        assert 0 < port.port < 2**16


def test_the_use_of_an_agent_is_reported(
    coder: Any, colour: Colour, equipped: Workspace, agent: WorkspaceAgent
):
    used = coder.workspaces.keep_alive(equipped, agent=agent.name, app_name="reconnecting-pty")
    assert colour.within(used, lambda ws: ws.id) == equipped.id
