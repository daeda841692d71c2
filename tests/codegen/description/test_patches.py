"""Patches: how they are read, what they change, when they are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.description import patches
from codegen.description.openapi import Json
from codegen.description.patches import PatchError

REASON = 'reason = "the server says so"\nevidence = "v2.36.0 server"\n'
STATUSES = 'target = ["codersdk.User", "properties", "status", "enum"]\n'


@pytest.fixture
def description() -> Json:
    return {
        "openapi": "3.1.0",
        "paths": {
            "/api/v2/users": {
                "get": {
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                        {"name": "limit", "in": "header", "schema": {"type": "string"}},
                    ],
                    "responses": {"200": {"description": ""}},
                }
            }
        },
        "components": {
            "schemas": {
                "codersdk.User": {
                    "type": "object",
                    "properties": {"status": {"type": "string", "enum": ["active"]}},
                }
            }
        },
    }


def _patch(tmp_path: Path, text: str) -> tuple[patches.Patch, ...]:
    (tmp_path / "10-some.toml").write_text(f"[[patch]]\n{text}{REASON}", encoding="utf-8")
    return patches.load(tmp_path)


def _applied(tmp_path: Path, description: Json, text: str) -> Json:
    return patches.apply(description, _patch(tmp_path, text))


def _user(description: Json) -> Any:
    return description["components"]["schemas"]["codersdk.User"]


def test_a_table_is_merged_by_default(tmp_path: Path, description: Json) -> None:
    text = 'target = ["codersdk.User"]\nvalue = {properties = {status = {x-secret = true}}}\n'
    status = _user(_applied(tmp_path, description, text))["properties"]["status"]
    assert status == {"type": "string", "enum": ["active"], "x-secret": True}


def test_another_value_is_replaced_by_default(tmp_path: Path, description: Json) -> None:
    text = 'target = ["codersdk.User", "properties", "status", "type"]\nvalue = "integer"\n'
    status = _user(_applied(tmp_path, description, text))["properties"]["status"]
    assert status["type"] == "integer"


def test_values_are_appended_to_a_list(tmp_path: Path, description: Json) -> None:
    text = (
        'target = ["codersdk.User", "properties", "status", "enum"]\n'
        'op = "append"\nvalue = ["dormant"]\n'
    )
    status = _user(_applied(tmp_path, description, text))["properties"]["status"]
    assert status["enum"] == ["active", "dormant"]


def test_a_target_is_removed(tmp_path: Path, description: Json) -> None:
    text = 'target = ["codersdk.User", "properties", "status"]\nop = "remove"\n'
    assert _user(_applied(tmp_path, description, text))["properties"] == {}


def test_a_parameter_is_found_by_place_and_name(tmp_path: Path, description: Json) -> None:
    text = (
        'target = ["GET /api/v2/users", "parameters", "header:limit", "schema"]\n'
        'value = {type = "number"}\n'
    )
    changed = _applied(tmp_path, description, text)["paths"]["/api/v2/users"]["get"]["parameters"]
    assert [parameter["schema"]["type"] for parameter in changed] == ["integer", "number"]


def test_a_parameter_is_added(tmp_path: Path, description: Json) -> None:
    text = (
        'target = ["GET /api/v2/users", "parameters", "query:q"]\nop = "add"\n'
        'value = {name = "q", in = "query", required = false, schema = {type = "string"}}\n'
    )
    changed = _applied(tmp_path, description, text)["paths"]["/api/v2/users"]["get"]["parameters"]
    assert [parameter["name"] for parameter in changed] == ["limit", "limit", "q"]


def test_a_whole_operation_is_added(tmp_path: Path, description: Json) -> None:
    text = (
        'target = ["GET /api/v2/debug/metrics"]\nop = "add"\n'
        'value = {summary = "Metrics", responses = {200 = {description = ""}}}\n'
    )
    changed = _applied(tmp_path, description, text)
    assert changed["paths"]["/api/v2/debug/metrics"]["get"]["summary"] == "Metrics"


@pytest.mark.parametrize(
    "target", ['["codersdk.New"]', '["components", "schemas", "codersdk.New"]']
)
def test_a_whole_schema_is_added(tmp_path: Path, description: Json, target: str) -> None:
    text = f'target = {target}\nop = "add"\nvalue = {{type = "string"}}\n'
    changed = _applied(tmp_path, description, text)
    assert changed["components"]["schemas"]["codersdk.New"] == {"type": "string"}


def test_a_table_of_the_top_is_added(tmp_path: Path, description: Json) -> None:
    text = 'target = ["x-filters"]\nop = "add"\nvalue = {users = {default = "search"}}\n'
    assert _applied(tmp_path, description, text)["x-filters"]["users"] == {"default": "search"}


def test_the_description_itself_stays_as_it_is(tmp_path: Path, description: Json) -> None:
    text = 'target = ["codersdk.User", "type"]\nvalue = "string"\n'
    _applied(tmp_path, description, text)
    assert _user(description)["type"] == "object"


def test_the_expected_old_value_may_be_told(tmp_path: Path, description: Json) -> None:
    text = 'target = ["codersdk.User"]\nwas = {type = "object"}\nvalue = {type = "string"}\n'
    assert _user(_applied(tmp_path, description, text))["type"] == "string"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('target = ["codersdk.User", "type"]\nvalue = "object"\n', "No longer applies"),
        ('target = ["codersdk.User"]\nvalue = {type = "object"}\n', "No longer applies"),
        (f'{STATUSES}op = "append"\nvalue = ["active"]\n', "No longer applies"),
        ('target = ["codersdk.None"]\nvalue = {type = "object"}\n', "No such target"),
        ('target = ["codersdk.None", "type"]\nvalue = "string"\n', "does not exist"),
        ('target = ["GET /api/v2/none"]\nop = "remove"\n', "does not exist"),
        ('target = ["codersdk.User"]\nop = "add"\nvalue = {}\n', "exists already"),
        ('target = ["codersdk.User", "type"]\nwas = "string"\nvalue = "a"\n', "Expected the old"),
        ('target = ["codersdk.User", "type"]\nop = "merge"\nvalue = {a = 1}\n', "for tables"),
        ('target = ["codersdk.User", "type"]\nop = "append"\nvalue = ["a"]\n', "for lists"),
        (
            'target = ["GET /api/v2/users", "parameters", "query:none", "schema"]\nvalue = {}\n',
            "does not exist",
        ),
    ],
)
def test_a_patch_that_does_not_apply_is_an_error(
    tmp_path: Path, description: Json, text: str, message: str
) -> None:
    with pytest.raises(PatchError, match=message) as error:
        _applied(tmp_path, description, text)
    assert str(error.value).startswith("10-some.toml: patch 1 (")


def test_all_patches_that_do_not_apply_are_named_at_once(tmp_path: Path, description: Json) -> None:
    text = 'target = ["codersdk.{}"]\nop = "remove"\n'
    for file in ("20-b.toml", "10-a.toml"):
        content = f"[[patch]]\n{text.format(file[3])}{REASON}"
        (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(PatchError) as error:
        patches.apply(description, patches.load(tmp_path))
    lines = str(error.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["10-a.toml", "20-b.toml"]


@pytest.mark.parametrize(
    ("version", "applies"),
    [("2.35.4", False), ("2.9.0", False), ("2.36.0", True), ("2.100.1", True), ("0.0.0", True)],
)
def test_a_patch_leaves_releases_before_its_first_alone(
    tmp_path: Path, description: Json, *, version: str, applies: bool
) -> None:
    description["info"] = {"version": version}
    text = f'{STATUSES}op = "append"\nvalue = ["dormant"]\nsince = "2.36"\n'
    patched = _applied(tmp_path, description, text)
    assert (patched != description) is applies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('value = 1\nreason = "r"\nevidence = "unconfirmed"\n', "missing keys"),
        ('target = ["a.b"]\nvalue = 1\nevidence = "unconfirmed"\n', "missing keys"),
        (f'target = ["a.b"]\nvalue = 1\nwhy = "x"\n{REASON}', "unknown keys"),
        (f'target = ["a.b"]\nvalue = 1\nop = "change"\n{REASON}', "`op` is 'change'"),
        (f'target = ["a.b"]\nop = "replace"\n{REASON}', "`value` belongs"),
        (f'target = ["a.b"]\nop = "remove"\nvalue = 1\n{REASON}', "`value` belongs"),
        ('target = ["a.b"]\nvalue = 1\nreason = "r"\nevidence = "hearsay"\n', "`evidence`"),
        (f"target = []\nvalue = 1\n{REASON}", "is empty"),
        (f'target = ["a.b"]\nvalue = 1\nsince = "new"\n{REASON}', "`since` is no release"),
        (f'target = ["a.b"]\nvalue = 1\nsince = 2.36\n{REASON}', "`since` is no release"),
    ],
)
def test_a_patch_with_wrong_parts_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.toml").write_text(f"[[patch]]\n{text}", encoding="utf-8")
    with pytest.raises(PatchError, match=message):
        patches.load(tmp_path)
