# Derived from `src/coder_sdk/_io/_async/sockets.py`
# by `python -m codegen colours`; edit that file.
"""Two-way sockets: typed messages, or the raw bytes of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from coder_sdk._errors.work import StreamError
from coder_sdk._frames import decode_frame, encode_frame
from coder_sdk._io._sync.shield import shielded
from coder_sdk._io._sync.sources import CLOSING, connect
from coder_sdk._track import Track
from coder_sdk._ws import NORMAL, ClosedError, close_hint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._io._sync.opener import Connection
    from coder_sdk._io._sync.transport import Transport
    from coder_sdk._request import SocketRequest

S = TypeVar("S")
V = TypeVar("V")


class Socket(Generic[S, V]):
    """A connection on which both sides send; used in a `with` block, which opens and closes it.

    Nothing is opened again by itself: what the other side knew is gone with the connection.

    Attributes:
        close_code: Why the other side closed; `None` as long as it has not.
        close_reason: What it said.
        last_event: What was received last.
    """

    def __init__(self, transport: Transport, request: SocketRequest[S, V]) -> None:
        self._transport = transport
        self._request = request
        self._connection: Connection | None = None
        self._left = False
        self._track = Track(request)
        self.close_code: int | None = None
        self.close_reason: str = ""
        self.last_event: V | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._request.operation}>"

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> Connection:
        if self._left:
            raise self._lost(ClosedError(NORMAL, "it was closed here"))
        if self._connection is None:
            self._connection = connect(self._transport, self._request, self._track)
        return self._connection

    def send(self, message: S | Mapping[str, Any]) -> None:
        """Send a message: a model or what it is made of, or raw bytes.

        Raises:
            RequestValidationError: The message does not fit; nothing was sent.
            StreamError: The connection is closed.
        """
        content = encode_frame(self._request, message)
        connection = self._open()
        try:
            connection.send(content)
        except ClosedError as error:
            raise self._lost(error) from None

    def receive(self) -> V:
        """Wait for the next message.

        Raises:
            StreamError: None follows: the connection is closed.
        """
        connection = self._open()
        try:
            message = connection.receive()
        except ClosedError as error:
            raise self._lost(error) from None
        self.last_event = cast("V", decode_frame(self._request, message, self._track))
        return self.last_event

    def _lost(self, error: ClosedError) -> StreamError:
        if not self._left:
            self.close_code, self.close_reason = error.code, error.reason
        return StreamError(
            f"the socket is closed: {error}",
            last_event=self.last_event,
            close_code=error.code,
            close_reason=error.reason,
            hint=close_hint(error.code),
            context=self._track.context(),
        )

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> V:
        try:
            return self.receive()
        except StreamError as error:
            if error.close_code == NORMAL:
                raise StopIteration from None
            raise

    def close(self) -> None:
        """Close the connection."""
        self._left = True
        connection, self._connection = self._connection, None
        if connection is not None:
            with shielded(CLOSING):
                connection.close()
