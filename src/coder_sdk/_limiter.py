"""Keeps a client below the server's rate limits, and below a ceiling of the user's own."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._retry import check_number, not_a, server_wait

if TYPE_CHECKING:
    from coder_sdk._response import RateLimit

_KEPT: Final = 4096
_TOO_MANY: Final = 429
_LENGTH: Final = 60.0  # seconds of a window of the server


class RateLimiter:
    """Paces requests; one limiter may serve any number of clients, threads and tasks.

    The server counts per user and path in windows of a minute and tells with every answer how
    many requests are left: where none is left, the next waits for the window to end instead of
    being refused. Of many that wait, as many go with each window as it allows.

    Args:
        per_second: At most so many requests a second, evenly spaced; `None` for no ceiling.
        obey_server: Wait where the server's headers say that nothing is left.

    A pickle of a limiter holds its settings only: where it is unpickled, it begins anew.

    Raises:
        RequestValidationError: `per_second` is no positive number.
    """

    def __init__(self, per_second: float | None = None, *, obey_server: bool = True) -> None:
        if per_second is not None:
            check_number("per_second", per_second, above=0)
        if not isinstance(obey_server, bool):
            raise not_a("obey_server", "True or False", obey_server)
        self.per_second = per_second
        self.obey_server = obey_server
        self._lock = Lock()
        self._next = 0.0
        self._windows: dict[tuple[str, str], _Window] = {}

    def __repr__(self) -> str:
        return f"RateLimiter(per_second={self.per_second}, obey_server={self.obey_server})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.per_second, self.obey_server)

    def reserve(self, user: str, path: str, now: float) -> float:
        """Take the next free place; the request may go after so many seconds.

        Args:
            user: What tells users apart; each has windows of their own.
            path: Path of the request, without its query.
            now: Seconds of the monotonic clock.
        """
        with self._lock:
            delay = 0.0
            if self.per_second is not None:
                start = max(self._next, now)
                self._next = start + 1 / self.per_second
                delay = start - now
            window = self._windows.get((user, path)) if self.obey_server else None
            if window is None:
                return delay
            return max(delay, window.take(now))

    def observe(self, user: str, path: str, status: int, limit: RateLimit, now: float) -> None:
        """Learn from an answer.

        Args:
            user: As for `reserve`.
            path: As for `reserve`.
            status: Status of the answer.
            limit: What it said about the limit.
            now: Seconds of the monotonic clock.
        """
        if not self.obey_server:
            return
        wait = server_wait(limit, now)
        remaining = 0 if status == _TOO_MANY else limit.remaining
        # Without the server's own time a reset cannot be told from a clock that runs apart.
        if wait is None or remaining is None or (limit.reset and limit.server_time is None):
            return
        with self._lock:
            if len(self._windows) >= _KEPT:
                self._forget(now)
            key = (user, path)
            window = self._windows.get(key)
            if window is None or window.is_over(now):
                window = self._windows[key] = _Window(remaining, now + wait)
            window.learn(remaining, limit.limit, now, now + wait)

    def _forget(self, now: float) -> None:
        ended = [key for key, window in self._windows.items() if window.is_over(now)]
        for key in ended or list(self._windows)[: _KEPT // 2]:
            del self._windows[key]


def _restored(per_second: float | None, obey_server: bool) -> RateLimiter:  # noqa: FBT001 - pickled
    return RateLimiter(per_second, obey_server=obey_server)


class _Window:
    """What is left until the window ends, and who has a place in the windows after it."""

    __slots__ = ("_booked", "_ends", "_remaining", "_size")

    def __init__(self, remaining: int, ends: float) -> None:
        self._remaining = remaining
        self._ends = ends
        # Requests that a window allows; 0 as long as no answer has told.
        self._size = 0
        # Places that were given away in later windows.
        self._booked = 0

    def is_over(self, now: float) -> bool:
        """Whether the window has ended, and nobody waits for a later one."""
        windows = -(-self._booked // self._size) if self._size else 0
        return now >= self._ends + windows * _LENGTH

    def learn(self, remaining: int, size: int | None, now: float, ends: float) -> None:
        """Believe an answer, unless it is about a window that is over."""
        self._size = size or self._size
        self._turn(max(now, ends - _LENGTH / 2))
        if ends > self._ends - _LENGTH / 2:
            # Answers overtake each other: the smaller number is the later one.
            self._remaining = min(self._remaining, remaining)

    def take(self, now: float) -> float:
        """Seconds until the next free place, which is taken."""
        self._turn(now)
        if now >= self._ends:
            return 0.0
        if self._remaining > 0:
            self._remaining -= 1
            return 0.0
        later = self._booked // self._size if self._size else 0
        self._booked += 1
        return self._ends - now + later * _LENGTH

    def _turn(self, now: float) -> None:
        """Go on to the window of this moment, of which some places are taken."""
        if now < self._ends or not self._size:
            return
        passed = int((now - self._ends) // _LENGTH) + 1
        waiting = max(self._booked - (passed - 1) * self._size, 0)
        taken = min(waiting, self._size)
        self._remaining, self._booked = self._size - taken, waiting - taken
        self._ends += passed * _LENGTH
