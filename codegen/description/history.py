"""Since when, and until when, operations, parameters, fields and enum values are there.

The table is computed from the pages of all releases and kept in `data/since.json`, where a
span is a string: `2.29` (since then), `-2.12` (until then), `2.28-2.28` (in between). What
is not listed was there from the first release on, or as long as what it belongs to: a
parameter as long as its operation, a property or a value as long as its schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from codegen.description.openapi import DATA, Json, is_table, operations, schemas

SINCE: Final = DATA / "since.json"


@attrs.frozen(slots=True)
class Span:
    """The releases that have something.

    `since` is None for what the first release has, `until` (the last release that has it)
    is None for what the newest has.
    """

    since: str | None = None
    until: str | None = None

    def __str__(self) -> str:
        """How the table spells it."""
        return (self.since or "") + (f"-{self.until}" if self.until else "")

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read the spelling of the table."""
        since, _, until = text.partition("-")
        return cls(since or None, until or None)


@attrs.frozen(slots=True)
class History:
    """What differs from "from the first release until now".

    Operations are spelled `GET /api/v2/users`, parameters `query:limit`, fields of an
    object inside a schema `emails.value`. `values` is keyed by the schema, by schema and
    property (`codersdk.APIKey.scope`) or by operation and parameter. `moved` maps operations
    that went to those that do the same, `renamed` old names of schemas to those of today.
    """

    releases: tuple[str, ...] = ()
    operations: Mapping[str, Span] = attrs.field(factory=dict[str, Span])
    moved: Mapping[str, str] = attrs.field(factory=dict[str, str])
    parameters: Mapping[str, Mapping[str, Span]] = attrs.field(factory=dict[str, dict[str, Span]])
    schemas: Mapping[str, Span] = attrs.field(factory=dict[str, Span])
    renamed: Mapping[str, str] = attrs.field(factory=dict[str, str])
    properties: Mapping[str, Mapping[str, Span]] = attrs.field(factory=dict[str, dict[str, Span]])
    values: Mapping[str, Mapping[str, Span]] = attrs.field(factory=dict[str, dict[str, Span]])

    @property
    def first(self) -> str:
        """The oldest release that was read."""
        return self.releases[0] if self.releases else ""

    def dumps(self) -> str:
        """Write the table: sorted, one line for each entry."""
        table = attrs.asdict(self, recurse=False)
        return json.dumps(table, indent=1, sort_keys=True, default=str) + "\n"

    @classmethod
    def loads(cls, text: str) -> History:
        """Read the table."""
        table: dict[str, Any] = json.loads(text)
        return cls(
            releases=tuple(table["releases"]),
            operations=_spans(table["operations"]),
            moved=table["moved"],
            parameters=_inner_spans(table["parameters"]),
            schemas=_spans(table["schemas"]),
            renamed=table["renamed"],
            properties=_inner_spans(table["properties"]),
            values=_inner_spans(table["values"]),
        )


def load(path: Path = SINCE) -> History:
    """Read the table that the project keeps."""
    return History.loads(path.read_text(encoding="utf-8"))


def _spans(table: Mapping[str, str]) -> dict[str, Span]:
    return {name: Span.parse(text) for name, text in table.items()}


def _inner_spans(table: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Span]]:
    return {owner: _spans(spans) for owner, spans in table.items()}


def annotate(description: Json, history: History) -> None:
    """Mark a description with the releases in which its parts are there.

    `x-since` is set on every operation and schema; on a parameter or a property only where
    it differs from that of its operation or schema. `x-since-values` maps values of an enum
    that came later to their release.
    """
    for call, operation in operations(description):
        _mark(operation, history.operations.get(call, Span(history.first)), history.first)
        later = history.parameters.get(call, {})
        for name, schema, holder in inputs(operation):
            if name in later:
                _mark(holder, later[name], history.first)
            _mark_values(schema, history.values.get(f"{call}.{name}", {}))
    for name, schema in schemas(description).items():
        _mark(schema, history.schemas.get(name, Span(history.first)), history.first)
        _mark_values(schema, history.values.get(name, {}))
        later = history.properties.get(name, {})
        for path, field in fields(schema):
            if path in later:
                _mark(field, later[path], history.first)
            _mark_values(field, history.values.get(f"{name}.{path}", {}))


def _mark(node: Json, span: Span, first: str) -> None:
    node["x-since"] = span.since or first
    if span.until is not None:
        node["x-until"] = span.until


def _mark_values(schema: Json, later: Mapping[str, Span]) -> None:
    values = {str(value) for value in schema.get("enum", ())}
    since = {value: span.since for value, span in later.items() if value in values and span.since}
    if since:
        schema["x-since-values"] = since


def fields(schema: Json, above: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the properties of a schema and of the objects inside it, `emails.value`."""
    properties: dict[str, Json] = schema.get("properties", {})
    for name, value in properties.items():
        yield above + name, value
        yield from fields(value, f"{above}{name}.")
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if is_table(inner):
            yield from fields(inner, above)


def inputs(operation: Json) -> Iterator[tuple[str, Json, Json]]:
    """Yield `query:limit`, its schema and where marks go, for each parameter and form field.

    Parameters of the path are left out: they are there as long as the operation.
    """
    for parameter in operation.get("parameters", ()):
        if parameter["in"] != "path":
            yield f"{parameter['in']}:{parameter['name']}", parameter["schema"], parameter
    for media in operation.get("requestBody", {}).get("content", {}).values():
        for path, field in fields(media["schema"]):
            yield f"body:{path}", field, field
