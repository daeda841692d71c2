"""A reading of the pages as an API description: OpenAPI 3.1, facts only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from codegen.description import guesses
from codegen.description.openapi import Json, references
from codegen.description.operations import operation, security_headers
from codegen.description.schemas import component
from codegen.description.tables import add_formats
from codegen.reading.document import Reading

TITLE = "Coder API"
UNKNOWN_VERSION = "0.0.0"


def build(reading: Reading, version: str = UNKNOWN_VERSION) -> Json:
    """Describe what was read, unpatched.

    Args:
        reading: All pages of a release, or single ones.
        version: The release, such as `2.36.0`.

    Returns:
        The description. A schema that the pages refer to but do not have is there without
        properties, marked `x-opaque`.
    """
    paths: dict[str, Json] = {}
    schemes: dict[str, str] = {}
    for doc in reading.operations:
        item = paths.setdefault(guesses.full_path(doc.path), {})
        item[doc.method.lower()] = operation(doc)
        schemes.update(security_headers(doc))
    schemas = {schema.name: component(schema) for schema in reading.schemas}
    add_formats(reading, schemas)
    for name in sorted({*references(paths), *references(schemas)} - schemas.keys()):
        schemas[name] = {"title": name, "x-opaque": True}
    components: dict[str, Any] = {"schemas": schemas}
    if schemes:
        components["securitySchemes"] = {
            name: {"type": "apiKey", "in": "header", "name": header}
            for name, header in schemes.items()
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": version},
        "paths": paths,
        "components": components,
    }


def version_of(path: Path) -> str | None:
    """Return the release that a folder's name tells: `v2.36.0`."""
    match = re.fullmatch(r"v?(\d+\.\d+\.\d+)", path.resolve().name)
    return match[1] if match else None


def examples(reading: Reading) -> dict[str, Any]:
    """Return the documented examples: of schemas by name, of answers by `GET /path 200`.

    They are no part of the description; tests decode them.
    """
    found: dict[str, Any] = {
        schema.name: schema.example.value
        for schema in reading.schemas
        if schema.example is not None and schema.example.parsed
    }
    for doc in reading.operations:
        for status, example in doc.response_examples.items():
            if example.parsed:
                found[f"{doc.method} {guesses.full_path(doc.path)} {status}"] = example.value
    return found
