"""Which schemas travel in which direction."""

from __future__ import annotations

from codegen.description.openapi import Json, reference
from codegen.description.reach import closure, reach


def _body(name: str) -> Json:
    return {
        "content": {"application/json": {"schema": {"type": "array", "items": reference(name)}}}
    }


DESCRIPTION: Json = {
    "paths": {
        "/a": {
            "post": {
                "requestBody": _body("a.Sent"),
                "parameters": [{"name": "s", "in": "query", "schema": reference("a.Enum")}],
                "responses": {"201": _body("a.Answer"), "400": _body("a.Error")},
            },
            "get": {
                "responses": {"101": {"description": ""}},
                "x-stream": {"frame": reference("a.Frame"), "sends": reference("a.Message")},
            },
        }
    },
    "components": {
        "schemas": {
            "a.Sent": {"properties": {"both": reference("a.Both")}},
            "a.Answer": {"properties": {"self": reference("a.Answer"), "x": reference("a.Both")}},
            "a.Both": {"additionalProperties": reference("a.Deep")},
            "a.Frame": {"properties": {"deep": {"items": reference("a.Deep")}}},
            "a.Deep": {"type": "object"},
            "a.Error": {"type": "object"},
            "a.Enum": {"type": "string"},
            "a.Message": {"type": "object"},
            "a.Lonely": {"type": "object"},
        }
    },
}


def test_requests_reach_bodies_parameters_and_messages() -> None:
    found = reach(DESCRIPTION).requests
    assert found == {"a.Sent", "a.Both", "a.Deep", "a.Enum", "a.Message"}


def test_responses_of_all_statuses_are_followed_through_cycles() -> None:
    assert reach(DESCRIPTION).responses == {"a.Answer", "a.Both", "a.Deep", "a.Error"}


def test_frames_are_received() -> None:
    found = reach(DESCRIPTION)
    assert found.frames == {"a.Frame", "a.Deep"}
    assert found.received == found.responses | found.frames


def test_both_directions_are_told_apart() -> None:
    found = reach(DESCRIPTION)
    assert found.both == {"a.Both", "a.Deep"}
    assert found.by_direction("a.Sent") == (True, False)
    assert found.by_direction("a.Frame") == (False, True)
    assert found.by_direction("a.Lonely") == (False, False)


def test_a_closure_ends_at_a_name_without_a_schema() -> None:
    assert closure(DESCRIPTION, ["a.Missing"]) == {"a.Missing"}
