"""The description against the server's own machine description of the same release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from codegen.description import openapi, patches, toml
from codegen.description.openapi import Json
from tests.codegen.description import oracle
from tests.reference import needs_reference

pytestmark = needs_reference

ENTRIES = toml.load(openapi.DATA / "oracle-differences.toml")["difference"]


def test_the_reading_agrees_with_the_oracle_but_for_explained_differences(
    unpatched: Json, swagger: Json
) -> None:
    found = oracle.differences(unpatched, oracle.from_swagger(swagger))
    unexplained = [
        difference
        for difference in found
        if not any(oracle.explains(entry, difference) for entry in ENTRIES)
    ]
    assert unexplained == []


def test_every_explanation_explains_a_difference(unpatched: Json, swagger: Json) -> None:
    found = oracle.differences(unpatched, oracle.from_swagger(swagger))
    idle = [
        entry
        for entry in ENTRIES
        if not any(oracle.explains(entry, difference) for difference in found)
    ]
    assert idle == []


def test_every_explanation_says_why() -> None:
    assert all(entry["reason"] and entry["kind"] in {"lost", "guess"} for entry in ENTRIES)


def test_the_comparison_sees_every_kind_of_fact(unpatched: Json) -> None:
    ours = oracle.facts(unpatched)
    last = Counter(target.rpartition(" / ")[2] for target in ours)
    for kind in ("type", "format", "$ref", "enum", "required", "csv", "security", "deprecated"):
        assert last[kind], kind
    assert len(ours) > 10_000


def test_the_comparison_notices_a_changed_type(unpatched: Json, swagger: Json) -> None:
    changed = oracle.from_swagger(swagger)
    changed["components"]["schemas"]["codersdk.User"]["properties"]["email"]["type"] = "integer"
    found = oracle.differences(unpatched, changed)
    assert "codersdk.User / properties / email / type" in {entry.target for entry in found}


def test_the_reading_has_all_operations_but_the_38_that_the_pages_skip(
    unpatched: Json, swagger: Json
) -> None:
    skipped = {
        f"{method.upper()} {path}"
        for path, item in swagger["paths"].items()
        for method, operation in item.items()
        if operation.get("x-apidocgen", {}).get("skip")
    }
    everything = {
        f"{method.upper()} {path}" for path, item in swagger["paths"].items() for method in item
    }
    assert len(skipped) == 38
    assert {call for call, _ in openapi.operations(unpatched)} == everything - skipped


def test_the_reading_has_all_schemas_of_the_oracle(unpatched: Json, swagger: Json) -> None:
    assert openapi.schemas(unpatched).keys() == swagger["definitions"].keys()


def test_the_committed_description_differs_only_where_a_patch_says_so(
    unpatched: Json, committed: Json
) -> None:
    targets = [
        (*patches.location(unpatched, patch.target[:1]), *patch.target[1:])
        for patch in patches.load()
    ]
    strays = [
        path
        for path in _changes(unpatched, committed)
        if not path[-1].startswith("x-") and not any(_touches(path, target) for target in targets)
    ]
    assert strays == []


def test_no_documented_parameter_is_dropped(unpatched: Json, committed: Json) -> None:
    patched = dict(openapi.operations(committed))
    for call, operation in openapi.operations(unpatched):
        kept = {parameter["name"] for parameter in patched[call]["parameters"]}
        body = set(_body_properties(unpatched, operation))
        assert {parameter["name"] for parameter in operation["parameters"]} <= kept, call
        assert body <= set(_body_properties(committed, patched[call])), call


def _touches(path: tuple[str, ...], target: tuple[str | int, ...]) -> bool:
    shared = min(len(path), len(target))
    return path[:shared] == tuple(map(str, target[:shared]))


def _changes(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where two descriptions differ, as deep as their shapes agree."""
    if path and path[-1] == "parameters":
        old, new = _by_address(old), _by_address(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if key in old and key in new:
                yield from _changes(old[key], new[key], (*path, key))
            else:
                yield (*path, key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from _changes(left, right, (*path, str(index)))
    elif old != new:
        yield path


def _by_address(parameters: Any) -> Any:
    if not isinstance(parameters, list):
        return parameters
    return {f"{parameter['in']}:{parameter['name']}": parameter for parameter in parameters}


def _body_properties(description: Json, operation: Json) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        name = openapi.referred(schema)
        if name is not None:
            schema = openapi.schemas(description)[name]
        yield from (key.casefold() for key in schema.get("properties", ()))
