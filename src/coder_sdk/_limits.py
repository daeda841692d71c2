"""How long one read or write of a try may take: what is left of the try, not what it had at first.

The HTTP library takes a number of seconds with a request and waits that long for each read, so that
a server which sends a byte now and then would hold a call for ever. The numbers given to it here
know when the try ends; connections ask them anew before each read and write.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typing_extensions import Self

LEAST: Final = 0.001
_SENDING: Final = ".send_request_headers.started"
_OPENING: Final = (".connect_tcp.started", ".connect_unix_socket.started", ".start_tls.started")
_OPENED: Final = (".connect_tcp.complete", ".connect_unix_socket.complete", ".start_tls.complete")


class TooSlowError(Exception):
    """An answer takes longer than it may; never leaves the package."""


class End:
    """When a try is over, by the clock of this machine; `None` for never."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at: float | None = None

    def be_in(self, seconds: float | None) -> None:
        """Let it be so many seconds from now."""
        self.at = None if seconds is None else monotonic() + seconds

    @property
    def is_past(self) -> bool:
        """Whether the time is over."""
        return self.at is not None and monotonic() >= self.at


class Allowance(float):
    """Seconds that one wait may take: a plain number for whoever does not know better.

    Args:
        seconds: The number.
        silence: Seconds that one wait may take at most; `None` for no limit of its own.
        end: When all waits together are over.
    """

    __slots__ = ("_end", "_silence")

    _end: End
    _silence: float | None

    def __new__(cls, seconds: float, silence: float | None, end: End) -> Self:
        self = super().__new__(cls, seconds)
        self._silence = silence
        self._end = end
        return self

    @property
    def left(self) -> float | None:
        """Seconds that the next wait may take, or fewer than none; `None` for no limit."""
        if self._end.at is None:
            return self._silence
        left = self._end.at - monotonic()
        return left if self._silence is None else min(left, self._silence)


def seconds_left(limit: float | None) -> float | None:
    """Seconds that a wait with this limit may take.

    Raises:
        TooSlowError: The time is over.
    """
    if not isinstance(limit, Allowance):
        return limit
    left = limit.left
    if left is not None and left <= 0:
        raise TooSlowError
    return left


def is_opened(name: str, info: dict[str, Any]) -> bool:
    """Whether an event of the library is a new connection; one that is being made is cut short."""
    if name.endswith(_SENDING):
        request: Any = info["request"]
        # There is a connection now, unless to a proxy that TLS goes through: no more to hear of.
        if request.method != b"CONNECT":
            request.extensions.pop("trace", None)
        return False
    if name.endswith(_OPENING):
        limit = info.get("timeout")
        if isinstance(limit, Allowance):
            left = limit.left
            # Not less, so that the library says which of its steps was too slow.
            info["timeout"] = None if left is None else max(left, LEAST)
    return name.endswith(_OPENED)
