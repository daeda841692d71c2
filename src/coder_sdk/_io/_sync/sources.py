# Derived from `src/coder_sdk/_io/_async/sources.py`
# by `python -m codegen colours`; edit that file.
"""Where the frames of a stream come from: server-sent events, or a WebSocket."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from sys import exc_info
from typing import TYPE_CHECKING, Any, Final, Protocol

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.transport import TransportError, UnexpectedResponseError
from coder_sdk._io._sync.opener import open_socket
from coder_sdk._io._sync.shield import wake
from coder_sdk._options import chosen
from coder_sdk._reconnect import IDLE, as_events
from coder_sdk._sse import Decoder, EventTooLargeError, ServerEvent
from coder_sdk._ws import LOST, TOO_BIG, ClosedError, unwrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._handshake import Handshake
    from coder_sdk._io._sync.opener import Connection
    from coder_sdk._io._sync.transport import Transport
    from coder_sdk._request import Request, StreamRequest
    from coder_sdk._response import StreamingResponse
    from coder_sdk._track import Track


CLOSING: Final = 5.0
"""Seconds to say goodbye, also after a cancellation."""


class Source(Protocol):
    """An open connection that frames come from."""

    def receive(self) -> tuple[str, bytes | str]:
        """Kind and payload of the next frame; `ClosedError` if none follows."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def open_source(transport: Transport, request: StreamRequest[Any], track: Track) -> Source:
    """Open a stream in the form that the request names."""
    if request.stream.kind == "sse":
        return EventSource.open(transport, as_events(request), track)
    connection = connect(transport, request, track)
    return SocketSource(connection, envelope=request.stream.envelope)


def connect(transport: Transport, request: Request[Any], track: Track) -> Connection:
    """Open a WebSocket by the opener of the client, which is the library unless a fake has one."""
    opener: Callable[[Handshake], Any] | None = transport.core.opener
    if opener is not None:
        connection: Connection = transport.connect(request, opener, track)
        return connection
    keepalive = chosen("idle_timeout", request.options.idle_timeout, IDLE)

    def open_by_library(handshake: Handshake) -> Connection:
        return open_socket(handshake, keepalive)

    return transport.connect(request, open_by_library, track)


class SocketSource:
    """Frames from a WebSocket."""

    def __init__(self, connection: Connection, *, envelope: bool) -> None:
        self._connection = connection
        self._envelope = envelope

    def receive(self) -> tuple[str, bytes | str]:
        message = self._connection.receive()
        if not self._envelope:
            return "data", message
        return unwrap(message.encode() if isinstance(message, str) else message)

    def close(self) -> None:
        self._connection.close()


class EventSource:
    """Frames from server-sent events."""

    def __init__(self, manager: Any, response: StreamingResponse[Any]) -> None:
        self._manager = manager
        self._chunks: Any = response.iter_bytes()
        self._extensions: Any = response._response.extensions  # noqa: SLF001 - the library's own
        self._decoder = Decoder()
        self._begun = self._reading = False
        self._events: deque[ServerEvent] = deque()

    @classmethod
    def open(cls, transport: Transport, request: StreamRequest[Any], track: Track) -> EventSource:
        """Send the request and check that events come back."""
        manager = transport.stream(request)
        response = manager.__enter__()
        try:
            _check(response)
        except BaseException:
            manager.__exit__(*exc_info())
            raise
        track.opened(response._call)  # noqa: SLF001 - it was made for us
        return cls(manager, response)

    def receive(self) -> tuple[str, bytes | str]:
        while not self._events:
            self._events.extend(self._read())
        event = self._events.popleft()
        return ("data" if event.type == "message" else event.type), event.data

    def _read(self) -> list[ServerEvent]:
        self._begun = self._reading = True
        try:
            return self._decoder.feed(self._chunks.__next__())
        except StopIteration:
            raise ClosedError(LOST, "the server ended the stream") from None
        except TransportError as error:
            raise ClosedError(LOST, error.message) from error
        except EventTooLargeError as error:
            raise ClosedError(TOO_BIG, str(error)) from None
        finally:
            self._reading = False

    def close(self) -> None:
        if self._reading:
            wake(self._extensions)
        self._manager.__exit__(None, None, None)
        if self._reading or not self._begun:
            return  # whoever reads is told by the connection
        # The library's iterators are nested, and closing the outermost leaves the others to the
        # garbage collector, of which trio complains; an error of the closed connection ends all.
        with suppress(StopIteration, CoderError):
            self._chunks.__next__()
        self._chunks.close()


def _check(response: StreamingResponse[Any]) -> None:
    """Refuse a success that is no stream: the dashboard, or the page of a proxy."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "text/event-stream":
        return
    response.parse()
    raise UnexpectedResponseError(
        f"the answer is `{media_type}` instead of a stream of events",
        status=response.status,
        content_type=media_type,
        context=response._context(),  # noqa: SLF001 - as for every error of a response
    )
