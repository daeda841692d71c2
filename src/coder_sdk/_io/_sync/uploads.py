# Derived from `src/coder_sdk/_io/_async/uploads.py`
# by `python -m codegen colours`; edit that file.
"""Bodies of raw bytes on their way to the server."""

from __future__ import annotations

import os
from contextlib import closing, nullcontext
from io import IOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._io._sync.primitives import read_chunk, settled

if TYPE_CHECKING:
    from collections.abc import Generator

    from coder_sdk._request import RawBody

_CHUNK: Final = 64 * 1024


class Upload:
    """One raw body: how long it is, whether it can be sent again, and its chunks."""

    def __init__(self, body: RawBody) -> None:
        self._body = body
        content: Any = body.content
        self._content: Any = bytes(content) if _is_buffer(content) else content
        self._start = 0
        self._taken = False
        self.size = self._measure()

    def _measure(self) -> int | None:
        content = self._content
        if isinstance(content, bytes):
            return len(content)
        if isinstance(content, (str, os.PathLike)):
            try:
                return Path(self._content).stat().st_size
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

    def chunks(self) -> Generator[bytes, None]:
        """Yield the body, reporting what was taken."""
        sent = 0
        self._taken = True
        with closing(self._source()) as source:
            for chunk in source:
                yield chunk
                sent += len(chunk)
                if self._body.on_progress is not None:
                    settled(self._body.on_progress(sent, self.size))

    def _source(self) -> Generator[bytes, None]:
        content = self._content
        if isinstance(content, bytes):
            for start in range(0, len(content), _CHUNK):
                yield content[start : start + _CHUNK]
        elif isinstance(content, (str, os.PathLike)) or hasattr(content, "read"):
            for chunk in self._read():
                yield chunk
        elif hasattr(content, "__iter__"):
            for chunk in content:
                yield chunk
        else:
            for chunk in content:
                yield chunk

    def _read(self) -> Generator[bytes, None]:
        content = self._content
        if hasattr(content, "read"):
            opened: Any = nullcontext(content)
            if self.size is not None:
                content.seek(self._start)
        else:
            opened = Path(content).open("rb")  # noqa: SIM115 - reads are in threads
        with opened as file:
            while chunk := read_chunk(file, _CHUNK):
                yield chunk


def _is_buffer(content: object) -> bool:
    return isinstance(content, (bytearray, memoryview))
