"""What the two colours differ by. colour: handwritten."""

from __future__ import annotations

import sys
from collections import deque
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anyio import Event, Lock


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
        self._free = size
        self._waiting: deque[Event] = deque()

    async def enter(self, limit: float | None) -> bool:
        """Wait for a place, at most so many seconds; whether there is one."""
        if self._free:
            self._free -= 1
            return True
        from anyio import Event, move_on_after  # noqa: PLC0415 - async callers have it already

        turn = Event()
        self._waiting.append(turn)
        try:
            with move_on_after(limit):
                await turn.wait()
        except BaseException:
            # Cancelled: the place goes to the next, if it was given at the same moment.
            self._leave_queue(turn)
            raise
        if turn.is_set():
            return True
        self._waiting.remove(turn)
        return False

    def _leave_queue(self, turn: Event) -> None:
        if turn.is_set():
            self.leave()
        else:
            self._waiting.remove(turn)

    def leave(self) -> None:
        """Give the place to the next in the queue."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1


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
