"""Files to lines: encodings, line ends, binary content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from codegen.reading.blocks import Line
from codegen.reading.document import Finding

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


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
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Finding("error", str(path), line, "The file is no valid UTF-8 text.")
    return [Line(part, number) for number, part in enumerate(_LINE_END.split(text), start=1)]
