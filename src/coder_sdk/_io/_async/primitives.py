"""What the two colours differ by. colour: handwritten."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anyio import Lock


def new_lock() -> Lock:
    """A lock between tasks."""
    from anyio import Lock  # noqa: PLC0415 - async callers have it already

    return Lock()


class AsyncGate:
    """Lets a bounded number of tasks through at a time.

    The pool of the HTTP library looks at every waiting request whenever one ends, so that a
    thousand at once take many times as long as a thousand that come in turn.
    """

    def __init__(self, size: int) -> None:
        import anyio  # noqa: PLC0415 - async callers have it already

        self._anyio = anyio
        self._places = anyio.Semaphore(size, fast_acquire=True)

    async def enter(self, limit: float | None) -> bool:
        """Wait for a place, at most so many seconds; whether there is one."""
        try:
            self._places.acquire_nowait()
        except self._anyio.WouldBlock:
            with self._anyio.move_on_after(limit):
                await self._places.acquire()
                return True
            return False
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()


async def settled(value: Any) -> Any:
    """The result of a function of the user, which may be a coroutine function."""
    return await value if hasattr(value, "__await__") else value


async def read_chunk(file: IO[bytes], size: int) -> bytes:
    """Read from a file without holding up the event loop."""
    from anyio.to_thread import run_sync  # noqa: PLC0415 - async callers have it already

    return await run_sync(file.read, size)


async def write_chunk(file: IO[bytes], data: bytes) -> None:
    """Write to a file without holding up the event loop."""
    from anyio.to_thread import run_sync  # noqa: PLC0415 - async callers have it already

    await run_sync(file.write, data)


def loop_token() -> object:
    """What identifies the running event loop, under asyncio and trio alike."""
    asyncio: Any = sys.modules.get("asyncio")
    try:
        return asyncio.get_running_loop()
    except (AttributeError, RuntimeError):
        trio: Any = sys.modules["trio"]
        return trio.lowlevel.current_trio_token()
