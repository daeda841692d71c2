"""From a made-up description to modules: rules for fields, names, modules, recursion, safety."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from codegen.python import model_names
from codegen.python.identifiers import camel, members, safe, snake
from codegen.python.model_names import ModelNames, resolve
from codegen.python.models import docstring, emit_models, render_models
from codegen.python.schemas import prepared
from codegen.python.types import SIGNATURE, Context, annotation, expression
from coder_sdk.wire import OpaqueModel, OpenEnum, OpenIntEnum, RequestModel, SharedModel, Unit

Json = dict[str, Any]
Emit = Callable[[Json], ModuleType]


def ref(name: str, **more: Any) -> Json:
    return {"$ref": f"#/components/schemas/{name}", **more}


def described(
    schemas: Json, *, answers: Json | None = None, sends: Json | None = None, tag: str = "Users"
) -> Json:
    operation: Json = {
        "tags": [tag],
        "summary": "Do it",
        "responses": {"200": {"content": {"application/json": {"schema": answers or {}}}}},
    }
    if sends:
        operation["requestBody"] = {"content": {"application/json": {"schema": sends}}}
    for name, schema in schemas.items():
        schema.setdefault("title", name)
    return {
        "openapi": "3.1.0",
        "paths": {"/api/v2/things": {"post": operation}},
        "components": {"schemas": schemas},
    }


def thing(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


@pytest.fixture
def emit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emit]:
    """Emits a description and imports what came out."""
    monkeypatch.syspath_prepend(tmp_path)
    made: list[str] = []

    def emitted(description: Json) -> ModuleType:
        made.append(f"acme{len(made)}")
        folder = tmp_path / made[-1]
        folder.mkdir()
        (folder / "__init__.py").touch()
        emit_models(description, ModelNames(), made[-1], folder)
        return importlib.import_module(f"{made[-1]}.models")

    yield emitted
    for name in [name for name in sys.modules if name.split(".")[0] in made]:
        del sys.modules[name]


TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
INSTANT = {"type": "string", "format": "date-time"}
UUID_ = {"type": "string", "format": "uuid"}
LIST = {"type": "array", "items": {"type": "string"}}


# ---- answers


def test_field_that_was_always_sent_is_required(emit: Emit):
    schema = thing(old=TEXT, older={**NUMBER, "x-since": "2.20"}, flags=LIST)
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    with pytest.raises(ValidationError) as caught:
        models.Thing.model_validate_json("{}")
    assert {error["loc"] for error in caught.value.errors()} == {("old",), ("older",), ("flags",)}


def test_field_that_came_later_has_the_zero_value_of_go(emit: Emit):
    enum = {"type": "string", "enum": ["on", "off"]}
    later: Json = {
        "text": TEXT,
        "number": NUMBER,
        "ratio": {"type": "number"},
        "flag": FLAG,
        "moment": INSTANT,
        "key": UUID_,
        "names": LIST,
        "tags": {"type": "object", "additionalProperties": TEXT},
        "mode": ref("codersdk.Mode"),
        "other": ref("codersdk.Other"),
        "secret": {**TEXT, "x-secret": True},
    }
    schema = thing(**{name: {**field, "x-since": "2.21"} for name, field in later.items()})
    schemas = {
        "codersdk.Thing": schema,
        "codersdk.Mode": enum,
        "codersdk.Other": thing(name=TEXT),
    }
    models = emit(described(schemas, answers=ref("codersdk.Thing")))
    found = models.Thing.model_validate_json("{}")
    secret = found.secret.get_secret_value()
    values = {name: getattr(found, name) for name in later if name != "secret"}
    assert secret == ""
    assert values == {
        "text": "",
        "number": 0,
        "ratio": 0.0,
        "flag": False,
        "moment": None,
        "key": None,
        "names": [],
        "tags": {},
        "mode": "",
        "other": None,
    }
    assert isinstance(found.mode, models.Mode)
    assert found.model_dump(exclude_unset=True) == {}


def test_field_that_came_with_its_schema_is_required(emit: Emit):
    first, second = {**TEXT, "x-since": "2.30"}, {**TEXT, "x-since": "2.31"}
    schema = {**thing(first=first, second=second), "x-since": "2.30"}
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    assert models.Thing.model_validate_json('{"first": "a"}').second == ""
    with pytest.raises(ValidationError, match="first"):
        models.Thing.model_validate_json("{}")


def test_field_that_disappeared_is_not_required(emit: Emit):
    schema = thing(gone={**TEXT, "x-until": "2.25"})
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    assert models.Thing.model_validate_json("{}").gone == ""


def test_docstrings_tell_what_earlier_releases_had(emit: Emit):
    schema = thing(id=TEXT) | {"x-gone": {"size": "2.9", "color": "2.30"}}
    enum = {"type": "string", "enum": ["a"], "x-gone": {"b": "2.23"}}
    schemas = {"codersdk.Thing": schema, "codersdk.Kind": enum}
    models = emit(described(schemas, answers=ref("codersdk.Thing")))
    assert "Earlier releases had `color` (until 2.30) and `size` (until 2.9)." in (
        models.Thing.__doc__
    )
    assert "Earlier releases had `b` (until 2.23)." in models.Kind.__doc__


@pytest.mark.parametrize("mark", ["x-optional", "x-nullable"])
def test_optional_and_nullable_fields_may_be_absent_or_null(emit: Emit, mark: str):
    schema = thing(name={**TEXT, mark: True}, names={**LIST, mark: True})
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    for text in ("{}", '{"name": null, "names": null}'):
        found = models.Thing.model_validate_json(text)
        assert (found.name, found.names) == (None, [])


def test_map_whose_values_may_be_null_keeps_them(emit: Emit):
    values = {"type": "object", "additionalProperties": {**TEXT, "x-nullable": True}}
    models = emit(described({"codersdk.T": thing(values=values)}, answers=ref("codersdk.T")))
    assert models.T.model_validate_json('{"values": {"a": null}}').values == {"a": None}


def test_units_are_told_below_the_fields(emit: Emit):
    unit = {**NUMBER, "x-unit": "ns"}
    schema = thing(age=unit, ages={"type": "object", "additionalProperties": unit})
    source = inspect.getsource(emit(described({"codersdk.T": schema}, answers=ref("codersdk.T"))).T)
    assert 'age: Annotated[int, Unit.NANOSECONDS]\n    """In nanoseconds."""' in source
    assert 'ages: WireMap[int]\n    """The values are in nanoseconds."""' in source


def test_a_number_that_is_a_duration_or_an_instant_knows_its_unit(emit: Emit):
    schema = thing(
        Age={**NUMBER, "x-unit": "ms", "x-nullable": True},
        born={**NUMBER, "x-unit": "epoch-s"},
        size={**NUMBER, "x-unit": "bytes"},
        spelled={**TEXT, "x-unit": "go-duration"},
    )
    model = emit(described({"codersdk.T": schema}, answers=ref("codersdk.T"))).T
    found = {name: field.metadata for name, field in model.model_fields.items()}
    assert found["age"] == [Unit.MILLISECONDS]
    assert found["born"] == [Unit.EPOCH_SECONDS]
    assert found["size"] == found["spelled"] == []
    assert model(Age=3, born=0, size=1, spelled="1s").age == 3


def test_a_number_that_is_a_duration_or_an_instant_is_read_as_such(emit: Emit):
    unit = {**NUMBER, "x-unit": "ms"}
    schema = thing(
        ttl_ms={**unit, "x-never": True},
        wait_ms={**unit, "x-nullable": True},
        wait=TEXT,
        interval={**NUMBER, "x-unit": "ns"},
        seconds={"type": "number", "x-unit": "s"},
        born={**NUMBER, "x-unit": "epoch-s", "x-never": True},
        size_ms={**NUMBER, "x-unit": "bytes"},
    )
    description = described({"codersdk.T": schema}, answers=ref("codersdk.T"))
    model = emit(description).T
    values = {"wait": "1s", "interval": 1_500_999, "size_ms": 1}
    made = model(ttl_ms=1500, wait_ms=20, seconds=0.5, born=86400, **values)
    assert made.ttl == timedelta(milliseconds=1500)
    assert made.wait_timedelta == timedelta(milliseconds=20)
    assert made.interval_timedelta == timedelta(microseconds=1500)
    assert made.duration == timedelta(milliseconds=500)
    assert made.born_datetime == datetime(1970, 1, 2, tzinfo=timezone.utc)
    none = model(ttl_ms=0, wait_ms=None, seconds=0, born=0, **values)
    assert (none.ttl, none.wait_timedelta, none.born_datetime) == (None, None, None)
    assert none.duration == timedelta(0)
    assert made.model_dump().keys() == schema["properties"].keys()
    assert not hasattr(made, "size")


def test_requests_take_durations_as_they_are(emit: Emit):
    schema = thing(ttl_ms={**NUMBER, "x-unit": "ms"})
    model = emit(described({"codersdk.R": schema}, sends=ref("codersdk.R"))).R
    assert model(ttl_ms=timedelta(seconds=2)).model_dump() == {"ttl_ms": 2000}
    assert not hasattr(model, "ttl")


# ---- requests


def test_request_requires_what_the_documentation_says(emit: Emit):
    schema = thing(name=TEXT, ttl={**NUMBER, "x-unit": "ms"}) | {"required": ["name"]}
    models = emit(described({"codersdk.Thing": schema}, sends=ref("codersdk.Thing")))
    assert issubclass(models.Thing, RequestModel)
    sent = models.Thing(name="a", ttl=timedelta(hours=1))
    assert json.loads(sent.model_dump_json(exclude_unset=True)) == {"name": "a", "ttl": 3_600_000}
    with pytest.raises(ValidationError, match="name"):
        models.Thing()


def test_schema_of_both_directions_is_strict_in_answers_and_free_in_requests(emit: Emit):
    fields = {
        "name": TEXT,
        "weeks": NUMBER,
        "moment": INSTANT,
        "key": UUID_,
        "sub": ref("codersdk.S"),
    }
    schemas = {"codersdk.Thing": thing(**fields), "codersdk.S": thing(names=LIST)}
    description = described(schemas, answers=ref("codersdk.Thing"), sends=ref("codersdk.Thing"))
    models = emit(description)
    assert issubclass(models.Thing, SharedModel)
    assert models.Thing(weeks=1).model_dump_json(exclude_unset=True) == '{"weeks":1}'
    with pytest.raises(ValidationError):
        models.Thing.model_validate_json('{"weeks": 1}')


# ---- names


def test_names_of_the_wire_become_names_of_python(emit: Emit):
    wire = ["signInText", "RegionID", "IPv4", "class", "copy", "_type", "csp-report", "model_x"]
    schema = thing(**dict.fromkeys(wire, TEXT))
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    value = dict.fromkeys(wire, "x")
    found = models.Thing.model_validate(value)
    assert set(models.Thing.model_fields) == {
        "sign_in_text",
        "region_id",
        "ipv4",
        "class_",
        "copy_",
        "type",
        "csp_report",
        "model_x",
    }
    assert found.model_dump(by_alias=True) == value


def test_field_named_like_a_type_that_its_class_uses_steps_aside(emit: Emit):
    schema = thing(int={**NUMBER, "x-since": "2.30"}, count=NUMBER, date=TEXT)
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    assert set(models.Thing.model_fields) == {"int_", "count", "date"}


def test_two_fields_of_one_name_stay_two(emit: Emit):
    models = emit(described({"c.T": thing(a_b=TEXT, aB=TEXT)}, answers=ref("c.T")))
    found = models.T.model_validate({"a_b": "1", "aB": "2"})
    assert found.model_dump(by_alias=True) == {"a_b": "1", "aB": "2"}


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("STUNPort", "stun_port"),
        ("P50", "p50"),
        ("CanPort80", "can_port80"),
        ("GlobalV4", "global_v4"),
        ("iconUrl", "icon_url"),
        ("omitDefaultRegions", "omit_default_regions"),
        ("OSHasIPv6", "os_has_ipv6"),
        ("already_snake", "already_snake"),
    ],
)
def test_snake_case(wire: str, python: str):
    assert snake(wire) == python


def test_members_are_named_after_their_values():
    values: list[str | int] = ["", "list(string)", "coder:all", "coder:*", "a.b", "1x", "None", 6]
    assert dict(members(values)) == {
        "EMPTY": "",
        "LIST_STRING": "list(string)",
        "CODER_ALL": "coder:all",
        "CODER_ALL_2": "coder:*",
        "A_B": "a.b",
        "VALUE_1_X": "1x",
        "NONE": "None",
        "VALUE_6": 6,
    }


def test_class_names_keep_capitals_and_are_never_keywords():
    assert camel("cspViolation") == "CspViolation"
    assert camel("9lives") == "Model9lives"
    assert safe("class") == "class_"


def test_bare_name_belongs_to_coder_itself_and_to_whom_the_file_says():
    names = resolve(["agentsdk.Key", "codersdk.Key", "x.Field", "y.Z"], ModelNames({"y.Z": "Zed"}))
    assert names == {
        "codersdk.Key": "Key",
        "agentsdk.Key": "AgentsdkKey",
        "x.Field": "XField",
        "y.Z": "Zed",
    }


def test_changed_name_is_a_problem_until_it_is_accepted():
    names, before = {"codersdk.A": "New"}, {"codersdk.A": "Old"}
    assert model_names.problems(names, ModelNames(), before) == [
        "codersdk.A was released as 'Old' and is now 'New'; accept it or not"
    ]
    assert model_names.problems(names, ModelNames(accepted={"codersdk.A": "Old"}), before) == []


def test_problems_of_the_name_file_are_told():
    listed = {"codersdk.Gone": "Gone", "a.B": "Same", "c.D": "Same", "e.F": "not one"}
    reviewed = ModelNames(listed, about={"Same": "A thing.", "Lost": "Another thing."})
    names = {"a.B": "Same", "c.D": "Same", "e.F": "not one"}
    assert model_names.problems(names, reviewed, {}) == [
        "codersdk.Gone is named 'Gone' but no schema of the description any more",
        "'Lost' is described but no model any more",
        "c.D and a.B have the same name 'Same'",
        "'not one' cannot be the name of e.F",
    ]


def test_docstring_says_what_a_model_is_before_who_uses_it(tmp_path: Path):
    description = described({"codersdk.T": thing(a=TEXT)}, answers=ref("codersdk.T"))
    reviewed = ModelNames(about={"T": "A thing."})
    files = emit_models(description, reviewed, "made", tmp_path)
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert '"""A thing.\n\n    Answer of `' in text


# ---- enums, aliases, opaque types


def test_inline_enum_is_an_open_enum_of_its_own(emit: Emit):
    schema = thing(
        kind={"type": "string", "enum": ["a"]}, days={**LIST, "items": {**TEXT, "enum": ["mo"]}}
    )
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    found = models.Thing.model_validate_json('{"kind": "b", "days": ["mo", "xx"]}')
    assert isinstance(found.kind, models.ThingKind)
    assert issubclass(models.ThingKind, OpenEnum)
    assert [day.is_known for day in found.days] == [True, False]


def test_values_beside_a_reference_do_not_narrow_the_enum(emit: Emit):
    enum = {"type": "string", "enum": ["active", "dormant"]}
    schemas = {"codersdk.T": thing(status=ref("codersdk.S", enum=["active"])), "codersdk.S": enum}
    models = emit(described(schemas, answers=ref("codersdk.T")))
    assert models.T.model_validate_json('{"status": "dormant"}').status is models.S.DORMANT


def test_integer_enum_is_open(emit: Emit):
    schemas = {"codersdk.E": {"type": "integer", "enum": [0, 1]}}
    models = emit(described(schemas, answers=ref("codersdk.E")))
    assert issubclass(models.E, OpenIntEnum)
    assert models.E(7) == 7


def test_schema_that_is_no_object_is_an_alias(emit: Emit):
    schemas = {
        "serpent.URL": {"type": "string"},
        "uuid.NullUUID": {**UUID_, "x-nullable": True},
        "codersdk.T": thing(url=ref("serpent.URL"), key=ref("uuid.NullUUID")),
    }
    models = emit(described(schemas, answers=ref("codersdk.T")))
    assert models.T.model_validate_json('{"url": "x", "key": null}').key is None
    assert models.URL is str


def test_reference_without_definition_is_opaque(emit: Emit):
    models = emit(described({}, answers={"type": "array", "items": ref("codersdk.Unknown")}))
    assert issubclass(models.Unknown, OpaqueModel)
    assert models.Unknown.model_validate_json('{"name": "a"}').name == "a"
    assert models.Unknown.model_validate_json('"active"').root == "active"


def test_inline_object_of_an_operation_has_a_type(emit: Emit):
    models = emit(described({}, answers=thing(names=LIST), sends=thing(name=TEXT)))
    assert models.DoItResponse.model_validate_json('{"names": null}').names == []
    assert models.DoItRequest(name="a").name == "a"


# ---- modules


def test_recursive_types_are_complete_when_imported(emit: Emit):
    schemas = {
        "codersdk.A": thing(b={**ref("codersdk.B"), "x-optional": True}, name=TEXT),
        "codersdk.B": thing(a={"type": "array", "items": ref("codersdk.A")}, c=ref("codersdk.C")),
        "codersdk.C": thing(own={"type": "array", "items": ref("codersdk.C")}),
    }
    models = emit(described(schemas, answers=ref("codersdk.A")))
    for name in "ABC":
        assert getattr(models, name).__pydantic_complete__
    found = models.A.model_validate_json('{"name":"x","b":{"a":[{"name":"y"}],"c":{"own":null}}}')
    assert found.b.a[0].name == "y"


def test_schemas_of_several_tags_lie_in_modules_of_their_own():
    schemas = {
        "codersdk.Bundle": thing(part=ref("codersdk.Part")),
        "codersdk.Part": thing(name=TEXT),
        "codersdk.Lone": thing(name=TEXT),
        "codersdk.Own": thing(shared=ref("codersdk.Bundle"), lone=ref("codersdk.Lone")),
        "codersdk.Unused": thing(name=TEXT),
    }
    description = described(schemas, answers=ref("codersdk.Own"), tag="Port Sharing")
    other = described(
        {}, answers=thing(a=ref("codersdk.Bundle"), b=ref("codersdk.Lone")), tag="Git"
    )
    description["paths"]["/api/v2/other"] = other["paths"]["/api/v2/things"]
    description["paths"]["/api/v2/other"]["post"]["summary"] = "Do more"
    modules = render_models(description, ModelNames(), "acme")
    places = {name: text for name, text in modules.items() if name != "__init__.py"}
    assert sorted(places) == [
        "bundle.py",
        "git.py",
        "port_sharing.py",
        "shared.py",
        "unreferenced.py",
    ]
    assert "class Own(" in places["port_sharing.py"]
    assert "class Lone(" in places["shared.py"]
    assert "class Part(" in places["bundle.py"]
    assert "class Unused(" in places["unreferenced.py"]


def test_emission_is_the_same_each_time():
    schemas = {
        f"codersdk.T{number}": thing(a=TEXT, b={**ref(f"codersdk.T{number + 1}")})
        for number in range(20)
    }
    first = render_models(described(schemas, answers=ref("codersdk.T0")), ModelNames(), "acme")
    turned = dict(reversed(schemas.items()))
    second = render_models(described(turned, answers=ref("codersdk.T0")), ModelNames(), "acme")
    assert first == second


# ---- safety


def test_text_of_a_description_cannot_become_code(emit: Emit):
    evil = "x'); raise SystemExit(1) #"
    schema = thing(**{evil: TEXT, "k": {"type": "string", "enum": [evil, '"""', "\\"]}})
    models = emit(described({"codersdk.Thing": schema}, answers=ref("codersdk.Thing")))
    value = {evil: "a", "k": evil}
    assert models.Thing.model_validate(value).model_dump(by_alias=True) == value


@pytest.mark.parametrize("text", ['"""', "a\\b", "a\nb"])
def test_docstrings_refuse_what_could_end_them(text: str):
    with pytest.raises(ValueError, match="cannot be part of a docstring"):
        docstring(f"About {text}.")


def test_name_that_is_no_identifier_is_spelled_as_one(emit: Emit):
    name = "codersdk.Response-array_codersdk_User"
    models = emit(described({name: thing(a=TEXT)}, answers=ref(name)))
    assert [found for found in models.__all__ if "Response" in found] == ["ResponseUser"]


# ---- annotations elsewhere


@pytest.mark.parametrize(
    ("schema", "answer", "argument"),
    [
        ({}, "coder_sdk.wire.JSON", "Any"),
        ({"type": "null"}, "None", "None"),
        (LIST, "coder_sdk.wire.WireList[str]", "list[str]"),
        (INSTANT, "datetime.datetime", "datetime"),
        ({**INSTANT, "x-never": True}, "coder_sdk.wire.NeverDatetime", "datetime"),
        ({**UUID_, "x-nullable": True}, "uuid.UUID | None", "UUID | None"),
        ({**UUID_, "x-zero-null": True}, "coder_sdk.wire.ZeroNullUUID", "UUID"),
        ({**NUMBER, "x-unit": "ms"}, "int", "int | timedelta"),
        ({**TEXT, "x-secret": True}, "coder_sdk.wire.Secret", "str | Secret"),
        ({**TEXT, "format": "byte"}, "coder_sdk.wire.Base64", "bytes"),
        ({"type": ["string", "null"]}, "str | None", "str | None"),
        ({"anyOf": [TEXT, NUMBER]}, "str | int", "str | int"),
        (ref("codersdk.T"), "coder_sdk.models.T", "T"),
    ],
)
def test_annotation_fits_its_place(schema: Json, answer: str, argument: str):
    schemas = prepared({"components": {"schemas": {"codersdk.T": thing(a=TEXT)}}, "paths": {}})
    context = Context(schemas["components"]["schemas"], {"codersdk.T": "T"})
    public = Context(context.schemas, context.names, style=expression("coder_sdk"))
    given = Context(context.schemas, context.names, request=True, style=SIGNATURE)
    assert annotation(schema, public) == answer
    assert annotation(schema, given) == argument
