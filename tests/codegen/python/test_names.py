"""Public names: reviewed ones, those by rule, reserved and changed ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.description.openapi import load
from codegen.python.names import (
    RELEASED_FILE,
    Entry,
    Name,
    NameFile,
    assign,
    problems,
    read_names,
    snake,
)
from codegen.python.operations import operations


def found(*ids: str) -> dict[str, object]:
    """A description of nothing but operations."""
    paths: dict[str, dict[str, object]] = {}
    for operation in ids:
        method, _, path = operation.partition(" ")
        paths.setdefault(path, {})[method.lower()] = {"responses": {"200": {"description": ""}}}
    return {"paths": paths}


def by_rule(*ids: str, names: NameFile | None = None) -> dict[str, str]:
    assigned = assign(operations(found(*ids)), names or NameFile())
    return {operation: str(name) for operation, name in assigned.items()}


def test_every_operation_of_the_release_is_named_and_described() -> None:
    names = read_names()
    ids = {item.id for item in operations(load())}
    assert names.entries.keys() == ids
    assert all(entry.does for entry in names.entries.values())


def test_every_resource_and_operation_says_more_than_its_name() -> None:
    names = read_names()
    does = {str(entry.name): str(entry.does) for entry in names.entries.values()}
    texts = {**names.resources, **does}
    assert len(texts) > 400
    assert {name: text for name, text in texts.items() if len(text.split()) < 4} == {}


def test_reviewed_names_have_no_problem() -> None:
    names = read_names()
    released = json.loads(RELEASED_FILE.read_text(encoding="utf-8"))
    assert problems(assign(operations(load()), names), names, released) == []


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("GET /api/v2/widgets", "widgets.list"),
        ("POST /api/v2/widgets", "widgets.create"),
        ("GET /api/v2/widgets/{widget}", "widgets.get"),
        ("PATCH /api/v2/widgets/{widget}", "widgets.update"),
        ("DELETE /api/v2/widgets/{widget}", "widgets.delete"),
        ("POST /api/v2/widgets/{widget}/archive", "widgets.archive"),
        ("GET /api/v2/widgets/{widget}/parts", "widgets.parts"),
        ("POST /api/v2/widgets/{widget}/parts", "widgets.create_parts"),
        ("PUT /api/v2/widgets/{widget}/quiet-hours", "widgets.update_quiet_hours"),
        ("GET /api/v2/organizations/{organization}/widgets", "widgets.list"),
        ("GET /api/v2/workspaceproxies/{workspaceproxy}", "workspace_proxies.get"),
        ("GET /scim/v2/Users/{id}", "users.get"),
        ("GET /api/v2/lambda", "lambda_.get"),
        ("POST /api/v2/widgets/{widget}/import", "widgets.import_"),
    ],
)
def test_unlisted_operation_is_named_by_rule(operation: str, name: str) -> None:
    assert by_rule(operation)[operation] == name


def test_two_operations_by_rule_never_share_a_name() -> None:
    names = by_rule("GET /api/v2/widgets", "GET /api/v2/organizations/{organization}/widgets")
    assert sorted(names.values()) == ["widgets.list", "widgets.list_by_organization"]


def test_unlisted_operation_joins_the_resource_of_its_neighbours() -> None:
    names = read_names()
    operation = "GET /api/v2/workspaceagents/{workspaceagent}/mood"
    assert by_rule(operation, names=names)[operation] == "agents.mood"


def test_rule_leaves_names_of_workflows_free() -> None:
    names = read_names()
    operation = "POST /api/v2/workspaces/{workspace}/temporary"
    assert by_rule(operation, names=names)[operation] == "workspaces.create_temporary"
    names = NameFile(reserved={"widgets": frozenset({"delete"})})
    operation = "DELETE /api/v2/widgets/{widget}"
    assert by_rule(operation, names=names)[operation] == "widgets.request_delete"


def test_changed_name_is_a_problem_until_it_is_accepted() -> None:
    operation = "GET /api/v2/users"
    entries = {operation: Entry(Name("users", "find"))}
    released = {operation: "users.list"}
    assigned = {operation: Name("users", "find")}
    [problem] = problems(assigned, NameFile(entries=entries), released)
    assert "was released as `users.list` and is now `users.find`" in problem
    accepted = NameFile(entries=entries, accepted={operation: "users.list"})
    assert problems(assigned, accepted, released) == []


@pytest.mark.parametrize(
    ("assigned", "names", "problem"),
    [
        ({"A": Name("x", "y"), "B": Name("x", "y")}, NameFile(), "`x.y` names 2 operations"),
        (
            {"A": Name("x", "stop")},
            NameFile(reserved={"x": frozenset({"stop"})}),
            "`x.stop` (A) is kept for a workflow",
        ),
        (
            {"A": Name(None, "users")},
            NameFile(resources={"users": "Users."}),
            "`users` (A) is kept",
        ),
        (
            {str(number): Name("x", f"m{number}") for number in range(26)},
            NameFile(),
            "`x` has 26 methods, more than 25",
        ),
        (
            {},
            NameFile(entries={"GET /gone": Entry(Name("x", "y"))}),
            "GET /gone is named in operations.toml but is not in the description",
        ),
    ],
)
def test_problem_of_names_is_told(assigned: dict[str, Name], names: NameFile, problem: str) -> None:
    [told] = problems(assigned, names, {})
    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("claimField", "claim_field"),
        ("has-agent", "has_agent"),
        ("jobID", "job_id"),
        ("csp-report", "csp_report"),
        ("Content-Type", "content_type"),
        ("2fa", "_2fa"),
    ],
)
def test_wire_name_in_snake_case(wire: str, python: str) -> None:
    assert snake(wire) == python


@pytest.mark.parametrize("wire", ["deadline", "from", "max_items"])
def test_parameter_never_collides_with_options_and_keywords(wire: str) -> None:
    assert NameFile().parameter("GET /x", wire) == f"{wire}_"


def test_file_of_names_is_read(tmp_path: Path) -> None:
    file = tmp_path / "operations.toml"
    file.write_text(
        '[resources]\nx = "Things."\n'
        '[operations]\n"GET /x" = { name = "x.list", does = "List." }\n'
        '[parameters]\nidOrName = "thing"\n[parameters."GET /x"]\nq = "search"\n',
        encoding="utf-8",
    )
    names = read_names(file)
    assert names.entries["GET /x"] == Entry(Name("x", "list"), "List.")
    assert names.parameter("GET /x", "q") == "search"
    assert names.parameter("GET /y", "q") == "q"
    assert names.parameter("GET /y", "idOrName") == "thing"
