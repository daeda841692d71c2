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

# Operations that may be done twice although their verb may not (True), and the other way round.
REPEATABLE: dict[str, bool] = {exceptions}
'''


def render_availability(description: Json, header: str) -> str:
    """Write the table of a description, and of what the releases before it had."""
    rows = dict(_dropped(description)) | dict(_present(description))
    lines = [f"    {call!r}: {rows[call]!r}," for call in sorted(rows)]
    exceptions = "".join(
        f"    {call!r}: {may},\n" for call, may in sorted(_exceptions(description))
    )
    text = _TABLE.format(
        header=header,
        rows="\n".join(lines),
        exceptions=f"{{\n{exceptions}}}" if exceptions else "{}",
    )
    ast.parse(text)
    return text


def _present(description: Json) -> Iterator[tuple[str, Row]]:
    marks = ("x-until", "x-premium", "x-experiment", "x-replacement")
    for call, operation in operations(description):
        until, feature, experiment, successor = (_text(operation.get(mark)) for mark in marks)
        yield call, (str(operation.get("x-since", "2.0")), until, feature, experiment, successor)


def _exceptions(description: Json) -> Iterator[tuple[str, bool]]:
    for call, operation in operations(description):
        if operation.get("x-retry-safe"):
            yield call, True
        elif operation.get("x-idempotent") is not None:
            yield call, operation["x-idempotent"] is not False


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
