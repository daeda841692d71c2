"""A section of the schemas page to a schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from codegen.reading.blocks import Block, Fence, Heading, Text
from codegen.reading.document import EnumDoc, Example, FieldDoc, SchemaDoc
from codegen.reading.sections import (
    Gap,
    Part,
    headless,
    is_whole,
    read_enums,
    read_example,
    read_fields,
    split_parts,
)

_NO_PROPERTIES: Final = {"None", "_None_", "*None*"}


def read_schema(
    heading: Heading, blocks: Sequence[Block], page: str
) -> tuple[SchemaDoc, tuple[Gap, ...]]:
    """Read the section below a schema's heading, and what is missing in it."""
    reader = _SchemaReader()
    for part in split_parts(_own_blocks(blocks, reader.gaps)):
        reader.read(part)
    reader.check(heading)
    schema = SchemaDoc(
        name=heading.text.strip(),
        line=heading.line,
        example=reader.example,
        fields=tuple(reader.fields),
        enums=tuple(enum for enum in reader.enums if enum.owner),
        values=next((enum.values for enum in reader.enums if not enum.owner), ()),
        has_properties=bool(reader.fields),
        page=page,
        description="\n".join(reader.prose),
        complete=is_whole(reader.gaps),
    )
    return schema, tuple(reader.gaps)


def _own_blocks(blocks: Sequence[Block], gaps: list[Gap]) -> Sequence[Block]:
    """Return the blocks up to a second example: it belongs to another schema."""
    headings = 0
    for index, block in enumerate(blocks):
        headings += isinstance(block, Heading)
        if headings and isinstance(block, Fence):
            gaps.append(headless(block.line, "schema"))
            return blocks[:index]
    return blocks


class _SchemaReader:
    """Collects the parts of one schema."""

    def __init__(self) -> None:
        self.example: Example | None = None
        self.fields: list[FieldDoc] = []
        self.enums: list[EnumDoc] = []
        self.prose: list[str] = []
        self.gaps: list[Gap] = []
        self._properties = False
        self._none = False

    def read(self, part: Part) -> None:
        """Read the blocks below one heading."""
        if part.name == "":
            self._read_head(part)
        elif part.name == "properties":
            self._read_properties(part)
        elif part.name == "enumerated values":
            self._read_enums(part)
        else:
            self.gaps.append(Gap(part.line, f"unknown heading {part.name!r} in a schema"))

    def check(self, heading: Heading) -> None:
        """Note what a whole schema has and this one has not."""
        if self.example is None:
            self.gaps.append(Gap(heading.line, "the schema has no example"))
        elif not self._properties:
            self.gaps.append(Gap(heading.line, "the schema has no properties"))
        elif not (self.fields or self.enums or self._none):
            self._check_empty(self.example)
        else:
            self._check_example(self.example)

    def _read_head(self, part: Part) -> None:
        for block in part.blocks:
            if isinstance(block, Fence) and self.example is None:
                self.example = read_example(block, self.gaps)
            elif isinstance(block, Text):
                self.prose.append(block.text)
            else:
                self.gaps.append(Gap(block.line, "unknown block before the properties"))

    def _read_properties(self, part: Part) -> None:
        self._properties = True
        for table in part.tables():
            self.fields.extend(read_fields(table, self.gaps))
        for text in part.texts():
            if text.text.strip() in _NO_PROPERTIES:
                self._none = True
            elif text.text.startswith("|"):
                self.gaps.append(Gap(text.line, "the table of properties has no rows"))
            else:
                self.prose.append(text.text)

    def _read_enums(self, part: Part) -> None:
        before = len(self.enums)
        for table in part.tables():
            self.enums.extend(read_enums(table, self.gaps))
        if len(self.enums) == before:
            self.gaps.append(Gap(part.line, "the table of values has no rows"))

    def _check_empty(self, example: Example) -> None:
        """A schema without a table is an enum: it has values, and a scalar as its example."""
        self.gaps.append(Gap(example.line, "the schema has neither properties nor values"))

    def _check_example(self, example: Example) -> None:
        """Note properties of the example that have no row, and maps without their values."""
        value = cast("object", example.value)
        if not self.fields or not isinstance(value, dict):
            return
        if any(field.is_map_value and field.depth == 0 for field in self.fields):
            return
        sample = cast("dict[str, object]", value)
        rows = {field.name for field in self.fields if field.depth == 0}
        missing = sorted(set(sample) - rows)
        if missing:
            self.gaps.append(Gap(self.fields[-1].line, f"no row tells of {', '.join(missing)}"))
        last = self.fields[-1]
        if last.depth == 0 and last.type.kind == "object" and sample.get(last.name):
            self.gaps.append(Gap(last.line, f"no row tells what is in {last.name}"))
