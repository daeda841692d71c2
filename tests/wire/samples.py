"""Made-up JSON for any schema of the description: each field with a value of its type."""

from __future__ import annotations

from typing import Any

from codegen.description.openapi import Json, referred
from codegen.python.types import is_base64, shape

_DEPTH = 6
_FORMATS = {
    "date-time": "2026-11-22T21:11:18.398232Z",
    "date": "2026-11-22",
    "uuid": "ac019625-4052-4ac5-a8a2-35eecac5fec2",
}
_SCALARS = {
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "any": {"free": ["form", 1, None]},
    "null": None,
}


def sample(schema: Json, schemas: dict[str, Json], depth: int = 0) -> Any:
    """A value of a schema; recursion ends with what is empty."""
    if name := referred(schema):
        return sample(schemas[name], schemas, depth)
    if schema.get("properties"):
        return {
            key: sample(inner, schemas, depth + 1)
            for key, inner in schema["properties"].items()
            if depth < _DEPTH or not inner.get("x-optional")
        }
    form = shape(schema)
    if form in {"list", "map"}:
        return _collection(schema, schemas, depth)
    if form == "string" and "enum" not in schema:
        return _FORMATS.get(schema.get("format", ""), "c2VjcmV0" if is_base64(schema) else "text")
    if form == "union":
        return sample((schema.get("anyOf") or schema["oneOf"])[0], schemas, depth + 1)
    return schema["enum"][-1] if "enum" in schema else _SCALARS[form]


def _collection(schema: Json, schemas: dict[str, Json], depth: int) -> Any:
    if depth >= _DEPTH:
        return [] if shape(schema) == "list" else {}
    if shape(schema) == "list":
        return [sample(schema.get("items", {}), schemas, depth + 1)]
    values = schema.get("additionalProperties")
    key = _FORMATS.get(schema.get("propertyNames", {}).get("format", ""), "key")
    return {key: sample(values if isinstance(values, dict) else {}, schemas, depth + 1)}
