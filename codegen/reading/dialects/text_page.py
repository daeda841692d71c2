"""Pages whose markup is gone: headings are known by their words, tables by their columns.

How the cells of a row are told apart differs between scrapes; the rest is the same and
stands here.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import attrs

from codegen.reading.blocks import Block, Fence, Heading, Line, Quote, Table, Text
from codegen.reading.cells import PACKAGES, is_schema_name
from codegen.reading.document import TableRow
from codegen.reading.operations import parse_route

_SAMPLES: Final = "Code samples"
_PROPERTIES: Final = "Properties"
_BRACKETS: Final = frozenset({"{", "[", "{}", "[]"})
_BODY: Final = "Body parameter"
_LEVELS: Final = {
    _SAMPLES: 3,
    "Parameters": 3,
    "Example responses": 3,
    "Responses": 3,
    "Response Schema": 3,
    "Response Headers": 3,
    _PROPERTIES: 3,
    "Enumerated Values": 4,
    "Detailed descriptions": 4,
}
_CAPTION: Final = re.compile(r"(?:>\s*)?((?:\d{3}|default) Response|Body parameter)")
_JSON_START: Final = re.compile(r'[{\["]|-?\d|(true|false|null)$')
_HIDDEN_ADDRESS: Final = re.compile(r"\[email[\s\xa0]protected\]")
_SAMPLE_ADDRESS: Final = "user@example.com"
_YAML_LINE: Final = re.compile(r"[\w\-]+:(\s.*)?")
_COLUMNS: Final = {
    "".join(columns): columns
    for columns in (
        ("Name", "In", "Type", "Required", "Description"),
        ("Name", "Type", "Required", "Restrictions", "Description"),
        ("Status", "Meaning", "Description", "Schema"),
        ("Status", "Header", "Type", "Format", "Description"),
        ("Property", "Value"),
        ("Property", "Value(s)"),
        ("Parameter", "Value"),
        ("Parameter", "Value(s)"),
        ("Value",),
        ("Value(s)",),
    )
}
_NOT_IN_COLUMN: Final = re.compile(r"[|\s]+")
_SEPARATOR: Final = re.compile(r"[|\s:]*-{2,}[|\s:\-]*")
_JSON: Final = json.JSONDecoder()


@attrs.frozen(slots=True)
class TextSection:
    """The lines of one operation or schema, and the names of all schemas of the page."""

    lines: tuple[Line, ...]
    schemas: frozenset[str]


RowSplitter: TypeAlias = Callable[[str, tuple[str, ...]], "tuple[str, ...] | None"]
"""Splits a line into the cells of the given columns; None when it is no row of theirs."""


def columns_of(text: str) -> tuple[str, ...] | None:
    """Return the columns if the line is the head of a table."""
    return _COLUMNS.get(_NOT_IN_COLUMN.sub("", text))


def recognises_sections(lines: Sequence[Line]) -> bool:
    """Tell whether the bare headings of operations or schemas stand in the text."""
    return any(line.text.strip() in {_SAMPLES, _PROPERTIES} for line in lines)


def blocks(lines: Sequence[Line], splitter: Callable[[TextSection], RowSplitter]) -> list[Block]:
    """Read the blocks of a page; a splitter tells the cells of a section's rows apart."""
    starts = list(_section_starts(lines))
    schemas = frozenset(text for _, text in starts if is_schema_name(text))
    result: list[Block] = list(_title(lines[: starts[0][0] if starts else len(lines)]))
    for (start, text), (end, _) in itertools.pairwise([*starts, (len(lines), "")]):
        result.append(Heading(2, text, lines[start].number))
        section = TextSection(tuple(lines[start + 1 : end]), schemas)
        scanner = _SectionScanner(section, splitter(section), schema=is_schema_name(text))
        result.extend(scanner)
    return result


