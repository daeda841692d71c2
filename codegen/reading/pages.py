"""The blocks of one page to its operations and schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from codegen.reading.blocks import Block, Heading, Text
from codegen.reading.cells import is_schema_name, plain
from codegen.reading.document import Finding, Level, OperationDoc, Page, SchemaDoc
from codegen.reading.operations import read_operation
from codegen.reading.schemas import read_schema
from codegen.reading.sections import Gap, is_whole, split_parts

_SECTION_LEVEL: Final = 2
_OPERATION_HEADINGS: Final = frozenset({"code samples", "responses", "example responses"})
_API_HEADINGS: Final = _OPERATION_HEADINGS | {"properties", "enumerated values", "parameters"}


@attrs.frozen(slots=True)
class Section:
    """A heading of level two and the blocks below it; the first section has no heading."""

    heading: Heading | None
    blocks: tuple[Block, ...]

    def has_heading(self, names: frozenset[str]) -> bool:
        """Tell whether one of the headings below is called one of `names`."""
        return any(part.name in names for part in split_parts(self.blocks))


def read_page(blocks: Sequence[Block], file: str, page: str, dialect: str) -> Page:
    """Read the blocks of a page.

    Args:
        blocks: The blocks, in their order.
        file: The file as findings name it.
        page: The file's name without its folder.
        dialect: How the text was laid out.
    """
    reader = _PageReader(file, page)
    sections = _split_sections(blocks)
    for section in sections[:-1]:
        reader.read(section, last=False)
    reader.read(sections[-1], last=True)
    return Page(
        file=file,
        tag=reader.tag,
        operations=tuple(reader.operations),
        schemas=tuple(reader.schemas),
        findings=tuple(reader.findings),
        dialect=dialect,
    )


def _split_sections(blocks: Sequence[Block]) -> list[Section]:
    sections: list[tuple[Heading | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if isinstance(block, Heading) and block.level == _SECTION_LEVEL:
            sections.append((block, []))
        else:
            sections[-1][1].append(block)
    return [Section(heading, tuple(inner)) for heading, inner in sections]


class _PageReader:
    """Collects the sections of one page."""

    def __init__(self, file: str, page: str) -> None:
        self.file = file
        self.page = page
        self.tag: str | None = None
        self.operations: list[OperationDoc] = []
        self.schemas: list[SchemaDoc] = []
        self.findings: list[Finding] = []

    def read(self, section: Section, *, last: bool) -> None:
        """Read one section; what is missing in the last one means that the page was cut."""
        if section.heading is None:
            self._read_preface(section)
        elif is_schema_name(plain(section.heading.text)):
            schema, gaps = read_schema(section.heading, section.blocks, self.page)
            self.schemas.append(schema)
            self._report(section.heading, gaps, last=last)
        else:
            self._read_operation(section, section.heading, last=last)

    def _read_preface(self, section: Section) -> None:
        for block in section.blocks:
            if isinstance(block, Heading) and block.level == 1 and self.tag is None:
                self.tag = plain(block.text)
        rows = [block for block in section.blocks if _is_rest_of_table(block)]
        if rows or section.has_heading(_API_HEADINGS):
            line = section.blocks[0].line
            self._add("warning", line, "The page begins inside a section; that part is left out.")

    def _read_operation(self, section: Section, heading: Heading, *, last: bool) -> None:
        operation, gaps = read_operation(heading, section.blocks, self.page, self.tag)
        if operation is not None:
            self.operations.append(operation)
            self._report(heading, gaps, last=last)
        elif section.has_heading(_API_HEADINGS) or (last and not section.blocks):
            self._report(heading, gaps, last=last)
        else:
            self._add(
                "info",
                heading.line,
                f"The section {plain(heading.text)!r} is neither an operation nor a schema.",
            )

    def _report(self, heading: Heading, gaps: Sequence[Gap], *, last: bool) -> None:
        name = plain(heading.text)
        if last and not is_whole(gaps):
            reasons = "; ".join(gap.message for gap in gaps)
            line = max(gap.line for gap in gaps)
            self._add("warning", line, f"The page is cut in its last section {name!r}: {reasons}.")
            return
        for gap in gaps:
            self._add(gap.level, gap.line, f"In {name!r}: {gap.message}.")

    def _add(self, level: Level, line: int, message: str) -> None:
        self.findings.append(Finding(level, self.file, line, message))


def _is_rest_of_table(block: Block) -> bool:
    """Whether a block is rows of a table whose head is missing."""
    return isinstance(block, Text) and block.text.lstrip().startswith("|")
