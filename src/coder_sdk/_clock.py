"""The clock that everything waits on; tests and the fake deployment put their own in its place."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Time as the run-time sees it."""

    def monotonic(self) -> float:
        """Seconds of a clock that only goes forward."""
        ...

    def time(self) -> float:
        """Seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Wait, leaving the event loop to others."""
        ...


class SystemClock:
    """The clock of this machine."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Seconds of a clock that only goes forward."""
        return time.monotonic()

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, under asyncio and trio alike."""
        import anyio  # noqa: PLC0415 - async callers have it already

        await anyio.sleep(seconds)
