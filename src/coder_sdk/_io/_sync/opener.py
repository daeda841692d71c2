"""WebSockets by the `websockets` library. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from coder_sdk import _sockets
from coder_sdk._sockets import closed, headers_of, is_farewell, raised, settings
from coder_sdk._ws import NORMAL

if TYPE_CHECKING:
    from coder_sdk._handshake import Handshake


class Connection(Protocol):
    """An open WebSocket, as an opener returns it."""

    def receive(self) -> bytes | str:
        """The next message; `ClosedError` if none follows."""
        ...

    def send(self, message: bytes | str) -> None:
        """Send a binary message or a text; `ClosedError` if that is too late."""
        ...

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close the connection, if that has not happened yet."""
        ...


def open_socket(handshake: Handshake, keepalive: float | None) -> Connection:
    """Open a WebSocket.

    Args:
        handshake: Where to, and with what.
        keepalive: Seconds without a sign of life after which a connection counts as lost.

    Raises:
        RefusedError: The server answered without switching protocols.
        OSError: There was no answer.
    """
    from threading import Timer  # noqa: PLC0415 - loaded by the library

    from websockets.sync.client import ClientConnection, connect  # noqa: PLC0415 - first socket

    class Shaken(ClientConnection):
        """Reports a refusal in a form that the library does not take for a redirect to follow."""

        timer: Timer | None = None

        def handshake(self, *args: Any, **kwargs: Any) -> None:
            try:
                super().handshake(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - told apart by `raised`
                raise raised(error) from None

        def process_event(self, event: Any) -> None:
            """Bound how long a server may hold a connection after its farewell."""
            super().process_event(event)
            if is_farewell(event):
                self.timer = Timer(_sockets.CLOSE_TIMEOUT, self.close_socket)
                self.timer.daemon = True
                self.timer.start()

    arguments = settings(handshake, keepalive)
    try:
        manager = cast("Any", connect)(handshake.url, create_connection=Shaken, **arguments)
        connection = manager.__enter__()
    except Exception as error:  # noqa: BLE001 - told apart by `raised`
        raise raised(error) from None
    return _Connection(manager, connection)


class _Connection:
    """A connection of the library."""

    def __init__(self, manager: Any, connection: Any) -> None:
        self._manager = manager
        self._connection = connection
        self.headers = headers_of(connection.response)

    def receive(self) -> bytes:
        try:
            message: bytes = self._connection.recv(decode=False)
        except Exception as error:  # noqa: BLE001 - told apart by `closed`
            raise closed(error) from None
        return message

    def send(self, message: bytes | str) -> None:
        try:
            self._connection.send(message)
        except Exception as error:  # noqa: BLE001 - told apart by `closed`
            raise closed(error) from None

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        self._connection.close(code, reason)
        manager, self._manager = self._manager, None
        if manager is not None:
            manager.__exit__(None, None, None)
        timer = self._connection.timer
        if timer is not None:
            timer.cancel()
            timer.join()
