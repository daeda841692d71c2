"""The description as JSON: small builders, references, reading and writing it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
REF_PREFIX = "#/components/schemas/"
DATA = Path(__file__).parent / "data"
COMMITTED = DATA / "coder.json"


def is_table(node: object) -> TypeGuard[Json]:
    """Whether a part of a description is a JSON object."""
    return isinstance(node, dict)


def is_list(node: object) -> TypeGuard[list[Any]]:
    """Whether a part of a description is a JSON array."""
    return isinstance(node, list)


def reference(name: str) -> Json:
    """Return a schema that refers to the component `name`."""
    return {"$ref": REF_PREFIX + name}


def referred(schema: Json) -> str | None:
    """Return the name of the component that a schema refers to itself."""
    ref = schema.get("$ref")
    return ref.removeprefix(REF_PREFIX) if isinstance(ref, str) else None


def references(node: object) -> Iterator[str]:
    """Yield the names of all components that a part of a description refers to."""
    if is_table(node):
        ref = node.get("$ref")
        if isinstance(ref, str):
            yield ref.removeprefix(REF_PREFIX)
        for value in node.values():
            yield from references(value)
    elif is_list(node):
        for value in node:
            yield from references(value)


def operations(description: Json) -> Iterator[tuple[str, Json]]:
    """Yield `("GET /api/v2/users", operation)` for each operation, by path and method."""
    for path in sorted(description["paths"]):
        item: Json = description["paths"][path]
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def schemas(description: Json) -> dict[str, Json]:
    """Return the component schemas by full name."""
    found: dict[str, Json] = description["components"]["schemas"]
    return found


def dumps(description: Json) -> str:
    """Write a description: sorted keys, one line for each fact, so that releases compare."""
    return json.dumps(description, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def load(path: Path = COMMITTED) -> Json:
    """Read a description file."""
    description: Json = json.loads(path.read_text(encoding="utf-8"))
    return description
