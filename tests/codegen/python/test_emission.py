"""What is emitted from a small description: modules that parse, import, and say what is so."""

from __future__ import annotations

import ast
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from codegen.__main__ import main
from codegen.python.formatting import formatted
from codegen.python.model_names import ModelNames
from codegen.python.names import NameFile, read_names
from codegen.python.package import drift, package, write

EVIL = '""" + __import__(\'os\').system(\'true\') + """'


def answer(schema: Any, status: str = "200") -> dict[str, Any]:
    return {status: {"description": "", "content": {"application/json": {"schema": schema}}}}


def sample() -> dict[str, Any]:
    """Three operations, with what the emitter has to tell apart."""
    widget = {"$ref": "#/components/schemas/acme.Widget"}
    identifier = {
        "name": "widget",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    listing = {
        "tags": ["Widgets"],
        "summary": "List widgets",
        "parameters": [
            {"name": "limit", "in": "query", "schema": {"type": "integer"}},
            {"name": "offset", "in": "query", "schema": {"type": "integer"}},
            {"name": "kinds", "in": "query", "schema": {"type": "array", "items": {}}},
            {"name": "before", "in": "query", "schema": {"type": "integer"}, "x-ignored": True},
        ],
        "x-paging": {"styles": ["offset"], "items": None},
        "responses": answer({"type": "array", "items": widget}),
    }
    patch = {
        "tags": ["Widgets"],
        "parameters": [identifier],
        "deprecated": True,
        "x-since": "2.3",
        "x-premium": "widgets",
        "x-stability": "experimental",
        "x-idempotent": False,
        "x-moved-from": {"PATCH /api/v2/gadgets/{gadget}": "2.2"},
        "x-gone": {"query:force": "2.4", "query:dry": "2.3"},
        "externalDocs": {"url": "https://example.com/docs#patch"},
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/acme.Change"}}
            },
        },
        "responses": {
            **answer(widget),
            "304": {"description": ""},
            **answer({"$ref": "#/components/schemas/acme.Error"}, "409"),
        },
    }
    follow = {
        "tags": ["Widgets"],
        "parameters": [
            identifier,
            {"name": "follow", "in": "query", "schema": {"type": "boolean"}},
            {
                "name": "format",
                "in": "query",
                "schema": {"type": "string", "enum": ["json", "text"]},
            },
        ],
        "x-stream": {"kind": "websocket", "frame": widget, "only_with": "follow"},
        "responses": answer({"type": "array", "items": widget}),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1"},
        "paths": {
            "/api/v2/widgets": {"get": listing},
            "/api/v2/widgets/{widget}": {"patch": patch},
            "/api/v2/widgets/{widget}/logs": {"get": follow},
        },
        "components": {
            "schemas": {
                "acme.Widget": {
                    "type": "object",
                    "properties": {"id": {"type": "string", "format": "uuid"}},
                },
                "acme.Error": {
                    "type": "object",
                    "properties": {"message": {"type": "string"}},
                },
                "acme.Change": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string"},
                        "ttl_ms": {"type": "integer", "x-unit": "ms", "x-nullable": True},
                        "deadline": {"type": "string", "format": "date-time"},
                    },
                },
            }
        },
    }


