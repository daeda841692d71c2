"""Another generator, given the same description, finds the same fields and the same optionality."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import coder_sdk.models
from codegen.description.openapi import REF_PREFIX, Json
from codegen.python.model_fields import Directions
from codegen.python.schemas import kind
from tests.wire.exchanges import declared

pytest.importorskip("datamodel_code_generator")

# The generator has had holes through which the text of a schema became code.
_HARMLESS = re.compile(r"[A-Za-z0-9_ .:*()/,@$#+\[\]|{}-]*")
_PLAIN = ("type", "format", "items", "properties", "additionalProperties", "$ref", "enum")


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bool]]:
    """The fields of each model by wire name, and whether each is required, as the other sees it."""
    folder = tmp_path_factory.mktemp("oracle")
    source, target = folder / "description.json", folder / "models.py"
    text = json.dumps(_simplified())
    assert all(_HARMLESS.fullmatch(part) for part in _texts(json.loads(text)))
    source.write_text(text, encoding="utf-8")
    command = [
        *(sys.executable, "-W", "ignore", "-m", "datamodel_code_generator"),
        *("--input", str(source), "--input-file-type", "openapi", "--output", str(target)),
        *("--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.10"),
        *("--formatters", "builtin", "--openapi-scopes", "schemas"),
    ]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - checked above
    return dict(_classes(target))


def test_other_generator_finds_the_same_models_and_fields(oracle: dict[str, dict[str, bool]]):
    ours = {name: set(_required(name)) for name in _models()}
    theirs = {name: set(fields) for name, fields in oracle.items() if name in ours}
    assert theirs == ours


def test_other_generator_finds_the_same_required_fields(oracle: dict[str, dict[str, bool]]):
    differing = {
        f"{name}.{field}"
        for name in _models()
        for field, required in _required(name).items()
        if oracle[name][field] != required
    }
    assert differing == set()


def _models() -> list[str]:
    _, context = declared()
    return [
        context.names[name] for name, schema in context.schemas.items() if kind(schema) == "model"
    ]


def _required(name: str) -> dict[str, bool]:
    fields = getattr(coder_sdk.models, name).model_fields
    return {field.alias or key: field.is_required() for key, field in fields.items()}


def _simplified() -> Json:
    """The description in words that every generator knows: names of Python, `required`, types."""
    operations, context = declared()
    description = {"paths": _paths(operations), "components": {"schemas": context.schemas}}
    directions = Directions.of(description)
    schemas = {
        context.names[name]: _plain(schema) | {"required": _must(name, schema, directions)}
        for name, schema in context.schemas.items()
    }
    text = json.dumps(schemas)
    for name, python in sorted(context.names.items(), key=lambda item: -len(item[0])):
        text = text.replace(f'"{REF_PREFIX}{name}"', f'"{REF_PREFIX}{python}"')
    info = {"title": "Coder API", "version": "0"}
    return {
        "openapi": "3.1.0",
        "info": info,
        "paths": {},
        "components": {"schemas": json.loads(text)},
    }


def _paths(operations: dict[str, Any]) -> Json:
    paths: Json = {}
    for operation, facts in operations.items():
        method, _, path = operation.partition(" ")
        paths.setdefault(path, {})[method.lower()] = facts
    return paths


def _must(name: str, schema: Json, directions: Directions) -> list[str]:
    """What a request must have by the documentation; what an answer of any release has."""
    listed = set(schema.get("required", []))
    if directions.only_sent(name):
        return sorted(listed & schema.get("properties", {}).keys())
    if directions.both(name):
        return sorted(listed & schema.get("properties", {}).keys())
    first = _release(schema.get("x-since", "2.0"), at_least=(2, 20))
    return sorted(
        wire
        for wire, field in schema.get("properties", {}).items()
        if not {"x-optional", "x-nullable", "x-until"} & field.keys()
        and _release(field.get("x-since", "2.0")) <= first
    )


def _release(text: str, at_least: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    major, minor, *_ = map(int, text.split("."))
    return max((major, minor), at_least)


def _plain(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    plain = {key: schema[key] for key in _PLAIN if key in schema}
    for key in ("items", "additionalProperties"):
        if key in plain:
            plain[key] = _plain(plain[key])
    if "properties" in plain:
        plain["properties"] = {key: _plain(field) for key, field in plain["properties"].items()}
    return plain


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, str):
        yield node


def _classes(path: Path) -> Iterator[tuple[str, dict[str, bool]]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            fields = [item for item in node.body if isinstance(item, ast.AnnAssign)]
            yield node.name, dict(_field(field) for field in fields)


def _field(node: ast.AnnAssign) -> tuple[str, bool]:
    """Wire name of a field, and whether it has no default."""
    name = ast.unparse(node.target)
    if not isinstance(node.value, ast.Call):
        return name, node.value is None
    alias = [word.value for word in node.value.keywords if word.arg == "alias"]
    if alias and isinstance(alias[0], ast.Constant):
        name = str(alias[0].value)
    arguments = node.value.args
    required = bool(arguments) and ast.unparse(arguments[0]) == "..."
    return name, required
