"""The documentation's own markdown, of any release."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegen.reading.blocks import Block, Line
from codegen.reading.markdown import read_blocks

NAME: Final = "markdown"

_FRONT_MATTER_MARK: Final = "---"
_FRONT_MATTER_LINE: Final = re.compile(r"\s*(#.*|[\w\-]+\s*:.*|-\s.*|\s+\S.*)?")
_COMMENT: Final = "# Example request using curl"
_HEADING: Final = re.compile(r"#{1,4} \S")


def recognises(lines: Sequence[Line]) -> bool:
    """Tell whether the text has markdown headings; the sample calls have a comment."""
    return any(_HEADING.match(line.text) and line.text.strip() != _COMMENT for line in lines)


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Read the blocks of the page; a block of front matter is passed over."""
    return read_blocks(lines[_front_matter_end(lines) :])


def _front_matter_end(lines: Sequence[Line]) -> int:
    """Return the index of the first line after the front matter."""
    start = next((index for index, line in enumerate(lines) if line.text.strip()), 0)
    if not lines or lines[start].text.strip() != _FRONT_MATTER_MARK:
        return 0
    for index in range(start + 1, len(lines)):
        text = lines[index].text
        if text.strip() == _FRONT_MATTER_MARK:
            return index + 1
        if not _FRONT_MATTER_LINE.fullmatch(text) or _HEADING.match(text):
            return 0
    return 0
