"""Runs what blocks on the disk. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from anyio.to_thread import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


async def offloaded(call: Callable[[], R]) -> R:
    """Call a function that blocks, without holding up the event loop."""
    return await run_sync(call)
