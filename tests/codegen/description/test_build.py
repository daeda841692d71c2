"""From pages to a description, on pages of a made-up API in the documentation's grammar."""

from __future__ import annotations

from pathlib import Path

import pytest
from openapi_spec_validator import validate

from codegen.description import openapi
from codegen.description.build import build, examples, version_of
from codegen.description.openapi import Json
from codegen.reading.document import Reading
from codegen.reading.reader import read
from tests.reference import needs_reference

PAGES = Path(__file__).parent / "data" / "pages"


@pytest.fixture(scope="module")
def garage() -> Reading:
    reading = read([PAGES])
    assert [finding for finding in reading.findings if finding.level != "info"] == []
    return reading


@pytest.fixture(scope="module")
def described(garage: Reading) -> Json:
    return build(garage, "1.2.3")


@pytest.fixture(scope="module")
def car(described: Json) -> Json:
    properties: Json = openapi.schemas(described)["codersdk.Car"]["properties"]
    return properties


def _operation(description: Json, call: str) -> Json:
    return dict(openapi.operations(description))[call]


def test_the_description_is_valid(described: Json) -> None:
    validate(described)
    assert described["info"] == {"title": "Coder API", "version": "1.2.3"}


def test_the_same_pages_give_the_same_bytes(garage: Reading, described: Json) -> None:
    assert openapi.dumps(build(garage, "1.2.3")) == openapi.dumps(described)


def test_paths_are_those_of_the_wire(described: Json) -> None:
    assert [call for call, _ in openapi.operations(described)] == [
        "PUT /api/v2/cars/{car}/paint",
        "GET /api/v2/garages/{garage}/cars",
        "GET /api/v2/manual",
        "POST /api/v2/pictures",
        "POST /oauth2/keys",
    ]


def test_title_tag_and_page_are_kept(described: Json) -> None:
    operation = _operation(described, "GET /api/v2/garages/{garage}/cars")
    assert operation["summary"] == "List cars"
    assert operation["tags"] == ["Garage"]
    url = "https://coder.com/docs/reference/api/garage#list-cars"
    assert operation["externalDocs"] == {"url": url}


