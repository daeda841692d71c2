"""The documentation's own markdown, of any release."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegen.reading.blocks import Block, Line
from codegen.reading.markdown import read_blocks

NAME: Final = "markdown"

_COMMENT: Final = "# Example request using curl"
_HEADING: Final = re.compile(r"#{1,4} \S")


def recognises(lines: Sequence[Line]) -> bool:
    """Tell whether the text has markdown headings; the comment of a sample call is none."""
    return any(
        _HEADING.match(line.text) and not _COMMENT.startswith(line.text.strip()) for line in lines
    )


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Read the blocks of the page."""
    return read_blocks(lines)
