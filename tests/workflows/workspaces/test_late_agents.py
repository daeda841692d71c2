"""Agents that appear late, connect late, never connect, or are in a state that nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coder_sdk import AgentNotConnectedError, WaitTimeoutError
from coder_sdk.testing import AgentSpec, FakeCoder
from tests.colours import Colour

READ = "GET /api/v2/workspaces/*"


def answer(fake: FakeCoder, pattern: str, body: dict[str, Any], *, times: int) -> None:
    """Answer the next requests with a model that was changed."""
    headers = {"content-type": "application/json"}
    content = json.dumps(body).encode()
    fake.inject(pattern, status=200, body=content, headers=headers, times=times)


def agents(workspace: Any) -> list[str]:
    found = [agent for item in workspace.latest_build.resources for agent in item.agents]
    return [f"{agent.status}/{agent.lifecycle_state}" for agent in found]


def test_an_agent_that_connects_late_is_waited_for(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_template("two", agents=[AgentSpec("fast"), AgentSpec("slow", delay=90)])
    begin = fake.clock.monotonic()
    workspace = colour.call(coder.workspaces.provision, "dev", template="two")
    assert agents(workspace) == ["connected/ready"] * 2
    assert fake.clock.monotonic() - begin > 90


@pytest.mark.parametrize("looks", [1, 3])
def test_agents_that_appear_after_the_build_are_waited_for(
    colour: Colour, fake: FakeCoder, coder: Any, looks: int
) -> None:
    fake.add_template("docker")
    workspace = colour.call(coder.workspaces.create, "dev", template="docker")
    body = workspace.model_dump(mode="json")
    body["latest_build"]["resources"] = []
    answer(fake, READ, body, times=looks)
    workspace = colour.call(coder.workspaces.wait, workspace)
    assert agents(workspace) == ["connected/ready"]


def test_no_agent_is_believed_after_a_while(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("empty", agents=[])
    workspace = colour.call(coder.workspaces.create, "dev", template="empty")
    begin = fake.clock.monotonic()
    assert agents(colour.call(coder.workspaces.wait, workspace)) == []
    assert 5 <= fake.clock.monotonic() - begin < 7


@pytest.mark.parametrize("method", ["workspaces", "agents", "connected"])
def test_an_agent_that_never_connects_is_an_error(
    colour: Colour, fake: FakeCoder, coder: Any, method: str
) -> None:
    fake.add_template("docker", agents=[AgentSpec("main", connects=False)])
    workspace = colour.call(coder.workspaces.create, "dev", template="docker")
    begin = fake.clock.monotonic()
    options = {"until": "connected"} if method == "connected" else {}
    wait = coder.workspaces.wait if method == "workspaces" else coder.agents.wait
    target = workspace if method == "workspaces" else "dev"
    with pytest.raises(AgentNotConnectedError, match=r"`main`.* has not connected") as caught:
        colour.call(wait, target, **options)
    assert caught.value.agent.status == "timeout"
    # The template's two minutes, and five more for slow machines.
    assert 415 < fake.clock.monotonic() - begin < 435


def test_a_shorter_limit_comes_before(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("docker", agents=[AgentSpec("main", connects=False)])
    with pytest.raises(WaitTimeoutError, match="main timeout/created"):
        colour.call(coder.workspaces.provision, "dev", template="docker", timeout=200)


def test_an_agent_that_connects_after_the_templates_limit_is_fine(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_template("docker", agents=[AgentSpec("main", delay=200)])
    workspace = colour.call(coder.workspaces.create, "dev", template="docker")
    body = workspace.model_dump(mode="json")
    body["latest_build"]["resources"][0]["agents"][0]["status"] = "timeout"
    answer(fake, READ, body, times=50)
    workspace = colour.call(coder.workspaces.wait, workspace, poll_interval=5)
    assert agents(workspace) == ["connected/ready"]


@pytest.mark.parametrize("field", ["status", "lifecycle_state"])
def test_an_unknown_state_of_an_agent_ends_no_wait(
    colour: Colour, fake: FakeCoder, coder: Any, field: str
) -> None:
    fake.add_template("docker")
    workspace = colour.call(coder.workspaces.provision, "dev", template="docker")
    body = workspace.model_dump(mode="json")
    agent = body["latest_build"]["resources"][0]["agents"][0]
    agent[field] = "reticulating"
    answer(fake, READ, body, times=4)
    answer(fake, "GET /api/v2/workspaceagents/*", agent, times=3)
    assert agents(colour.call(coder.workspaces.wait, workspace)) == ["connected/ready"]
    assert colour.call(coder.agents.wait, agent["id"]).lifecycle_state == "ready"
    assert len(fake.calls("GET /api/v2/workspaceagents/*")) == 4


def test_an_unknown_state_of_an_agent_lasts_until_the_deadline(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_template("docker")
    workspace = colour.call(coder.workspaces.provision, "dev", template="docker")
    body = workspace.model_dump(mode="json")
    body["latest_build"]["resources"][0]["agents"][0]["lifecycle_state"] = "reticulating"
    answer(fake, READ, body, times=1000)
    with pytest.raises(WaitTimeoutError, match="connected/reticulating") as caught:
        colour.call(coder.workspaces.wait, workspace, timeout=60)
    assert agents(caught.value.last_state) == ["connected/reticulating"]
