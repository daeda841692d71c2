"""Formats from the expanded tables below responses, where no example shows them.

These tables unfold references in place and are the only ones that print formats. They are
walked beside the schemas that they unfold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codegen.description.openapi import Json, referred
from codegen.reading.document import FieldDoc, OperationDoc, Reading, ResponseSchemaDoc


def add_formats(reading: Reading, schemas: Mapping[str, Json]) -> None:
    """Add formats to the string properties of `schemas` that have none."""
    for doc in reading.operations:
        for table in doc.response_schemas:
            for field, schema in _beside(doc, table, schemas):
                if field.type.format is not None and schema.get("type") == "string":
                    schema.setdefault("format", field.type.format)


def _beside(
    doc: OperationDoc, table: ResponseSchemaDoc, schemas: Mapping[str, Json]
) -> Iterator[tuple[FieldDoc, Json]]:
    """Yield the rows of a table, each with the schema of the property that it unfolds."""
    root = _root(doc, table.status, schemas)
    if root is None:
        return
    rows = [field for field in table.fields if not field.is_item]
    open_schemas: list[Json] = [root]
    top = rows[0].depth if rows else 0
    for field in rows:
        del open_schemas[max(1, field.depth - top + 1) :]
        parent = open_schemas[-1]
        if len(open_schemas) != field.depth - top + 1:
            continue
        below = _below(parent, field)
        if below is None:
            continue
        yield field, below
        inner = below["items"] if below.get("type") == "array" else below
        open_schemas.append(schemas.get(referred(inner) or "", inner))


def _root(doc: OperationDoc, status: str, schemas: Mapping[str, Json]) -> Json | None:
    for response in doc.responses:
        if response.status == status and response.type is not None:
            return next((schemas[name] for name in response.type.refs() if name in schemas), None)
    return None


def _below(parent: Json, field: FieldDoc) -> Json | None:
    if field.is_map_value:
        return parent.get("additionalProperties")
    properties: dict[str, Any] = parent.get("properties", {})
    return properties.get(field.name)
