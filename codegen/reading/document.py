"""The document model: what a page of API documentation says, before anyone interprets it.

Every value keeps the spelling of the page and the line it came from. Nothing here knows
of HTTP semantics or of Python; turning it into an API description is the next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

Level = Literal["error", "warning", "info"]
Location = Literal["path", "query", "body", "header", "formData"]


@attrs.frozen(slots=True)
class Finding:
    """Something about a page that a person should know.

    An `error` means that facts are lost, a `warning` that a page is cut or that two pages
    disagree, an `info` that text was passed over which holds no facts.
    """

    level: Level
    file: str
    line: int
    message: str


@attrs.frozen(slots=True)
class TableRow:
    """One row of a table: raw cells, and the line where the row begins."""

    cells: tuple[str, ...]
    line: int


@attrs.frozen(slots=True)
class TypeText:
    """A parsed type cell.

    `kind` is `string`, `integer`, `number`, `boolean`, `object`, `any`, `array`, `file`,
    `undefined` or `ref`. `format` is what stood in brackets, noise such as `string(string)`
    included. `ref` is the full schema name (`codersdk.User`). `items` is set for
    `array of X`, `array[X]` and `array(format)`; a bare `array` has none.
    """

    kind: str
    format: str | None = None
    ref: str | None = None
    items: TypeText | None = None

    def refs(self) -> Iterator[str]:
        """Yield the schema names that the type mentions."""
        if self.ref is not None:
            yield self.ref
        if self.items is not None:
            yield from self.items.refs()


@attrs.frozen(slots=True)
class Example:
    """An example in a fence.

    `media` is the language of the fence (`json`, `yaml`); `value` is the parsed JSON and is
    only meaningful where `parsed` is true.
    """

    media: str
    text: str
    line: int
    value: Any = None
    parsed: bool = False


@attrs.frozen(slots=True)
class CurlDoc:
    """What the sample call shows: the only trace of media types and of authentication."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    line: int

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of the headers called `name`, in their order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def accepts(self) -> tuple[str, ...]:
        """Media types that the operation answers with."""
        return self.values("Accept")

    @property
    def content_types(self) -> tuple[str, ...]:
        """Media types of the request body."""
        return self.values("Content-Type")

    @property
    def authenticated(self) -> bool:
        """Whether the sample sends a credential."""
        return any(value == "API_KEY" for _, value in self.headers)


@attrs.frozen(slots=True)
class ParameterDoc:
    """A row of a parameters table; `depth` counts the `»` before the name."""

    name: str
    location: Location
    type: TypeText
    required: bool
    depth: int
    line: int
    note: str = ""


@attrs.frozen(slots=True)
class EnumDoc:
    """The values listed for one property or parameter (`owner`), in the order of the page."""

    owner: str
    values: tuple[str, ...]
    line: int


@attrs.frozen(slots=True)
class ResponseDoc:
    """A row of a responses table; `type` is None where the schema cell is empty."""

    status: str
    meaning: str
    type: TypeText | None
    line: int
    note: str = ""


@attrs.frozen(slots=True)
class FieldDoc:
    """A row of a property table.

    `depth` counts the `»` before the name. `is_map_value` marks `[any property]`, the values
    of the map one level up (of the schema itself at depth 0); `is_item` marks `[array item]`.
    """

    name: str
    depth: int
    type: TypeText
    required: bool
    line: int
    is_map_value: bool = False
    is_item: bool = False
    note: str = ""


@attrs.frozen(slots=True)
class ResponseSchemaDoc:
    """The expanded table below a response: references are unfolded in place."""

    status: str
    fields: tuple[FieldDoc, ...]
    enums: tuple[EnumDoc, ...]
    line: int


@attrs.frozen(slots=True)
class OperationDoc:
    """One operation: path and method as printed, without any prefix rule applied.

    `page` is the file's name without its folder, `anchor` the fragment of the heading on the
    documentation site. `complete` is false for the last operation of a page that was cut.
    """

    title: str
    method: str
    path: str
    tag: str | None
    page: str
    line: int
    anchor: str
    curl: CurlDoc | None = None
    body_example: Example | None = None
    parameters: tuple[ParameterDoc, ...] = ()
    parameter_enums: tuple[EnumDoc, ...] = ()
    response_examples: Mapping[str, Example] = attrs.field(factory=dict[str, Example])
    responses: tuple[ResponseDoc, ...] = ()
    response_schemas: tuple[ResponseSchemaDoc, ...] = ()
    authenticated: bool = False
    description: str = ""
    complete: bool = True


@attrs.frozen(slots=True)
class SchemaDoc:
    """One schema: properties (`fields`), or the values of an enum (`values`).

    `has_properties` tells a schema without properties (`None` below the heading) from one
    whose properties are listed. `enums` holds the values that the page lists for single
    properties. `complete` is false for the last schema of a page that was cut.
    """

    name: str
    line: int
    example: Example | None = None
    fields: tuple[FieldDoc, ...] = ()
    enums: tuple[EnumDoc, ...] = ()
    values: tuple[str, ...] = ()
    has_properties: bool = False
    page: str = ""
    description: str = ""
    complete: bool = True

    @property
    def is_enum(self) -> bool:
        """Whether the page lists values for the schema itself."""
        return bool(self.values)


@attrs.frozen(slots=True)
class Page:
    """One file, read. `dialect` is how its text was laid out, found from the text alone."""

    file: str
    tag: str | None
    operations: tuple[OperationDoc, ...]
    schemas: tuple[SchemaDoc, ...]
    findings: tuple[Finding, ...]
    dialect: str


@attrs.frozen(slots=True)
class Reading:
    """All pages of one reading.

    `findings` holds those of the pages and those between pages. `operations` and `schemas`
    are free of duplicates: of two pages that tell of the same thing the first one counts.
    """

    pages: tuple[Page, ...]
    findings: tuple[Finding, ...]
    operations: tuple[OperationDoc, ...]
    schemas: tuple[SchemaDoc, ...]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that have operations, in the order of the pages."""
        return tuple(dict.fromkeys(op.tag for op in self.operations if op.tag is not None))
