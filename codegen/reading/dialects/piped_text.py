"""A page as text without markup whose table cells are parted by pipes.

Empty cells at the end of a row may be missing, and so may the empty one in its middle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codegen.reading.blocks import Block, Line
from codegen.reading.dialects import text_page

NAME: Final = "piped text"

_SPLIT: Final = re.compile(r"\||\t")
# Columns that always have text, and what follows them.
_FILLED: Final[dict[tuple[str, ...], int]] = {
    ("Name", "In", "Type", "Required", "Description"): 4,
    ("Name", "Type", "Required", "Restrictions", "Description"): 3,
    ("Status", "Meaning", "Description", "Schema"): 2,
}


def recognises(lines: Sequence[Line]) -> bool:
    """Tell whether bare headings stand in the text."""
    return text_page.recognises_sections(lines)


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Read the blocks of the page."""
    return text_page.blocks(lines, lambda _section: split_row)


def split_row(text: str, columns: tuple[str, ...]) -> tuple[str, ...] | None:
    """Split a row at its pipes; a line that does not end with one is no row.

    The restrictions of a property are always empty: text after `Required` is its description.
    """
    if len(columns) > 1 and not text.endswith("|") and "\t" not in text:
        return None
    cells = [cell.strip() for cell in _SPLIT.split(text.removeprefix("|").removesuffix("|"))]
    filled = _FILLED.get(columns)
    if filled is None:
        return _fit(cells, len(columns))
    if not any(cells[1:]):
        return (cells[0],)
    if len(cells) < filled:
        return tuple(cells)
    rest = [cell for cell in cells[filled:] if cell]
    if "Schema" in columns:
        return (*cells[:filled], *_fit(rest, 2))
    return (*cells[:filled], *([""] * (len(columns) - filled - 1)), " | ".join(rest))


def _fit(cells: Sequence[str], count: int) -> tuple[str, ...]:
    """Fill up with empty cells, or join those that are too many."""
    padded = [*cells, *([""] * (count - len(cells)))]
    return (*padded[: count - 1], "|".join(padded[count - 1 :]))
