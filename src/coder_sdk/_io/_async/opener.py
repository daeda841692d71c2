"""WebSockets by the `websockets` library. colour: handwritten."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol

from coder_sdk import _sockets
from coder_sdk._sockets import closed, headers_of, is_farewell, raised, settings
from coder_sdk._ws import NORMAL

if TYPE_CHECKING:
    from coder_sdk._handshake import Handshake


class AsyncConnection(Protocol):
    """An open WebSocket, as an opener returns it."""

    async def receive(self) -> bytes | str:
        """The next message; `ClosedError` if none follows."""
        ...

    async def send(self, message: bytes | str) -> None:
        """Send a binary message or a text; `ClosedError` if that is too late."""
        ...

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close the connection, if that has not happened yet."""
        ...


async def open_socket(handshake: Handshake, keepalive: float | None) -> AsyncConnection:
    """Open a WebSocket, under asyncio or trio.

    Args:
        handshake: Where to, and with what.
        keepalive: Seconds without a sign of life after which a connection counts as lost.

    Raises:
        RefusedError: The server answered without switching protocols.
        OSError: There was no answer.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        from coder_sdk._io._async.trio_opener import open_on_trio  # noqa: PLC0415 - only there

        return await open_on_trio(handshake, keepalive)
    from websockets.asyncio.client import ClientConnection, connect  # noqa: PLC0415 - first socket

    class Shaken(ClientConnection):
        """Reports a refusal in a form that the library does not take for a redirect to follow."""

        async def handshake(self, *args: Any, **kwargs: Any) -> None:
            try:
                await super().handshake(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - told apart by `raised`
                raise raised(error) from None

        def process_event(self, event: Any) -> None:
            """Bound how long a server may hold a connection after its farewell."""
            super().process_event(event)
            if is_farewell(event):
                timer = self.loop.call_later(_sockets.CLOSE_TIMEOUT, self.transport.abort)
                self.connection_lost_waiter.add_done_callback(lambda _: timer.cancel())

    try:
        connection = await connect(
            handshake.url, create_connection=Shaken, **settings(handshake, keepalive)
        )
    except Exception as error:  # noqa: BLE001 - told apart by `raised`
        raise raised(error) from None
    return _Connection(connection)


class _Connection:
    """A connection of the library, under asyncio."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.headers = headers_of(connection.response)

    async def receive(self) -> bytes:
        try:
            message: bytes = await self._connection.recv(decode=False)
        except Exception as error:  # noqa: BLE001 - told apart by `closed`
            raise closed(error) from None
        return message

    async def send(self, message: bytes | str) -> None:
        try:
            await self._connection.send(message)
        except Exception as error:  # noqa: BLE001 - told apart by `closed`
            raise closed(error) from None

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        from anyio import move_on_after  # noqa: PLC0415 - async callers have it already

        with move_on_after(_sockets.CLOSE_TIMEOUT):
            await self._connection.close(code, reason)
        self._connection.transport.abort()
