"""The blocks of a page: what every dialect is brought to before its meaning is read."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from codegen.reading.document import TableRow


@attrs.frozen(slots=True)
class Line:
    """A line of text with its number in the file, counted from one."""

    text: str
    number: int


@attrs.frozen(slots=True)
class Heading:
    """A heading; level 1 is the page's title, level 2 begins an operation or a schema."""

    level: int
    text: str
    line: int


@attrs.frozen(slots=True)
class Fence:
    """A code fence; `closed` is false when the page ends inside it."""

    info: str
    text: str
    line: int
    closed: bool = True


@attrs.frozen(slots=True)
class Table:
    """A table; `rows` may have fewer cells than `header` where the page is damaged."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    line: int


@attrs.frozen(slots=True)
class Quote:
    """A block quote: the captions `Body parameter` and `NNN Response`."""

    text: str
    line: int


@attrs.frozen(slots=True)
class Text:
    """A paragraph, inline marks included."""

    text: str
    line: int


Block: TypeAlias = Heading | Fence | Table | Quote | Text
