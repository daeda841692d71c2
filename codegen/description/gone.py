"""What earlier releases had: marks on what it belonged to, or moved to.

`x-gone` maps the name of a parameter, a field or an enum value that went to the last release
that had it. `x-moved-from` on an operation maps what it was before to the last release of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from codegen.description.history import History, Span, fields, inputs
from codegen.description.openapi import Json, operations, referred, schemas


def mark_gone(description: Json, history: History) -> None:
    """Mark operations, schemas and fields with what they had, or were, in earlier releases."""
    components = schemas(description)
    before = _before(history)
    for call, operation in operations(description):
        present = [address for address, _, _ in inputs(operation)]
        _mark(operation, "x-gone", _gone(history.parameters.get(call, {}), present))
        _mark(operation, "x-moved-from", before.get(call, {}))
    for name, schema in components.items():
        found = list(fields(schema))
        present, spans = [path for path, _ in found], history.properties.get(name, {})
        if "enum" in schema:
            present, spans = schema["enum"], history.values.get(name, {})
        _mark(schema, "x-gone", _gone(spans, present))
        for path, field in found:
            spans = history.values.get(f"{name}.{path}", {})
            _mark(field, "x-gone", _gone(spans, _values(field, components)))


def _before(history: History) -> dict[str, dict[str, str]]:
    """What each operation was called before, with the last release of that."""
    found: dict[str, dict[str, str]] = {}
    for old, new in history.moved.items():
        until = history.operations[old].until
        if until is not None:
            found.setdefault(new, {})[old] = until
    return found


def _gone(spans: Mapping[str, Span], present: Iterable[Any]) -> dict[str, str]:
    """Those that went; patches respell what is there, which changes no more than its case."""
    there = {str(item).casefold() for item in present}
    return {
        name: span.until
        for name, span in spans.items()
        if span.until is not None and name.casefold() not in there
    }


def _values(field: Json, components: Mapping[str, Json]) -> list[Any]:
    """The values of a field's enum, and of the one that it refers to."""
    shared = components.get(referred(field) or "", {})
    return [*field.get("enum", ()), *shared.get("enum", ())]


def _mark(node: Json, key: str, value: dict[str, str]) -> None:
    if value:
        node.setdefault(key, value)
