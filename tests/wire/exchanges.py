"""Recorded answers, each with the type that the description declares for it."""

from __future__ import annotations

import datetime as dt
import functools
import json
import typing
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pydantic
from attrs import frozen

import coder_sdk.models
import coder_sdk.wire
from codegen.description import openapi
from codegen.python import model_names
from codegen.python.catalogue import catalogue
from codegen.python.names import read_names
from codegen.python.resources import plan
from codegen.python.schemas import prepared
from codegen.python.types import Context, expression

_OK = range(200, 300)
_FIRST_ERROR = 400
_EPOCH = "1970-01-01T00:00:00.000000"


@frozen
class Answer:
    """A JSON value from a server, and what it is said to be."""

    place: str
    annotation: str | None
    value: Any


@functools.cache
def declared() -> tuple[dict[str, Any], Context]:
    """The operations of the committed description, and the context of its types."""
    description = prepared(openapi.load())
    schemas = description["components"]["schemas"]
    names = model_names.resolve(schemas, model_names.load())
    context = Context(schemas, names, style=expression("coder_sdk"))
    return dict(openapi.operations(description)), context


@functools.cache
def catalogued() -> dict[str, Any]:
    """What `python -m codegen operations --json` prints, by operation."""
    found = plan(openapi.load(), read_names(), model_names.load(), "coder_sdk")
    return {item["operation"]: item for item in catalogue(found)}


@functools.cache
def adapter(expression: str) -> pydantic.TypeAdapter[Any]:
    """The decoder of a declared type."""
    names = {"coder_sdk": coder_sdk, "datetime": dt, "typing": typing, "uuid": uuid}
    return pydantic.TypeAdapter(eval(expression, names))  # noqa: S307 - our own annotation


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The exchanges of one file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def answers(path: Path) -> Iterator[Answer]:
    """Every 2xx JSON answer and JSON frame of a file whose operation the description has."""
    for number, exchange in enumerate(read(path), 1):
        operation, response = exchange["operation"], exchange.get("response", {})
        place = f"{path.parent.name}/{path.name}:{number} {operation}"
        if operation not in catalogued():
            continue
        if "stream" in exchange:
            for index, frame in enumerate(_frames(exchange)):
                yield Answer(f"{place} frame {index}", frame_type(operation), frame)
        elif response["status"] in _OK and "json" in response:
            yield Answer(place, body_type(operation, response["status"]), response["json"])


def errors(path: Path) -> Iterator[Answer]:
    """Every error of a file that is JSON."""
    for number, exchange in enumerate(read(path), 1):
        response = exchange.get("response", {})
        if response.get("status", 0) >= _FIRST_ERROR and "json" in response:
            place = f"{path.parent.name}/{path.name}:{number} {exchange['operation']}"
            yield Answer(place, "coder_sdk.models.Response", response["json"])


def body_type(operation: str, status: int) -> str | None:
    """The type of the JSON that an operation answers with a status."""
    response = catalogued()[operation]["responses"].get(str(status)) or {}
    is_json = (response.get("media_type") or "").endswith("json")
    return response["annotation"] if is_json else None


def frame_type(operation: str) -> str | None:
    """The type of a frame of a stream."""
    stream = catalogued()[operation]["stream"]
    return stream["frame"] if stream else None


def _frames(exchange: dict[str, Any]) -> Iterator[Any]:
    if exchange["stream"] == "sse":
        events = _events(exchange["response"].get("text", "").splitlines())
        yield from (json.loads(data) for event, data in events if event == "data")
        return
    for frame in exchange.get("frames", []):
        received = frame.get("received")
        if received is None or isinstance(received, str) or "bytes" in frame:
            continue
        if isinstance(received, dict) and received.keys() <= {"type", "data"}:
            if received["type"] == "data":
                yield received["data"]
            continue
        yield received


def _events(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    event, data = "message", list[str]()
    for line in lines:
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield event, "\n".join(data)
            event, data = "message", []


def refused(answer: Answer) -> list[str]:
    """Why an answer does not decode into its declared type and back, each with its place."""
    if answer.annotation is None:
        return [f"{answer.place}: no JSON is declared for {answer.value!r:.80}"]
    decoder = adapter(answer.annotation)
    try:
        decoded = decoder.validate_json(json.dumps(answer.value))
    except pydantic.ValidationError as error:
        return [f"{answer.place}: {problem}" for problem in coder_sdk.wire.problems(error)]
    dumped = json.loads(decoder.dump_json(decoded, by_alias=True, exclude_unset=True))
    return [f"{answer.place}: {difference}" for difference in differences(answer.value, dumped)]


def differences(sent: Any, dumped: Any, path: str = "") -> Iterator[str]:
    """Where a dump is not the same JSON, apart from what means the same."""
    if isinstance(sent, dict) and isinstance(dumped, dict):
        for key in sorted(sent.keys() | dumped.keys()):
            if key not in sent or key not in dumped:
                yield f"{path}.{key} is only in the {'answer' if key in sent else 'dump'}"
            else:
                yield from differences(sent[key], dumped[key], f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(dumped, list) and len(sent) == len(dumped):
        for index, (one, other) in enumerate(zip(sent, dumped, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif not _same(sent, dumped):
        yield f"{path}: {sent!r} became {dumped!r}"


def _same(sent: Any, dumped: Any) -> bool:
    if sent is None:
        return dumped is None or dumped in ([], {})
    if dumped is None:
        instant = _instant(sent)
        return sent == str(uuid.UUID(int=0)) or (instant is not None and instant <= _EPOCH)
    if isinstance(sent, str) and isinstance(dumped, str) and sent != dumped:
        return _instant(sent) is not None and _instant(sent) == _instant(dumped)
    if isinstance(sent, bool) or isinstance(dumped, bool):
        return sent is dumped
    return bool(sent == dumped)


def _instant(value: Any) -> str | None:
    """An instant in UTC with microseconds, as text: year 1 has no UTC in every offset."""
    try:
        moment = pydantic.TypeAdapter(dt.datetime).validate_json(json.dumps(value))
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    naive = moment.replace(tzinfo=None)
    offset = moment.utcoffset() or dt.timedelta()
    if naive - dt.datetime.min >= offset:  # noqa: DTZ901 - both are naive
        naive -= offset
    return naive.isoformat(timespec="microseconds")
