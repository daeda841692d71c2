"""A section of an operations page to an operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, get_args

from codegen.reading.blocks import Block, Fence, Heading, Quote, Table, Text
from codegen.reading.cells import plain, split_depth
from codegen.reading.document import (
    CurlDoc,
    EnumDoc,
    Example,
    FieldDoc,
    Location,
    OperationDoc,
    ParameterDoc,
    ResponseDoc,
    ResponseSchemaDoc,
)
from codegen.reading.sections import (
    Gap,
    Part,
    headless,
    is_whole,
    read_enums,
    read_example,
    read_fields,
    read_required,
    read_type,
    split_parts,
    whole_rows,
)

_ROUTE: Final = re.compile(r"`?([A-Z]{3,7}) (/\S*?)`?")
_CURL: Final = re.compile(r"curl\s+-X\s+([A-Z]+)\s+(\S+)")
_CURL_HEADER: Final = re.compile(r"-H\s+'([^:']+):\s*([^']*)'")
_STATUS_CAPTION: Final = re.compile(r"(\d{3}|default) Response")
_STATUS_CODE: Final = re.compile(r"Status Code \**(\d{3}|default)\**")
_AUTHENTICATED: Final = "To perform this operation, you must be authenticated"
_PARAMETER_COLUMNS: Final = ("Name", "In", "Type", "Required", "Description")
_RESPONSE_COLUMNS: Final = ("Status", "Meaning", "Description", "Schema")
_TABLES_ONLY: Final = frozenset({"parameters", "enumerated values", "responses", "response schema"})
_NOT_SLUG: Final = re.compile(r"[^\w\- ]")
_LOCATIONS: Final[dict[str, Location]] = {place: place for place in get_args(Location)}


def parse_route(text: str) -> tuple[str, str] | None:
    """Parse the line that shows method and path; None when `text` is another line."""
    route = _ROUTE.fullmatch(text.strip())
    return None if route is None else (route.group(1), route.group(2))


def slug(title: str) -> str:
    """Return the fragment that the documentation site gives to a heading."""
    return _NOT_SLUG.sub("", title.lower()).strip().replace(" ", "-")


def read_operation(
    heading: Heading, blocks: Sequence[Block], page: str, tag: str | None
) -> tuple[OperationDoc | None, tuple[Gap, ...]]:
    """Read the section below an operation's heading, and what is missing in it.

    Without the line that shows method and path there is no operation.
    """
    reader = _OperationReader(heading)
    for part in _own_parts(split_parts(blocks), reader.gaps):
        reader.read(part)
    if reader.route is None:
        return None, (Gap(heading.line, "the operation shows no method and path"),)
    reader.check()
    operation = OperationDoc(
        title=plain(heading.text),
        method=reader.route[0],
        path=reader.route[1],
        tag=tag,
        page=page,
        line=heading.line,
        anchor=slug(plain(heading.text)),
        curl=reader.curl,
        body_example=reader.body_example,
        parameters=tuple(reader.parameters),
        parameter_enums=tuple(reader.parameter_enums),
        response_examples=reader.examples,
        responses=tuple(reader.responses),
        response_schemas=tuple(reader.response_schemas()),
        authenticated=reader.authenticated,
        description="\n".join(reader.prose),
        complete=is_whole(reader.gaps),
    )
    return operation, tuple(reader.gaps)


def _own_parts(parts: Sequence[Part], gaps: list[Gap]) -> Sequence[Part]:
    """Return the parts up to a second sample call: it belongs to another operation."""
    _, *others = [index for index, part in enumerate(parts) if part.name == "code samples"] or [0]
    if not others:
        return parts
    gaps.append(headless(parts[others[0]].line, "operation"))
    return parts[: others[0]]


class _ExpandedTable:
    """A response schema table while it is read."""

    def __init__(self, status: str, line: int) -> None:
        self.status = status
        self.line = line
        self.fields: list[FieldDoc] = []
        self.enums: list[EnumDoc] = []


class _OperationReader:
    """Collects the parts of one operation."""

    def __init__(self, heading: Heading) -> None:
        self.heading = heading
        self.route: tuple[str, str] | None = None
        self.curl: CurlDoc | None = None
        self.body_example: Example | None = None
        self.parameters: list[ParameterDoc] = []
        self.parameter_enums: list[EnumDoc] = []
        self.examples: dict[str, Example] = {}
        self.responses: list[ResponseDoc] = []
        self.authenticated = False
        self.prose: list[str] = []
        self.gaps: list[Gap] = []
        self._body_expected = False
        self._expanded: list[_ExpandedTable] = []
        self._readers: dict[str, Callable[[Part], None]] = {
            "": self._read_samples,
            "code samples": self._read_samples,
            "parameters": self._read_parameters,
            "detailed descriptions": self._pass_over,
            "response headers": self._pass_over,
            "enumerated values": self._read_enums,
            "example responses": self._read_examples,
            "responses": self._read_responses,
            "response schema": self._read_expanded,
        }

    def read(self, part: Part) -> None:
        """Read the blocks below one heading."""
        for text in part.texts():
            self.authenticated |= plain(text.text).startswith(_AUTHENTICATED)
        reader = self._readers.get(part.name)
        if reader is None:
            self._gap(part.line, f"unknown heading {part.name!r} in an operation")
            return
        reader(part)
        if part.name in _TABLES_ONLY:
            for block in part.blocks:
                if isinstance(block, Fence | Quote):
                    self._gap(block.line, f"unknown block below {part.name!r}")

    def check(self) -> None:
        """Note what a whole operation has and this one has not."""
        line = self.heading.line
        if self.curl is None:
            self._gap(line, "the operation has no sample call")
        elif self.curl.authenticated and not self.authenticated:
            self._gap(line, "the sample call sends a token, but the closing line is missing")
        if self._body_expected and self.body_example is None:
            self._gap(line, "the body parameter has no example")
        elif self.body_example is not None and not self.parameters:
            self._gap(line, "the operation has a body and no parameters")
        if not self.responses:
            self._gap(line, "the operation has no responses")
            return
        statuses = {response.status for response in self.responses}
        for status in sorted(set(self.examples) - statuses):
            self._gap(self.examples[status].line, f"no row tells of status {status}")
        expanded = {table.status for table in self._expanded}
        for response in self.responses:
            items = response.type.items if response.type else None
            if items and items.ref and response.status not in expanded:
                self._gap(response.line, f"the array of status {response.status} is not unfolded")

    def response_schemas(self) -> list[ResponseSchemaDoc]:
        """Return the expanded tables that were read."""
        return [
            ResponseSchemaDoc(table.status, tuple(table.fields), tuple(table.enums), table.line)
            for table in self._expanded
        ]

    def _gap(self, line: int, message: str) -> None:
        self.gaps.append(Gap(line, message))

    def _pass_over(self, part: Part) -> None:
        """Pass over a part that says nothing about types."""
        self.prose.extend(text.text for text in part.texts())
        self.gaps.append(Gap(part.line, f"the part {part.name!r} is passed over", "info"))

    def _read_samples(self, part: Part) -> None:
        for block in part.blocks:
            if isinstance(block, Fence):
                self._read_fence(block)
            elif isinstance(block, Quote) and block.text == "Body parameter":
                self._body_expected = True
            elif isinstance(block, Text):
                self._read_text(block)
            else:
                self._gap(block.line, "unknown block among the code samples")

    def _read_fence(self, fence: Fence) -> None:
        if self._body_expected and self.body_example is None:
            self.body_example = read_example(fence, self.gaps)
        elif self.curl is None and "curl" in fence.text:
            self._read_curl(fence)
        else:
            self._gap(fence.line, "unknown code sample")

    def _read_curl(self, fence: Fence) -> None:
        call = _CURL.search(fence.text)
        if call is None or not fence.closed:
            self._gap(fence.line, "the sample call is not whole")
            return
        headers = tuple(
            (name.strip(), value.strip()) for name, value in _CURL_HEADER.findall(fence.text)
        )
        self.curl = CurlDoc(call.group(1), call.group(2), headers, fence.line)

    def _read_text(self, text: Text) -> None:
        route = parse_route(text.text)
        if route is not None and self.route is None:
            self.route = route
        else:
            self.prose.append(text.text)

    def _read_parameters(self, part: Part) -> None:
        before = len(self.parameters)
        for table in part.tables():
            for row in whole_rows(table, _PARAMETER_COLUMNS, self.gaps):
                self._read_parameter(row.cells, row.line)
        if len(self.parameters) == before:
            self._gap(part.line, "the table of parameters has no rows")

    def _read_parameter(self, cells: Sequence[str], line: int) -> None:
        depth, name = split_depth(cells[0])
        location = _LOCATIONS.get(plain(cells[1]))
        if location is None:
            self._gap(line, f"unknown place of a parameter {cells[1]!r}")
            return
        self.parameters.append(
            ParameterDoc(
                name=name,
                location=location,
                type=read_type(cells[2], line, self.gaps),
                required=read_required(cells[3], line, self.gaps),
                depth=depth,
                line=line,
                note=plain(cells[4]),
            )
        )

    def _read_enums(self, part: Part) -> None:
        found = [enum for table in part.tables() for enum in read_enums(table, self.gaps)]
        if not found:
            self._gap(part.line, "the table of values has no rows")
        target = self._expanded[-1].enums if self._expanded else self.parameter_enums
        target.extend(found)

    def _read_examples(self, part: Part) -> None:
        status: str | None = None
        for block in part.blocks:
            if isinstance(block, Quote):
                caption = _STATUS_CAPTION.match(block.text)
                status = caption.group(1) if caption else None
                if caption is None:
                    self._gap(block.line, f"unknown caption {block.text!r}")
            elif isinstance(block, Fence):
                if status is None or status in self.examples:
                    self._gap(block.line, "an example response without a status of its own")
                else:
                    self.examples[status] = read_example(block, self.gaps)

    def _read_responses(self, part: Part) -> None:
        for table in part.tables():
            for row in whole_rows(table, _RESPONSE_COLUMNS, self.gaps):
                status, meaning, note, schema = row.cells
                kind = read_type(schema, row.line, self.gaps) if plain(schema) else None
                self.responses.append(
                    ResponseDoc(plain(status), plain(meaning), kind, row.line, plain(note))
                )
        self.prose.extend(text.text for text in part.texts())

    def _read_expanded(self, part: Part) -> None:
        status = ""
        for block in part.blocks:
            if isinstance(block, Text) and (code := _STATUS_CODE.fullmatch(block.text.strip())):
                status = code.group(1)
            elif isinstance(block, Table):
                expanded = _ExpandedTable(status, block.line)
                expanded.fields.extend(read_fields(block, self.gaps))
                self._expanded.append(expanded)
        if any(part.tables()) and not status:
            self._gap(part.line, "the response schema names no status")
