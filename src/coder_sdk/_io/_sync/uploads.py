# Derived from `src/coder_sdk/_io/_async/uploads.py`
# by `python -m codegen colours`; edit that file.
"""Bodies of raw bytes on their way to the server."""

from __future__ import annotations

import os
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._io._sync.primitives import read_chunk, settled

if TYPE_CHECKING:
    from collections.abc import Generator

    from coder_sdk._request import RawBody

_CHUNK: Final = 64 * 1024
_BUFFERS: Any = (bytearray, memoryview)
_PATHS: Any = (str, os.PathLike)


class Upload:
    """One raw body: how long it is, whether it can be sent again, and its chunks."""

    def __init__(self, body: RawBody) -> None:
        self._body = body
        self._content: Any = _checked(body.content)
        self._start = 0
        self._taken = False
        self.size = self._measure()

    def _measure(self) -> int | None:
        content = self._content
        if isinstance(content, bytes):
            return len(content)
        if isinstance(content, _PATHS):
            try:
                return _size(Path(content))
            except (OSError, ValueError) as error:
                text = f"The file cannot be read: {error}."
                raise RequestValidationError(text, parameter="content") from None
        # Temporary files are no `IOBase`, and behave like one.
        if hasattr(content, "read") and hasattr(content, "seekable"):
            return self._measure_file(content)
        return None

    def _measure_file(self, file: Any) -> int | None:
        try:
            if not file.seekable():
                return None
        except ValueError as error:
            text = f"The file cannot be read: {error}."
            raise RequestValidationError(text, parameter="content") from None
        self._start = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(self._start)
        return int(end - self._start)

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
                if not isinstance(chunk, (bytes, *_BUFFERS)):
                    raise _not_bytes(f"{type(chunk).__name__} came out of what was given")
                yield chunk
                sent += len(chunk)
                if self._body.on_progress is not None:
                    settled(self._body.on_progress(sent, self.size))

    def _source(self) -> Generator[bytes, None]:
        content = self._content
        if isinstance(content, bytes):
            for start in range(0, len(content), _CHUNK):
                yield content[start : start + _CHUNK]
        elif isinstance(content, _PATHS) or hasattr(content, "read"):
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


def _checked(content: Any) -> Any:
    """What was given, if bytes can come out of it.

    Raises:
        RequestValidationError: It is something else.
    """
    if isinstance(content, _BUFFERS):
        return bytes(content)
    if isinstance(content, str) and not content:
        raise _not_bytes("an empty path was given")
    if isinstance(content, (bytes, *_PATHS)):
        return content
    if isinstance(content, type):
        raise _not_bytes(f"the class {content.__name__} was given")
    if hasattr(content, "encoding"):
        raise _not_bytes("this file is open as text")
    if any(hasattr(content, name) for name in ("read", "__iter__", "__iter__")):
        return content
    raise _not_bytes(f"{type(content).__name__} was given")


def _not_bytes(found: str) -> RequestValidationError:
    return RequestValidationError(
        f"The body has to be bytes, a path, a file that is open in binary mode, or an iterator of "
        f"bytes: {found}.",
        parameter="content",
    )


def _size(path: Path) -> int | None:
    """Bytes of a file; `None` of a pipe or device, which tells only by being read."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return None
    with path.open("rb") as file:
        return file.seek(0, os.SEEK_END)
