"""What came of a message in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from coder_sdk._errors.work import ChatFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coder_sdk.models import Chat, ChatMessage, ChatStreamEvent

__all__ = ["ChatAnswer", "message_text"]

# Nothing happens any more in these; the last two are of earlier releases.
_RESTING: Final = frozenset({"waiting", "requires_action", "completed", "paused"})
NEEDS_INPUT: Final = "requires_action"
FAILED: Final = "error"


@attrs.frozen
class ChatAnswer:
    """The end of a turn.

    Attributes:
        chat: The chat as it is then.
        text: What the agent answered in the end; empty if it said nothing.
        message: Its last message.
        needs_input: Whether it waits for an action or an answer of yours.
    """

    chat: Chat = attrs.field(repr=False)
    text: str
    message: ChatMessage | None = attrs.field(repr=False)
    needs_input: bool


def is_resting(chat: Chat) -> bool:
    """Whether nothing happens any more; an unknown state says nothing.

    Raises:
        ChatFailedError: The turn failed.
    """
    if chat.status == FAILED:
        raise failure(chat)
    return chat.status in _RESTING


def failure(chat: Chat) -> ChatFailedError:
    """The error for a chat whose turn failed."""
    error = chat.last_error
    if error is None:
        return ChatFailedError(f"The chat {chat.title!r} failed without a reason.", chat=chat)
    detail = f" ({error.detail})" if error.detail else ""
    return ChatFailedError(
        f"The chat {chat.title!r} failed: {error.message}{detail}",
        chat=chat,
        kind=None if error.kind is None else str(error.kind),
        retryable=error.retryable,
        hint="The server says that another try may help." if error.retryable else None,
    )


def message_text(message: ChatMessage) -> str:
    """The text of a message, without thoughts, calls of tools, and files."""
    return "".join(part.text for part in message.content if part.type == "text")


def last_answer(messages: Iterable[ChatMessage]) -> ChatMessage | None:
    """The last message of the agent that has a text, else its last one; messages in order."""
    found = [message for message in messages if message.role == "assistant"]
    spoken = [message for message in found if message_text(message)]
    candidates = spoken or found
    return candidates[-1] if candidates else None


class Preview:
    """Text of the answer that is being written, piece by piece."""

    def __init__(self) -> None:
        self._shown = ""
        self.ended: bool = False

    def piece(self, event: ChatStreamEvent) -> str:
        """The text that an event adds."""
        if event.message_part is not None and event.message_part.role in {None, "assistant"}:
            part = event.message_part.part
            if part.type == "text":
                self._shown += part.text
                return part.text
        elif event.message is not None and event.message.role == "assistant":
            # Whoever joins late, or lost some pieces, gets the rest with the whole message.
            rest = message_text(event.message).removeprefix(self._shown)
            self._shown = ""
            return rest
        elif event.type in {"preview_reset", "history_reset"}:
            self._shown = ""
        return ""

    def note(self, event: ChatStreamEvent) -> None:
        """Take notice of whether anything happens any more."""
        if event.status is not None:
            self.ended = event.status.status in {*_RESTING, FAILED}


def identifier(labels: Iterable[tuple[str, str]]) -> list[str]:
    """Labels as the server searches for them."""
    return [f"{key}:{value}" for key, value in sorted(labels)]
