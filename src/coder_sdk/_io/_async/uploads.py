"""Bodies of raw bytes on their way to the server."""

from __future__ import annotations

import os
from contextlib import aclosing
from io import IOBase
from typing import IO, TYPE_CHECKING, Any, Final, cast

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._io._async.primitives import read_chunk, settled

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from coder_sdk._request import RawBody

_CHUNK: Final = 64 * 1024


class AsyncUpload:
    """One raw body: how long it is, whether it can be sent again, and its chunks."""

    def __init__(self, body: RawBody) -> None:
        self._body = body
        self._content: Any = body.content
        self._start = 0
        self._taken = False
        if isinstance(self._content, (bytearray, memoryview)):
            self._content = bytes(self._content)
        self.size = self._measure()

    def _measure(self) -> int | None:
        content = self._content
        if isinstance(content, bytes):
            return len(content)
        if isinstance(content, (str, os.PathLike)):
            try:
                return os.stat(content).st_size  # noqa: PTH116 - both kinds of path
            except OSError as error:
                raise RequestValidationError(f"The file cannot be read: {error}.") from None
        if isinstance(content, IOBase) and content.seekable():
            self._start = content.tell()
            end = content.seek(0, os.SEEK_END)
            content.seek(self._start)
            return end - self._start
        return None

    @property
    def repeatable(self) -> bool:
        """Whether the body can be sent once more: an iterator that was begun cannot."""
        return self.size is not None or not self._taken

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body, reporting what was taken."""
        sent = 0
        self._taken = True
        async with aclosing(self._source()) as source:
            async for chunk in source:
                yield chunk
                sent += len(chunk)
                if self._body.on_progress is not None:
                    await settled(self._body.on_progress(sent, self.size))

    async def _source(self) -> AsyncGenerator[bytes, None]:
        content = self._content
        if isinstance(content, bytes):
            for start in range(0, len(content), _CHUNK):
                yield content[start : start + _CHUNK]
        elif isinstance(content, (str, os.PathLike)):
            with open(content, "rb") as file:  # noqa: ASYNC230, PTH123 - the reads are in threads
                async for chunk in _read(file):
                    yield chunk
        elif hasattr(content, "read"):
            if self.size is not None:
                content.seek(self._start)
            async for chunk in _read(cast("IO[bytes]", content)):
                yield chunk
        elif hasattr(content, "__aiter__"):
            async for chunk in content:
                yield chunk
        else:
            for chunk in content:
                yield chunk


async def _read(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    while chunk := await read_chunk(file, _CHUNK):
        yield chunk
