"""The table of what is never shown: under which names operations send and answer secrets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

from codegen.description.openapi import Json, is_list, is_table, operations, referred, schemas

# Half of an authorization each: whoever has both may go on in the place of the user. They come as
# parameters, and back in the address of the redirect.
_AUTHORIZATION: Final = frozenset({"code", "state"})
_TABLE: Final = '''\
{header}
"""Under which names operations send and answer secrets, for whatever shows parts of a call."""

# Operation: names of fields and parameters.
SECRETS: dict[str, tuple[str, ...]] = {{
{rows}
}}
'''


def render_secrets(description: Json, header: str) -> str:
    """Write the table of a description; operations without secrets are not in it."""
    rows = [
        f"    {call!r}: {names!r},"
        for call, operation in operations(description)
        if (names := tuple(sorted(secret_names(operation, schemas(description)))))
    ]
    text = _TABLE.format(header=header, rows="\n".join(sorted(rows)))
    ast.parse(text)
    return text


def secret_names(operation: Json, components: dict[str, Json]) -> set[str]:
    """Names of the secrets in what an operation takes and gives."""
    found = set(_fields(operation, components, set()))
    parameters = operation.get("parameters", [])
    if _AUTHORIZATION & {item["name"] for item in parameters if item["in"] == "query"}:
        found |= _AUTHORIZATION
    return found


def _fields(node: Any, components: dict[str, Json], seen: set[str]) -> Iterator[str]:
    """Names of the fields that are marked, through all that a part of a description refers to."""
    if is_list(node):
        for item in node:
            yield from _fields(item, components, seen)
    if not is_table(node):
        return
    name = referred(node)
    if name is not None and name not in seen:
        seen.add(name)
        yield from _fields(components[name], components, seen)
    properties = node.get("properties")
    for key, field in properties.items() if is_table(properties) else ():
        if field.get("x-secret") or field.get("items", {}).get("x-secret"):
            yield key
    for value in node.values():
        yield from _fields(value, components, seen)
