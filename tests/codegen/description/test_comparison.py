"""What differs between two descriptions, in the words of the wire."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.description.comparison import (
    Differences,
    compare_operations,
    compare_schemas,
    pair,
)

Json = dict[str, Any]

STRING: Json = {"type": "string"}
THING = {"$ref": "#/components/schemas/sdk.Thing"}


def api(paths: Json | None = None, **schemas: Json) -> Json:
    components = {f"sdk.{name}": schema for name, schema in schemas.items()}
    return {"paths": paths or {}, "components": {"schemas": components}}


def get(*parameters: Json, answer: Json | None = None, **more: Any) -> Json:
    content = {"content": {"application/json": {"schema": answer}}} if answer else {}
    responses = {"200": {"description": "", **content}}
    operation = {"summary": "Get things", "parameters": [*parameters], "responses": responses}
    return {"get": {**operation, **more}}


def query(name: str, schema: Json | None = None, *, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "schema": schema or STRING}


def thing(*needed: str, **fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": [*needed]}


def of_operations(old: Json, new: Json) -> Differences:
    return compare_operations(old, new, pair(old, new))


def of_schemas(old: Json, new: Json) -> Differences:
    return compare_schemas(old, new, pair(old, new))


def test_the_same_description_has_no_differences():
    same = api({"/things": get(query("q"), answer=THING)}, Thing=thing(id=STRING))
    nothing = Differences((), (), {}, {})
    assert of_operations(same, same) == of_schemas(same, same) == nothing


def test_operations_and_schemas_come_and_go():
    old = api({"/things": get()}, Thing=thing(id=STRING))
    new = api({"/users": get(summary="List people")}, User=thing(name=STRING))
    found = of_operations(old, new)
    assert (found.added, found.removed) == (("GET /users",), ("GET /things",))
    found = of_schemas(old, new)
    assert (found.added, found.removed) == (("sdk.User",), ("sdk.Thing",))


@pytest.mark.parametrize("path", ["/api/v2/things", "/api/experimental/things"])
def test_an_operation_that_moved_is_renamed_and_not_changed(path: str):
    old = api({path: get(**{"x-premium": "old"})})
    new = api({"/api/v2/items": get(**{"x-premium": "new"})})
    found = of_operations(old, new)
    assert found == Differences((), (), {f"GET {path}": "GET /api/v2/items"}, {})


def test_other_names_of_placeholders_are_told():
    found = of_operations(api({"/things/{id}": get()}), api({"/things/{thing}": get()}))
    assert found.renamed == {"GET /things/{id}": "GET /things/{thing}"}
    assert (found.added, found.removed) == ((), ())


def test_two_operations_do_not_move_to_one():
    old = api({"/api/v2/a/things": get(), "/api/v2/b/things": get()})
    new = api({"/api/v2/items": get()})
    found = of_operations(old, new)
    assert len(found.renamed) == len(found.removed) == 1


@pytest.mark.parametrize(
    ("old", "new", "phrases"),
    [
        ([], [query("q")], ["new parameter `query:q`: `string`"]),
        ([], [query("q", required=True)], ["new parameter `query:q`: `string`, required"]),
        ([query("q")], [], ["parameter `query:q` is gone"]),
        (
            [query("q")],
            [query("q", {"type": "integer"}, required=True)],
            ["parameter `query:q`: `string` became `integer`, required"],
        ),
        (
            [query("q", {"type": "string", "enum": ["a", "b"]})],
            [query("q", {"type": "string", "enum": ["b", "c"]})],
            ["parameter `query:q`: new value `c`", "parameter `query:q`: value `a` is gone"],
        ),
    ],
)
def test_parameters_are_compared(old: list[Json], new: list[Json], phrases: list[str]):
    found = of_operations(api({"/things": get(*old)}), api({"/things": get(*new)}))
    assert found.changed == ({"GET /things": tuple(phrases)} if phrases else {})


def test_answers_are_compared():
    old, new = get(answer=STRING), get(answer={"type": "array", "items": THING})
    new["get"]["responses"]["404"] = {"description": ""}
    found = of_operations(api({"/t": old}), api({"/t": new}))
    phrases = ("new answer `404`", "answer `200`: `string` became `array of sdk.Thing`")
    assert found.changed == {"GET /t": phrases}
    found = of_operations(api({"/t": new}), api({"/t": get()}))
    phrases = ("answer `404` is gone", "answer `200`: `array of sdk.Thing` became `nothing`")
    assert found.changed == {"GET /t": phrases}


def test_bodies_are_compared_field_by_field():
    def post(media: str, **fields: Json) -> Json:
        return {"requestBody": {"content": {media: {"schema": thing(**fields)}}}}

    old = api({"/t": get(**post("application/json", a=STRING))})
    new = api({"/t": get(**post("multipart/form-data", a=STRING, b=STRING))})
    assert of_operations(old, new).changed == {
        "GET /t": (
            "body: `application/json` became `multipart/form-data`",
            "body: new field `b`: `string`",
        )
    }


def test_what_is_known_of_an_operation_is_compared():
    old = api({"/t": get(**{"x-stability": "experimental"})})
    new = api({"/t": get(**{"x-stability": "stable", "x-paging": {"kind": "offset", "size": 5}})})
    assert of_operations(old, new).changed == {
        "GET /t": (
            "stability: `experimental` became `stable`",
            "paging: none became (kind `offset`, size `5`)",
        )
    }


@pytest.mark.parametrize(
    ("old", "new", "phrases"),
    [
        (thing(), thing(a=STRING), ["new field `a`: `string`"]),
        (thing(a=STRING), thing(), ["field `a` is gone"]),
        (
            thing(a=STRING),
            thing("a", a={"type": "string", "format": "uuid", "x-nullable": True}),
            ["field `a`: `string` became `string(uuid)`, required, may be null"],
        ),
        (
            thing(a=thing(b=STRING)),
            thing(a=thing(b={"type": "integer", "x-unit": "ms"})),
            ["field `a.b`: `string` became `integer`, in ms"],
        ),
        (
            thing(a={"type": "array", "items": thing(b=STRING)}),
            thing(a={"type": "array", "items": thing()}),
            ["field `a.b` is gone"],
        ),
        (
            thing(a={"type": "object", "additionalProperties": STRING}),
            thing(a={"anyOf": [STRING, THING]}),
            ["field `a`: `map of string` became `string or sdk.Thing`"],
        ),
        (
            {"type": "string", "enum": ["a"]},
            {"type": "string", "enum": ["a", "b"]},
            ["new value `b`"],
        ),
        ({"type": "string", "enum": ["a"]}, {"type": "string"}, []),
        ({"type": "string"}, {"type": "integer"}, ["`string` became `integer`"]),
    ],
)
def test_schemas_are_compared(old: Json, new: Json, phrases: list[str]):
    found = of_schemas(api(Kind=old), api(Kind=new))
    assert found.changed == ({"sdk.Kind": tuple(phrases)} if phrases else {})


def test_another_name_of_a_schema_is_no_change_where_it_is_used():
    old = api({"/t": get(answer=THING)}, Thing=thing(a=STRING), Box=thing(inner=THING))
    item = {"$ref": "#/components/schemas/sdk.Item"}
    new = api({"/t": get(answer=item)}, Item=thing(a=STRING), Box=thing(inner=item))
    assert of_operations(old, new).changed == {}
    assert of_schemas(old, new) == Differences((), (), {"sdk.Thing": "sdk.Item"}, {})
