"""Compares what two pages say, whatever their layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from codegen.reading.document import Example, OperationDoc, SchemaDoc

# Where something stands and how it is explained may differ between scrapes of one page.
_LAYOUT = frozenset({"line", "page", "note", "description", "complete", "tag", "anchor", "title"})
_PREFIX = "/api/v2"


def facts(docs: Iterable[OperationDoc | SchemaDoc]) -> dict[str, Any]:
    """Return the facts of operations and schemas by name, without those of the layout."""
    return {_name(doc): _plain(doc) for doc in docs}


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Yield the places where facts differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                yield f"{path}/{key}"
            else:
                yield from differences(one[key], other[key], f"{path}/{key}")
    elif one != other:
        yield path


def _name(doc: OperationDoc | SchemaDoc) -> str:
    if isinstance(doc, SchemaDoc):
        return doc.name
    return f"{doc.method} {doc.path.removeprefix(_PREFIX)}"


def _plain(value: Any) -> Any:
    if isinstance(value, Example):
        return [value.media, value.value if value.parsed else value.text.strip()]
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        named = all(hasattr(item, "name") or hasattr(item, "owner") for item in value)
        items = [_plain(item) for item in value]
        if not named or not value:
            return items
        names = [getattr(item, "name", None) or getattr(item, "owner", "") for item in value]
        return {f"{name}#{names[:n].count(name)}": items[n] for n, name in enumerate(names)}
    if attrs.has(type(value)):
        fields = (field.name for field in attrs.fields(type(value)) if field.name not in _LAYOUT)
        return {name: _plain(getattr(value, name)) for name in fields}
    return value