def _section_starts(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Yield the index and the text of the lines that begin an operation or a schema."""
    filled = [(index, line.text.strip()) for index, line in enumerate(lines) if line.text.strip()]
    for (index, text), (_, following) in itertools.pairwise(filled):
        schema = following == _PROPERTIES or _JSON_START.match(following)
        if is_schema_name(text) if schema else following == _SAMPLES and not _is_closing(text):
            yield index, text
    if len(filled) > 1 and _is_cut_heading(filled[-1][1], filled[-2][1]):
        yield filled[-1]


def _is_closing(text: str) -> bool:
    return text.startswith("To perform this operation, you must be authenticated")


def _is_cut_heading(text: str, previous: str) -> bool:
    """Tell whether the last line of the page is the heading of what was cut off."""
    return _is_closing(previous) or (is_schema_name(text) and text.partition(".")[0] in PACKAGES)


def _title(lines: Sequence[Line]) -> Iterator[Heading]:
    """Yield the title of the page: what is said twice, ends the breadcrumbs, or comes first."""
    crumbs = [index for index, line in enumerate(lines) if line.text.strip() == "/"]
    filled = [line for line in lines[crumbs[-1] + 1 if crumbs else 0 :] if line.text.strip()]
    if filled:
        yield Heading(1, filled[0].text.strip(), filled[0].number)


class _SectionScanner:
    """Iterates over the blocks of one section."""

    def __init__(self, section: TextSection, split: RowSplitter, *, schema: bool) -> None:
        self._lines = section.lines
        self._split = split
        self._example_expected = schema
        self._columns: tuple[str, ...] | None = None
        # Whether the rows of the table have no pipe at their end.
        self._unclosed = False

    def __iter__(self) -> Iterator[Block]:
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            if not line.text.strip():
                index += 1
                continue
            block, index = self._block(line, index)
            yield block

    def _block(self, line: Line, index: int) -> tuple[Block, int]:
        """Read the block that begins at `index`; return it and the index after it."""
        text = line.text.strip()
        if text in _LEVELS:
            self._columns, self._example_expected = None, False
            heading = Heading(_LEVELS[text], text, line.number)
            return heading, index + 1
        caption = _CAPTION.fullmatch(text)
        if caption:
            self._example_expected = True
            return Quote(caption.group(1), line.number), index + 1
        if text in _BRACKETS or (self._example_expected and self._begins_example(text, index)):
            self._example_expected = False
            return self._example(index)
        if text.startswith(("# ", "curl ")):
            return self._sample(index)
        if parse_route(text):
            return Text(f"`{text}`", line.number), index + 1
        return self._table_or_text(line, index)

    def _begins_example(self, text: str, index: int) -> bool:
        """Tell whether an example begins: JSON, or after `Body parameter` YAML."""
        previous = next((line for line in reversed(self._lines[:index]) if line.text.strip()), None)
        yaml = previous is not None and previous.text.strip().endswith(_BODY)
        return bool(_JSON_START.match(text) or (yaml and _YAML_LINE.fullmatch(text)))

    def _example(self, index: int) -> tuple[Fence, int]:
        """Read an example up to where its JSON ends, or else up to the next heading."""
        end = self._next_heading(index)
        raw = "\n".join(line.text for line in self._lines[index:end])
        text = _HIDDEN_ADDRESS.sub(_SAMPLE_ADDRESS, raw)
        number = self._lines[index].number
        if not _JSON_START.match(text.strip()):
            return Fence("yaml", text, number, closed=end < len(self._lines)), end
        try:
            _, length = _JSON.raw_decode(text.lstrip())
        except ValueError:
            return Fence("json", text, number, closed=end < len(self._lines)), end
        length += len(text) - len(text.lstrip())
        return Fence("json", text[:length], number), index + text[:length].count("\n") + 1

    def _sample(self, index: int) -> tuple[Fence, int]:
        """Read the sample call up to the line that shows method and path."""
        end = next(
            (
                place
                for place in range(index, len(self._lines))
                if parse_route(self._lines[place].text) or self._is_heading(place)
            ),
            len(self._lines),
        )
        text = "\n".join(line.text for line in self._lines[index:end])
        return Fence("sh", text, self._lines[index].number, closed=end < len(self._lines)), end

    def _is_heading(self, index: int) -> bool:
        text = self._lines[index].text.strip()
        return text in _LEVELS or _CAPTION.fullmatch(text) is not None

    def _next_heading(self, index: int) -> int:
        places = range(index, len(self._lines))
        return next((place for place in places if self._is_heading(place)), len(self._lines))

    def _table_or_text(self, line: Line, index: int) -> tuple[Block, int]:
        """Read a table, rows that go on after a break in a table, or a line of text."""
        columns = columns_of(line.text)
        if columns is not None and self._columns is None:
            self._columns = columns
            self._unclosed = "|" in line.text and not line.text.strip().endswith("|")
            return self._table(line, index + 1)
        if self._columns and len(self._cells(line.text) or ()) > 1:
            return self._table(line, index)
        return Text(line.text.strip(), line.number), index + 1

    def _table(self, head: Line, index: int) -> tuple[Table, int]:
        """Read the rows from `index` on; a line that is no row goes on with the one above."""
        rows: list[TableRow] = []
        place = index
        while place < len(self._lines) and not self._ends_table(place, has_rows=bool(rows)):
            line = self._lines[place]
            place += 1
            if not line.text.strip() or _SEPARATOR.fullmatch(line.text):
                continue
            rows.append(TableRow(self._cells(line.text) or (line.text.strip(),), line.number))
        return Table(self._columns or (), tuple(rows), head.number), place

    def _ends_table(self, index: int, *, has_rows: bool) -> bool:
        """A heading, the closing line, or an empty line after rows ends a table."""
        text = self._lines[index].text.strip()
        ends = self._is_heading(index) or _is_closing(text) or text in _BRACKETS
        return ends or (has_rows and not text)

    def _cells(self, text: str) -> tuple[str, ...] | None:
        end = "|" if self._unclosed and "|" in text else ""
        return self._split(text.strip() + end, self._columns or ())
