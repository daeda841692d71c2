"""Schemas of the pages as schemas of the description."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from codegen.description import guesses
from codegen.description.openapi import Json, is_list, is_table, reference
from codegen.reading.document import EnumDoc, FieldDoc, SchemaDoc, TypeText


@attrs.frozen(slots=True)
class _Node:
    """A row of a property table with the rows that are indented below it."""

    field: FieldDoc
    children: list[_Node]


def component(schema: SchemaDoc) -> Json:
    """Return the component schema for a documented schema."""
    example = schema.example.value if schema.example and schema.example.parsed else None
    if schema.is_enum:
        return {"title": schema.name, **_enum_schema(schema.values, example)}
    nodes = _tree(schema.fields)
    enums = _by_owner(schema.enums)
    mapped = next((node for node in nodes if node.field.is_map_value), None)
    if mapped is not None:
        value = _schema(mapped, _first_value(example), enums)
        return {"title": schema.name, "type": "object", "additionalProperties": value}
    if not nodes and not schema.has_properties and not is_table(example):
        return {"title": schema.name, **guesses.schema_of_value(example)}
    return {"title": schema.name, **_object(nodes, example, enums)}


def type_schema(kind: TypeText, example: Any = None) -> Json:
    """Return the schema of a type cell, its format from the cell or else from the example."""
    if kind.ref is not None:
        return reference(kind.ref)
    if kind.kind == "array":
        return {"type": "array", "items": _item_schema(kind, example)}
    if kind.kind == "file":
        return {"type": "string", "format": "binary"}
    if kind.kind in {"any", "undefined"}:
        return {}
    schema: Json = {"type": kind.kind}
    found = kind.format
    if kind.kind == "string" and found is None:
        found = guesses.format_of_example(example)
    return schema if found is None else {**schema, "format": found}


def with_enum(schema: Json, values: Sequence[str]) -> Json:
    """Narrow a schema to the listed values, in the type of the schema."""
    kind = schema.get("type", "string")
    if kind == "array":
        return {**schema, "items": with_enum(schema["items"], values)}
    return {**schema, "enum": [_typed(value, kind) for value in dict.fromkeys(values)]}


def _item_schema(kind: TypeText, example: Any) -> Json:
    first = example[0] if is_list(example) and example else None
    if kind.items is None:
        return guesses.schema_of_value(first)
    if kind.items.kind == "array" and kind.items.items is None:
        return guesses.schema_of_value(first) if first is not None else {"type": "array"}
    return type_schema(kind.items, first)


def _enum_schema(values: Sequence[str], example: object) -> Json:
    is_integer = isinstance(example, int) and not isinstance(example, bool)
    return with_enum({"type": "integer" if is_integer else "string"}, values)


def _typed(value: str, kind: str) -> object:
    if kind == "integer":
        return int(value)
    if kind == "number":
        return float(value)
    if kind == "boolean":
        return value == "true"
    return value


def _tree(fields: Iterable[FieldDoc]) -> list[_Node]:
    roots: list[_Node] = []
    path: list[_Node] = []
    for field in fields:
        node = _Node(field, [])
        while path and path[-1].field.depth >= field.depth:
            path.pop()
        (path[-1].children if path else roots).append(node)
        path.append(node)
    return roots


def _object(nodes: Sequence[_Node], example: Any, enums: Mapping[str, Sequence[str]]) -> Json:
    samples = example if is_table(example) else {}
    schema: Json = {"type": "object"}
    if nodes:
        schema["properties"] = {
            node.field.name: _schema(node, samples.get(node.field.name), enums) for node in nodes
        }
    required = sorted(node.field.name for node in nodes if node.field.required)
    return {**schema, "required": required} if required else schema


def _schema(node: _Node, example: Any, enums: Mapping[str, Sequence[str]]) -> Json:
    schema = type_schema(node.field.type, example)
    mapped = next((child for child in node.children if child.field.is_map_value), None)
    if mapped is not None:
        value = _schema(mapped, _first_value(example), enums)
        return {"type": "object", "additionalProperties": value}
    if node.children and schema.get("type") == "array":
        first = example[0] if is_list(example) and example else None
        return {**schema, "items": _object(node.children, first, enums)}
    if node.children:
        return _object(node.children, example, enums)
    values = enums.get(node.field.name)
    return schema if values is None else with_enum(schema, values)


def _by_owner(enums: Iterable[EnumDoc]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for enum in enums:
        found.setdefault(enum.owner.lstrip("» "), []).extend(enum.values)
    return found


def _first_value(example: Any) -> Any:
    if is_table(example):
        return next(iter(example.values()), None)
    return None
