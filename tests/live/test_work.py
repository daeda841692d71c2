"""Tasks and chats.

A task on the template of these tests is made, paused and resumed, but nobody works on it. Tasks
that get an answer need `CODER_LIVE_TASK_TEMPLATE`, chats `CODER_LIVE_CHATS=1`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from coder_sdk import (
    ChatFailedError,
    Client,
    ConflictError,
    FeatureUnavailableError,
    NotFoundError,
    UnavailableError,
)
from coder_sdk.models import Task
from tests.colours import Colour
from tests.live.deployment import (
    CHATS,
    PREFIX,
    TASK_SOURCES,
    TASK_TEMPLATE,
    URL,
    WAIT,
    permitted,
)
from tests.live.streams import taken

PROMPT = "Say hello, and do nothing else."


@pytest.fixture(scope="session")
def task_template() -> Iterator[str]:
    """A template whose tasks nobody works on, for as long as the tests run."""
    name = f"{PREFIX}k"
    with Client(URL) as coder:
        with permitted(NotFoundError):
            coder.templates.push(f"default/{name}", TASK_SOURCES, **WAIT)
        try:
            yield name
        finally:
            coder.templates.delete(name)


@contextlib.contextmanager
def removed(coder: Any, colour: Colour, name: str) -> Iterator[None]:
    """Delete a task in the end, with its workspace."""
    try:
        yield
    finally:
        with contextlib.suppress(FeatureUnavailableError, NotFoundError):
            task = colour.call(coder.tasks.get, "me", name)
            colour.call(coder.tasks.delete, "me", str(task.id))
            colour.call(coder.workspaces.delete, task.workspace_id, missing_ok=True, **WAIT)


def test_a_task_is_made_paused_and_resumed(
    coder: Any, colour: Colour, name: str, task_template: str
):
    tasks = coder.tasks
    with removed(coder, colour, name):
        with permitted():
            made = colour.call(
                tasks.create, PROMPT, template=task_template, name=name, wait="build", **WAIT
            )
        assert (made.name, made.initial_prompt) == (name, PROMPT)

        def ensure() -> tuple[Task, str]:
            return colour.call(tasks.ensure, name, PROMPT, template=task_template, **WAIT)

        again, action = ensure()
        assert (again.id, action) == (made.id, "unchanged")
        assert colour.call(tasks.resume, made).action == "unchanged"
        assert colour.call(tasks.pause, made, only_if=lambda _: False).action == "skipped"
        with permitted():
            paused, action = colour.call(tasks.pause, made, **WAIT)
        assert (paused.status, action) == ("paused", "paused")
        assert colour.call(tasks.pause, name).action == "unchanged"
        assert colour.call(tasks.wait, name, **WAIT).status == "paused"
        with pytest.raises(ConflictError):
            colour.call(tasks.send, name, "Go on", resume=False, **WAIT)
        said = taken(colour, tasks.stream(name, **WAIT))
        assert [entry.id for entry in said] == sorted(entry.id for entry in said)
        resumed, action = ensure()
        assert (resumed.id, action) == (made.id, "resumed")


def test_a_task_gets_an_answer(coder: Any, colour: Colour, name: str):
    if TASK_TEMPLATE is None:
        pytest.skip("set CODER_LIVE_TASK_TEMPLATE to a template whose tasks may be talked to")
    tasks = coder.tasks
    with removed(coder, colour, name):
        with permitted():
            task = colour.call(tasks.create, PROMPT, template=TASK_TEMPLATE, name=name, **WAIT)
        assert task.status == "active"
        told = colour.call(tasks.send, task, "Thank you.", wait=True, **WAIT)
        assert told.id == task.id
        said = taken(colour, tasks.stream(task, **WAIT))
        assert {entry.type for entry in said} == {"input", "output"}
        with permitted():
            colour.call(tasks.pause, task, **WAIT)
        back, action = colour.call(tasks.resume, task, **WAIT)
        assert (back.status, action) == ("active", "resumed")


@pytest.fixture
def labels(coder: Any, colour: Colour, name: str) -> Iterator[dict[str, str]]:
    """The labels of chats that are put into the archive after one test."""
    if not CHATS:
        pytest.skip("set CODER_LIVE_CHATS=1 to have a model answer; chats end in the archive")
    own = coder.chats.list(label=[f"live:{name}"])
    with permitted(UnavailableError):
        assert colour.call(own.to_list) == []
    yield {"live": name}
    for chat in colour.call(own.to_list):
        with contextlib.suppress(ChatFailedError):
            colour.call(coder.chats.wait, chat, **WAIT)
        colour.call(coder.chats.update, chat.id, archived=True)


def test_a_chat_is_asked_and_answers(coder: Any, colour: Colour, labels: dict[str, str]):
    chats = coder.chats
    with permitted():
        answer = colour.call(chats.ask, PROMPT, labels=labels, **WAIT)
    assert answer.text
    assert colour.call(chats.answer, answer.chat).text == answer.text
    chat, action = colour.call(chats.ensure, labels, PROMPT)
    assert (chat.id, action) == (answer.chat.id, "unchanged")
    known = answer.message.id
    colour.call(chats.send, chat, "Say goodbye.")
    pieces = taken(colour, chats.stream(chat, after=known))
    told = colour.call(chats.answer, chat, after=known)
    # Who comes late gets an answer as a whole once more.
    assert told.text.strip()
    assert "".join(pieces).strip().endswith(told.text.strip())
    events = taken(colour, chats.follow(chat, after=known))
    assert told.message.id in [event.message.id for event in events if event.message]


def test_a_chat_is_made_for_its_labels(coder: Any, colour: Colour, labels: dict[str, str]):
    with permitted():
        chat, action = colour.call(coder.chats.ensure, labels, PROMPT)
    assert (chat.labels, action) == (labels, "created")
    assert colour.call(coder.chats.wait, chat, **WAIT).status != "running"
