"""Keeps a client below the server's rate limits, and below a ceiling of the user's own."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from coder_sdk._retry import server_wait

if TYPE_CHECKING:
    from coder_sdk._response import RateLimit

_KEPT: Final = 4096
_TOO_MANY: Final = 429


class RateLimiter:
    """Paces requests; one limiter may serve any number of clients, threads and tasks.

    The server counts per user and path in windows of a minute and tells with every answer how
    many requests are left: where none is left, the next waits for the window to end instead of
    being refused.

    Args:
        per_second: At most so many requests a second, evenly spaced; `None` for no ceiling.
        obey_server: Wait where the server's headers say that nothing is left.

    Raises:
        ValueError: `per_second` is not positive.
    """

    def __init__(self, per_second: float | None = None, *, obey_server: bool = True) -> None:
        if per_second is not None and not per_second > 0:
            raise ValueError("`per_second` has to be positive.")
        self.per_second = per_second
        self.obey_server = obey_server
        self._lock = Lock()
        self._next = 0.0
        self._windows: dict[tuple[str, str], _Window] = {}

    def __repr__(self) -> str:
        return f"RateLimiter(per_second={self.per_second}, obey_server={self.obey_server})"

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
            if window is None or window.ends <= now:
                self._windows[key] = _Window(remaining, now + wait)
            else:
                # Answers overtake each other: the smaller number is the later one.
                window.remaining = min(window.remaining, remaining)

    def _forget(self, now: float) -> None:
        ended = [key for key, window in self._windows.items() if window.ends <= now]
        for key in ended or list(self._windows)[: _KEPT // 2]:
            del self._windows[key]


class _Window:
    """What is left until the window ends."""

    __slots__ = ("ends", "remaining")

    def __init__(self, remaining: int, ends: float) -> None:
        self.remaining = remaining
        self.ends = ends

    def take(self, now: float) -> float:
        if now >= self.ends:
            return 0.0
        if self.remaining > 0:
            self.remaining -= 1
            return 0.0
        return self.ends - now
