"""Answers in chats: written over time, as a model would."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from coder_sdk.testing._session import Session
from coder_sdk.testing._state.chats import text_part
from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from coder_sdk.testing._state.chats import Chat
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._web import Call

_PIECES: Final = 3
_MODEL: Final = "2ab3d968-77ba-4b17-bbb3-4ebee7d1eeaf"


@frozen
class ChatTurn:
    """What the agent does with a message.

    Attributes:
        text: What it answers; empty repeats what was said.
        seconds: How long it writes.
        error: It fails with this message instead.
        needs_input: It ends by asking for something.
    """

    text: str = ""
    seconds: float = 2.0
    error: str = ""
    needs_input: bool = False


def add_message(
    state: Deployment, chat: Chat, role: str, text: str, user_id: str | None
) -> dict[str, Any]:
    """Write a message."""
    message: dict[str, Any] = {
        "id": state.new_log_id(),
        "chat_id": chat.id,
        "model_config_id": chat.model_config_id or _MODEL,
        "created_at": stamp(state.now),
        "role": role,
        "content": [text_part(text)],
    }
    if user_id is not None:
        message["created_by"] = user_id
    chat.messages.append(message)
    chat.updated_at = state.now
    chat.tell("message", message=message)
    return message


def set_status(state: Deployment, chat: Chat, status: str) -> None:
    """Change the state of a chat."""
    chat.status = status
    chat.updated_at = state.now
    chat.tell("status", status={"status": status})
    user = state.users[chat.owner_id]
    event = {"kind": "status_change", "chat": chat.wire(user.username, user.name)}
    for waiter in list(state.chat_waiters.get(chat.owner_id, [])):
        waiter(event)


def begin_turn(state: Deployment, chat: Chat, text: str) -> None:
    """Let the agent work on a message."""
    turn = state.chat_turns.popleft() if state.chat_turns else ChatTurn()
    set_status(state, chat, "running")
    chat.last_error = None
    answer = turn.text or f"You said: {text}"
    if not turn.error:
        size = -(-len(answer) // _PIECES) or 1
        for number, start in enumerate(range(0, len(answer), size)):
            piece = answer[start : start + size]
            delay = turn.seconds * (number + 1) / (_PIECES + 1)
            show = partial(_show, chat, piece)
            state.clock.schedule(delay, show)
    end = lambda: _end_turn(state, chat, turn, answer)  # noqa: E731 - one use
    chat.answering = state.clock.schedule(turn.seconds, end)


def _show(chat: Chat, piece: str) -> None:
    if chat.active:
        chat.tell("message_part", message_part={"role": "assistant", "part": text_part(piece)})


def _end_turn(state: Deployment, chat: Chat, turn: ChatTurn, answer: str) -> None:
    if turn.error:
        chat.last_error = {"message": turn.error, "retryable": False, "kind": "generic"}
        chat.tell("error", error=chat.last_error)
        set_status(state, chat, "error")
        return
    add_message(state, chat, "assistant", answer, None)
    if turn.needs_input:
        chat.tell("action_required", action_required={"tool_calls": []})
        set_status(state, chat, "requires_action")
    else:
        set_status(state, chat, "waiting")
    next_turn(state, chat)


def next_turn(state: Deployment, chat: Chat) -> None:
    """Go on with what was said meanwhile."""
    if chat.queued and chat.status == "waiting":
        queued = chat.queued.pop(0)
        text = str(queued["content"][0]["text"])
        chat.tell("queue_update", queued_messages=list(chat.queued))
        add_message(state, chat, "user", text, chat.owner_id)
        begin_turn(state, chat, text)


class ChatSession(Session):
    """A chat from a message on: lists of events."""

    def __init__(self, call: Call, chat: Chat, after: int) -> None:
        super().__init__(call.state.clock)
        first: list[dict[str, Any]] = [
            {"type": "message", "chat_id": chat.id, "message": message}
            for message in chat.messages
            if message["id"] > after
        ]
        status = {"status": chat.status}
        first.append({"type": "status", "chat_id": chat.id, "status": status})
        self.send(first)
        self.follow(chat.waiters, self.send)
