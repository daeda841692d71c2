"""Every workflow is used by the tests for a real deployment, or stands here with the reason."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder_sdk import Client

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
LIVE = sorted((ROOT / "tests" / "live").glob("test_*.py"))
WORKFLOWS = "coder_sdk.workflows"

# What no test can use, and why: `resource.method`.
NOT_LIVE: dict[str, str] = {}


def public_names(kind: type) -> set[str]:
    """The public methods that a class has from the workflows, not from what is generated."""
    return {
        name
        for base in inspect.getmro(kind)
        if base.__module__.startswith(WORKFLOWS)
        for name, value in vars(base).items()
        if callable(value) and not name.startswith("_")
    }


def workflows() -> set[str]:
    """All of them, by the resource and the method: `workspaces.start`; those of the client too."""
    text = (ROOT / "codegen" / "names" / "operations.toml").read_text(encoding="utf-8")
    found = public_names(Client)
    for resource, place in tomllib.loads(text)["workflows"].items():
        module, _, name = place.partition(":")
        kind = getattr(importlib.import_module(module), name)
        found |= {f"{resource}.{method}" for method in public_names(kind)}
    return found


def chain(node: ast.AST, known: dict[str, str]) -> str | None:
    """`coder`, `coder.workspaces`, `coder.workspaces.start`; an alias stands for what it names."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "colour.client":
        return ""
    if isinstance(node, ast.Attribute):
        base = chain(node.value, known)
        return None if base is None else f"{base}.{node.attr}"
    return None


def aliases(function: ast.AST, known: dict[str, str]) -> dict[str, str]:
    """Names that a test gives to a resource: `tasks = coder.tasks`."""
    found = dict(known)
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in pairs(target, node.value):
                    place = chain(value, known)
                    if isinstance(name, ast.Name) and place is not None:
                        found[name.id] = place
    return found


def pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment assigns to what."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value


def used_in(source: str) -> set[str]:
    """Which methods a module's tests use, through a client that comes in both colours."""
    clients = {"coder": "", "as_person": ""}
    found: set[str] = set()
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef):
            given = {item.arg for item in function.args.args}
            known = aliases(function, {name: "" for name in clients if name in given})
            places = (chain(node, known) for node in ast.walk(function))
            found |= {place.lstrip(".") for place in places if place}
    return found


def test_workflows_are_found_and_what_is_generated_is_none():
    found = workflows()
    assert {"bulk", "agents.metadata", "workspaces.temporary"} <= found
    assert not {"agents.get", "workspaces.list", "login"} & found


def test_every_workflow_is_used_on_a_real_deployment():
    used = {name for path in LIVE for name in used_in(path.read_text(encoding="utf-8"))}
    missing = workflows() - used
    assert missing == set(NOT_LIVE), f"tests/live does not use {', '.join(sorted(missing))}"


def test_the_variables_of_these_tests_are_told():
    texts = [path.read_text(encoding="utf-8") for path in LIVE[0].parent.glob("*.py")]
    read = {name for text in texts for name in re.findall(r'environ\S*?"(CODER_LIVE\w*)"', text)}
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert read
    assert read == set(re.findall(r"^\| `(CODER_LIVE\w*)`", told, re.MULTILINE))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("colour.call(coder.workspaces.start, ws)", {"workspaces", "workspaces.start"}),
        ("coder.bulk(print, [])", {"bulk"}),
        ("tasks, n = coder.tasks, 1\n    tasks.pause(n)", {"tasks", "tasks.pause"}),
        ("own = colour.client().tokens\n    own.current()", {"tokens", "tokens.current"}),
        ("other.workspaces.start(ws)", set()),
        ("print('coder.workspaces.start')", set()),
    ],
)
def test_a_use_is_recognised(body: str, found: set[str]):
    source = f"def test(coder, colour, ws):\n    other = Client()\n    {body}\n"
    assert used_in(source) == found


def test_only_a_client_of_both_colours_counts():
    assert used_in("def test(ws):\n    coder = Client()\n    coder.workspaces.start(ws)\n") == set()
