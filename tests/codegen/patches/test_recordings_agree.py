"""Every recorded answer of every server is what the committed description says."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from codegen.description import openapi
from codegen.description.build import build
from codegen.description.openapi import Json
from codegen.reading.reader import read
from tests.codegen.patches.agreement import Agreement, Has
from tests.reference import needs_reference, reference

pytestmark = needs_reference

SERVERS = ("v2.24.0", "v2.36.0", "v2.36.0-unlicensed")

# Sent on purpose: a parameter that no server knows, and a token in the query.
NO_PARAMETERS = {"nope", "foo", "coder_session_token"}

Exchange = dict[str, Any]


@pytest.fixture(scope="module")
def description() -> Json:
    return openapi.load()


@pytest.fixture(scope="module")
def operations(description: Json) -> dict[str, Json]:
    return dict(openapi.operations(description))


@pytest.fixture(scope="module")
def old_schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """The schemas that the pages of the older server have."""
    folder = tmp_path_factory.mktemp("pages")
    with tarfile.open(reference("coder-docs", "history.tar.xz")) as archive:
        pages = [member for member in archive if "/v2.24.0/" in f"/{member.name}"]
        for member in pages:
            content = archive.extractfile(member)
            if content is not None:
                (folder / Path(member.name).name).write_bytes(content.read())
    return openapi.schemas(build(read([folder]), "2.24.0"))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def agreement(description: Json, server: str, request: pytest.FixtureRequest) -> Agreement:
    schemas = openapi.schemas(description)
    if server != "v2.24.0":
        return Agreement(schemas)
    return Agreement(schemas, _known_to(request.getfixturevalue("old_schemas")))


def _known_to(old: dict[str, Json]) -> Has:
    def has(schema: str, field: str, fact: Json) -> bool:
        if schema in old:
            return field.casefold() in {name.casefold() for name in old[schema]["properties"]}
        release = fact.get("x-since", "2.0")
        return tuple(map(int, release.split("."))) <= (2, 24)

    return has


def _exchanges(server: str) -> Iterator[tuple[str, Exchange]]:
    for path in sorted(reference("recordings", server).glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{path.name}:{number}", json.loads(line)


def _answers(server: str, operations: dict[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    """Yield place, operation and response of each success that is no stream."""
    for place, exchange in _exchanges(server):
        operation, response = operations.get(exchange["operation"]), exchange.get("response", {})
        success = 200 <= response.get("status", 0) < 300 or response.get("status") == 304
        # A release answers the page of its dashboard where it has no such route.
        page = _media(response) == "text/html"
        if operation is not None and "stream" not in exchange and success and not page:
            yield f"{place} {exchange['operation']}", operation, response


def _media(response: Json) -> str:
    media: str = response.get("headers", {}).get("content-type", "")
    return media.partition(";")[0]


def _frames(exchange: Exchange, stream: Json) -> Iterator[Any]:
    """Yield what each recorded message holds, taken out of its envelope."""
    if exchange["stream"] == "sse":
        for block in exchange["response"].get("text", "").split("\n\n"):
            event, _, data = block.partition("\ndata: ")
            # Long streams are recorded in part: the last event is cut.
            if event == "event: data" and data.endswith(("}", "]")):
                yield json.loads(data)
        return
    for frame in exchange["frames"]:
        if "received" not in frame or stream["frame"].get("format") == "binary":
            continue
        message = frame["received"]
        value = json.loads(message) if frame.get("binary") else message
        if not stream["envelope"]:
            yield value
        elif value["type"] == "data":
            yield value["data"]


def test_every_status_and_media_type_is_declared(server: str, operations: dict[str, Json]) -> None:
    wrong = list[str]()
    for place, operation, response in _answers(server, operations):
        declared = operation["responses"].get(str(response["status"]))
        if declared is None:
            wrong.append(f"{place}: status {response['status']}")
            continue
        content = declared.get("content", {})
        has_body = "json" in response or "text" in response or response.get("body_bytes")
        if has_body and _media(response) not in content:
            wrong.append(f"{place}: {_media(response)} beside {sorted(content)}")
        if not has_body and content and "x-empty" not in operation:
            wrong.append(f"{place}: empty")
    assert wrong == []


def test_every_json_answer_agrees(
    server: str, operations: dict[str, Json], agreement: Agreement
) -> None:
    wrong, seen = list[str](), 0
    for place, operation, response in _answers(server, operations):
        media = operation["responses"].get(str(response["status"]), {}).get("content", {})
        if "json" not in response or _media(response) not in media:
            continue
        seen += 1
        schema = media[_media(response)]["schema"]
        wrong += [f"{place}: {it}" for it in agreement.mismatches(response["json"], schema, "")]
    assert wrong == []
    assert seen > 10


def test_every_frame_agrees(server: str, operations: dict[str, Json], agreement: Agreement) -> None:
    wrong = list[str]()
    for place, exchange in _exchanges(server):
        operation = operations.get(exchange["operation"])
        if "stream" not in exchange or operation is None:
            continue
        stream = operation.get("x-stream")
        if stream is None:
            wrong.append(f"{place} {exchange['operation']}: no stream")
            continue
        for value in _frames(exchange, stream):
            found = agreement.mismatches(value, stream["frame"], "")
            wrong += [f"{place} {exchange['operation']}: {it}" for it in found]
    assert wrong == []


def test_every_error_has_a_text(server: str) -> None:
    """Either the API's own error or that of the OAuth2 standard."""
    wrong = list[str]()
    for place, exchange in _exchanges(server):
        response = exchange.get("response", {})
        if response.get("status", 0) >= 400 and "json" in response:
            body = response["json"]
            if not any(isinstance(body.get(key), str) for key in ("message", "error")):
                wrong.append(f"{place}: {body}")
    assert wrong == []


def test_every_accepted_query_parameter_is_known(server: str, operations: dict[str, Json]) -> None:
    unknown = set[tuple[str, str]]()
    for _, exchange in _exchanges(server):
        operation = operations.get(exchange["operation"])
        status = exchange.get("response", exchange.get("handshake"))["status"]
        if operation is None or status >= 400:
            continue
        known = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        query = urlsplit(exchange["request"]["path"]).query
        sent = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
        unknown |= {(exchange["operation"], name) for name in sent - known - NO_PARAMETERS}
    assert unknown == set()
