"""WebSockets by the `websockets` library under trio. colour: handwritten.

The library runs a connection in a nursery, and a nursery must not outlive the scope that opened
it; a stream that is iterated has no such scope. So the nursery lives in a task of the run itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk import _sockets
from coder_sdk._errors.base import ConfigError
from coder_sdk._sockets import closed, headers_of, is_farewell, raised, settings
from coder_sdk._ws import NORMAL

if TYPE_CHECKING:
    from coder_sdk._handshake import Handshake


async def open_on_trio(handshake: Handshake, keepalive: float | None) -> TrioConnection:
    """Open a WebSocket; raises as `open_socket` does."""
    connection = TrioConnection()
    await connection.open(handshake, keepalive)
    return connection


async def hang_up(connection: Any) -> None:
    """Close a connection that the other side does not close after its farewell."""
    import trio  # noqa: PLC0415 - it is running

    with trio.move_on_after(_sockets.CLOSE_TIMEOUT):
        await connection.stream_closed.wait()
        return
    await trio.aclose_forcefully(connection.stream)


class TrioConnection:
    """A connection of the library, kept by a task of its own."""

    def __init__(self) -> None:
        import trio  # noqa: PLC0415 - it is running

        self._trio: Any = trio
        self._scope = trio.CancelScope()
        self._settled = trio.Event()
        self._leave = trio.Event()
        self._gone = trio.Event()
        self._failure: Exception | None = None
        self._connection: Any = None
        self.headers: dict[str, str] = {}

    async def open(self, handshake: Handshake, keepalive: float | None) -> None:
        self._trio.lowlevel.spawn_system_task(self._hold, handshake, keepalive)
        try:
            await self._settled.wait()
        except BaseException:
            await self._abandon()
            raise
        if self._failure is not None:
            raise raised(self._told(self._failure)) from None

    def _told(self, error: Exception) -> Exception:
        """Why a connection broke: trio hides it behind an error of its own."""
        if not isinstance(error, (self._trio.BrokenResourceError, self._trio.ClosedResourceError)):
            return error
        cause = error.__cause__
        return cause if isinstance(cause, OSError) else ConnectionResetError("no answer came")

    async def _hold(self, handshake: Handshake, keepalive: float | None) -> None:
        with self._scope:
            try:
                await self._run(handshake, keepalive)
            except Exception as error:  # noqa: BLE001 - raised by `open`, in the caller's task
                self._failure = error
            finally:
                self._settled.set()
        self._gone.set()

    async def _run(self, handshake: Handshake, keepalive: float | None) -> None:
        try:
            from websockets.trio.client import (  # noqa: PLC0415 - with the first socket
                ClientConnection,
                connect,
            )
        except ImportError:
            raise ConfigError(
                "Sockets under trio need a newer `websockets`: update it, or use asyncio."
            ) from None

        class Shaken(ClientConnection):
            """Reports a refusal in a form that the library does not take for a redirect."""

            async def handshake(self, *args: Any, **kwargs: Any) -> None:
                try:
                    await super().handshake(*args, **kwargs)
                except Exception as error:  # noqa: BLE001 - told apart by `raised`
                    raise raised(error) from None

            def process_event(self, event: Any) -> None:
                """Bound how long a server may hold a connection after its farewell."""
                super().process_event(event)
                if is_farewell(event):
                    self.nursery.start_soon(hang_up, self)

        chosen = settings(handshake, keepalive)
        async with connect(handshake.url, create_connection=Shaken, **chosen) as connection:
            self._connection = connection
            self.headers = headers_of(connection.response)
            self._settled.set()
            await self._leave.wait()

    async def _abandon(self) -> None:
        self._scope.cancel()
        with self._trio.CancelScope(shield=True):
            await self._gone.wait()

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
        with self._trio.move_on_after(_sockets.CLOSE_TIMEOUT):
            await self._connection.aclose(code, reason)
            self._leave.set()
            await self._gone.wait()
        if not self._gone.is_set():
            await self._abandon()
