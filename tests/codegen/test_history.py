"""In which release things came and went: the computation, the table, the marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import main
from codegen.description import history
from codegen.description.build import build
from codegen.description.evolution import compute
from codegen.description.history import History, Span, annotate
from codegen.reading.document import Reading

Json = dict[str, Any]


def api(paths: Json, **schemas: Json) -> Json:
    """Return a description of some operations and schemas of the package `sdk`."""
    components = {f"sdk.{name}": schema for name, schema in schemas.items()}
    return {"paths": paths, "components": {"schemas": components}}


def get(summary: str, *queries: str, ref: str | None = None) -> Json:
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in queries]
    answer: Json = {"description": ""}
    if ref is not None:
        schema = {"$ref": f"#/components/schemas/{ref}"}
        answer["content"] = {"application/json": {"schema": schema}}
    operation = {"summary": summary, "parameters": parameters, "responses": {"200": answer}}
    return {"get": operation}


def thing(*names: str, **extra: Any) -> Json:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}, **extra}


def test_what_was_always_there_is_not_listed():
    same = api({"/things": get("Get things", "q")}, Thing=thing("id"))
    found = compute({"2.0": same, "2.1": same})
    assert found == History(releases=("2.0", "2.1"))


def test_operations_parameters_fields_and_values_have_their_first_release():
    old = api({"/things": get("Get things")}, Thing=thing("id"), Kind={"enum": ["a"]})
    new = api(
        {"/things": get("Get things", "q"), "/others": get("Get others", "q")},
        Thing=thing("id", "name"),
        Kind={"enum": ["a", "b"]},
        Other=thing("id"),
    )
    found = compute({"2.0": old, "2.1": new})
    assert found.operations == {"GET /others": Span("2.1")}
    assert found.parameters == {"GET /things": {"query:q": Span("2.1")}}
    assert found.schemas == {"sdk.Other": Span("2.1")}
    assert found.properties == {"sdk.Thing": {"name": Span("2.1")}}
    assert found.values == {"sdk.Kind": {"b": Span("2.1")}}


def test_what_went_has_its_last_release():
    old = api({"/things": get("Get things")}, Thing=thing("id", "name"))
    new = api({}, Thing=thing("id"))
    found = compute({"2.0": old, "2.1": new})
    assert found.operations == {"GET /things": Span(until="2.0")}
    assert found.properties == {"sdk.Thing": {"name": Span(until="2.0")}}
    assert found.moved == {}


def test_what_came_back_is_there_since_then():
    with_name, without = api({}, Thing=thing("id", "name")), api({}, Thing=thing("id"))
    found = compute({"2.0": with_name, "2.1": without, "2.2": with_name})
    assert found.properties == {"sdk.Thing": {"name": Span("2.2")}}


def test_a_release_whose_page_lost_a_table_says_nothing():
    full, lost = api({}, Thing=thing("id")), api({}, Thing={"type": "object"})
    assert compute({"2.0": full, "2.1": lost, "2.2": full}).properties == {}


def test_other_names_of_placeholders_are_no_change():
    old, new = api({"/things/{id}": get("Get")}), api({"/things/{thing}": get("Get")})
    assert compute({"2.0": old, "2.1": new}).operations == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/api/experimental/things", "/api/v2/things"),
        ("/api/v2/things", "/api/v2/stuff/all"),
        ("/api/v2/bridge/things", "/api/v2/gateway/things"),
    ],
)
def test_an_operation_that_moved_is_found_again(old: str, new: str):
    before = api({old: get("List all things")})
    after = api({new: get("List all things"), "/api/v2/users": get("List users")})
    found = compute({"2.0": before, "2.1": after})
    assert found.moved == {f"GET {old}": f"GET {new}"}
    assert found.operations[f"GET {old}"] == Span(until="2.0")
    assert found.operations[f"GET {new}"] == Span("2.1")


def test_an_operation_like_another_is_no_move():
    before = api({"/api/v2/agents/stats": get("Submit workspace agent stats")})
    after = api({"/api/v2/agents/source": get("Post workspace agent log source")})
    assert compute({"2.0": before, "2.1": after}).moved == {}


def test_a_schema_of_another_package_is_the_same_one():
    old: Json = {"paths": {}, "components": {"schemas": {"old.Thing": thing("id")}}}
    new: Json = {"paths": {}, "components": {"schemas": {"new.Thing": thing("id", "name")}}}
    found = compute({"2.0": old, "2.1": new})
    assert found.renamed == {"old.Thing": "new.Thing"}
    assert found.schemas == {}
    assert found.properties == {"new.Thing": {"name": Span("2.1")}}


def test_a_schema_in_the_place_of_another_is_the_same_one():
    old = api({"/things": get("Get", ref="sdk.Thing")}, Thing=thing("id", "name"))
    new = api({"/things": get("Get", ref="sdk.Item")}, Item=thing("id", "name"))
    assert compute({"2.0": old, "2.1": new}).renamed == {"sdk.Thing": "sdk.Item"}


def test_a_schema_in_the_place_of_an_unlike_one_is_another():
    old = api({"/things": get("Get", ref="sdk.Thing")}, Thing=thing("id", "name"))
    new = api({"/things": get("Get", ref="sdk.Item")}, Item=thing("count", "items"))
    found = compute({"2.0": old, "2.1": new})
    assert found.renamed == {}
    assert found.schemas == {"sdk.Thing": Span(until="2.0"), "sdk.Item": Span("2.1")}


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span("2.9"), "2.9"),
        (Span(until="2.12"), "-2.12"),
        (Span("2.28", "2.28"), "2.28-2.28"),
        (Span(), ""),
    ],
)
def test_a_span_is_spelled_briefly(span: Span, text: str):
    assert str(span) == text
    assert Span.parse(text) == span


def test_the_table_is_read_as_it_was_written():
    table = history.load()
    assert table.dumps() == history.SINCE.read_text(encoding="utf-8")
    assert History.loads(table.dumps()) == table


def test_the_table_knows_the_moves_of_tasks():
    table = history.load()
    assert table.moved["GET /api/experimental/tasks"] == "GET /api/v2/tasks"
    assert table.operations["GET /api/v2/tasks"] == Span("2.29")
    assert table.operations["GET /api/experimental/tasks"] == Span("2.28", "2.28")
    assert table.renamed["clibase.Option"] == "serpent.Option"


def test_marks_are_set_where_they_say_something_new():
    description = api(
        {"/things": get("Get things", "q", "limit")},
        Thing=thing("id", "name"),
        Kind={"enum": ["a", "b"]},
    )
    table = History(
        releases=("2.0", "2.1", "2.2"),
        operations={"GET /things": Span("2.1")},
        parameters={"GET /things": {"query:q": Span("2.2")}},
        properties={"sdk.Thing": {"name": Span("2.2", "2.2")}},
        values={"sdk.Kind": {"b": Span("2.1")}},
    )
    annotate(description, table)
    operation = description["paths"]["/things"]["get"]
    assert operation["x-since"] == "2.1"
    assert [parameter.get("x-since") for parameter in operation["parameters"]] == ["2.2", None]
    schemas = description["components"]["schemas"]
    assert schemas["sdk.Thing"]["x-since"] == "2.0"
    assert schemas["sdk.Thing"]["properties"]["id"] == {"type": "string"}
    name = schemas["sdk.Thing"]["properties"]["name"]
    assert (name["x-since"], name["x-until"]) == ("2.2", "2.2")
    assert schemas["sdk.Kind"]["x-since-values"] == {"b": "2.1"}


def test_since_needs_folders_named_after_releases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as stopped:
        main(["since", str(tmp_path)])
    assert stopped.value.code == 2
    assert "named after a release" in capsys.readouterr().err


def test_since_reads_folders_in_the_order_of_their_releases(tmp_path: Path):
    samples = Path(__file__).parent / "reading" / "samples"
    text = (samples / "gadgets.md").read_text()
    for release, page in {"v2.10.0": text, "v2.9.0": text.partition("## Rename gadget")[0]}.items():
        (tmp_path / release).mkdir()
        (tmp_path / release / "gadgets.md").write_text(page)
    output = tmp_path / "since.json"
    folders = [str(tmp_path / "v2.10.0"), str(tmp_path / "v2.9.0")]
    assert main(["since", *folders, "-o", str(output)]) == 0
    table = history.load(output)
    assert table.releases == ("2.9", "2.10")
    assert table.operations["PATCH /api/v2/gadgets/{gadget}"] == Span("2.10")


def test_since_fails_on_a_release_that_cannot_be_read(tmp_path: Path):
    folder = tmp_path / "v2.1.0"
    folder.mkdir()
    (folder / "page.md").write_bytes(b"\0")
    output = tmp_path / "since.json"
    assert main(["since", str(folder), "-o", str(output)]) == 1
    assert not output.exists()


@pytest.mark.reference
def test_the_kept_table_is_the_computed_one(
    releases: dict[str, Path], reading_of: Callable[[str], Reading]
):
    ordered = sorted(releases, key=lambda name: [int(part) for part in name[1:].split(".")])
    found = compute({name[1:].rpartition(".")[0]: build(reading_of(name)) for name in ordered})
    assert found.dumps() == history.SINCE.read_text(encoding="utf-8")
