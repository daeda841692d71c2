# Derived from `src/coder_sdk/_io/_async/limits.py`
# by `python -m codegen colours`; edit that file.
"""Makes the connections of the HTTP library keep to the time that is left of a try."""

from __future__ import annotations

from typing import Any, Final, cast
from weakref import ref

from coder_sdk._limits import is_opened, seconds_left

PIECE: Final = 64 * 1024
"""Bytes of one write: the library waits anew whenever the other side has taken some."""


def watch(name: str, info: dict[str, Any]) -> None:
    """Hear of a step of the library, as its extension `trace`."""
    if is_opened(name, info):
        keep_to_limits(info["return_value"])


def keep_to_limits(stream: Any) -> None:
    """Let a connection ask, before each read and write, how long it may still wait."""
    attributes = getattr(stream, "__dict__", None)
    if attributes is None or "read" in attributes:
        return
    kind = cast("Any", type(stream))
    # No cycle: a client that is dropped unclosed is to be noticed at once.
    itself, read_all, write_all = ref(stream), kind.read, kind.write

    def read(max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = read_all(itself(), max_bytes, seconds_left(timeout))
        return data

    def write(buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            piece = buffer[start : start + PIECE]
            write_all(itself(), piece, seconds_left(timeout))

    stream.read, stream.write = read, write
