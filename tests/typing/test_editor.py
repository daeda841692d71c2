"""What an editor shows: hovers, completions, struck-through names; asked of pyright's server."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import AsyncClient, Client
from tests.language_server import SOURCE, LanguageServer, language_server

pytest.importorskip("pyright")

DESCRIPTION = Path(__file__).parents[2] / "codegen/description/data/coder.json"
VERBS = {"get", "post", "put", "patch", "delete"}
HEADER = """\
from coder_sdk import AsyncClient, Client
from coder_sdk.models import Workspace
def probe(client: Client, later: AsyncClient, workspace: Workspace) -> None:
"""
# What it answers is of the type that the caller gives.
FREE = {"request"}
# What notebooks look for.
SPECIAL = {"_repr_html_"}


def public(kind: type) -> list[str]:
    """Everything that a client offers, as an expression below the client."""
    client = kind("http://127.0.0.1:1", token="t")
    found: list[str] = []
    for name in sorted(dir(kind)):
        if name.startswith("_"):
            continue
        found.append(name)
        if isinstance(inspect.getattr_static(kind, name), cached_property):
            resource = getattr(client, name)
            names = sorted(dir(resource))
            found += [f"{name}.{item}" for item in names if not item.startswith("_")]
    return found


NAMES = {"client": public(Client), "later": public(AsyncClient)}
LINES: list[str] = [f"    {variable}.{name}" for variable, names in NAMES.items() for name in names]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    with language_server(tmp_path_factory.mktemp("editor")) as made:
        yield made


@pytest.fixture(scope="module")
def hovers(server: LanguageServer) -> dict[str, tuple[str, str]]:
    """Signature and documentation of every public name."""
    uri = server.open("hovers.py", HEADER + "\n".join(LINES) + "\n")
    first = HEADER.count("\n")
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(LINES, first):
        answer = server.at("hover", uri, number, len(line) - 1)
        text: str = answer["contents"]["value"] if answer else ""
        signature, _, documentation = text.partition("\n---\n")
        found[line.strip()] = signature, documentation.strip()
    return found


def completions(server: LanguageServer, name: str, line: str) -> list[dict[str, Any]]:
    """What is offered at the end of a line."""
    uri = server.open(name, f"{HEADER}    {line}")
    answer = server.at("completion", uri, HEADER.count("\n"), len(line) + 4)
    items: list[dict[str, Any]] = answer["items"]
    return items


def early(items: list[dict[str, Any]]) -> list[str]:
    """Private names that an editor would list before a public one."""
    ranked = sorted(items, key=lambda item: str(item["sortText"]))
    last = max(place for place, item in enumerate(ranked) if not item["label"].startswith("_"))
    labels = [str(item["label"]) for item in ranked[:last]]
    return [label for label in labels if label.startswith("_") and label not in SPECIAL]


def test_every_public_name_has_its_documentation(hovers: dict[str, tuple[str, str]]) -> None:
    assert len(hovers) > 1000
    assert not [name for name, (_, text) in hovers.items() if not text]


def test_every_public_name_has_a_precise_type(hovers: dict[str, tuple[str, str]]) -> None:
    assert not [name for name, (signature, _) in hovers.items() if "Unknown" in signature]
    loose = {
        name.partition(".")[2] for name, (signature, _) in hovers.items() if is_loose(signature)
    }
    assert loose == FREE


def is_loose(signature: str) -> bool:
    """Whether what is returned is `Any`, or holds one."""
    returned = signature.replace("```", "").rpartition("->")[2]
    returned = re.sub(r"Coroutine(Type)?\[Any, Any, ", "", returned)
    return not returned.strip() or bool(re.search(r"\bAny\b", returned))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("client.workspaces.start", ["parameters: Mapping", ") -> Outcome[Workspace]", "Args:"]),
        ("client.workspaces.get", ["include_deleted: bool", ") -> Workspace", "`owner/name`"]),
        ("later.workspaces.start", ["Coroutine", "Outcome[Workspace]]", "Start a workspace"]),
        ("later.users.list", ["'active', 'dormant', 'suspended'", ") -> AsyncPager[User]"]),
        ("client.templates.push", ["Outcome[TemplateVersion]", "Args:"]),
        ("client.tokens.rotate", ["-> CreatedToken", "Args:"]),
        ("client.debug.expvar", ["-> dict[str, JSON]"]),
        ("client.current_agent.append_logs", ["-> None"]),
    ],
)  # fmt: skip
def test_hovers_show_arguments_values_and_results(
    hovers: dict[str, tuple[str, str]], name: str, parts: list[str]
) -> None:
    text = "\n".join(hovers[name])
    assert not [part for part in parts if part not in text], text


def deprecated() -> set[str]:
    """Documented operations that the description calls deprecated."""
    paths: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    return {
        f"{verb.upper()} {path}"
        for path, item in paths.items()
        for verb, operation in item.items()
        if verb in VERBS and operation.get("deprecated")
    }


def test_deprecated_methods_are_struck_through(
    server: LanguageServer, hovers: dict[str, tuple[str, str]]
) -> None:
    uri = next(uri for uri in server.diagnostics if uri.endswith("/hovers.py"))
    published = server.diagnostics[uri]
    first = HEADER.count("\n")
    struck: set[str] = {
        LINES[int(item["range"]["start"]["line"]) - first].strip()
        for item in published
        if 2 in item.get("tags", ())
    }
    documented = {name for name, (_, text) in hovers.items() if "Deprecated: " in text}
    assert documented
    assert struck >= documented
    operations = {
        found[1]
        for name in struck
        if (found := re.search(r"`((?:GET|POST|PUT|PATCH|DELETE) \S+)`", hovers[name][1]))
    }
    assert operations >= deprecated()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("client.", {"workspaces", "templates", "with_options", "bulk"}),
        ("later.", {"workspaces", "templates", "with_options", "aclose"}),
        ("client.workspaces.", {"start", "provision", "list", "get"}),
        ("client.workspaces.start('dev').", {"object", "action"}),
        ("workspace.", {"name", "latest_build", "ttl"}),
    ],
)
def test_public_names_come_before_private_ones(
    server: LanguageServer, line: str, wanted: set[str]
) -> None:
    items = completions(server, "members.py", line)
    assert wanted <= {item["label"] for item in items}
    assert not early(items)


@pytest.mark.parametrize("module", ["coder_sdk", "coder_sdk.models", "coder_sdk.protocols"])
def test_modules_offer_public_names_first(server: LanguageServer, module: str) -> None:
    text = f"from {module} import "
    answer = server.at("completion", server.open("names.py", text), 0, len(text))
    assert len(answer["items"]) > 10
    assert not early(answer["items"])


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("client.users.list(status=", {"active", "dormant", "suspended"}),
        ("client.workspaces.set_automatic_updates('dev', ", {"always", "never"}),
        ("client.workspaces.start('dev', wait=", {"ready", "build"}),
    ],
)
def test_values_of_enums_and_literals_are_offered(
    server: LanguageServer, line: str, values: set[str]
) -> None:
    labels = {item["label"].strip("'\"") for item in completions(server, "values.py", line)}
    assert values <= labels


def is_known(symbol: dict[str, Any]) -> bool:
    """Whether every checker sees the same type, written by us and inferred by none."""
    return bool(symbol["isTypeKnown"]) and not symbol["isTypeAmbiguous"]


def test_nothing_exported_is_of_unknown_or_ambiguous_type(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "pyright", "--verifytypes", "coder_sdk", "--ignoreexternal",
        "--outputjson", "--pythonpath", sys.executable,
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - of this environment
        command, capture_output=True, text=True, check=False, cwd=tmp_path,
        # This verb asks the `python` that it finds first, whatever `--pythonpath` says.
        env={
            **os.environ,
            "PYTHONPATH": str(SOURCE),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
    )  # fmt: skip
    report = json.loads(done.stdout)["typeCompleteness"]
    assert report["exportedSymbolCounts"]["withKnownType"] > 5000
    loose = [item["name"] for item in report["symbols"] if not is_known(item)]
    assert not loose
    for counts in (report["exportedSymbolCounts"], report["otherSymbolCounts"]):
        assert counts["withUnknownType"] == counts["withAmbiguousType"] == 0
    assert report["missingFunctionDocStringCount"] == 0
