"""What earlier releases had is marked on what is left of it."""

from __future__ import annotations

from codegen.description.gone import mark_gone
from codegen.description.history import History, Span
from codegen.description.openapi import Json, reference

HISTORY = History(
    releases=("2.0", "2.1", "2.2"),
    operations={"GET /api/v2/autos": Span(None, "2.0"), "GET /api/v2/cars": Span("2.1")},
    moved={"GET /api/v2/autos": "GET /api/v2/cars"},
    parameters={"GET /api/v2/cars": {"query:color": Span("2.1", "2.1"), "query:q": Span("2.2")}},
    properties={
        "codersdk.Car": {
            "plate": Span(None, "2.1"),
            "engine.power": Span(None, "2.0"),
            "OwnerID": Span(None, "2.1"),
        },
        "codersdk.Gone": {"id": Span(None, "2.0")},
    },
    values={
        "codersdk.Color": {"gray": Span("2.1", "2.1"), "blue": Span(None, "2.1")},
        "codersdk.Car.color": {"gray": Span(None, "2.1"), "red": Span(None, "2.0")},
    },
)


def marked() -> Json:
    car = {"color": reference("codersdk.Color"), "ownerid": {"type": "string"}}
    description: Json = {
        "paths": {
            "/api/v2/cars": {"get": {"parameters": [], "responses": {}}},
        },
        "components": {
            "schemas": {
                "codersdk.Car": {"type": "object", "properties": car},
                "codersdk.Color": {"type": "string", "enum": ["blue", "red"]},
            }
        },
    }
    mark_gone(description, HISTORY)
    return description


def test_an_operation_tells_what_it_was_and_what_it_took() -> None:
    operation = marked()["paths"]["/api/v2/cars"]["get"]
    assert operation["x-moved-from"] == {"GET /api/v2/autos": "2.0"}
    assert operation["x-gone"] == {"query:color": "2.1"}


def test_a_schema_tells_which_fields_it_had() -> None:
    car = marked()["components"]["schemas"]["codersdk.Car"]
    assert car["x-gone"] == {"engine.power": "2.0", "plate": "2.1"}


def test_an_enum_tells_which_values_it_had_and_has_not_any_more() -> None:
    assert marked()["components"]["schemas"]["codersdk.Color"]["x-gone"] == {"gray": "2.1"}


def test_a_value_of_the_shared_enum_is_not_gone_from_a_field() -> None:
    field = marked()["components"]["schemas"]["codersdk.Car"]["properties"]["color"]
    assert field["x-gone"] == {"gray": "2.1"}
