"""Agents: logs until ready, startup, metadata."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import (
    AgentNotConnectedError,
    AgentStartError,
    AgentTimeoutError,
    BuildCanceledError,
    WaitTimeoutError,
)
from coder_sdk.testing import AgentSpec, FakeCoder, Metadata
from coder_sdk.workflows._readiness import agent_error
from tests.colours import Colour
from tests.workflows.builds.test_builds import collect


def started(colour: Colour, fake: FakeCoder, coder: Any, *agents: AgentSpec) -> Any:
    """A workspace whose agents have yet to connect."""
    fake.add_template("docker", agents=agents or [AgentSpec("main", startup_logs=("a", "b"))])
    return colour.call(coder.workspaces.create, "dev", template="docker")


def test_logs_are_followed_until_ready(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder)
    lines = collect(colour, coder.agents.follow_logs("dev", until="ready"))
    assert [line.output for line in lines] == ["a", "b"]


def test_following_until_ready_ends_in_time(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder, AgentSpec("main", connects=False))
    with pytest.raises(WaitTimeoutError):
        collect(colour, coder.agents.follow_logs("dev", until="ready", timeout=30))


def test_following_goes_on_beyond_the_startup(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder)
    agent = colour.call(coder.agents.wait, "dev")
    lines = coder.agents.follow_logs(agent)
    found: list[Any] = []
    if colour.is_async:
        found = [colour.call(lines.__anext__) for _ in range(2)]
        colour.call(lines.aclose)
    else:
        found = [next(lines), next(lines)]
        lines.close()
    assert [line.output for line in found] == ["a", "b"]
    assert fake.assert_called("GET /api/v2/workspaceagents/*/logs").status == 101


def test_the_lifecycle_is_yielded_with_each_change(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    started(colour, fake, coder)
    states = collect(colour, coder.agents.lifecycle("dev", poll_interval=0.3))
    assert [(str(item.status), str(item.lifecycle_state)) for item in states] == [
        ("connecting", "created"),
        ("connected", "starting"),
        ("connected", "ready"),
    ]


def test_wait_for_the_connection_only(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder)
    agent = colour.call(coder.agents.wait, "dev", until="connected", poll_interval=0.3)
    assert agent.lifecycle_state == "starting"


@pytest.mark.parametrize(
    ("startup", "error"), [("start_error", AgentStartError), ("start_timeout", AgentTimeoutError)]
)
def test_a_failed_startup_names_the_agent_and_has_its_log(
    colour: Colour, fake: FakeCoder, coder: Any, startup: str, error: type[Exception]
) -> None:
    spec = AgentSpec("gpu", startup=startup, startup_logs=("installing",))
    started(colour, fake, coder, spec)
    with pytest.raises(error, match="`gpu` of admin/dev") as caught:
        colour.call(coder.workspaces.wait, "dev")
    assert "installing" in caught.value.log_tail()  # type: ignore[attr-defined]
    assert caught.value.agent.name == "gpu"  # type: ignore[attr-defined]
    with pytest.raises(error):
        colour.call(coder.agents.wait, "dev")


def test_an_agent_that_never_connects_is_named(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder, AgentSpec("lonely", connects=False))
    with pytest.raises(WaitTimeoutError, match=r"lonely (connecting|timeout)/created"):
        colour.call(coder.workspaces.wait, "dev", timeout=300)


def test_a_stop_meanwhile_ends_the_wait(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder, AgentSpec("main", connects=False))
    seen: list[Any] = []

    def stop(progress: Any) -> Any:
        seen.append(progress)
        return coder.workspaces.stop("dev", wait=False) if len(seen) == 2 else None

    with pytest.raises(BuildCanceledError, match=r"a later build \(stop\) took over"):
        colour.call(coder.workspaces.wait, "dev", on_progress=stop)


def test_an_agent_of_a_stopped_workspace_is_off(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    workspace = started(colour, fake, coder)
    agent = colour.call(coder.agents.wait, "dev")
    assert agent.id == workspace.latest_build.resources[0].agents[0].id
    off = agent.model_copy(update={"lifecycle_state": type(agent.lifecycle_state)("off")})
    assert isinstance(agent_error(off, "admin/dev"), AgentNotConnectedError)


def test_metadata_once(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder, AgentSpec("main", metadata=(Metadata("load", "0.5", "Load"),)))
    colour.call(coder.agents.wait, "dev")
    (item,) = colour.call(coder.agents.metadata, "dev")
    assert (item.description.display_name, item.result.value) == ("Load", "0.5")


def test_metadata_is_watched_by_what_the_server_has(colour: Colour) -> None:
    with FakeCoder(version="2.20.0") as fake:
        coder = colour.keep(fake.async_client() if colour.is_async else fake.client())
        started(colour, fake, coder, AgentSpec("main", metadata=(Metadata("load", "0.5"),)))
        colour.call(coder.agents.wait, "dev")
        (item,) = colour.call(coder.agents.metadata, "dev")
        assert item.result.value == "0.5"


def test_several_agents_are_all_waited_for(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    started(colour, fake, coder, AgentSpec("a"), AgentSpec("b", startup="start_error"))
    with pytest.raises(AgentStartError, match="`b`"):
        colour.call(coder.workspaces.wait, "dev")


def test_startup_lines_are_reported_with_their_agent(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    started(colour, fake, coder)
    lines: list[Any] = []
    colour.call(coder.workspaces.wait, "dev", on_log=lines.append)
    assert [(line, line.agent) for line in lines if line.agent] == [("a", "main"), ("b", "main")]