def emitted(description: dict[str, Any], name: str = "acme") -> dict[str, str]:
    return dict(package(description, NameFile(), ModelNames(), name).texts)


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package of the sample, imported."""
    made = package(sample(), NameFile(), ModelNames(), "acme_sample", complete=True)
    write(made.texts, tmp_path / "acme_sample")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("acme_sample.resources")
    for name in [name for name in sys.modules if name.startswith("acme_sample")]:
        del sys.modules[name]


def method(text: str, name: str) -> ast.FunctionDef:
    found = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return found[0]


def test_paths_are_positional_and_the_rest_are_keywords() -> None:
    arguments = method(emitted(sample())["resources/widgets.py"], "update").args
    assert [item.arg for item in arguments.args] == ["self", "widget"]
    assert [item.arg for item in arguments.kwonlyargs] == [
        "name", "ttl_ms", "deadline_",
        "timeout", "deadline", "headers", "retry", "extra_query", "extra_body",
    ]  # fmt: skip
    assert arguments.kw_defaults[0] is None
    assert all(default is not None for default in arguments.kw_defaults[1:])


def test_types_say_what_may_be_given() -> None:
    arguments = method(emitted(sample())["resources/widgets.py"], "update").args
    types = {
        item.arg: ast.unparse(item.annotation) for item in arguments.kwonlyargs if item.annotation
    }
    assert types["name"] == "str"
    assert types["ttl_ms"] == "timedelta | int | Omit | None"
    assert types["deadline_"] == "datetime | Omit"


def test_result_is_the_whole_body_and_none_for_an_empty_answer() -> None:
    text = emitted(sample())["resources/widgets.py"]
    returns = {
        name: ast.unparse(found)
        for name in ("list", "update", "logs", "stream_logs", "logs_text")
        if (found := method(text, name).returns)
    }
    assert returns == {
        "list": "PagedRequest[builtins.list[Widget], Widget]",
        "update": "Request[Widget | None]",
        "logs": "Request[builtins.list[Widget]]",
        "stream_logs": "StreamRequest[Widget]",
        "logs_text": "Request[str]",
    }


def test_ignored_parameter_is_not_offered_but_named() -> None:
    listing = method(emitted(sample())["resources/widgets.py"], "list")
    assert "before" not in {item.arg for item in listing.args.kwonlyargs}
    assert "`before` is documented, but the server ignores it" in (ast.get_docstring(listing) or "")


def test_docstring_has_every_fact() -> None:
    text = ast.get_docstring(method(emitted(sample())["resources/widgets.py"], "update"))
    assert text is not None
    assert text.startswith("Change a widget.\n\n`PATCH /api/v2/widgets/{widget}`\n")
    for fact in (
        "Deprecated by Coder.",
        "Experimental: may change",
        "Premium: the deployment needs a license with the feature `widgets`.",
        "Since Coder 2.3.",
        "Earlier releases had it elsewhere: `PATCH /api/v2/gadgets/{gadget}` (until 2.2).",
        "Earlier releases also took `dry` (until 2.3) and `force` (until 2.4).",
        "ttl_ms: How long it runs before it stops by itself.",
        "The `Widget`, or `None`.",
        "ConflictError: ",
        "https://example.com/docs#patch",
    ):
        assert fact in text


def test_request_has_every_fact() -> None:
    text = emitted(sample())["resources/widgets.py"]
    assert "idempotent=False" in ast.unparse(method(text, "update"))
    assert "json_body('Change'" in ast.unparse(method(text, "update"))
    assert "Repeated(kinds)" in ast.unparse(method(text, "list"))
    assert "{'follow': True}" in ast.unparse(method(text, "stream_logs"))
    assert "{'format': 'text'}" in ast.unparse(method(text, "logs_text"))


def test_emitted_package_imports(acme: ModuleType) -> None:
    assert acme.__all__ == ["AsyncWidgets", "Widgets", "WidgetsView"]
    request = acme.Widgets(None).logs.build("ac019625-4052-4ac5-a8a2-35eecac5fec2")
    assert request.types.body.annotation.__args__[0].__module__ == "acme_sample.models.widgets"


def test_emission_is_deterministic() -> None:
    assert emitted(sample()) == emitted(json.loads(json.dumps(sample())))


@pytest.mark.parametrize("place", ["path", "parameter", "property", "tag", "title", "url"])
def test_text_from_outside_never_becomes_code(place: str) -> None:
    description = sample()
    listing = description["paths"]["/api/v2/widgets"]["get"]
    if place == "path":
        description["paths"][f"/api/v2/{EVIL}"] = {"get": listing}
    elif place == "parameter":
        listing["parameters"].append({"name": EVIL, "in": "query", "schema": {"type": "string"}})
    elif place == "property":
        properties = description["components"]["schemas"]["acme.Change"]["properties"]
        properties[EVIL] = {"type": "string"}
    else:
        listing[{"tag": "tags", "title": "summary", "url": "externalDocs"}[place]] = {
            "tag": [EVIL], "title": EVIL, "url": {"url": EVIL},
        }[place]  # fmt: skip
    try:
        texts = emitted(description)
    except ValueError as error:
        assert "cannot be" in str(error)  # noqa: PT017 - refusing is as good as quoting
        return
    for path, text in texts.items():
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        assert not any("__import__" in ast.unparse(call.func) for call in calls), path


def test_drift_is_found(tmp_path: Path) -> None:
    texts = emitted(sample())
    write(texts, tmp_path)
    assert drift(texts, tmp_path) == []
    (tmp_path / "resources" / "widgets.py").write_text("# changed\n", encoding="utf-8")
    (tmp_path / "models" / "left_over.py").write_text("", encoding="utf-8")
    assert drift(texts, tmp_path) == ["models/left_over.py", "resources/widgets.py"]


def test_writing_leaves_what_is_right_and_removes_what_is_left_over(tmp_path: Path) -> None:
    texts = emitted(sample())
    write(texts, tmp_path)
    right = tmp_path / "models" / "__init__.py"
    written = right.stat().st_mtime_ns
    (tmp_path / "resources" / "widgets.py").write_text("# changed\n", encoding="utf-8")
    (tmp_path / "models" / "left_over.py").write_text("", encoding="utf-8")
    write(texts, tmp_path)
    assert drift(texts, tmp_path) == []
    assert right.stat().st_mtime_ns == written


def test_module_that_does_not_parse_is_refused() -> None:
    with pytest.raises((SyntaxError, RuntimeError)):
        formatted({"broken.py": "def ("}, "acme")


def test_emit_command_writes_a_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "acme.json"
    source.write_text(json.dumps(sample()), encoding="utf-8")
    assert main(["emit", str(source), "-o", str(tmp_path / "out"), "--package", "acme"]) == 0
    assert "5 methods of 1 resources" in capsys.readouterr().out
    assert (tmp_path / "out" / "py.typed").exists()
    assert (tmp_path / "out" / "resources" / "widgets.py").exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(None, "acme", 2), ("{", "acme", 1), ("[]", "acme", 1), ("{}", "acme", 1), ("{}", "a-b", 2)],
)
def test_emit_command_refuses_what_is_no_description(
    tmp_path: Path, content: str | None, name: str, code: int
) -> None:
    source = tmp_path / "acme.json"
    if content is not None:
        source.write_text(content, encoding="utf-8")
    assert main(["emit", str(source), "-o", str(tmp_path / "out"), "--package", name]) == code
    assert not (tmp_path / "out").exists()


def test_description_without_operations_emits_models_only() -> None:
    texts = emitted({**sample(), "paths": {}})
    assert "resources/__init__.py" in texts
    assert not any(path.startswith("resources/w") for path in texts)


def test_workflow_classes_take_the_place_of_generated_ones() -> None:
    names = NameFile(workflows={"widgets": "acme.flows:Widgets"})
    text = package(sample(), names, ModelNames(), "acme").texts["resources/_client.py"]
    assert "from acme.flows import Widgets" in ast.unparse(method(text, "widgets"))
    assert "from acme.flows import AsyncWidgets" in text
    assert "acme.resources.widgets" not in text


def test_names_of_the_release_apply_where_they_fit() -> None:
    description = sample()
    description["paths"] = {"/api/v2/users": description["paths"]["/api/v2/widgets"]}
    made = package(description, read_names(), ModelNames(), "acme")
    assert [str(found.name) for found in made.plan.methods] == ["users.list"]


def test_emit_command_leaves_workflow_classes_out(tmp_path: Path) -> None:
    source = tmp_path / "acme.json"
    description = sample()
    description["paths"] = {"/api/v2/workspaces": description["paths"]["/api/v2/widgets"]}
    source.write_text(json.dumps(description), encoding="utf-8")
    assert main(["emit", str(source), "-o", str(tmp_path / "out"), "--package", "acme"]) == 0
    text = (tmp_path / "out" / "resources" / "_client.py").read_text(encoding="utf-8")
    assert "from acme.resources.workspaces import Workspaces" in text
    assert "coder_sdk.workflows" not in text


def test_emit_command_refuses_facts_that_could_become_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "acme.json"
    description = sample()
    description["paths"]["/api/v2/widgets"]["get"]["x-notes"] = [EVIL]
    source.write_text(json.dumps(description), encoding="utf-8")
    assert main(["emit", str(source), "-o", str(tmp_path / "out"), "--package", "acme"]) == 1
    assert "cannot be emitted: GET /api/v2/widgets" in capsys.readouterr().err


def test_answers_without_a_number_or_at_all_are_no_obstacle() -> None:
    description = sample()
    listing = description["paths"]["/api/v2/widgets"]["get"]
    listing["responses"] = {"default": {"description": ""}}
    del listing["x-paging"], description["paths"]["/api/v2/widgets/{widget}"]["patch"]["responses"]
    text = emitted(description)["resources/widgets.py"]
    assert "-> Request[None]" in text
