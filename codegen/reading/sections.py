"""What operations and schemas have in common: parts below headings, tables, gaps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from codegen.reading.blocks import Block, Fence, Heading, Table, Text
from codegen.reading.cells import parse_type, parse_values, plain, split_depth
from codegen.reading.document import EnumDoc, Example, FieldDoc, Level, TableRow, TypeText

SUBHEADING: Final = 3
_MAP_VALUE: Final = "[any property]"
_ARRAY_ITEM: Final = "[array item]"
_BOOLEANS: Final = {"true": True, "false": False}


@attrs.frozen(slots=True)
class Gap:
    """Something that a section should have and has not, or cannot be understood.

    A gap that takes nothing away from the section itself is a `warning`.
    """

    line: int
    message: str
    level: Level = "error"


@attrs.frozen(slots=True)
class Part:
    """The blocks below one heading; `heading` is None for those before the first."""

    heading: Heading | None
    blocks: tuple[Block, ...]

    @property
    def line(self) -> int:
        """Line of the heading, or of the first block."""
        if self.heading is not None:
            return self.heading.line
        return self.blocks[0].line if self.blocks else 0

    @property
    def name(self) -> str:
        """Text of the heading in lower case; empty before the first heading."""
        return "" if self.heading is None else self.heading.text.strip().lower()

    def tables(self) -> Iterator[Table]:
        """Yield the tables of the part."""
        return (block for block in self.blocks if isinstance(block, Table))

    def texts(self) -> Iterator[Text]:
        """Yield the paragraphs of the part."""
        return (block for block in self.blocks if isinstance(block, Text))


def split_parts(blocks: Iterable[Block]) -> list[Part]:
    """Split the blocks of a section at its headings."""
    parts: list[tuple[Heading | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if isinstance(block, Heading):
            parts.append((block, []))
        else:
            parts[-1][1].append(block)
    return [Part(heading, tuple(inner)) for heading, inner in parts if heading or inner]


def headless(line: int, what: str) -> Gap:
    """Return the gap for a second thing in a section: the page lost its heading."""
    return Gap(line, f"a second {what} follows without a heading and is left out", "warning")


def is_whole(gaps: Iterable[Gap]) -> bool:
    """Tell whether nothing of the section itself is missing."""
    return all(gap.level != "error" for gap in gaps)


def read_example(fence: Fence, gaps: list[Gap]) -> Example:
    """Read the example in a fence; JSON is parsed, a broken one is a gap."""
    media = fence.info.split()[0].lower() if fence.info else "json"
    if not fence.closed:
        gaps.append(Gap(fence.line, "the example is not closed"))
        return Example(media, fence.text, fence.line)
    if media != "json":
        return Example(media, fence.text, fence.line)
    try:
        value = json.loads(fence.text)
    except (ValueError, RecursionError) as error:
        gaps.append(Gap(fence.line, f"the example is no valid JSON: {error}"))
        return Example(media, fence.text, fence.line)
    return Example(media, fence.text, fence.line, value=value, parsed=True)


def whole_rows(table: Table, header: Sequence[str], gaps: list[Gap]) -> list[TableRow]:
    """Return the rows that have all cells of `header`; the others are gaps.

    A row of one cell goes on with the description of the row above it.
    """
    if tuple(plain(cell) for cell in table.header) != tuple(header):
        gaps.append(Gap(table.line, f"unknown table columns {' | '.join(table.header)}"))
        return []
    rows: list[TableRow] = []
    for row in table.rows:
        if len(row.cells) == len(header):
            rows.append(row)
        elif len(row.cells) == 1 and rows and header[-1] == "Description":
            cells = rows[-1].cells
            note = f"{cells[-1]} {row.cells[0]}"
            rows[-1] = attrs.evolve(rows[-1], cells=(*cells[:-1], note))
        else:
            gaps.append(Gap(row.line, f"table row {' | '.join(row.cells)!r} lacks cells"))
    return rows


def read_type(cell: str, line: int, gaps: list[Gap]) -> TypeText:
    """Read a type cell; an unknown spelling is a gap and counts as `any`."""
    parsed = parse_type(cell)
    if parsed is None:
        gaps.append(Gap(line, f"unknown type {plain(cell)!r}"))
        return TypeText("any")
    return parsed


def read_required(cell: str, line: int, gaps: list[Gap]) -> bool:
    """Read a `Required` cell."""
    value = _BOOLEANS.get(plain(cell))
    if value is None:
        gaps.append(Gap(line, f"`Required` is neither true nor false: {plain(cell)!r}"))
    return bool(value)


FIELD_COLUMNS: Final = ("Name", "Type", "Required", "Restrictions", "Description")


def read_fields(table: Table, gaps: list[Gap]) -> Iterator[FieldDoc]:
    """Read the rows of a property table."""
    for row in whole_rows(table, FIELD_COLUMNS, gaps):
        name_cell, type_cell, required, restrictions, note = row.cells
        depth, name = split_depth(name_cell)
        if restrictions:
            gaps.append(Gap(row.line, f"unknown restriction {restrictions!r}"))
        yield FieldDoc(
            name=name,
            depth=depth,
            type=read_type(type_cell, row.line, gaps),
            required=read_required(required, row.line, gaps),
            line=row.line,
            is_map_value=name == _MAP_VALUE,
            is_item=name == _ARRAY_ITEM,
            note=plain(note),
        )


def read_enums(table: Table, gaps: list[Gap]) -> tuple[EnumDoc, ...]:
    """Read a table of enumerated values; the values of one owner are put together.

    A table without an owner column holds the values of the schema itself: its owner is "".
    """
    columns = [plain(cell) for cell in table.header]
    if columns[-1] not in {"Value", "Value(s)"} or columns[:-1] not in (
        [],
        ["Property"],
        ["Parameter"],
    ):
        gaps.append(Gap(table.line, f"unknown table columns {' | '.join(columns)}"))
        return ()
    found: dict[str, dict[str, int]] = {}
    for row in whole_rows(table, columns, gaps):
        owner = split_depth(row.cells[0])[1] if len(columns) > 1 else ""
        for value in parse_values(row.cells[-1], several=columns[-1] == "Value(s)"):
            found.setdefault(owner, {}).setdefault(value, row.line)
    return tuple(
        EnumDoc(owner, tuple(values), next(iter(values.values())))
        for owner, values in found.items()
    )
