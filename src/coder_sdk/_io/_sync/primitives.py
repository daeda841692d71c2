"""What the two colours differ by. colour: handwritten."""

from __future__ import annotations

from threading import BoundedSemaphore, Lock
from typing import IO, Any

from coder_sdk._errors.base import ConfigError


def new_lock() -> Lock:
    """A lock between threads."""
    return Lock()


class Gate:
    """Lets a bounded number of threads through at a time."""

    def __init__(self, size: int) -> None:
        self._places = BoundedSemaphore(size)

    def enter(self, limit: float | None) -> bool:
        """Wait for a place, at most so many seconds; whether there is one."""
        return self._places.acquire(timeout=limit)

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()


def settled(value: Any) -> Any:
    """The result of a function of the user.

    Raises:
        ConfigError: It is a coroutine function, which only the async client can await.
    """
    if hasattr(value, "__await__"):
        close = getattr(value, "close", None)
        if close is not None:
            close()
        raise ConfigError("A coroutine function was given to `Client`; use `AsyncClient`.")
    return value


def read_chunk(file: IO[bytes], size: int) -> bytes:
    """Read from a file."""
    return file.read(size)


def write_chunk(file: IO[bytes], data: bytes) -> None:
    """Write to a file."""
    file.write(data)


def loop_token() -> object:
    """There is no event loop here."""
    return None
