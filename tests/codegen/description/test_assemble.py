"""The final description: patches, then facts, then guesses for what is still open."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from codegen.__main__ import main
from codegen.description import facts as facts_module
from codegen.description import openapi, patches
from codegen.description.assemble import assemble, fields, unknown_to_facts
from codegen.description.facts import Facts, Presence
from codegen.description.history import History, Span
from codegen.description.openapi import Json, reference
from codegen.reading.document import Reading
from tests.reference import needs_reference
from tests.reference import reference as reference_path

PAGES = Path(__file__).parent / "data" / "pages"

INSTANT = {"type": "string", "format": "date-time"}
UUID = {"type": "string", "format": "uuid"}

FACTS = Facts(
    schemas={
        "codersdk.Car": {
            "Plate": Presence(),
            "note": Presence(optional=True),
            "owner_id": Presence(nullable=True),
            "sold_at": Presence(optional=True),
            "last_used_at": Presence(),
            "built_at": Presence(),
            "ttl_ms": Presence(optional=True, nullable=True),
        }
    },
    enums={"codersdk.Color": ("blue", "red", "green")},
)


HISTORY = History(
    releases=("2.0", "2.1", "2.2"),
    operations={"GET /api/experimental/cars": Span("2.1")},
    parameters={"GET /api/v2/users/{user}/cars": {"query:offset": Span("2.2")}},
    properties={"codersdk.Car": {"plate": Span("2.1"), "engine.power": Span(None, "2.1")}},
    values={"codersdk.Color": {"blue": Span("2.2"), "gone": Span("2.1", "2.1")}},
)


@pytest.fixture
def unpatched() -> Json:
    car = {
        "title": "codersdk.Car",
        "type": "object",
        "properties": {
            "plate": {"type": "string"},
            "note": {"type": "string"},
            "owner_id": dict(UUID),
            "sold_at": dict(INSTANT),
            "last_used_at": dict(INSTANT),
            "built_at": dict(INSTANT),
            "ttl_ms": {"type": "integer"},
            "strange": {"type": "string"},
            "engine": {"type": "object", "properties": {"power": {"type": "number"}}},
        },
    }
    sent = {"type": "object", "properties": {"deadline": dict(INSTANT), "name": {}}}
    cars = {"type": "array", "items": reference("codersdk.Car")}
    return {
        "openapi": "3.1.0",
        "paths": {
            "/api/v2/users/{user}/cars": {
                "get": {
                    "parameters": [
                        {"name": "user", "in": "path", "schema": {"type": "string"}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {"name": "offset", "in": "query", "schema": {"type": "integer"}},
                        {"name": "age_seconds", "in": "query", "schema": {"type": "integer"}},
                    ],
                    "responses": {"200": {"content": {"application/json": {"schema": cars}}}},
                }
            },
            "/api/experimental/cars": {
                "post": {
                    "requestBody": {
                        "content": {"application/json": {"schema": reference("codersdk.Sent")}}
                    },
                    "responses": {"204": {}},
                },
                "get": {"responses": {"101": {}}},
            },
        },
        "components": {
            "schemas": {
                "codersdk.Car": car,
                "codersdk.Sent": sent,
                "codersdk.Color": {"type": "string", "enum": ["blue"]},
            }
        },
    }


def _patch(*target: str, value: Any) -> patches.Patch:
    return patches.Patch(
        source="test",
        target=target,
        op="merge" if isinstance(value, dict) else "replace",
        value=value,
        was=patches.ABSENT,
        reason="",
        evidence="",
    )


@pytest.fixture
def assembled(unpatched: Json) -> Json:
    return _assemble(unpatched)


def _assemble(unpatched: Json, changes: Sequence[patches.Patch] = ()) -> Json:
    return assemble(unpatched, changes, FACTS, HISTORY)


def _car(description: Json) -> Json:
    properties: Json = openapi.schemas(description)["codersdk.Car"]["properties"]
    return properties


def _marks(field: Json) -> set[str]:
    return {key for key in field if key.startswith("x-") and key not in {"x-since", "x-until"}}


def test_presence_comes_from_the_facts(assembled: Json) -> None:
    car = _car(assembled)
    assert _marks(car["plate"]) == set()
    assert _marks(car["note"]) == {"x-optional"}
    assert "x-nullable" in car["owner_id"]
    assert {"x-optional", "x-nullable"} <= _marks(car["ttl_ms"])


def test_what_nothing_is_known_of_may_be_absent_or_null_in_an_answer(assembled: Json) -> None:
    assert _marks(_car(assembled)["strange"]) == {"x-optional", "x-nullable"}
    engine = _car(assembled)["engine"]["properties"]
    assert _marks(engine["power"]) == {"x-optional", "x-nullable"}


def test_what_is_only_sent_is_left_as_documented(assembled: Json) -> None:
    sent = openapi.schemas(assembled)["codersdk.Sent"]["properties"]
    assert sent == {"deadline": INSTANT, "name": {}}


def test_instants_that_may_mean_never_are_marked(assembled: Json) -> None:
    car = _car(assembled)
    marked = {name for name in car if "x-never" in car[name]}
    assert marked == {"last_used_at", "sold_at"}


def test_the_zero_uuid_means_none_where_none_is_possible(assembled: Json) -> None:
    assert _car(assembled)["owner_id"]["x-zero-null"] is True


def test_units_are_read_from_names(assembled: Json) -> None:
    assert _car(assembled)["ttl_ms"]["x-unit"] == "ms"
    parameters = dict(openapi.operations(assembled))["GET /api/v2/users/{user}/cars"]["parameters"]
    assert [parameter.get("x-unit") for parameter in parameters] == [None, None, None, "s"]


def test_values_that_the_facts_add_widen_an_enum(assembled: Json) -> None:
    assert openapi.schemas(assembled)["codersdk.Color"]["enum"] == ["blue", "red", "green"]


def test_operations_get_paging_kind_and_stability(assembled: Json) -> None:
    operation = dict(openapi.operations(assembled))["GET /api/v2/users/{user}/cars"]
    assert operation["x-paging"] == {"styles": ["offset"], "items": None, "total": None}
    assert operation["parameters"][0]["x-kind"] == "user"
    assert operation["x-stability"] == "stable"


def test_a_change_of_protocol_is_a_stream(assembled: Json) -> None:
    operation = dict(openapi.operations(assembled))["GET /api/experimental/cars"]
    assert operation["x-stream"]["kind"] == "websocket"
    assert operation["x-stability"] == "experimental"


def test_a_patch_wins_over_facts_and_guesses(unpatched: Json) -> None:
    place = ("codersdk.Car", "properties")
    changes = [
        _patch(*place, "note", value={"x-optional": False}),
        _patch(*place, "last_used_at", value={"x-never": False}),
        _patch(*place, "ttl_ms", value={"x-unit": "ns"}),
        _patch("GET /api/v2/users/{user}/cars", value={"x-paging": {"styles": ["after_id"]}}),
        _patch("GET /api/experimental/cars", value={"x-stream": False}),
    ]
    description = _assemble(unpatched, changes)
    car = _car(description)
    assert _marks(car["note"]) == set()
    assert _marks(car["last_used_at"]) == set()
    assert car["ttl_ms"]["x-unit"] == "ns"
    calls = dict(openapi.operations(description))
    assert calls["GET /api/v2/users/{user}/cars"]["x-paging"] == {"styles": ["after_id"]}
    assert "x-stream" not in calls["GET /api/experimental/cars"]


def test_releases_are_told_where_they_differ_from_what_they_belong_to(assembled: Json) -> None:
    calls = dict(openapi.operations(assembled))
    assert calls["GET /api/experimental/cars"]["x-since"] == "2.1"
    operation = calls["GET /api/v2/users/{user}/cars"]
    assert operation["x-since"] == "2.0"
    since = [parameter.get("x-since") for parameter in operation["parameters"]]
    assert since == [None, None, "2.2", None]
    assert openapi.schemas(assembled)["codersdk.Color"]["x-since-values"] == {"blue": "2.2"}
    assert _car(assembled)["engine"]["properties"]["power"]["x-until"] == "2.1"


def test_a_respelled_key_keeps_its_release(unpatched: Json) -> None:
    change = patches.Patch(
        source="test",
        target=("codersdk.Car", "properties"),
        op="replace",
        value={"Plate": {"type": "string"}, "engine": {"type": "string", "x-since": "2.2"}},
        was=patches.ABSENT,
        reason="",
        evidence="",
    )
    car = _car(_assemble(unpatched, [change]))
    assert car["Plate"]["x-since"] == "2.1"
    assert car["engine"]["x-since"] == "2.2"


def test_a_patch_tells_the_release_of_what_it_adds(unpatched: Json) -> None:
    change = _patch("GET /api/experimental/cars", value={"x-since": "2.2"})
    calls = dict(openapi.operations(_assemble(unpatched, [change])))
    assert calls["GET /api/experimental/cars"]["x-since"] == "2.2"


def test_answers_that_no_facts_tell_of_are_listed(unpatched: Json) -> None:
    assert unknown_to_facts(unpatched, FACTS) == []
    assert unknown_to_facts(unpatched, Facts({}, {})) == ["codersdk.Car"]


def test_a_patch_that_does_not_apply_stops_the_assembly(unpatched: Json) -> None:
    with pytest.raises(patches.PatchError, match="No such target"):
        _assemble(unpatched, [_patch("codersdk.None", value={"type": "object"})])


def test_properties_of_inner_objects_are_visited(unpatched: Json) -> None:
    car = openapi.schemas(unpatched)["codersdk.Car"]
    assert ("engine", "power") in {path for path, _ in fields(car)}


def test_the_committed_description_holds_no_description_texts(committed: Json) -> None:
    texts = {text for text in _values(committed, "description") if isinstance(text, str)}
    assert texts <= {""}


def test_every_answered_schema_of_the_committed_description_has_facts(committed: Json) -> None:
    described = [
        name
        for name in unknown_to_facts(committed, facts_module.load())
        if not any(
            "x-optional" in field or "x-nullable" in field
            for _, field in fields(openapi.schemas(committed)[name])
        )
    ]
    assert described == []


def test_every_reference_of_the_committed_description_is_there(committed: Json) -> None:
    named = set(openapi.references(committed["paths"]))
    named |= set(openapi.references(openapi.schemas(committed)))
    assert named <= openapi.schemas(committed).keys()


def test_the_committed_description_is_valid(committed: Json) -> None:
    validate(committed)


def test_the_committed_file_is_written_in_normal_form(committed: Json) -> None:
    text = openapi.COMMITTED.read_text(encoding="utf-8")
    assert text == openapi.dumps(committed)


def test_the_command_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["assemble", str(tmp_path / "none")])
    assert exit_info.value.code == 2


def test_the_command_names_patches_that_do_not_apply(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.json"
    assert main(["assemble", str(PAGES), "-o", str(output)]) == 1
    assert "10-shapes.toml: patch 1 (" in capsys.readouterr().err
    assert not output.exists()


class TestAgainstTheReference:
    pytestmark = needs_reference

    def test_the_release_before_is_assembled_without_the_patches_for_the_newest(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        [archive] = reference_path("coder-docs").glob("history.tar*")
        with tarfile.open(archive) as packed:
            inside = [item for item in packed.getmembers() if "v2.35.0/" in item.name]
            packed.extractall(tmp_path, inside, filter="data")
        [pages] = tmp_path.rglob("v2.35.0")
        output = tmp_path / "coder.json"
        assert main(["assemble", str(pages), "-o", str(output)]) == 0
        assert "patches are for later releases" in capsys.readouterr().err
        assert openapi.load(output)["info"]["version"] == "2.35.0"

    def test_the_committed_description_is_up_to_date(self, tmp_path: Path) -> None:
        output = tmp_path / "coder.json"
        pages = reference_path("coder-docs", "v2.36.0")
        assert main(["assemble", str(pages), "-o", str(output)]) == 0
        fresh = output.read_text(encoding="utf-8")
        assert fresh == openapi.COMMITTED.read_text(encoding="utf-8"), "run `codegen assemble`"

    def test_no_sentence_of_the_pages_is_in_the_committed_description(
        self, reading: Reading
    ) -> None:
        text = openapi.COMMITTED.read_text(encoding="utf-8")
        titles = {doc.title for doc in reading.operations}
        sentences = {
            sentence
            for sentence in _sentences(reading)
            if len(sentence.split()) > 3 and sentence not in titles
        }
        assert len(sentences) > 800
        assert [sentence for sentence in sentences if sentence in text] == []


def _sentences(reading: Reading) -> Iterator[str]:
    for doc in reading.operations:
        rows = (*doc.parameters, *doc.responses)
        tables = [row for table in doc.response_schemas for row in table.fields]
        for text in (doc.description, *(row.note for row in (*rows, *tables))):
            yield from re.split(r"(?<=[.!?])\s+|\n", text.strip())
    for schema in reading.schemas:
        for text in (schema.description, *(row.note for row in schema.fields)):
            yield from re.split(r"(?<=[.!?])\s+|\n", text.strip())


def _values(node: object, key: str) -> Iterator[object]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from _values(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, key)
