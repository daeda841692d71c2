# Derived from `src/coder_sdk/_io/_async/downloads.py`
# by `python -m codegen colours`; edit that file.
"""Bodies on their way to a file."""

from __future__ import annotations

import os
from errno import EISDIR
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, BinaryIO

from coder_sdk._bodies import check_progress
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.transport import ConnectionLostError
from coder_sdk._io._sync.primitives import settled, write_chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._response import StreamingResponse


def check_size(response: StreamingResponse[Any], written: int) -> None:
    """Refuse a body that is not as long as the server said.

    Raises:
        ConnectionLostError: With both numbers.
    """
    if response.size is not None and written != response.size:
        text = f"the body ended after {written} of {response.size} bytes"
        context = response._context()  # noqa: SLF001 - as for every error of a response
        raise ConnectionLostError(text, context=context)


def new_beside(target: Path) -> BinaryIO:
    """Open a new file next to another, with the rights that the process gives its files."""
    return target.with_name(f".{target.name}.{token_hex(4)}").open("xb")


def checked(path: str | os.PathLike[str]) -> Path:
    """Where a file can be, found out before anything of it is read.

    Raises:
        RequestValidationError: It is no path.
        IsADirectoryError: There is a folder of that name.
    """
    # The types are checked as typed callers cannot be trusted to be typed.
    if not isinstance(path, (str, os.PathLike)):
        text = f"`path` has to be a path, not {type(path).__name__}."
        raise RequestValidationError(text, parameter="path")
    name = os.fspath(path)
    if not isinstance(name, str) or not name or "\0" in name:
        text = f"`path` has to be the path of a file, not {name!r}."
        raise RequestValidationError(text, parameter="path")
    if os.path.isdir(name):  # noqa: PTH112 - before it is made a path
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), name)
    return Path(name)


def to_file(
    response: StreamingResponse[Any],
    path: str | os.PathLike[str],
    on_progress: Callable[[int, int | None], Any] | None,
) -> int:
    """Write a body to a file that takes its name only when it is complete.

    Raises:
        ConnectionLostError: The body is shorter than the server said.
        RequestValidationError: The path is none, or `on_progress` cannot be called.
        OSError: The file cannot be written there.
    """
    target = checked(path)
    check_progress(on_progress)
    size, written = response.size, 0
    file = new_beside(target)
    try:
        with file:
            for chunk in response.iter_bytes():
                write_chunk(file, chunk)
                written += len(chunk)
                if on_progress is not None:
                    settled(on_progress(written, size))
        check_size(response, written)
        os.replace(file.name, target)  # noqa: PTH105 - a rename over what exists
    except BaseException:
        os.unlink(file.name)  # noqa: PTH108 - the partner of the line above
        raise
    return written
