"""What real servers refused with, and the errors that it becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import APIStatusError, FeatureUnavailableError, NotFoundError, UnauthorizedError
from coder_sdk._decode import ResponseTypes
from coder_sdk._errors.build import status_error
from coder_sdk._errors.status import status_class
from coder_sdk._response import Answer
from coder_sdk._versions import release
from tests.reference import REFERENCE

OWN = Path(__file__).parents[1] / "data" / "recordings"
TYPES = ResponseTypes(None, Any)
SUBCLASSES = ("ValidationFailedError", "FeatureUnavailableError", "ChatLimitError")


def files() -> list[Any]:
    found: list[Any] = [pytest.param(path, id=f"own-{path.stem}") for path in OWN.glob("*.jsonl")]
    if REFERENCE is not None:
        folder = REFERENCE / "recordings"
        found += [
            pytest.param(path, id=f"{path.parent.name}-{path.stem}", marks=pytest.mark.reference)
            for path in sorted(folder.glob("*/*.jsonl"))
        ]
    return found


def failures(path: Path) -> Iterator[tuple[Answer, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        response = exchange.get("response") or {}
        status = response.get("status", 200)
        if status < 400:
            continue
        document = response.get("json")
        body = json.dumps(document) if document is not None else response.get("text") or ""
        request = exchange["request"]
        answer = Answer(
            status,
            response.get("headers") or {},
            body.encode(),
            method=request["method"],
            url=f"https://coder.example{request['path']}",
            operation=exchange["operation"],
        )
        yield answer, document


@pytest.mark.parametrize("path", files())
def test_every_recorded_error_keeps_what_the_server_said(path: Path):
    for answer, document in failures(path):
        error = status_error(answer, TYPES)
        assert error.status == answer.status
        expected = status_class(answer.status)
        assert isinstance(error, expected) or type(error).__name__ in SUBCLASSES
        assert error.message
        if isinstance(document, dict) and "message" in document:
            assert error.message == document["message"]
            assert error.detail == (document.get("detail") or "")
            assert [v._asdict() for v in error.validations] == (document.get("validations") or [])
        assert f"status {answer.status}: {error.message}" in str(error)
        assert "unexpected" not in str(error)[:40]


@pytest.mark.parametrize("path", files())
def test_every_recorded_refusal_says_what_to_do(path: Path):
    for answer, _ in failures(path):
        error = status_error(answer, TYPES)
        if answer.status in {401, 403, 404, 405, 410, 413, 425, 426, 428}:
            assert error.hint, f"{answer.operation}: {error}"
        if isinstance(error, UnauthorizedError):
            assert error.reason in {"expired", "invalid", "suspended", "wrong_password", "missing"}


@pytest.mark.parametrize("path", files())
def test_recorded_missing_routes_are_told_from_missing_objects(path: Path):
    for answer, document in failures(path):
        error = status_error(answer, TYPES)
        message = document.get("message", "") if isinstance(document, dict) else ""
        if "Premium feature" in message or "Enterprise feature" in message:
            assert isinstance(error, FeatureUnavailableError)
        elif answer.status == 404 and message != "Route not found." and "SCIM" not in message:
            assert type(error) is NotFoundError
        elif message == "Route not found." and isinstance(error, FeatureUnavailableError):
            server, since = release(answer.server_version), release(error.since)
            assert error.feature or (server and since and server < since) or error.until or since


def test_a_later_route_on_an_older_server_names_its_release():
    answer = Answer(
        404,
        {"content-type": "application/json", "x-coder-build-version": "v2.24.0"},
        b'{"message":"Route not found."}',
        method="GET",
        url="https://coder.example/api/v2/tasks",
        operation="GET /api/v2/tasks",
    )
    error = status_error(answer, TYPES)
    assert isinstance(error, FeatureUnavailableError)
    assert isinstance(error, APIStatusError)
    assert error.since == "2.29"
    assert "Added in Coder 2.29; this server is 2.24." in str(error)


def test_an_earlier_route_on_a_newer_server_names_its_successor():
    answer = Answer(
        404,
        {"content-type": "application/json", "x-coder-build-version": "v2.36.0"},
        b'{"message":"Route not found."}',
        method="GET",
        url="https://coder.example/api/experimental/tasks",
        operation="GET /api/experimental/tasks",
    )
    error = status_error(answer, TYPES)
    assert isinstance(error, FeatureUnavailableError)
    assert error.until == "2.28"
    assert error.replacement == "GET /api/v2/tasks"
