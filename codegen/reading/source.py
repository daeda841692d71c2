"""Files to lines: encodings, line ends, binary content, front matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from codegen.reading.blocks import Line
from codegen.reading.document import Finding

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_FRONT_MATTER_MARKS: Final = frozenset({"---", "+++"})
_FRONT_MATTER_LINE: Final = re.compile(r"(#[^#].*|[\w\-. \"']+\s*[:=].*|-\s.*|\s+\S.*|[\]}].*)?")


def read_lines(path: Path) -> list[Line] | Finding:
    """Read the lines of a file, or say why it holds no text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Finding("error", str(path), 0, f"The file cannot be read: {reason}.")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        return Finding("error", str(path), line, "The file is binary, not text.")
    try:
        text = _without_cut_character(content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Finding("error", str(path), line, "The file is no valid UTF-8 text.")
    lines = [Line(part, number) for number, part in enumerate(_LINE_END.split(text), start=1)]
    return lines[_front_matter_end(lines) :]


def _without_cut_character(content: bytes) -> bytes:
    """Return the content without the rest of a character at its end: the file was cut there."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        if error.end == len(content) and error.reason == "unexpected end of data":
            return content[: error.start]
    return content


def _front_matter_end(lines: Sequence[Line]) -> int:
    """Return the index of the first line after a block of front matter, 0 without one."""
    start = next((index for index, line in enumerate(lines) if line.text.strip()), 0)
    mark = lines[start].text.strip()
    if mark not in _FRONT_MATTER_MARKS:
        return 0
    for index in range(start + 1, len(lines)):
        text = lines[index].text.rstrip()
        if text == mark:
            return index + 1
        if not _FRONT_MATTER_LINE.fullmatch(text):
            return 0
    return 0
