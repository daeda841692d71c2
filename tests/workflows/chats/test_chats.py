"""Chats, against the fake deployment."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from coder_sdk import ChatFailedError, ChatLimitError, RequestValidationError, WaitTimeoutError
from coder_sdk.testing import ChatTurn, FakeCoder
from coder_sdk.workflows.spend import money
from tests.colours import Colour


@pytest.fixture
def fake() -> FakeCoder:
    return FakeCoder()


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def collected(colour: Colour, iterator: Any) -> list[Any]:
    if not colour.is_async:
        return list(iterator)

    async def collect() -> list[Any]:
        return [item async for item in iterator]

    return list(colour.call(collect))


def test_a_question_is_answered(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.on_chat(ChatTurn("It tests things.", seconds=20))
    answer = colour.call(coder.chats.ask, "What does this do?", labels={"topic": "tests"})
    assert answer.text == "It tests things."
    assert not answer.needs_input
    assert answer.chat.status == "waiting"
    assert answer.chat.labels == {"topic": "tests"}


def test_a_chat_goes_on(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.on_chat(ChatTurn("One."), ChatTurn("Two."))
    first = colour.call(coder.chats.ask, "Count")
    second = colour.call(coder.chats.ask, "Go on", chat=first.chat)
    assert (first.text, second.text) == ("One.", "Two.")
    assert second.chat.id == first.chat.id
    assert colour.call(coder.chats.answer, first.chat).text == "Two."


def test_a_question_waits_until_the_chat_listens(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.on_chat(ChatTurn("One.", seconds=60), ChatTurn("Two."))
    chat, _ = colour.call(coder.chats.ensure, {"topic": "x"}, "Count")
    assert chat.status == "running"
    assert colour.call(coder.chats.ask, "Go on", chat=chat).text == "Two."


def test_waiting_ends_when_input_is_needed(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.on_chat(ChatTurn("Which branch?", needs_input=True), ChatTurn("Main?", needs_input=True))
    chat, _ = colour.call(coder.chats.ensure, {"topic": "x"}, "Merge it")
    assert colour.call(coder.chats.wait, chat).status == "requires_action"
    answer = colour.call(coder.chats.ask, "Merge that")
    assert (answer.text, answer.needs_input) == ("Main?", True)


def test_a_failed_chat_raises_with_the_servers_error(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.on_chat(ChatTurn(error="The model is overloaded."))
    with pytest.raises(ChatFailedError, match=r"The model is overloaded\.") as caught:
        colour.call(coder.chats.ask, "Hello")
    assert caught.value.kind == "generic"
    assert caught.value.chat.status == "error"


def test_a_limit_of_usage_is_its_own_error(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    resets = datetime(2026, 12, 1, tzinfo=timezone.utc)
    fake.limit_chats(spent_micros=5_100_000, limit_micros=5_000_000, resets_at=resets)
    with pytest.raises(ChatLimitError) as caught:
        colour.call(coder.chats.ask, "Hello")
    assert money(caught.value.spent_micros) == Decimal("5.1")
    assert caught.value.resets_at == resets


def test_a_wait_for_an_answer_has_a_limit(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.on_chat(ChatTurn("Late.", seconds=3600))
    with pytest.raises(WaitTimeoutError, match="the chat") as caught:
        colour.call(coder.chats.ask, "Hello", timeout=60)
    assert caught.value.last_state.status == "running"


def test_a_chat_is_found_by_its_labels(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    first, action = colour.call(coder.chats.ensure, {"ticket": "42"}, "Fix it")
    assert action == "created"
    again, action = colour.call(coder.chats.ensure, {"ticket": "42"}, "Fix it")
    assert (again.id, action) == (first.id, "unchanged")
    other, action = colour.call(coder.chats.ensure, {"ticket": "43"}, "Fix that")
    assert (other.id != first.id, action) == (True, "created")
    posts = [request for request in fake.requests if request.method == "POST"]
    assert len(posts) == 2
    with pytest.raises(RequestValidationError, match="`labels` is empty"):
        colour.call(coder.chats.ensure, {}, "Fix it")


def test_callers_at_the_same_time_get_one_chat(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    found = colour.gather(lambda: coder.chats.ensure({"ticket": "42"}, "Fix it"), 6)
    assert len({chat.id for chat, _ in found}) == 1
    assert [action for _, action in found].count("created") == 1
    left = colour.call(coder.chats.list(label=["ticket:42"]).to_list)
    assert [chat.id for chat in left] == [found[0][0].id]


def test_a_lost_answer_is_read_back(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.inject("POST /api/experimental/chats", lose=True)
    chat, action = colour.call(coder.chats.ensure, {"ticket": "42"}, "Fix it")
    assert action == "created"
    assert [item.id for item in colour.call(coder.chats.list().to_list)] == [chat.id]


def test_an_answer_is_streamed(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.on_chat(ChatTurn("One, two, three."))
    chat, _ = colour.call(coder.chats.ensure, {"topic": "x"}, "Count")
    pieces = collected(colour, coder.chats.stream(chat))
    assert "".join(pieces) == "One, two, three."
    assert len(pieces) == 3
    assert collected(colour, coder.chats.stream(chat)) == ["One, two, three."]
    answer = colour.call(coder.chats.answer, chat)
    assert collected(colour, coder.chats.stream(chat, after=answer.message.id)) == []


def test_events_are_followed_to_the_end_of_the_turn(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    chat, _ = colour.call(coder.chats.ensure, {"topic": "x"}, "Count")
    kinds = [event.type for event in collected(colour, coder.chats.follow(chat))]
    assert kinds[0] == "message"
    assert kinds.count("message_part") == 3
    assert kinds[-1] == "status"


def test_a_stream_that_ends_with_a_failure_raises(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.on_chat(ChatTurn(error="No key."))
    chat, _ = colour.call(coder.chats.ensure, {"topic": "x"}, "Count")
    with pytest.raises(ChatFailedError, match="No key"):
        collected(colour, coder.chats.stream(chat))


def test_a_message_may_interrupt(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fake.on_chat(ChatTurn("Never.", seconds=600), ChatTurn("Queued."), ChatTurn("Now."))
    chat, _ = colour.call(coder.chats.ensure, {"topic": "x"}, "Count")
    assert colour.call(coder.chats.send, chat, "Later").queued
    assert not colour.call(coder.chats.send, chat, "Stop", interrupt=True).queued


def test_an_unknown_state_of_a_chat_ends_no_wait(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.on_chat(ChatTurn("One."))
    chat = colour.call(coder.chats.ask, "Count").chat
    body = {**chat.model_dump(mode="json"), "status": "reticulating"}
    headers = {"content-type": "application/json"}
    content = json.dumps(body).encode()
    pattern = "GET /api/experimental/chats/*"
    fake.inject(pattern, status=200, body=content, headers=headers, times=3)
    before = len(fake.calls(pattern))
    assert colour.call(coder.chats.wait, chat).status == "waiting"
    assert len(fake.calls(pattern)) == before + 4
    fake.inject(pattern, status=200, body=content, headers=headers, times=1000)
    with pytest.raises(WaitTimeoutError):
        colour.call(coder.chats.wait, chat, timeout=60)
