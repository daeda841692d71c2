"""Where the frames of a stream come from: server-sent events, or a WebSocket."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from sys import exc_info
from typing import TYPE_CHECKING, Any, Final, Protocol

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.transport import TransportError, UnexpectedResponseError
from coder_sdk._io._async.opener import open_socket
from coder_sdk._io._async.shield import wake
from coder_sdk._options import chosen
from coder_sdk._reconnect import IDLE, as_events
from coder_sdk._sse import Decoder, EventTooLargeError, ServerEvent
from coder_sdk._ws import LOST, TOO_BIG, ClosedError, unwrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._handshake import Handshake
    from coder_sdk._io._async.opener import AsyncConnection
    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._request import Request, StreamRequest
    from coder_sdk._response import AsyncStreamingResponse
    from coder_sdk._track import Track


CLOSING: Final = 5.0
"""Seconds to say goodbye, also after a cancellation."""


class AsyncSource(Protocol):
    """An open connection that frames come from."""

    async def receive(self) -> tuple[str, bytes | str]:
        """Kind and payload of the next frame; `ClosedError` if none follows."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


async def open_source(
    transport: AsyncTransport, request: StreamRequest[Any], track: Track
) -> AsyncSource:
    """Open a stream in the form that the request names."""
    if request.stream.kind == "sse":
        return await AsyncEventSource.open(transport, as_events(request), track)
    connection = await connect(transport, request, track)
    return AsyncSocketSource(connection, envelope=request.stream.envelope)


async def connect(
    transport: AsyncTransport, request: Request[Any], track: Track
) -> AsyncConnection:
    """Open a WebSocket by the opener of the client, which is the library unless a fake has one."""
    opener: Callable[[Handshake], Any] | None = transport.core.opener
    if opener is not None:
        connection: AsyncConnection = await transport.connect(request, opener, track)
        return connection
    keepalive = chosen("idle_timeout", request.options.idle_timeout, IDLE)

    async def open_by_library(handshake: Handshake) -> AsyncConnection:
        return await open_socket(handshake, keepalive)

    return await transport.connect(request, open_by_library, track)


class AsyncSocketSource:
    """Frames from a WebSocket."""

    def __init__(self, connection: AsyncConnection, *, envelope: bool) -> None:
        self._connection = connection
        self._envelope = envelope

    async def receive(self) -> tuple[str, bytes | str]:
        message = await self._connection.receive()
        if not self._envelope:
            return "data", message
        return unwrap(message.encode() if isinstance(message, str) else message)

    async def close(self) -> None:
        await self._connection.close()


class AsyncEventSource:
    """Frames from server-sent events."""

    def __init__(self, manager: Any, response: AsyncStreamingResponse[Any]) -> None:
        self._manager = manager
        self._chunks: Any = response.iter_bytes()
        self._extensions: Any = response._response.extensions  # noqa: SLF001 - the library's own
        self._decoder = Decoder()
        self._begun = self._reading = False
        self._events: deque[ServerEvent] = deque()

    @classmethod
    async def open(
        cls, transport: AsyncTransport, request: StreamRequest[Any], track: Track
    ) -> AsyncEventSource:
        """Send the request and check that events come back."""
        manager = transport.stream(request)
        response = await manager.__aenter__()
        try:
            await _check(response)
        except BaseException:
            await manager.__aexit__(*exc_info())
            raise
        track.opened(response._call)  # noqa: SLF001 - it was made for us
        return cls(manager, response)

    async def receive(self) -> tuple[str, bytes | str]:
        while not self._events:
            self._events.extend(await self._read())
        event = self._events.popleft()
        return ("data" if event.type == "message" else event.type), event.data

    async def _read(self) -> list[ServerEvent]:
        self._begun = self._reading = True
        try:
            return self._decoder.feed(await self._chunks.__anext__())
        except StopAsyncIteration:
            raise ClosedError(LOST, "the server ended the stream") from None
        except TransportError as error:
            raise ClosedError(LOST, error.message) from error
        except EventTooLargeError as error:
            raise ClosedError(TOO_BIG, str(error)) from None
        finally:
            self._reading = False

    async def close(self) -> None:
        if self._reading:
            wake(self._extensions)
        await self._manager.__aexit__(None, None, None)
        if self._reading or not self._begun:
            return  # whoever reads is told by the connection
        # The library's iterators are nested, and closing the outermost leaves the others to the
        # garbage collector, of which trio complains; an error of the closed connection ends all.
        with suppress(StopAsyncIteration, CoderError):
            await self._chunks.__anext__()
        await self._chunks.aclose()


async def _check(response: AsyncStreamingResponse[Any]) -> None:
    """Refuse a success that is no stream: the dashboard, or the page of a proxy."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "text/event-stream":
        return
    await response.parse()
    raise UnexpectedResponseError(
        f"the answer is `{media_type}` instead of a stream of events",
        status=response.status,
        content_type=media_type,
        context=response._context(),  # noqa: SLF001 - as for every error of a response
    )
