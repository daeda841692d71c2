"""Cleaning up although the task was cancelled. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def shielded(seconds: float) -> AbstractContextManager[object]:
    """Let what stands in the block finish, for so many seconds, whoever cancels."""
    from anyio import move_on_after  # noqa: PLC0415 - async callers have it already

    return move_on_after(seconds, shield=True)


def wake(extensions: Any) -> None:
    """Nothing to do: closing a connection wakes the task that reads from it."""
    del extensions
