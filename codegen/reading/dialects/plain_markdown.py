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
_FENCE: Final = re.compile(r"`{3,}\s*(\S*)")


def recognises(lines: Sequence[Line]) -> bool:
    """Tell whether the text has markdown headings; the comment of a sample call is none."""
    return any(
        _HEADING.match(line.text) and not _COMMENT.startswith(line.text.strip()) for line in lines
    )


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Read the blocks of the page."""
    return read_blocks(lines[_begin(lines) :])


def _begin(lines: Sequence[Line]) -> int:
    """Pass over the end of an example with which a page begins that lacks its head.

    A fence that tells no language can only end an example if the next one tells its own.
    """
    fences = [
        (index, match[1]) for index, line in enumerate(lines) if (match := _FENCE.match(line.text))
    ][:2]
    if [bool(language) for _, language in fences] == [False, True]:
        return fences[0][0] + 1
    return 0
