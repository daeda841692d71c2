"""Carries the releases of documented things over to the patched description.

The table of releases speaks of what the pages say. Patches respell keys and replace whole
parts, so the marks are set on the unpatched description and then found again by name.
"""

from __future__ import annotations

import copy
from typing import Any

from codegen.description.history import History, annotate, fields
from codegen.description.openapi import Json, operations, schemas

_MARKS = ("x-since", "x-until")


def carry(unpatched: Json, history: History, patched: Json) -> None:
    """Mark `patched` with the releases of `unpatched`, where patches say nothing else."""
    marked = copy.deepcopy(unpatched)
    annotate(marked, history)
    documented = dict(operations(marked))
    for call, operation in operations(patched):
        if call in documented:
            _copy(documented[call], operation)
            _carry_parameters(documented[call], operation)
    originals = schemas(marked)
    for name, schema in schemas(patched).items():
        if name in originals:
            _copy(originals[name], schema)
            _carry_fields(originals[name], schema)


def _carry_parameters(old: Json, new: Json) -> None:
    known = {_address(parameter): parameter for parameter in old.get("parameters", ())}
    for parameter in new.get("parameters", ()):
        original = known.get(_address(parameter))
        if original is not None:
            _copy(original, parameter)
            _copy_values(original["schema"], parameter["schema"])
    bodies: dict[str, Any] = new.get("requestBody", {}).get("content", {})
    for media, content in old.get("requestBody", {}).get("content", {}).items():
        if media in bodies:
            _carry_fields(content["schema"], bodies[media]["schema"])


def _carry_fields(old: Json, new: Json) -> None:
    # Patches respell keys as the wire does, which changes nothing but their case.
    known = {path.casefold(): field for path, field in fields(old)}
    for path, field in fields(new):
        original = known.get(path.casefold())
        if original is not None:
            _copy(original, field)


def _copy(old: Json, new: Json) -> None:
    for mark in _MARKS:
        if mark in old:
            new.setdefault(mark, old[mark])
    _copy_values(old, new)


def _copy_values(old: Json, new: Json) -> None:
    since: dict[str, str] = old.get("x-since-values", {})
    values = {str(value) for value in new.get("enum", ())}
    kept = {value: release for value, release in since.items() if value in values}
    if kept:
        new.setdefault("x-since-values", kept)


def _address(parameter: Json) -> str:
    return f"{parameter['in']}:{parameter['name']}"
