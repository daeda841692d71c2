"""Does a JSON value agree with what the description says of it: a walk, not a decoder.

It is stricter than the models: unknown keys, unknown values of enums and absent fields that
are said to be always there are mismatches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from codegen.description.openapi import Json, referred

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_PLAIN = {"boolean": bool, "integer": int, "string": str}

# Whether a server of some release has a field of a schema.
Has = Callable[[str, str, Json], bool]


class Agreement:
    """Compares values with schemas of one description."""

    def __init__(self, schemas: dict[str, Json], has: Has = lambda *_: True) -> None:
        self._schemas = schemas
        self._has = has

    def mismatches(self, value: Any, schema: Json, place: str) -> Iterator[str]:
        """Yield each place where the value is something else than the schema says."""
        may_lack = schema.get("x-optional") or schema.get("x-nullable")
        name, schema = self._resolved(schema)
        place = name or place
        kind = schema.get("type")
        if value is None:
            collection = kind == "array" or "additionalProperties" in schema
            if not (may_lack or collection or kind in {None, "null"}):
                yield f"{place}: null"
        elif kind == "array":
            yield from self._items(value, schema, place)
        elif kind == "object":
            yield from self._object(value, schema, place)
        elif kind is not None:
            yield from _scalar(value, schema, place)

    def _resolved(self, schema: Json) -> tuple[str | None, Json]:
        name = None
        while (reference := referred(schema)) is not None:
            name = reference
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**self._schemas[name], **beside}
        return name, schema

    def _items(self, value: Any, schema: Json, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place}: {value!r} is no array"
            return
        for item in value:
            yield from self.mismatches(item, schema["items"], f"{place}[]")

    def _object(self, value: Any, schema: Json, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place}: {value!r} is no object"
            return
        fields: dict[str, Json] = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        for key, item in value.items():
            if key in fields:
                yield from self.mismatches(item, fields[key], f"{place}.{key}")
            elif isinstance(rest, dict):
                yield from self.mismatches(item, rest, f"{place}{{}}")
            elif rest is None:
                yield f"{place}.{key}: unknown key"
        for key, field in fields.items():
            may_lack = field.get("x-optional") or field.get("x-nullable")
            if key not in value and not may_lack and self._has(place, key, field):
                yield f"{place}.{key}: absent"


def _scalar(value: Any, schema: Json, place: str) -> Iterator[str]:
    kind = schema["type"]
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{place}: {value!r} is no number"
    elif kind == "null" or type(value) is not _PLAIN[kind]:
        yield f"{place}: {value!r} is no {kind}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is an unknown value"
    elif not _is_formatted(value, schema.get("format")):
        yield f"{place}: {value!r} is no {schema['format']}"


def _is_formatted(value: Any, form: str | None) -> bool:
    if form == "date-time":
        return _INSTANT.fullmatch(value) is not None
    if form == "uuid":
        try:
            return str(UUID(value)) == value
        except ValueError:
            return False
    return True
