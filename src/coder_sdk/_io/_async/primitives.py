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
