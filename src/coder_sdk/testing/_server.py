"""Serves a fake deployment on loopback, with starlette under uvicorn."""

from __future__ import annotations

import socket
import time
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._app import LostError, SlowError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
    from types import TracebackType

    from coder_sdk.testing._app import App
    from coder_sdk.testing._session import Session
    from coder_sdk.testing._web import Call, Reply

_POLL: Final = 0.01
_START_SECONDS: Final = 10.0
_HINT: Final = "Serving needs the extra `testing`: pip install 'coder-sdk[testing]'."


class Server:
    """A fake deployment on loopback, while a `with` or `async with` block runs.

    Entering gives the address. Meanwhile the clock of the fake runs with the real one.

    Raises:
        ImportError: The extra `testing` is not installed.
    """

    def __init__(self, app: App, owner: Any) -> None:
        self._app = app
        self._owner = owner
        self._server: Any = None
        self._thread: Thread | None = None
        self._socket: socket.socket | None = None

    def start(self) -> str:
        """Start serving.

        Returns:
            The address.
        """
        try:
            import uvicorn  # noqa: PLC0415 - needs the extra
        except ImportError as error:
            raise ImportError(_HINT) from error
        # Only a socket that knows its protocol has its delay switched off by the event loop;
        # otherwise every answer over a kept connection waits for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            _Gateway(self._app),
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
            server_header=False,
            date_header=False,
        )
        self._server = uvicorn.Server(config)
        self._app.state.clock.follow_real_time()
        self._app.state.access_url = self._owner.url = url
        sockets = [self._socket]
        run = self._server.run
        self._thread = Thread(target=lambda: run(sockets=sockets), name="coder-fake", daemon=True)
        self._thread.start()
        self._wait()
        return url

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > end:
                raise TimeoutError("The server of the fake deployment did not start.")
            time.sleep(_POLL)

    def stop(self) -> None:
        """Stop serving, if that has not happened yet."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._server.should_exit = True
        thread.join(_START_SECONDS)
        if self._socket is not None:
            self._socket.close()
        self._app.state.clock.stand_still()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> str:
        import anyio  # noqa: PLC0415 - async callers have it already

        return await anyio.to_thread.run_sync(self.start)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        import anyio  # noqa: PLC0415 - async callers have it already

        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.stop)


if TYPE_CHECKING:
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Gateway:
    """The ASGI application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    def _arrived(self, scope: Scope, method: str, body: bytes, *, upgrade: bool) -> Call:
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1").partition("?")[0]
        headers = [(name.decode("latin-1"), value.decode("latin-1"))
                   for name, value in scope["headers"]]  # fmt: skip
        return self._app.arrive(
            method, f"{target}?{query}" if query else target, headers, body, upgrade=upgrade
        )

    async def _handled(self, call: Call) -> Reply:
        import anyio  # noqa: PLC0415 - the server needs it anyway

        return await anyio.to_thread.run_sync(self._app.handle, call)

    # -- HTTP

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.requests import Request  # noqa: PLC0415 - needs the extra
        from starlette.responses import Response, StreamingResponse  # noqa: PLC0415 - likewise

        body = await Request(scope, receive).body()
        call = self._arrived(scope, scope["method"], body, upgrade=False)
        try:
            reply = await self._handled(call)
        except LostError as error:
            await _lose(send, error.partial)
            return
        if reply.session is None:
            response = Response(reply.body, reply.status, reply.headers)
        else:
            headers = {
                **reply.headers,
                "cache-control": "no-cache",
                "x-accel-buffering": "no",
            }
            content = _events(self._app, reply.session)
            response = StreamingResponse(
                content, reply.status, headers, media_type="text/event-stream"
            )
        await response(scope, receive, send)

    # -- WebSockets

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import Response  # noqa: PLC0415 - needs the extra
        from starlette.websockets import WebSocket  # noqa: PLC0415 - likewise

        call = self._arrived(scope, "GET", b"", upgrade=True)
        websocket = WebSocket(scope, receive, send)
        try:
            reply = await self._handled(call)
        except (LostError, SlowError):
            # The nearest that a server can do to losing a handshake.
            await websocket.close()
            return
        if reply.session is None:
            await receive()
            headers = {
                name: value for name, value in reply.headers.items() if name != "content-length"
            }
            await websocket.send_denial_response(Response(reply.body, reply.status, headers))
            return
        await websocket.accept()
        await _talk(self._app, websocket, reply.session)


async def _lose(send: Send, partial: Reply | None) -> None:
    """Break the connection: what was announced is never sent."""
    reply_headers = {} if partial is None else partial.headers
    body = b"" if partial is None else partial.body
    headers = [(name.encode(), value.encode()) for name, value in reply_headers.items()
               if name != "content-length"]  # fmt: skip
    headers.append((b"content-length", str(len(body) + 1).encode()))
    status = 200 if partial is None else partial.status
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    raise ConnectionResetError("a fault was injected")


async def _events(app: App, session: Session) -> AsyncIterator[bytes]:
    try:
        while (frame := await _next(app, session)) is not None:
            yield frame if isinstance(frame, bytes) else frame.encode()
        if session.dropped:
            raise ConnectionResetError("a fault was injected")
    finally:
        with app.state.clock.lock:
            session.leave()


async def _next(app: App, session: Session) -> str | bytes | None:
    """The next frame, when it is due by the real clock; `None` at the end."""
    import anyio  # noqa: PLC0415 - the server needs it anyway

    while True:
        app.state.clock.settle()
        frame = session.take()
        if frame is not None or session.over:
            return frame
        await anyio.sleep(_POLL)


async def _talk(app: App, websocket: Any, session: Session) -> None:
    """Carry messages both ways until either side is done."""
    import anyio  # noqa: PLC0415 - the server needs it anyway

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_listen, app, websocket, session, tasks.cancel_scope)
        while (frame := await _next(app, session)) is not None:
            if isinstance(frame, bytes):
                await websocket.send_bytes(frame)
            else:
                await websocket.send_text(frame)
        if not session.dropped and session.close is not None:
            await websocket.close(*session.close)
        tasks.cancel_scope.cancel()


async def _listen(app: App, websocket: Any, session: Session, scope: Any) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            with app.state.clock.lock:
                session.leave()
            scope.cancel()
            return
        data = message.get("text")
        with app.state.clock.lock:
            if not session.over:
                session.receive(message["bytes"] if data is None else data)
