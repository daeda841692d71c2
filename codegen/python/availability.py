"""The table that tells a missing route from a missing object: which release has which operation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codegen.description.history import SINCE, History
from codegen.description.openapi import Json, operations

Row = tuple[str, str | None, str | None, str | None, str | None]

_TABLE = '''\
{header}
"""Which release has which operation, for errors that say why a server does not have it."""

# ruff: noqa: E501 - paths are as long as they are
# Operation: first release, last release, licensed feature, experiment, successor.
OPERATIONS: dict[str, tuple[str, str | None, str | None, str | None, str | None]] = {{
{rows}
}}
'''


def render_availability(description: Json, header: str) -> str:
    """Write the table of a description, and of what the releases before it had."""
    rows = dict(_dropped(description)) | dict(_present(description))
    lines = [f"    {call!r}: {rows[call]!r}," for call in sorted(rows)]
    text = _TABLE.format(header=header, rows="\n".join(lines))
    ast.parse(text)
    return text


def _present(description: Json) -> Iterator[tuple[str, Row]]:
    marks = ("x-until", "x-premium", "x-experiment", "x-replacement")
    for call, operation in operations(description):
        until, feature, experiment, successor = (_text(operation.get(mark)) for mark in marks)
        yield call, (str(operation.get("x-since", "2.0")), until, feature, experiment, successor)


def _dropped(description: Json) -> Iterator[tuple[str, Row]]:
    """Operations that earlier releases had; known for the release with which the history ends."""
    history = History.loads(SINCE.read_text(encoding="utf-8"))
    version = str(description.get("info", {}).get("version", ""))
    if not version.startswith(f"{history.releases[-1]}."):
        return
    for call, span in history.operations.items():
        if span.until is not None:
            successor = history.moved.get(call)
            yield call, (span.since or "2.0", span.until, None, None, successor)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
