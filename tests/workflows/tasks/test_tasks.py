"""Tasks, against the fake deployment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coder_sdk import (
    BuildFailedError,
    ConflictError,
    FeatureUnavailableError,
    NotFoundError,
    RequestValidationError,
    WaitTimeoutError,
)
from coder_sdk.testing import AgentSpec, App, FakeCoder
from tests.colours import Colour

AGENT = AgentSpec(apps=(App("assistant"),))


@pytest.fixture
def fake() -> FakeCoder:
    fake = FakeCoder()
    fake.add_template("ai", ai_task=True, agents=[AGENT])
    return fake


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def collected(colour: Colour, iterator: Any) -> list[Any]:
    if not colour.is_async:
        return list(iterator)

    async def collect() -> list[Any]:
        return [item async for item in iterator]

    return list(colour.call(collect))


def test_a_task_is_created_and_waited_for(coder: Any, colour: Colour) -> None:
    lines: list[str] = []
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", on_log=lines.append)
    assert (task.status, task.current_state.state) == ("active", "idle")
    assert task.initial_prompt == "Write a haiku"
    assert lines


def test_a_template_of_the_fake_needs_no_application_for_tasks(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.add_template("plain", ai_task=True)
    task = colour.call(coder.tasks.create, "Write a haiku", template="plain")
    assert (task.status, task.current_state.state) == ("active", "idle")
    task = colour.call(coder.tasks.send, task, "And another", wait=True)
    assert task.current_state.state == "idle"


def test_a_task_is_created_at_once_without_waiting(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", name="haiku", wait=False)
    assert task.name == "haiku"
    assert task.status in {"pending", "initializing"}
    assert [request.method for request in fake.requests] == ["GET", "GET", "POST"]


def test_only_the_workspace_may_be_waited_for(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", wait="build")
    assert task.workspace_status == "running"
    assert task.status in {"initializing", "active"}
    assert task.current_state.state == "working"


@pytest.mark.parametrize("method", ["create", "ensure"])
def test_a_template_is_needed(fake: FakeCoder, coder: Any, colour: Colour, method: str) -> None:
    arguments = ["haiku", "Write a haiku"][method == "create" :]
    with pytest.raises(RequestValidationError, match="`template`"):
        colour.call(getattr(coder.tasks, method), *arguments)
    assert [item.method for item in fake.requests] == ["GET"] * (method == "ensure")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "my task"}, "no name for a task"),
        ({"prompt": " "}, "`prompt` is empty"),
        ({"wait": "idle"}, "`wait` is 'idle'"),
        ({"poll_interval": -1}, "`poll_interval`"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    fake: FakeCoder, coder: Any, colour: Colour, arguments: dict[str, Any], message: str
) -> None:
    given = {"prompt": "Write a haiku", "template": "ai", **arguments}
    with pytest.raises(RequestValidationError, match=message):
        colour.call(coder.tasks.create, **given)
    assert fake.requests == []


def test_a_name_that_is_taken_is_a_conflict(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    create = coder.tasks.create
    colour.call(create, "Write a haiku", template="ai", name="haiku", wait=False)
    with pytest.raises(ConflictError, match="task admin/haiku already"):
        colour.call(create, "Write a haiku", template="ai", name="haiku", wait=False)


def test_a_task_whose_answer_was_lost_is_found(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.inject("POST /api/v2/tasks/*", lose=True)
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", name="haiku")
    assert (task.name, task.status) == ("haiku", "active")
    assert colour.call(coder.tasks.list).count == 1


def test_a_task_is_ensured(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    def ensure(**options: Any) -> Any:
        return colour.call(coder.tasks.ensure, "haiku", "Write a haiku", template="ai", **options)

    task, action = ensure(wait="ready")
    assert (task.name, task.current_state.state, action) == ("haiku", "idle", "created")
    before = len(fake.requests)
    assert ensure() == (task, "unchanged")
    assert [item.method for item in fake.requests[before:]] == ["GET"]
    colour.call(coder.tasks.pause, task)
    task, action = ensure(wait="ready")
    assert (task.status, action) == ("active", "resumed")
    colour.call(coder.tasks.pause, task)
    assert ensure(wait=False).action == "resumed"
    fake.assert_called("POST /api/v2/tasks/me", times=1)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"prompt": "Write a sonnet"}, "another prompt"),
        ({"template": "default/other"}, "the template `ai` and not from `default/other`"),
    ],
)
def test_another_task_of_that_name_is_a_conflict(
    fake: FakeCoder, coder: Any, colour: Colour, other: dict[str, str], message: str
) -> None:
    colour.call(coder.tasks.ensure, "haiku", "Write a haiku", template="ai", wait=False)
    before = len(fake.requests)
    with pytest.raises(ConflictError, match=message):
        colour.call(
            coder.tasks.ensure, "me/haiku", **{"prompt": "Write a haiku", "template": "ai", **other}
        )
    assert [item.method for item in fake.requests[before:]] == ["GET"]


def test_one_task_comes_of_several_callers_at_once(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    outcomes = colour.gather(
        lambda: coder.tasks.ensure("haiku", "Write a haiku", template="ai", wait=False), 4
    )
    assert sorted(outcome.action for outcome in outcomes) == ["created", *["unchanged"] * 3]
    assert colour.call(coder.tasks.list).count == 1


@pytest.mark.parametrize("method", ["pause", "resume"])
def test_a_task_is_left_alone(fake: FakeCoder, coder: Any, colour: Colour, method: str) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai")
    if method == "resume":
        colour.call(coder.tasks.pause, task)
    before = len([item for item in fake.requests if item.method != "GET"])
    only_if = colour.function(lambda seen: seen.status not in {"active", "paused"})
    outcome = colour.call(getattr(coder.tasks, method), task, only_if=only_if)
    assert (outcome.action, outcome.reason) == ("skipped", "the condition does not hold")
    assert len([item for item in fake.requests if item.method != "GET"]) == before
    assert colour.call(getattr(coder.tasks, method), task, only_if=lambda _: True).changed


def test_a_failed_build_is_its_own_error(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.fail_next_build("no capacity")
    with pytest.raises(BuildFailedError, match="no capacity"):
        colour.call(coder.tasks.create, "Write a haiku", template="ai")


def test_what_is_said_is_answered(coder: Any, colour: Colour) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai")
    task = colour.call(coder.tasks.send, task, "Another one", wait=True)
    assert task.current_state.state == "idle"
    logs = colour.call(coder.tasks.logs, "me", task.name).logs
    assert [entry.content for entry in logs][-2:] == ["Another one", "You said: Another one"]


def test_saying_something_waits_until_the_agent_listens(coder: Any, colour: Colour) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", wait=False)
    colour.call(coder.tasks.send, task, "Another one")
    logs = colour.call(coder.tasks.logs, "me", task.name).logs
    assert [entry.content for entry in logs if entry.type == "input"] == [
        "Write a haiku", "Another one",
    ]  # fmt: skip


def test_a_paused_task_is_resumed_to_hear(coder: Any, colour: Colour) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai")
    task, action = colour.call(coder.tasks.pause, task)
    assert (task.status, action) == ("paused", "paused")
    assert colour.call(coder.tasks.pause, task).action == "unchanged"
    with pytest.raises(ConflictError, match="paused"):
        colour.call(coder.tasks.send, task, "Hello", resume=False)
    task = colour.call(coder.tasks.send, f"admin/{task.name}", "Hello", wait=True)
    assert (task.status, task.current_state.state) == ("active", "idle")


def test_a_task_is_resumed(coder: Any, colour: Colour) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai")
    assert colour.call(coder.tasks.resume, task).action == "unchanged"
    colour.call(coder.tasks.pause, task)
    task, action = colour.call(coder.tasks.resume, task.name)
    assert (task.status, action) == ("active", "resumed")


def test_a_stream_ends_when_the_agent_is_idle(coder: Any, colour: Colour) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", wait=False)
    entries = collected(colour, coder.tasks.stream(task))
    assert [(entry.type, entry.content) for entry in entries] == [("input", "Write a haiku")]
    colour.call(coder.tasks.send, task, "Another one")
    more = collected(colour, coder.tasks.stream(task.name, after=entries[-1].id))
    assert [(entry.type, entry.content) for entry in more] == [
        ("input", "Another one"),
        ("output", "You said: Another one"),
    ]


def test_a_silent_agent_is_taken_as_idle_after_a_while(
    fake: FakeCoder, coder: Any, colour: Colour, router: Any
) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai")
    body = {**task.model_dump(mode="json"), "current_state": None}
    router.get(url__regex=".*/api/v2/tasks/.*").respond(json=body)
    begin = colour.clock.now
    silent = colour.call(colour.client().tasks.wait, task)
    assert silent.current_state is None
    assert 30 <= colour.clock.now - begin < 35


@pytest.mark.parametrize("change", [{"status": "reticulating"}, {"current_state": "dreaming"}])
def test_an_unknown_state_ends_no_wait(
    fake: FakeCoder, coder: Any, colour: Colour, change: dict[str, str]
) -> None:
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai")
    body = task.model_dump(mode="json")
    if "status" in change:
        body.update(change)
    else:
        body["current_state"]["state"] = change["current_state"]
    headers = {"content-type": "application/json"}
    content = json.dumps(body).encode()
    pattern = "GET /api/v2/tasks/*/*"
    fake.inject(pattern, status=200, body=content, headers=headers, times=3)
    before = len(fake.calls(pattern))
    task = colour.call(coder.tasks.wait, task)
    assert (task.status, task.current_state.state) == ("active", "idle")
    assert len(fake.calls(pattern)) == before + 4
    fake.inject(pattern, status=200, body=content, headers=headers, times=1000)
    with pytest.raises(WaitTimeoutError, match=r"reticulating|dreaming"):
        colour.call(coder.tasks.wait, task, timeout=60)


def test_a_wait_for_a_task_has_a_limit(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.add_template("hanging", ai_task=True, hangs=True)
    task = colour.call(coder.tasks.create, "Write a haiku", template="hanging", wait=False)
    with pytest.raises(WaitTimeoutError, match="the task") as caught:
        colour.call(coder.tasks.wait, task, timeout=60)
    assert caught.value.elapsed == pytest.approx(60, abs=1)


def test_an_older_server_has_another_path(colour: Colour) -> None:
    with FakeCoder(version="2.28.0") as fake:
        fake.add_template("ai", ai_task=True)
        coder = colour.keep(fake.async_client() if colour.is_async else fake.client())
        assert colour.call(coder.tasks.list).count == 0
        assert [request.path for request in fake.requests] == [
            "/api/v2/tasks", "/api/experimental/tasks",
        ]  # fmt: skip
        task = colour.call(
            coder.with_options(timeout=5).tasks.create, "Hi", template="ai", name="t", wait=False
        )
        assert fake.requests[-1].path == "/api/experimental/tasks/me"
        assert colour.call(coder.tasks.get, "me", "t").id == task.id
        assert colour.call(coder.tasks.with_raw_response.get, "me", "t").parse().id == task.id
        with pytest.raises(NotFoundError):
            colour.call(coder.tasks.get, "me", "none")
        assert sum(request.path.startswith("/api/v2/tasks") for request in fake.requests) == 1


def test_a_server_without_tasks_says_so_by_its_own_path(colour: Colour, router: Any) -> None:
    router.route().respond(404, json={"message": "Route not found."})
    with pytest.raises(FeatureUnavailableError, match=r"/api/v2/tasks"):
        colour.call(colour.client().tasks.list)


def test_what_came_after_the_experimental_path_is_missing_with_its_release(colour: Colour) -> None:
    fake = FakeCoder("2.28.0")
    fake.add_template("ai", ai_task=True)
    coder = colour.keep(fake.async_client() if colour.is_async else fake.client())
    with pytest.raises(FeatureUnavailableError, match=r"2\.29"):
        colour.call(coder.tasks.update_input, "me", "haiku", input="A limerick")
    task = colour.call(coder.tasks.create, "Write a haiku", template="ai", name="haiku")
    with pytest.raises(FeatureUnavailableError, match=r"2\.32"):
        colour.call(coder.tasks.pause, task)
