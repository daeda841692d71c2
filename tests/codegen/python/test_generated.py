"""The committed package: up to date, within its budgets, and described for machines."""

from __future__ import annotations

import datetime  # noqa: ICN001 - the name that annotations use
import json
import subprocess
import sys
import time
import typing
import uuid
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import coder_sdk
from codegen.__main__ import main
from codegen.commands.generate import FOLDER, PAGE
from codegen.description.openapi import load
from codegen.python import model_names
from codegen.python.catalogue import catalogue
from codegen.python.names import read_names
from codegen.python.package import package
from codegen.python.resources import plan

NAMES = {"coder_sdk": coder_sdk, "datetime": datetime, "uuid": uuid, "typing": typing}
MAX_LINES = 45_000
MAX_FILES = 95
MAX_SECONDS = 15


@pytest.fixture(scope="module")
def listed() -> list[dict[str, Any]]:
    """What `python -m codegen operations --json` prints."""
    return catalogue(plan(load(), read_names(), model_names.load(), "coder_sdk"))


def generated() -> list[Path]:
    return [path for part in ("models", "resources") for path in (FOLDER / part).glob("*.py")]


def test_committed_package_is_what_the_description_gives(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["generate", "--check"]) == 0, capsys.readouterr().err


def test_generation_is_quick_and_small() -> None:
    started = time.process_time()
    package(load(), read_names(), model_names.load(), "coder_sdk")
    assert time.process_time() - started < MAX_SECONDS
    assert len(generated()) <= MAX_FILES
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in generated()) <= MAX_LINES


def test_page_has_every_operation(listed: list[dict[str, Any]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for item in listed:
        name = ".".join(filter(None, (item["resource"], item["method"])))
        assert f"| `{item['operation']}` | `coder.{name}` |" in page


def test_list_has_every_operation_once(listed: list[dict[str, Any]]) -> None:
    paths = load()["paths"]
    ids = [f"{method.upper()} {path}" for path, item in paths.items() for method in item]
    assert sorted(item["operation"] for item in listed) == sorted(ids)


def test_every_annotation_evaluates_and_has_a_decoder(listed: list[dict[str, Any]]) -> None:
    for item in listed:
        for annotation in annotations(item):
            assert TypeAdapter(eval(annotation, dict(NAMES))) is not None  # noqa: S307 - our own


def annotations(item: dict[str, Any]) -> set[str]:
    found = [parameter["annotation"] for parameter in item["parameters"]]
    found += [answer["annotation"] for answer in item["responses"].values()]
    found.append((item["request"] or {}).get("annotation"))
    found += [(item["stream"] or {}).get(key) for key in ("frame", "sends")]
    return {annotation for annotation in found if annotation}


def test_parameters_are_those_of_the_methods(listed: list[dict[str, Any]]) -> None:
    import inspect  # noqa: PLC0415

    coder = coder_sdk.Client("https://coder.example.com", token=None)
    for item in listed:
        resource = coder if item["resource"] is None else getattr(coder, item["resource"])
        signature = inspect.signature(getattr(resource, item["method"]))
        required = {
            name
            for name, parameter in signature.parameters.items()
            if parameter.default is inspect.Parameter.empty
        }
        named = {parameter["python"]: parameter["required"] for parameter in item["parameters"]}
        assert named.keys() <= signature.parameters.keys(), item["operation"]
        assert {name for name, needed in named.items() if needed} == required, item["operation"]
    coder.close()


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            "GET /api/v2/users",
            {
                "resource": "users",
                "method": "list",
                "request": None,
                "responses": {
                    "200": {
                        "media_type": "application/json",
                        "annotation": "coder_sdk.models.GetUsersResponse",
                    }
                },
            },
        ),
        ("GET /api/v2/buildinfo", {"resource": None, "method": "buildinfo"}),
        (
            "PUT /api/v2/users/{user}/password",
            {"responses": {"204": {"media_type": None, "annotation": None}}},
        ),
        (
            "GET /api/v2/files/{fileID}",
            {"responses": {"200": {"media_type": "application/x-tar", "annotation": "bytes"}}},
        ),
        (
            "GET /api/v2/groups",
            {
                "responses": {
                    "200": {
                        "media_type": "application/json",
                        "annotation": "coder_sdk.wire.WireList[coder_sdk.models.Group]",
                    }
                },
                "premium": "template_rbac",
            },
        ),
    ],
)
def test_entry_of_the_list(
    listed: list[dict[str, Any]], operation: str, expected: dict[str, Any]
) -> None:
    [item] = [item for item in listed if item["operation"] == operation]
    assert {key: item[key] for key in expected} == expected


def test_null_decodes_as_an_empty_list(listed: list[dict[str, Any]]) -> None:
    [item] = [one for one in listed if one["operation"] == "GET /api/v2/users/{user}/keys/tokens"]
    annotation = item["responses"]["200"]["annotation"]
    adapter = TypeAdapter(eval(annotation, dict(NAMES)))  # noqa: S307 - our own
    assert adapter.validate_json(b"null") == []


def test_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operations", "--json"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == {"operations"}


def test_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operations"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "GET /api/v2/buildinfo" in next(line for line in lines if line.endswith("  buildinfo"))


def test_command_needs_a_description(tmp_path: Path) -> None:
    assert main(["operations", str(tmp_path / "missing.json")]) == 2


def test_resources_are_imported_one_by_one() -> None:
    code = (
        "import sys\n"
        "from coder_sdk import Client\n"
        "coder = Client('https://coder.example.com', token=None)\n"
        "coder.users\n"
        "print(*sorted(name for name in sys.modules if name.startswith('coder_sdk.resources.')),\n"
        "      'pydantic' in sys.modules, 'coder_sdk.models' in sys.modules)\n"
    )
    call = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=FOLDER.parent)  # noqa: S603
    assert done.stdout.split() == [
        "coder_sdk.resources._client", "coder_sdk.resources.users", "False", "False",
    ]  # fmt: skip
