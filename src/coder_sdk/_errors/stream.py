"""Streams that are lost for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.transport import CallError

if TYPE_CHECKING:
    from coder_sdk._errors.context import CallContext


class StreamError(CallError):
    """A stream or socket is lost for good, after what could be done about it.

    Attributes:
        last_event: The last thing that came; `None` if nothing did.
        code: The close code of a socket, 1006 for a connection that was lost; `None` where the
            stream ended for another reason.
        reason: What the other side said.
    """

    def __init__(  # noqa: PLR0913 - all of it is what was seen
        self,
        message: str = "",
        *,
        last_event: Any = None,
        code: int | None = None,
        reason: str = "",
        hint: str | None = None,
        context: CallContext | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.last_event = last_event
        self.code = code
        self.reason = reason
