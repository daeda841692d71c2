"""The committed description: what was read, corrected, and completed with what is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from codegen.description import guesses
from codegen.description.facts import Facts
from codegen.description.gone import mark_gone
from codegen.description.history import History
from codegen.description.openapi import Json, is_list, is_table, operations, schemas
from codegen.description.patches import Patch, apply
from codegen.description.reach import reach
from codegen.description.releases import carry

_MARKS = (
    "x-kind",
    "x-never",
    "x-nullable",
    "x-optional",
    "x-paging",
    "x-stream",
    "x-unit",
    "x-zero-null",
)


def assemble(unpatched: Json, patches: Iterable[Patch], facts: Facts, history: History) -> Json:
    """Make the final description.

    Patches come first; what they say of presence, paging or streams wins over facts and
    guesses.

    Args:
        unpatched: What the pages of a release say.
        patches: Corrections, for this release.
        facts: Presence and nullability by full names.
        history: In which releases everything was there.

    Returns:
        The description that code is emitted from.

    Raises:
        PatchError: If a patch does not apply.
    """
    description = apply(unpatched, patches)
    carry(unpatched, history, description)
    mark_gone(description, history)
    reached = reach(description)
    only_sent = reached.requests - reached.received
    for name, schema in schemas(description).items():
        _complete_enum(schema, facts.enums.get(name, ()))
        for path, field in fields(schema):
            _mark_presence(field, name, path, facts, received=name not in only_sent)
            _mark_meaning(path[-1], field, received=name not in only_sent)
    for call, operation in operations(description):
        _complete_operation(call, operation, description)
    _drop_denials(description)
    return description


def fields(schema: Json, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield the properties of a schema and of the objects inside it, each with its path."""
    properties: dict[str, Json] = schema.get("properties", {})
    for name, value in properties.items():
        yield (*above, name), value
        yield from fields(value, (*above, name))
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if is_table(inner):
            yield from fields(inner, above)


def unknown_to_facts(description: Json, facts: Facts) -> list[str]:
    """List the schemas that arrive and of which nothing is known."""
    components = schemas(description)
    return sorted(
        name
        for name in reach(description).received
        if name not in facts.schemas and components.get(name, {}).get("properties")
    )


def _mark_presence(
    field: Json, name: str, path: tuple[str, ...], facts: Facts, *, received: bool
) -> None:
    if "x-optional" in field or "x-nullable" in field:
        return
    known = facts.presence(name, path[0]) if len(path) == 1 else None
    if known is None:
        if received:
            field.update(guesses.UNKNOWN_PRESENCE)
        return
    if known.optional:
        field["x-optional"] = True
    if known.nullable:
        field["x-nullable"] = True


def _mark_meaning(name: str, field: Json, *, received: bool) -> None:
    may_lack = bool(field.get("x-optional") or field.get("x-nullable"))
    if received and guesses.may_be_never(name, field, may_lack=may_lack):
        field.setdefault("x-never", True)
    if received and guesses.may_be_zero_uuid(field, may_lack=may_lack):
        field.setdefault("x-zero-null", True)
    unit = guesses.unit_of(name, field)
    if unit is not None:
        field.setdefault("x-unit", unit)


def _complete_enum(schema: Json, known: Iterable[str]) -> None:
    values: list[Any] | None = schema.get("enum")
    if values is not None and schema.get("type") == "string":
        values.extend(value for value in known if value not in values)


def _complete_operation(call: str, operation: Json, description: Json) -> None:
    path = call.partition(" ")[2]
    operation.setdefault("x-stability", guesses.stability_of(path))
    if "x-stream" not in operation and (stream := guesses.stream_of(operation)) is not None:
        operation["x-stream"] = stream
    if "x-paging" not in operation and "x-stream" not in operation:
        paging = guesses.paging_of(operation, schemas(description))
        if paging is not None:
            operation["x-paging"] = paging
    for parameter in operation.get("parameters", ()):
        kind = guesses.kind_of(path, parameter)
        if kind is not None:
            parameter.setdefault("x-kind", kind)
        unit = guesses.unit_of(parameter["name"], parameter["schema"])
        if unit is not None:
            parameter.setdefault("x-unit", unit)


def _drop_denials(node: Any) -> None:
    """Remove marks that are false: patches use them to contradict facts and guesses."""
    if is_table(node):
        for mark in _MARKS:
            if node.get(mark) is False:
                del node[mark]
        for value in node.values():
            _drop_denials(value)
    elif is_list(node):
        for value in node:
            _drop_denials(value)
