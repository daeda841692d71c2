"""A call of every method, made up from the description: arguments, and what they look like sent."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID

from attrs import frozen

from codegen.description.openapi import Json, load, referred
from codegen.python import model_names
from codegen.python.methods import Argument, Method, is_json
from codegen.python.names import read_names
from codegen.python.resources import Plan, plan
from codegen.python.schemas import prepared, resolved
from codegen.python.types import shape
from tests.wire.samples import sample

ID = "ac019625-4052-4ac5-a8a2-35eecac5fec2"
INSTANT = datetime(2026, 11, 22, 21, 11, 18, tzinfo=timezone.utc)
PER_SECOND = {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}
SCALARS = {"integer": 7, "number": 1.5, "boolean": True}


@cache
def description() -> Json:
    """The committed description, with a name for every schema."""
    return prepared(load())


@cache
def the_plan() -> Plan:
    """All methods of the package."""
    return plan(load(), read_names(), model_names.load(), "coder_sdk")


def schemas() -> dict[str, Json]:
    """The named schemas."""
    found: dict[str, Json] = description()["components"]["schemas"]
    return found


@frozen
class Call:
    """How a method is called, and what is expected of the request."""

    method: Method
    positional: tuple[Any, ...]
    keywords: dict[str, Any]
    path: str
    query: dict[str, list[str]]
    body: Any
    media_type: str | None


def call_of(method: Method) -> Call:
    """Give every argument of a method a value."""
    path = method.operation.path
    positional: list[Any] = []
    for item in method.at("path"):
        value, sent = path_value(item)
        positional.append(value)
        path = path.replace(f"{{{item.wire}}}", str(sent))
    keywords: dict[str, Any] = {}
    query: dict[str, list[str]] = {
        key: ["true" if value == "True" else value.strip("'")]
        for key, value in method.fixed.items()
    }
    for item in method.at("query"):
        keywords[item.python], query[item.wire] = query_value(item)
    words = [filter_value(item) for item in method.at("filter")]
    for item, (value, _) in zip(method.at("filter"), words, strict=True):
        keywords[item.python] = value
    if method.at("q"):
        keywords["q"] = "free"
        query["q"] = [" ".join([*(text for _, text in words), "free"])]
    for item in method.at("header"):
        keywords[item.python] = "value"
    if method.kind == "paged":
        keywords["max_items"] = 1
    body, media_type = body_of(method, positional, keywords)
    return Call(method, tuple(positional), keywords, path, query, body, media_type)


def path_value(item: Argument) -> tuple[Any, Any]:
    """A segment of the path."""
    if item.kind and item.kind != "task":
        return UUID(ID), ID
    if item.schema.get("type") == "integer":
        return 7, 7
    return "some-name", "some-name"


def query_value(item: Argument) -> tuple[Any, list[str]]:
    """A query parameter, and the texts under its name."""
    schema = resolved(dict(item.schema), schemas())
    if item.extensions.get("x-encoding") == "json":
        return {"scope": "organization"}, ['{"scope":"organization"}']
    if item.encode.startswith("duration("):
        unit = item.extensions.get("x-unit", "")
        return timedelta(hours=1, minutes=30), [
            "1h30m" if unit.startswith("go") else str(5400 * PER_SECOND[unit])
        ]
    if shape(schema) == "list":
        one, text = scalar(resolved(schema.get("items", {}), schemas()))
        texts = [text, text] if item.encode.startswith("Repeated(") else [f"{text},{text}"]
        return [one, one], texts
    if item.kind:
        return UUID(ID), [ID]
    value, text = scalar(schema)
    return value, [text]


def scalar(schema: Json) -> tuple[Any, str]:
    """A single value and its text in a query."""
    if name := referred(schema):
        schema = schemas()[name]
    if schema.get("enum"):
        value = next(value for value in schema["enum"] if value)
        return value, str(value)
    form = schema.get("format")
    if form == "uuid":
        return UUID(ID), ID
    if form == "date-time":
        return INSTANT, "2026-11-22T21:11:18Z"
    value = SCALARS.get(shape(schema), "text")
    return value, "true" if value is True else str(value)


def filter_value(item: Argument) -> tuple[Any, str]:
    """A filter, and its element of the search text."""
    kind = item.extensions["type"]
    value: Any = {
        "bool": True,
        "boolean": True,
        "int": 7,
        "integer": 7,
        "uuid": UUID(ID),
        "time": INSTANT,
        "date": INSTANT.date(),
        "param": {"cpu": "4"},
    }.get(kind, "some-name")
    if kind == "enum":
        values = item.extensions.get("values")
        reference = {"$ref": item.extensions.get("$ref", "")}
        value = values[0] if values else schemas()[str(referred(reference))]["enum"][0]
    text = {"bool": "true", "time": "2026-11-22T21:11:18Z", "param": "cpu=4"}.get(kind, str(value))
    return value, f'{item.wire}:"{text}"'


def body_of(
    method: Method, positional: list[Any], keywords: dict[str, Any]
) -> tuple[Any, str | None]:
    """Add the arguments of the body; returns what is sent, and its media type."""
    kind = (method.body or "").partition(":")[0]
    if kind == "raw":
        positional.append(b"content")
        return b"content", method.operation.request_media[0]
    for item in method.at("whole"):
        keywords["body"] = sample(dict(item.schema), schemas())
        return keywords["body"], "application/json"
    fields = {}
    for item in method.at("body"):
        keywords[item.python], fields[item.wire] = body_value(item)
    if kind == "form":
        return fields, "application/x-www-form-urlencoded"
    return (fields, "application/json") if kind == "json" else (None, None)


def body_value(item: Argument) -> tuple[Any, Any]:
    """A field of a body: the argument, and what it becomes."""
    schema = resolved(dict(item.schema), schemas())
    unit = schema.get("x-unit", "")
    if "timedelta" in item.annotation:
        return timedelta(hours=1), 3600 * PER_SECOND[unit]
    if item.kind:
        return UUID(ID), ID
    if schema.get("format") == "date-time":
        return INSTANT, "2026-11-22T21:11:18Z"
    value = sample(schema, schemas())
    if item.encode.startswith("refs("):
        value = [ID]
    if item.encode.startswith("ref_keys("):
        # Any other key is a name, which is looked up first.
        value = dict.fromkeys([ID], next(iter(value.values())))
    return value, value


def answer_of(method: Method) -> tuple[int, Any, str | None]:
    """A successful answer: status, content, media type."""
    for status, body in method.operation.answers.items():
        if body.media_type is None:
            continue
        if method.variant == "text":
            return int(status), "a line\n", "text/plain"
        if is_json(body.media_type):
            value = sample(dict(body.schema or {}), schemas())
            return int(status), value, body.media_type
        return int(status), "content", body.media_type
    return int(next(iter(method.operation.answers))), None, None


def build_info() -> dict[str, Any]:
    """What a server of the described release says of itself."""
    found: dict[str, Any] = sample(schemas()["codersdk.BuildInfoResponse"], schemas())
    return {**found, "version": "v2.36.0"}


def frame_of(method: Method) -> Any:
    """What a stream of JSON sends first."""
    frame = (method.operation.stream or {}).get("frame")
    return None if frame is None else sample(dict(frame), schemas())


def encoded(value: Any) -> bytes:
    """JSON as a server writes it."""
    return json.dumps(value).encode()
