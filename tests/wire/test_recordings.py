"""What real servers answered decodes into the declared types, and dumps as the same JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder_sdk.models import Response
from tests.reference import REFERENCE, needs_reference
from tests.wire.exchanges import Answer, adapter, answers, declared, errors, read, refused

HERE = sorted((Path(__file__).parents[1] / "data" / "recordings").glob("*.jsonl"))
THERE = sorted((REFERENCE / "recordings").glob("*/*.jsonl")) if REFERENCE else []
FILES = [
    *(pytest.param(path, id=path.name) for path in HERE),
    *(
        pytest.param(path, id=f"{path.parent.name}/{path.name}", marks=needs_reference)
        for path in THERE
    ),
]


@pytest.mark.parametrize("path", FILES)
def test_every_answer_decodes_into_its_declared_type_and_back(path: Path):
    failures = [failure for answer in answers(path) for failure in refused(answer)]
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("path", FILES)
def test_every_error_decodes_with_message_detail_and_validations(path: Path):
    for error in errors(path):
        if "error" in error.value:  # the OAuth2 routes answer as their RFC says
            continue
        decoded = Response.model_validate(error.value)
        assert decoded.message == error.value["message"]
        assert decoded.detail == error.value.get("detail")
        found = [(item.field, item.detail) for item in decoded.validations]
        sent = error.value.get("validations") or []
        assert found == [(item["field"], item["detail"]) for item in sent]
        assert not refused(error)


def test_recordings_here_hold_lists_streams_errors_and_two_servers():
    exchanges = [exchange for path in HERE for exchange in read(path)]
    assert {path.stem for path in HERE} == {"v2.24.0", "v2.36.0", "v2.36.0-unlicensed"}
    assert {exchange.get("stream") for exchange in exchanges} == {None, "sse", "websocket"}
    assert sum(1 for path in HERE for _ in answers(path)) > 200
    assert sum(1 for path in HERE for _ in errors(path)) > 30


def test_every_recorded_operation_is_described():
    recorded = {exchange["operation"] for path in HERE for exchange in read(path)}
    unknown = recorded - declared()[0].keys()
    assert {name for name in unknown if not name.endswith("(not in the documentation)")} == set()


def test_a_missing_key_that_old_servers_sent_is_an_error():
    answer = Answer("here", "coder_sdk.models.User", {"id": "x"})
    missing = {failure.partition(": ")[2] for failure in refused(answer)}
    assert any("'username'" in failure and "missing" in failure for failure in missing)


def test_comparison_notices_a_lost_key_and_a_changed_value(monkeypatch: pytest.MonkeyPatch):
    value = {"message": "no", "detail": "because"}
    decoder = adapter("coder_sdk.models.Response")
    monkeypatch.setattr(
        type(decoder), "dump_json", lambda *_, **__: b'{"message": "yes"}', raising=True
    )
    assert refused(Answer("here", "coder_sdk.models.Response", value)) == [
        "here: .detail is only in the answer",
        "here: .message: 'no' became 'yes'",
    ]
