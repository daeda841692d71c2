"""Cleaning up although the task was cancelled. colour: handwritten."""

from __future__ import annotations

import socket
from contextlib import nullcontext, suppress
from typing import Any


def shielded(seconds: float) -> nullcontext[None]:  # noqa: ARG001 - threads are not cancelled
    """Let what stands in the block finish."""
    return nullcontext()


def wake(extensions: Any) -> None:
    """Wake a thread that reads from the connection of an answer."""
    stream = extensions.get("network_stream")
    connection = None if stream is None else stream.get_extra_info("socket")
    if connection is not None:
        with suppress(OSError):  # it may be closed already
            connection.shutdown(socket.SHUT_RDWR)