def test_parameters_have_place_type_and_necessity(described: Json) -> None:
    operation = _operation(described, "GET /api/v2/garages/{garage}/cars")
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert parameters["garage"] == {
        "name": "garage",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    assert parameters["color"]["required"] is True
    assert parameters["color"]["schema"]["enum"] == ["blue", "green", "red"]
    assert parameters["label"]["schema"] == {"type": "string", "format": "key=value"}


def test_arrays_in_a_query_are_separated_by_commas(described: Json) -> None:
    operation = _operation(described, "GET /api/v2/garages/{garage}/cars")
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    items = {"type": "string", "format": "uuid"}
    assert parameters["ids"]["schema"] == {"type": "array", "items": items}
    assert parameters["tags"]["schema"] == {"type": "array", "items": {"type": "string"}}
    assert {parameters[name]["explode"] for name in ("ids", "tags")} == {False}


def test_a_path_parameter_that_the_path_lacks_is_kept_in_the_query(described: Json) -> None:
    operation = _operation(described, "GET /api/v2/garages/{garage}/cars")
    stray = next(entry for entry in operation["parameters"] if entry["name"] == "stray")
    assert (stray["in"], stray["required"]) == ("query", False)


def test_a_path_parameter_that_no_table_lists_is_added(described: Json) -> None:
    operation = _operation(described, "PUT /api/v2/cars/{car}/paint")
    assert operation["parameters"] == [
        {"name": "car", "in": "path", "required": True, "schema": {"type": "string"}}
    ]


def test_a_json_body_is_a_reference(described: Json) -> None:
    body = _operation(described, "PUT /api/v2/cars/{car}/paint")["requestBody"]
    schema = {"$ref": "#/components/schemas/codersdk.PaintRequest"}
    assert body == {"required": True, "content": {"application/json": {"schema": schema}}}


def test_a_file_is_a_raw_body(described: Json) -> None:
    body = _operation(described, "POST /api/v2/pictures")["requestBody"]
    assert body["content"] == {"image/png": {"schema": {"type": "string", "format": "binary"}}}


def test_a_body_with_fields_and_no_media_type_is_a_form(described: Json) -> None:
    body = _operation(described, "POST /oauth2/keys")["requestBody"]
    schema = body["content"]["application/x-www-form-urlencoded"]["schema"]
    assert schema["properties"]["kind"] == {"type": "string", "enum": ["main", "spare"]}
    assert schema["required"] == ["kind"]
    assert body["required"] is True


def test_statuses_without_a_schema_have_no_content(described: Json) -> None:
    responses = _operation(described, "PUT /api/v2/cars/{car}/paint")["responses"]
    assert responses["204"] == {"description": ""}
    assert openapi.referred(responses["200"]["content"]["application/json"]["schema"])


def test_an_answer_that_is_text_is_a_string(described: Json) -> None:
    response = _operation(described, "GET /api/v2/manual")["responses"]["200"]
    assert response["content"] == {"text/plain": {"schema": {"type": "string"}}}


def test_the_credential_of_the_sample_is_the_security(described: Json) -> None:
    assert _operation(described, "POST /api/v2/pictures")["security"] == [{"CoderSessionToken": []}]
    assert _operation(described, "POST /oauth2/keys")["security"] == []
    scheme = described["components"]["securitySchemes"]["CoderSessionToken"]
    assert scheme == {"type": "apiKey", "in": "header", "name": "Coder-Session-Token"}


def test_formats_come_from_the_example(car: Json) -> None:
    assert car["id"] == {"type": "string", "format": "uuid"}
    assert car["driven_by"]["format"] == "email"
    assert car["home"]["format"] == "uri"
    assert car["plate"] == {"type": "string"}
    assert car["owners"]["items"] == {"type": "string", "format": "uuid"}


def test_maps_and_inline_objects_keep_their_values(car: Json) -> None:
    assert car["extras"] == {
        "type": "object",
        "additionalProperties": {"type": "string", "format": "uuid"},
    }
    assert car["engine"] == {
        "type": "object",
        "properties": {
            "built_at": {"type": "string", "format": "date-time"},
            "power": {"type": "number"},
        },
        "required": ["power"],
    }
    assert car["parts"]["items"]["properties"]["made_at"]["format"] == "date-time"


def test_arrays_of_arrays_take_their_items_from_the_example(car: Json) -> None:
    inner = {"type": "array", "items": {"type": "string"}}
    assert car["grid"] == {"type": "array", "items": inner}


def test_free_json_is_an_empty_schema(car: Json) -> None:
    assert car["notes"] == {}


def test_inline_values_narrow_their_property(car: Json) -> None:
    color = "#/components/schemas/codersdk.Color"
    assert car["color"] == {"$ref": color, "enum": ["blue", "red"]}
    assert car["doors"] == {"type": "integer", "enum": [2, 4]}
    assert car["wheels"] == {"type": "string", "enum": ["back", "front"]}


def test_required_is_what_the_pages_say(described: Json) -> None:
    assert openapi.schemas(described)["codersdk.Car"]["required"] == ["id", "plate"]
    assert "required" not in openapi.schemas(described)["codersdk.Cars"]


def test_enums_have_the_type_of_their_example(described: Json) -> None:
    schemas = openapi.schemas(described)
    assert schemas["codersdk.Color"] == {
        "title": "codersdk.Color",
        "type": "string",
        "enum": ["", "blue", "green", "red"],
    }
    assert schemas["codersdk.Level"]["enum"] == [0, 1, 2]
    assert schemas["codersdk.Level"]["type"] == "integer"


def test_a_schema_can_be_a_map(described: Json) -> None:
    assert openapi.schemas(described)["codersdk.Registry"] == {
        "title": "codersdk.Registry",
        "type": "object",
        "additionalProperties": {"$ref": "#/components/schemas/codersdk.Car"},
    }


def test_a_schema_without_properties_is_an_object(described: Json) -> None:
    settings = openapi.schemas(described)["codersdk.Settings"]
    assert settings == {"title": "codersdk.Settings", "type": "object"}


def test_a_reference_without_a_schema_is_opaque(described: Json) -> None:
    unseen = openapi.schemas(described)["codersdk.Unseen"]
    assert unseen == {"title": "codersdk.Unseen", "x-opaque": True}


def test_a_page_alone_is_described_with_opaque_schemas() -> None:
    description = build(read([PAGES / "garage.md"]))
    validate(description)
    opaque = openapi.schemas(description)
    assert set(opaque) == {
        "codersdk.Car",
        "codersdk.Cars",
        "codersdk.PaintRequest",
        "codersdk.Unseen",
    }
    assert all(schema["x-opaque"] for schema in opaque.values())


def test_examples_are_told_by_schema_and_by_answer(garage: Reading) -> None:
    found = examples(garage)
    assert found["codersdk.Color"] == "red"
    assert found["GET /api/v2/garages/{garage}/cars 200"]["count"] == 0


@pytest.mark.parametrize(
    ("folder", "version"),
    [("v2.36.0", "2.36.0"), ("2.0.0", "2.0.0"), ("docs", None), ("v2.36", None)],
)
def test_the_release_is_told_by_the_folder(folder: str, version: str | None) -> None:
    assert version_of(Path("/somewhere") / folder) == version


class TestAgainstTheReference:
    pytestmark = needs_reference

    def test_the_newest_release_gives_a_valid_description(self, unpatched: Json) -> None:
        validate(unpatched)
