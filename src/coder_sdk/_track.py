"""What the errors of a stream or socket say about the calls that opened it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.context import CallContext
from coder_sdk._response import Answer, request_id

if TYPE_CHECKING:
    from coder_sdk._call import Call
    from coder_sdk._request import Request


class Track:
    """Follows one stream across its connections.

    Attributes:
        connections: How many were opened.
    """

    __slots__ = ("_first", "_last", "_request", "connections")

    def __init__(self, request: Request[Any]) -> None:
        self._request = request
        self._first: Call | None = None
        self._last: Call | None = None
        self.connections: int = 0

    def opened(self, call: Call) -> None:
        """Take note of a call that opened a connection."""
        self._first = self._first or call
        self._last = call
        self.connections += 1

    def context(self) -> CallContext:
        """Facts for an error: the address that answered last, and the time since the beginning."""
        request, call = self._request, self._last
        if self._first is None or call is None:
            return CallContext(request.method, request.path_template, request.operation, tries=0)
        context = call.context(request_id=request_id(call.headers))
        context.tries, context.elapsed = self.connections, self._first.elapsed
        return context

    def answer(self, body: bytes) -> Answer:
        """A frame, in the form of an answer to the last call.

        Raises:
            RuntimeError: No connection was opened, so that no frame can have come.
        """
        if self._first is None or self._last is None:
            raise RuntimeError("A frame came without a connection.")
        headers = {**self._last.headers, "content-type": "application/json"}
        answer = self._last.answer(200, headers, body)
        answer.tries, answer.elapsed = self.connections, self._first.elapsed
        return answer
