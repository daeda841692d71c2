"""The small languages inside table cells: names, types, lists of values."""

from __future__ import annotations

import re
from typing import Final

from codegen.reading.document import TypeText

PACKAGES: Final = frozenset(
    {
        *("agentsdk", "clibase", "coderd", "codersdk", "derp", "health", "healthcheck"),
        *("healthsdk", "key", "legacyscim", "netcheck", "oauth2", "regexp", "serpent", "sql"),
        *("tailcfg", "tailnet", "time", "url", "uuid", "workspaceapps", "workspacesdk"),
        *("wsproxysdk",),
    }
)
"""Go packages that schemas are named after. Only pages without markup need to know them."""

_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_SCHEMA_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\.[A-Za-z_][\w.\-]*(?:\[[\w./\-]+\])?")
_SCALAR: Final = re.compile(
    r"(string|integer|number|boolean|object|array|any|file|null|undefined)(?:\(([^()]+)\))?"
)
_ARRAY_OF: Final = re.compile(r"array of (.+)")
_ARRAY_BRACKETS: Final = re.compile(r"array\[(.+)\]")
_VALUE: Final = re.compile(r"(?:^|,)\s*(?:`([^`]*)`|([^,]*?))\s*(?=,|$)")
_DEPTH: Final = re.compile(r"[»\s]*")


def plain(cell: str) -> str:
    """Return the text of a cell without code ticks and link targets."""
    return _LINK.sub(r"\1", cell).replace("`", "").replace("\xa0", " ").strip()


def is_schema_name(text: str) -> bool:
    """Tell whether `text` is spelled like the full name of a schema, `codersdk.User`."""
    return _SCHEMA_NAME.fullmatch(text) is not None


def parse_type(cell: str) -> TypeText | None:
    """Parse a type cell; None when the spelling is unknown.

    A bare schema name is a reference: pages that lost their links have nothing else.
    """
    text = plain(cell)
    if text == "binary":
        return TypeText("file")
    if scalar := _SCALAR.fullmatch(text):
        kind, form = scalar.group(1), scalar.group(2)
        if kind == "array" and form is not None:
            return TypeText("array", format=form, items=TypeText("string", format=form))
        return TypeText(kind, format=form)
    if array := _ARRAY_OF.fullmatch(text) or _ARRAY_BRACKETS.fullmatch(text):
        items = parse_type(array.group(1))
        return None if items is None else TypeText("array", items=items)
    return TypeText("ref", ref=text) if is_schema_name(text) else None


def split_depth(cell: str) -> tuple[int, str]:
    """Split a name cell into the number of `»` before the name and the name itself."""
    text = plain(cell)
    marks = _DEPTH.match(text)
    end = marks.end() if marks else 0
    return text[:end].count("»"), text[end:]


def parse_values(cell: str, *, several: bool) -> tuple[str, ...]:
    """Parse the value cell of an enum table.

    Args:
        cell: The raw cell: code spans, or bare text where the page lost its marks.
        several: Whether the column holds a comma list (`Value(s)`) or one value per row.

    Returns:
        The values; an empty code span is the empty string.
    """
    if not several:
        return (plain(cell),)
    return tuple(match[1] or match[2] or "" for match in _VALUE.finditer(cell))
