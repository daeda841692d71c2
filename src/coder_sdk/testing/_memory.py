"""Carries requests and streams between a client and a fake deployment, without a socket."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from coder_sdk import _http
from coder_sdk._handshake import RefusedError
from coder_sdk._ws import LOST, NORMAL, ClosedError
from coder_sdk.testing._app import LostError, SlowError
from coder_sdk.testing._session import BREATH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from coder_sdk._handshake import Handshake
    from coder_sdk.testing._app import App
    from coder_sdk.testing._session import Session
    from coder_sdk.testing._web import Call, Reply


class Memory:
    """The way to a fake deployment in memory, for both colours.

    Args:
        app: The deployment.
        client: Address that the requests seem to come from.
    """

    def __init__(self, app: App, client: str = "127.0.0.1") -> None:
        self._app = app
        self._client = client

    # -- HTTP

    def send(self, request: Any) -> Any:
        """Answer a request of the synchronous HTTP client."""
        call = self._arrived(request)
        reply, cut = self._handled(call, _patience(request))
        if reply.session is None:
            content = _cut(reply.body) if cut else reply.body
            return _http.answer_of(reply.status, reply.headers, content)
        return _http.answer_of(reply.status, _streamed(reply), self._events(reply.session))

    async def asend(self, request: Any) -> Any:
        """Answer a request of the asynchronous HTTP client."""
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - async callers have it already

        call = self._arrived(request)
        # What arrives at the same time is seen before the first of it is handled.
        await checkpoint()
        reply, cut = self._handled(call, _patience(request))
        if reply.session is None:
            content = _acut(reply.body) if cut else reply.body
            return _http.answer_of(reply.status, reply.headers, content)
        return _http.answer_of(reply.status, _streamed(reply), self._aevents(reply.session))

    def _arrived(self, request: Any) -> Call:
        target = request.url.raw_path.decode("ascii")
        headers = [(str(name), str(value)) for name, value in request.headers.items()]
        return self._app.arrive(
            request.method, target, headers, request.content, client=self._client
        )

    def _handled(self, call: Call, patience: float | None) -> tuple[Reply, bool]:
        """The answer, and whether the connection is lost in the middle of it."""
        try:
            return self._app.handle(call, patience), False
        except SlowError:
            raise _http.failure("ReadTimeout", "The read operation timed out") from None
        except LostError as error:
            if error.refused:
                raise _http.failure("ConnectError", "Connection refused") from None
            if error.partial is None:
                raise _http.failure("ReadError", "Connection reset by peer") from None
            return error.partial, True

    # -- server-sent events

    def _events(self, session: Session) -> Iterator[bytes]:
        try:
            while (frame := self.next_frame(session)) is not None:
                yield frame if isinstance(frame, bytes) else frame.encode()
            if session.dropped:
                raise _http.failure("ReadError", "Connection reset by peer")
        finally:
            self.leave(session)

    async def _aevents(self, session: Session) -> AsyncIterator[bytes]:
        try:
            while (frame := await self.anext_frame(session)) is not None:
                yield frame if isinstance(frame, bytes) else frame.encode()
            if session.dropped:
                raise _http.failure("ReadError", "Connection reset by peer")
        finally:
            self.leave(session)

    def next_frame(self, session: Session) -> str | bytes | None:
        """The next frame, with the clock moved on as far as it takes; `None` at the end."""
        clock = self._app.state.clock
        while True:
            frame = session.take()
            if frame is not None or session.over:
                return frame
            clock.breathe()
            if session.waits and not self._move(session, breathed=False):
                time.sleep(BREATH)
                if session.waits:
                    self._move(session, breathed=True)

    async def anext_frame(self, session: Session) -> str | bytes | None:
        """Likewise, and other tasks go on meanwhile."""
        import anyio  # noqa: PLC0415 - async callers have it already
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - likewise

        clock = self._app.state.clock
        while True:
            await checkpoint()
            frame = session.take()
            if frame is not None or session.over:
                return frame
            await clock.abreathe()
            if session.waits and not self._move(session, breathed=False):
                await anyio.sleep(BREATH)
                if session.waits:
                    self._move(session, breathed=True)

    def _move(self, session: Session, *, breathed: bool) -> bool:
        """Let the next thing happen; what goes on for ever only after a breath."""
        clock = self._app.state.clock
        with clock.lock:
            if clock.is_real:
                clock.settle()
                return False
            if breathed and clock.is_idle:
                session.tire()
            return clock.move_on(background=breathed)

    def leave(self, session: Session) -> None:
        """Say that the client is gone."""
        with self._app.state.clock.lock:
            session.leave()

    # -- WebSockets

    def open(self, handshake: Handshake) -> MemoryConnection:
        """Open a WebSocket of the synchronous client."""
        return MemoryConnection(self, self._shaken(self._upgrade(handshake), handshake))

    async def aopen(self, handshake: Handshake) -> AsyncMemoryConnection:
        """Open a WebSocket of the asynchronous client."""
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - async callers have it already

        call = self._upgrade(handshake)
        await checkpoint()
        return AsyncMemoryConnection(self, self._shaken(call, handshake))

    def _upgrade(self, handshake: Handshake) -> Call:
        _, _, rest = handshake.url.partition("://")
        target = "/" + rest.partition("/")[2]
        headers = handshake.headers.items()
        return self._app.arrive("GET", target, headers, b"", upgrade=True, client=self._client)

    def _shaken(self, call: Call, handshake: Handshake) -> Session:
        try:
            reply = self._app.handle(call, handshake.timeout)
        except SlowError:
            raise TimeoutError("timed out during opening handshake") from None
        except LostError as error:
            kind = ConnectionRefusedError if error.refused else ConnectionResetError
            raise kind("the connection was lost") from None
        if reply.session is None or reply.status != 101:  # noqa: PLR2004 - switching protocols
            raise RefusedError(reply.status, reply.headers, reply.body)
        return reply.session

    def put(self, session: Session, message: bytes | str) -> None:
        """Give a message of the client to a session."""
        with self._app.state.clock.lock:
            if session.over:
                raise closing(session)
            session.receive(message)


def _patience(request: Any) -> float | None:
    timeout: dict[str, float | None] = request.extensions.get("timeout") or {}
    return timeout.get("read")


def _cut(body: bytes) -> Iterator[bytes]:
    yield body
    raise _http.failure("ReadError", "Connection reset by peer")


async def _acut(body: bytes) -> AsyncIterator[bytes]:
    yield body
    raise _http.failure("ReadError", "Connection reset by peer")


def _streamed(reply: Reply) -> dict[str, str]:
    return {
        **reply.headers,
        "content-type": "text/event-stream",
        "cache-control": "no-cache",
        "x-accel-buffering": "no",
    }


def closing(session: Session) -> ClosedError:
    """How a session ended."""
    if session.dropped or session.close is None:
        return ClosedError(LOST, "the connection was lost")
    return ClosedError(*session.close)


class MemoryConnection:
    """An open WebSocket of the synchronous client."""

    def __init__(self, memory: Memory, session: Session) -> None:
        self._memory = memory
        self._session = session

    def receive(self) -> bytes | str:
        """The next message; `ClosedError` if none follows."""
        frame = self._memory.next_frame(self._session)
        if frame is None:
            raise closing(self._session)
        return frame

    def send(self, message: bytes | str) -> None:
        """Send a message; `ClosedError` if that is too late."""
        self._memory.put(self._session, message)

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close the connection."""
        self._session.end(code, reason)
        self._memory.leave(self._session)


class AsyncMemoryConnection:
    """An open WebSocket of the asynchronous client."""

    def __init__(self, memory: Memory, session: Session) -> None:
        self._memory = memory
        self._session = session

    async def receive(self) -> bytes | str:
        """The next message; `ClosedError` if none follows."""
        frame = await self._memory.anext_frame(self._session)
        if frame is None:
            raise closing(self._session)
        return frame

    async def send(self, message: bytes | str) -> None:
        """Send a message; `ClosedError` if that is too late."""
        self._memory.put(self._session, message)

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close the connection."""
        self._session.end(code, reason)
        self._memory.leave(self._session)
