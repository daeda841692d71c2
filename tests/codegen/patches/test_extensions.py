"""What the patches say of lists, streams, filters and meaning holds together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from codegen.description import openapi
from codegen.description.openapi import Json, referred

DESCRIPTION = openapi.load()
OPERATIONS = dict(openapi.operations(DESCRIPTION))
SCHEMAS = openapi.schemas(DESCRIPTION)
UNITS = {"ns", "us", "ms", "s", "h", "days", "weeks", "bytes", "micros", "epoch-s", "go-duration"}
FEATURES = {
    "advanced_template_scheduling", "aibridge", "boundary", "connection_log", "custom_roles",
    "enterprise-build", "external_provisioner_daemons", "multiple_organizations", "scim",
    "template_rbac", "workspace_external_agent", "workspace_prebuilds", "workspace_proxy",
}  # fmt: skip
FILTER_TYPES = {
    "text", "bool", "int", "uuid", "time", "date", "enum", "param",
    "user", "template", "workspace", "organization", "group",
}  # fmt: skip


def _with(extension: str) -> Any:
    found = [(call, one[extension]) for call, one in OPERATIONS.items() if extension in one]
    assert found
    return pytest.mark.parametrize(("call", "value"), found, ids=[call for call, _ in found])


def _parameters(call: str) -> set[str]:
    return {one["name"] for one in OPERATIONS[call]["parameters"] if one["in"] == "query"}


def _properties(schema: Json) -> dict[str, Json]:
    name = referred(schema)
    found: dict[str, Json] = (SCHEMAS[name] if name else schema).get("properties", {})
    return found


def _answer(call: str) -> Json:
    schema: Json = OPERATIONS[call]["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


def _cursors(paging: Json) -> list[Json]:
    cursor = paging.get("cursor", [])
    return cursor if isinstance(cursor, list) else [cursor]


@_with("x-paging")
def test_the_items_of_a_page_are_a_list_of_its_answer(call: str, value: Json) -> None:
    answer = _answer(call)
    if "items" in value:
        answer = _properties(answer)[value["items"]]
    assert answer["type"] == "array"


@_with("x-paging")
def test_what_tells_of_the_total_is_in_the_answer(call: str, value: Json) -> None:
    told = {value[key] for key in ("total", "cap", "has_more") if key in value}
    assert told <= _properties(_answer(call)).keys()


@_with("x-paging")
def test_a_page_is_chosen_by_parameters_that_exist(call: str, value: Json) -> None:
    wanted = {cursor["param"] for cursor in _cursors(value)}
    wanted |= {"offset"} & {*value["styles"]} | {"after_id"} & {*value["styles"]}
    if value.get("max_limit") != value.get("default_limit") or "limit" in value["styles"]:
        wanted.add("limit")
    assert wanted <= _parameters(call)
    assert {*value["styles"]} <= {"offset", "after_id", "cursor", "limit"}


@_with("x-paging")
def test_a_cursor_is_fed_by_a_field_of_the_items(call: str, value: Json) -> None:
    answer = _answer(call)
    items = (_properties(answer)[value["items"]] if "items" in value else answer)["items"]
    fields = {cursor["from"] for cursor in _cursors(value)} | {value.get("key", "id")}
    assert items == {"type": "string"} or fields <= _properties(items).keys()


@_with("x-stream")
def test_a_stream_is_complete(call: str, value: Json) -> None:
    assert value["kind"] in {"sse", "websocket"}
    assert isinstance(value["envelope"], bool)
    assert isinstance(value["binary"], bool)
    assert value["frame"]


@_with("x-stream")
def test_a_stream_names_what_exists(call: str, value: Json) -> None:
    assert {value.get("only_with", "follow")} <= _parameters(call) or "only_with" not in value
    if "resume" in value:
        assert value["resume"]["param"] in _parameters(call)
    if "alternative" in value:
        assert OPERATIONS[value["alternative"]]["x-stream"]["alternative"] == call


@_with("x-stream")
def test_a_resumed_stream_goes_on_after_a_field_of_its_frame(call: str, value: Json) -> None:
    frame = value["frame"]
    frame = frame["items"] if frame.get("type") == "array" else frame
    for part in value.get("resume", {}).get("from", "").split("."):
        if part:
            frame = _properties(frame)[part]
    assert "resume" not in value or frame["type"] == "integer"


@_with("x-stream")
def test_a_pure_socket_only_changes_the_protocol(call: str, value: Json) -> None:
    statuses = {status for status in OPERATIONS[call]["responses"] if status < "300"}
    pure = value["kind"] == "websocket" and "only_with" not in value
    assert statuses == ({"101"} if pure else {"200"})


@_with("x-filter")
def test_a_filtered_list_takes_a_search(call: str, value: str) -> None:
    assert value in DESCRIPTION["x-filters"]
    assert "q" in _parameters(call)


def test_every_grammar_is_used() -> None:
    used = {one["x-filter"] for one in OPERATIONS.values() if "x-filter" in one}
    assert used == DESCRIPTION["x-filters"].keys()


@pytest.mark.parametrize("name", sorted(DESCRIPTION["x-filters"]))
def test_a_grammar_is_complete(name: str) -> None:
    grammar = DESCRIPTION["x-filters"][name]
    assert grammar.get("default", next(iter(grammar["keys"]))) in grammar["keys"]
    for key in grammar["keys"].values():
        assert key["type"] in FILTER_TYPES
        assert ("values" in key) == (key["type"] == "enum")
        assert all(key.get("values", ["any"]))


@pytest.mark.parametrize(
    ("grammar", "key", "schema"),
    [
        ("workspaces", "status", "codersdk.WorkspaceStatus"),
        ("users", "status", "codersdk.UserStatus"),
        ("audit", "resource_type", "codersdk.ResourceType"),
        ("audit", "action", "codersdk.AuditAction"),
        ("audit", "build_reason", "codersdk.BuildReason"),
        ("connection_logs", "type", "codersdk.ConnectionType"),
        ("tasks", "status", "codersdk.TaskStatus"),
    ],
)
def test_a_filter_knows_every_value_of_its_enum(grammar: str, key: str, schema: str) -> None:
    values = DESCRIPTION["x-filters"][grammar]["keys"][key]["values"]
    assert sorted(values) == sorted(SCHEMAS[schema]["enum"])


@_with("x-premium")
def test_a_licensed_feature_is_a_known_one(call: str, value: str) -> None:
    assert value in FEATURES


@_with("x-replacement")
def test_a_replacement_exists_and_is_not_deprecated(call: str, value: str) -> None:
    assert OPERATIONS[call]["deprecated"]
    assert not OPERATIONS[value].get("deprecated")


@_with("x-notes")
def test_a_note_names_calls_that_exist(call: str, value: list[str]) -> None:
    named = re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`", " ".join(value))
    assert {*named} <= OPERATIONS.keys()
    assert call not in named


def _nodes(node: Any, place: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from _nodes(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nodes(value, f"{place}/{index}")


def test_units_are_of_one_vocabulary() -> None:
    used = {node["x-unit"] for _, node in _nodes(DESCRIPTION) if "x-unit" in node}
    assert used == UNITS


def test_never_is_said_of_instants_and_of_numbers_with_a_unit_only() -> None:
    marked = [node for _, node in _nodes(DESCRIPTION) if node.get("x-never")]
    numbers = [node for node in marked if node["type"] == "integer"]
    assert numbers
    assert all(node.get("x-unit") for node in numbers)
    instants = [node for node in marked if node["type"] != "integer"]
    assert {node.get("format") for node in instants} == {"date-time"}


def test_the_zero_uuid_is_said_of_uuids_only() -> None:
    marked = [node for _, node in _nodes(DESCRIPTION) if node.get("x-zero-null")]
    assert marked
    assert {node.get("format") for node in marked} == {"uuid"}


def test_every_field_called_password_or_secret_is_marked() -> None:
    telling = re.compile(r"password|(?:^|_)(?:secret|private_key|api_key)$|_token$")
    shown = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, fact in schema.get("properties", {}).items()
        if telling.search(field) and fact.get("type") == "string" and not fact.get("x-secret")
    ]
    assert shown == ["codersdk.NotificationsEmailAuthConfig.password_file"]
