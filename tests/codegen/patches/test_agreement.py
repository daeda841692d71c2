"""The walk that compares answers with the description finds what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.description.openapi import Json, reference
from tests.codegen.patches.agreement import Agreement

SCHEMAS: dict[str, Json] = {
    "a.Colour": {"type": "string", "enum": ["red"]},
    "a.Thing": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "colour": reference("a.Colour"),
            "size": {"type": "integer", "x-optional": True},
            "parts": {"type": "array", "items": {"type": "number"}},
            "since": {"type": "string", "format": "date-time", "x-nullable": True},
        },
    },
}
THING = {
    "id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
    "colour": "red",
    "parts": [1, 2.5],
    "since": "0001-01-01T00:00:00Z",
}


def _found(value: Any) -> list[str]:
    return [*Agreement(SCHEMAS).mismatches(value, reference("a.Thing"), "here")]


@pytest.mark.parametrize("change", [{}, {"size": 3}, {"size": None}, {"parts": None}])
def test_what_the_schema_allows_agrees(change: dict[str, Any]) -> None:
    assert _found({**THING, **change}) == []


@pytest.mark.parametrize(
    ("change", "mismatch"),
    [
        ({"id": "docker"}, "a.Thing.id: 'docker' is no uuid"),
        ({"id": None}, "a.Thing.id: null"),
        ({"colour": "blue"}, "a.Colour: 'blue' is an unknown value"),
        ({"size": True}, "a.Thing.size: True is no integer"),
        ({"size": "3"}, "a.Thing.size: '3' is no integer"),
        ({"parts": {}}, "a.Thing.parts: {} is no array"),
        ({"parts": ["x"]}, "a.Thing.parts[]: 'x' is no number"),
        ({"since": "yesterday"}, "a.Thing.since: 'yesterday' is no date-time"),
        ({"weight": 1}, "a.Thing.weight: unknown key"),
    ],
)
def test_what_the_schema_forbids_is_found(change: dict[str, Any], mismatch: str) -> None:
    assert _found({**THING, **change}) == [mismatch]


def test_an_absent_field_is_found() -> None:
    assert _found({**{key: THING[key] for key in ("id", "parts", "since")}}) == [
        "a.Thing.colour: absent"
    ]


def test_an_absent_field_that_the_server_does_not_know_agrees() -> None:
    agreement = Agreement(SCHEMAS, lambda _schema, field, _: field != "colour")
    value = {key: THING[key] for key in ("id", "parts")}
    assert [*agreement.mismatches(value, reference("a.Thing"), "here")] == []
