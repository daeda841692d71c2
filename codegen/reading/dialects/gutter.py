"""A mirror's web page of a markdown file, as text: a column of line numbers became pipes.

The page has a head (repository, last commit, size), then every line of the file with a lone
pipe before and after it. Empty lines and indentation are lost; the pipes show where a line
was empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from codegen.reading.blocks import Block, Line
from codegen.reading.dialects import plain_markdown

NAME: Final = "gutter"

_GUTTER: Final = "|"
_MIN_GUTTERS: Final = 2


def recognises(lines: Sequence[Line]) -> bool:
    """Tell whether the text has gutter lines; no other dialect has a lone pipe."""
    return sum(_is_gutter(line) for line in lines) >= _MIN_GUTTERS


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Read the blocks of the page without its gutter."""
    return plain_markdown.blocks(list(_source_lines(lines)))


def _is_gutter(line: Line) -> bool:
    return line.text.strip() == _GUTTER


def _source_lines(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines of the file, empty ones restored."""
    end = max((n for n, line in enumerate(lines, start=1) if line.text.strip()), default=0)
    runs = [(gutter, list(run)) for gutter, run in groupby(lines[:end], key=_is_gutter)]
    inner = [len(run) for gutter, run in runs[1:-1] if gutter]
    between = min(inner, default=_MIN_GUTTERS)
    for position, (gutter, run) in enumerate(runs):
        if gutter:
            empty = len(run) // between - 1
            yield from (Line("", line.number) for line in run[:empty])
        elif position == 0:
            yield run[-1]
        elif position == len(runs) - 1:
            yield run[0]
        else:
            yield from run
