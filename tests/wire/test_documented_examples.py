"""Documented examples decode into the types made from them, or are listed with the reason."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pydantic

from codegen.description import toml
from codegen.python.types import annotation
from codegen.reading.document import Example, OperationDoc
from codegen.reading.reader import read
from coder_sdk.wire import problems
from tests.reference import needs_reference, reference
from tests.wire.exchanges import adapter, body_type, declared

pytestmark = needs_reference
EXCEPTIONS = toml.load(Path(__file__).parents[1] / "data" / "examples-exceptions.toml")


@attrs.frozen
class Documented:
    """An example of the documentation and what it is said to be."""

    name: str
    annotation: str | None
    value: Any


def test_every_documented_example_decodes_or_is_explained():
    examples = documented()
    assert len(examples) > 900
    unexplained = [
        f"{example.name}: {problem}"
        for example in examples
        for problem, explained in _problems(example)
        if not explained
    ]
    assert not unexplained, "\n".join(unexplained)


def test_every_exception_is_needed():
    failing = {example.name for example in documented() if any(_problems(example))}
    named = {name for exception in EXCEPTIONS["example"] for name in exception["of"]}
    assert named <= failing
    met = {
        (part, kind)
        for example in documented()
        if example.name not in named
        for (location, kind), _ in _problems(example)
        for part in location
    }
    for exception in EXCEPTIONS["field"]:
        unused = [name for name in exception["names"] if (name, exception["problem"]) not in met]
        assert not unused


@functools.cache
def documented() -> list[Documented]:
    """All examples of the newest documentation."""
    names = declared()[1].names
    found: list[Documented] = []
    for page in read([reference("coder-docs", "v2.36.0")]).pages:
        for schema in page.schemas:
            if schema.example is not None and schema.name in names:
                python = f"coder_sdk.models.{names[schema.name]}"
                found.append(Documented(schema.name, python, schema.example.value))
        for operation in page.operations:
            found += _of_operation(operation)
    return found


def _of_operation(operation: OperationDoc) -> Iterator[Documented]:
    operations, context = declared()
    paths = (operation.path, f"/api/v2{operation.path}")
    name = next(
        name for path in paths if (name := f"{operation.method.upper()} {path}") in operations
    )
    facts = operations[name]
    for status, example in operation.response_examples.items():
        if _is_json(example) and status < "300":
            yield Documented(name, body_type(name, int(status)), example.value)
    if _is_json(operation.body_example):
        content = facts["requestBody"]["content"]
        schema = next(iter(content.values()))["schema"]
        text = annotation(schema, attrs.evolve(context, request=True))
        yield Documented(f"{name} body", text, operation.body_example.value)


def _is_json(example: Example | None) -> bool:
    return example is not None and isinstance(example.value, dict | list)


def _problems(example: Documented) -> Iterator[tuple[tuple[tuple[str, ...], str], bool]]:
    """Each problem with its place and kind, and whether an exception explains it."""
    whole = any(example.name in exception["of"] for exception in EXCEPTIONS["example"])
    if example.annotation is None:
        yield ((), "undeclared"), whole
        return
    try:
        adapter(example.annotation).validate_json(json.dumps(example.value))
    except pydantic.ValidationError as error:
        for problem in problems(error):
            place = tuple(part for part in problem.location if isinstance(part, str))
            yield (place, problem.type), whole or _is_explained(place, problem.type)


def _is_explained(place: tuple[str, ...], kind: str) -> bool:
    return any(
        exception["problem"] == kind and not set(exception["names"]).isdisjoint(place[-2:])
        for exception in EXCEPTIONS["field"]
    )
