"""One-way streams: typed frames, from whichever form the server has, across lost connections."""

from __future__ import annotations

from logging import getLogger
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.transport import CallError
from coder_sdk._frames import decode_frame
from coder_sdk._io._async.shield import shielded
from coder_sdk._io._async.sources import CLOSING, open_source
from coder_sdk._reconnect import Patience, failed, is_absent, lost, other_form, with_query
from coder_sdk._request import Omit
from coder_sdk._track import Track
from coder_sdk._ws import Bookmark, ClosedError, Problem, problem, verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._io._async.sources import AsyncSource
    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._request import StreamRequest

T = TypeVar("T")

logger: Final = getLogger("coder_sdk.streams")
PATIENCE: Final = 5  # errors in a row in place of data
_END: Final = object()


class AsyncStream(Generic[T]):
    """What the server sends, frame by frame, until it is done or the stream is closed.

    The connection is opened with the first frame, or on entering a `with` block. A lost one is
    opened again: logs go on after the last line, states begin with the present one, so that nothing
    is lost or repeated. A stream that is iterated outside of a `with` block closes itself when the
    iteration ends, in whatever way. One task or thread at a time reads it.

    Attributes:
        last_event: The frame that came last.
        last_problem: What the server said last in place of data; such a message ends nothing.
        reconnects: How often the connection was opened again. Where the server keeps no state
            and no log (`resumable` is false), what happened in between was not seen.
    """

    def __init__(self, transport: AsyncTransport, request: StreamRequest[T]) -> None:
        self._transport = transport
        self._request = request
        self._bookmark = Bookmark(request.stream.resume)
        own = request.options.retry
        self._patience = Patience(transport.options.retry if isinstance(own, Omit) else own)
        self._source: AsyncSource | None = None
        self._track = Track(request)
        self._problems = 0
        self._held = False
        self._closed = False
        self.last_event: T | None = None
        self.last_problem: Problem | None = None

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open" if self._source else "not open yet"
        return f"<{type(self).__name__} {self._request.operation}, {state}>"

    @property
    def reconnects(self) -> int:
        """How often the connection was opened again."""
        return max(self._track.connections - 1, 0)

    @property
    def resumable(self) -> bool:
        """Whether nothing is lost between two connections."""
        return self._request.stream.state or self._request.stream.resume is not None

    @property
    def closed(self) -> bool:
        """Whether the stream has come to its end, or was closed."""
        return self._closed

    async def __aenter__(self) -> Self:
        if self._source is None and not self._closed:
            await self._open()
        self._held = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncFrames(self) if self._held else self._until_left()

    async def _until_left(self) -> AsyncIterator[T]:
        """Iterate, and close the stream when the loop is left."""
        try:
            while (frame := await self._next()) is not _END:
                yield cast("T", frame)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection; the iteration ends."""
        self._closed = True
        await self._drop()

    async def _drop(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            with shielded(CLOSING):
                await source.close()

    # -- frames

    async def _next(self) -> T | object:
        """The next frame, or `_END`."""
        while not self._closed:
            if self._source is None:
                await self._open()
                continue
            try:
                kind, payload = await self._source.receive()
            except ClosedError as error:
                await self._ended(error)
                continue
            if kind == "data":
                frame = self._bookmark.take(decode_frame(self._request, payload, self._track))
                if frame is not None:
                    self._patience.failures = self._problems = 0
                    self.last_event = frame
                    return cast("T", frame)
            elif kind == "error":
                await self._note(problem(payload))
        return _END

    async def _note(self, found: Problem) -> None:
        """Take note of an error that the server reports; many in a row are the end."""
        self.last_problem = found
        self._problems += 1
        logger.warning("%s: %s %s", self._request.operation, found.message, found.detail)
        if self._problems >= PATIENCE:
            await self.close()
            text = f"the server reports errors only: {found.message} {found.detail}".rstrip()
            raise failed(self._track, text, self.last_event)

    async def _ended(self, error: ClosedError) -> None:
        """The connection is gone: that is the end, or the reason for another one."""
        await self._drop()
        if self._closed or verdict(error.code) == "end":
            self._closed = True
            return
        await self._wait(error)

    async def _wait(self, cause: Exception) -> None:
        """Wait before the next connection, or give up."""
        delay = self._patience.delay(cause)
        if delay is None:
            self._closed = True
            raise lost(self._track, cause, self.last_event)
        logger.info("%s: %s, again in %.2f s", self._request.operation, cause, delay)
        await self._transport.core.clock.asleep(delay)

    # -- connections

    async def _open(self) -> None:
        """Open a connection; all but the first one with patience."""
        while self._source is None and not self._closed:
            try:
                source = await self._connect()
            except CoderError as error:
                if self._track.connections == 0:
                    self._closed = True
                    raise
                await self._wait(error)
                continue
            self._source = source
            if self.reconnects:
                self._bookmark.reconnected()

    async def _connect(self) -> AsyncSource:
        """Open the stream in the form that this server has."""
        request = self._request
        other, fallbacks = other_form(request), self._transport.core.fallbacks
        if other is not None and request.operation in fallbacks:
            request, other = other, request
        try:
            return await self._open_form(request)
        except CallError as error:
            if other is None or not is_absent(error, request.stream.kind):
                raise
            first = error
        try:
            source = await self._open_form(other)
        except CallError as error:
            error.first_error = first
            raise error from first
        fallbacks ^= {self._request.operation}
        return source

    async def _open_form(self, request: StreamRequest[T]) -> AsyncSource:
        changed = with_query(request, self._bookmark.query)
        return await open_source(self._transport, changed, self._track)


class AsyncFrames(Generic[T]):
    """Iterates a stream that a `with` block closes."""

    def __init__(self, stream: AsyncStream[T]) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        frame = await self._stream._next()  # noqa: SLF001 - same module
        if frame is _END:
            raise StopAsyncIteration
        return cast("T", frame)
