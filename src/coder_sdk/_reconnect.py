"""Whether and when a lost stream is opened again, and by which of its two forms: no I/O."""

from __future__ import annotations

import random
from copy import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar

from coder_sdk._errors.status import APIStatusError, RateLimitError, ServerError
from coder_sdk._errors.transport import TLSError, TransportError, UnexpectedResponseError
from coder_sdk._errors.work import StreamError
from coder_sdk._request import Omit, StreamRequest, StreamSpec
from coder_sdk._ws import ClosedError, close_hint, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._errors.base import CoderError
    from coder_sdk._retry import RetryPolicy
    from coder_sdk._track import Track

T = TypeVar("T")

IDLE: Final = 45.0
"""Seconds without a sign of life: three of the server's pings."""
TRIES: Final = 8
"""Connections in a row that may fail, each with the tries that any call has."""
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
# Method not allowed, upgrade required, not implemented.
_NO_SUCH_ROUTE: Final = frozenset({405, 426, 501})


class Patience:
    """Counts failures since the last event, and says how long to wait for the next connection.

    Args:
        policy: The retry policy of the stream; `None` for no second connection.
        jitter: A number from 0 to 1.
    """

    def __init__(
        self, policy: RetryPolicy | None, jitter: Callable[[], float] = random.random
    ) -> None:
        self._policy = policy
        self._jitter = jitter
        self.failures = 0

    def delay(self, cause: Exception) -> float | None:
        """Seconds to wait before the next connection; `None` to give up."""
        policy = self._policy
        self.failures += 1
        if policy is None or self.failures > TRIES or not may_pass(cause):
            return None
        longest: float = min(policy.cap, policy.base * 2 ** min(self.failures - 1, 62))
        return longest * (0.5 + self._jitter() / 2)


def may_pass(cause: Exception) -> bool:
    """Whether another connection may do better."""
    if isinstance(cause, ClosedError):
        return verdict(cause.code) == "again"
    if isinstance(cause, TransportError):
        return not isinstance(cause, TLSError)
    return isinstance(cause, (ServerError, RateLimitError))


def lost(track: Track, cause: Exception, last_event: Any) -> StreamError:
    """The error of a stream that is not opened again."""
    error = failed(track, f"the stream is lost: {cause}", last_event)
    if isinstance(cause, ClosedError):
        error.close_code, error.close_reason = cause.code, cause.reason
        error.hint = close_hint(cause.code) or error.hint
        error.__cause__ = cause.__cause__
    else:
        error.__cause__ = cause
    return error


def failed(track: Track, text: str, last_event: Any) -> StreamError:
    """The error of a stream that ends with these words."""
    return StreamError(text, last_event=last_event, context=track.context())


def with_query(request: StreamRequest[T], query: dict[str, Any]) -> StreamRequest[T]:
    """The same request, going on elsewhere."""
    if not query:
        return request
    changed = copy(request)
    changed.query = {**(request.query or {}), **query}
    return changed


def as_events(request: StreamRequest[T]) -> StreamRequest[T]:
    """The same request, asking for server-sent events."""
    changed = copy(request)
    changed.accept = "text/event-stream"
    options = copy(request.options)
    if isinstance(options.idle_timeout, Omit):
        options.idle_timeout = IDLE
    changed.options = options
    return changed


def other_form(request: StreamRequest[T]) -> StreamRequest[T] | None:
    """The request for the same stream in its other form; `None` if it has only one."""
    spec = request.stream
    if spec.alternative is None:
        return None
    other = copy(request)
    events = spec.kind == "websocket"
    other.path_template = spec.alternative.rpartition(" ")[2]
    other.stream = StreamSpec(
        "sse" if events else "websocket",
        envelope=not events,
        resume=spec.resume,
        alternative=request.operation,
        state=spec.state,
    )
    return other


def is_absent(error: CoderError, kind: str) -> bool:
    """Whether a server, or what stands before it, does not have this form of a stream."""
    if isinstance(error, UnexpectedResponseError):
        return True  # the dashboard, or the page of a proxy
    if not isinstance(error, APIStatusError):
        return False
    status, foreign = error.status, error.json is None
    if status in _NO_SUCH_ROUTE or status < 300:  # noqa: PLR2004 - a page, where a socket was asked
        return True
    if status == _NOT_FOUND:
        return foreign or error.message.lower().startswith("route not found")
    # A proxy that does not know sockets refuses them in words of its own.
    return kind == "websocket" and foreign and status != _TOO_MANY
