"""Bodies on their way to a file."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, BinaryIO

from coder_sdk._errors.transport import ConnectionLostError
from coder_sdk._io._async.primitives import settled, write_chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._response import AsyncStreamingResponse


def check_size(response: AsyncStreamingResponse[Any], written: int) -> None:
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


async def to_file(
    response: AsyncStreamingResponse[Any],
    path: str | os.PathLike[str],
    on_progress: Callable[[int, int | None], Any] | None,
) -> int:
    """Write a body to a file that takes its name only when it is complete.

    Raises:
        ConnectionLostError: The body is shorter than the server said.
    """
    target = Path(path)
    size, written = response.size, 0
    file = new_beside(target)
    try:
        with file:
            async for chunk in response.iter_bytes():
                await write_chunk(file, chunk)
                written += len(chunk)
                if on_progress is not None:
                    await settled(on_progress(written, size))
        check_size(response, written)
        os.replace(file.name, target)  # noqa: PTH105 - a rename over what exists
    except BaseException:
        os.unlink(file.name)  # noqa: PTH108 - the partner of the line above
        raise
    return written
