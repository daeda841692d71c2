"""Markers of single values: never, no identifier, durations, bytes, secrets, null collections."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from coder_sdk.wire import (
    Base64,
    Microseconds,
    Milliseconds,
    Nanoseconds,
    NeverDatetime,
    RequestModel,
    ResponseModel,
    Seconds,
    Secret,
    WireList,
    WireMap,
    ZeroNullUUID,
    problems,
)

ZERO = "00000000-0000-0000-0000-000000000000"
UTC = timezone.utc


def decode(annotation: Any, text: str) -> Any:
    return TypeAdapter(annotation).validate_json(text)


def dump(annotation: Any, value: Any) -> Any:
    return json.loads(TypeAdapter(annotation).dump_json(value))


# ---- collections


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (WireList[int], "null", []),
        (WireList[int], "[1]", [1]),
        (WireMap[int], "null", {}),
        (WireMap[int], '{"a": 1}', {"a": 1}),
        (WireList[WireList[int]], "[null, [1], null]", [[], [1], []]),
        (WireMap[WireList[str]], '{"a": null}', {"a": []}),
    ],
)
def test_null_is_the_empty_collection(annotation: Any, text: str, value: Any):
    assert decode(annotation, text) == value


def test_each_null_is_a_collection_of_its_own():
    first, second = decode(WireList[WireList[int]], "[null, null]")
    first.append(1)
    assert second == []


@pytest.mark.parametrize("text", ['"a"', "{}", "1", "false"])
def test_other_values_are_no_list(text: str):
    with pytest.raises(ValidationError):
        decode(WireList[int], text)


def test_location_of_an_error_has_only_keys_and_indices():
    class Inner(ResponseModel):
        name: str

    class Outer(ResponseModel):
        items: WireList[Inner]
        by_key: WireMap[Inner]

    with pytest.raises(ValidationError) as caught:
        Outer.model_validate_json('{"items": [{"name": "a"}, {}], "by_key": {"k": {"name": 3}}}')
    assert [(problem.location, problem.type) for problem in problems(caught.value)] == [
        (("items", 1, "name"), "missing"),
        (("by_key", "k", "name"), "string_type"),
    ]


def test_collections_describe_themselves_without_null():
    assert TypeAdapter(WireList[int]).json_schema() == {
        "type": "array",
        "items": {"type": "integer"},
    }


# ---- instants


@pytest.mark.parametrize(
    "text",
    [
        '"0001-01-01T00:00:00Z"',
        '"0001-01-01T00:00:00+05:00"',
        '"0001-01-01T00:00:00-05:00"',
        '"0000-12-31T19:00:00-05:00"',
        '"1970-01-01T00:00:00Z"',
        '"1970-01-01T01:00:00+01:00"',
        "null",
    ],
)
def test_sentinels_of_never_are_none(text: str):
    assert decode(NeverDatetime, text) is None


def test_instants_after_the_epoch_stay():
    assert decode(NeverDatetime, '"1970-01-01T00:00:01Z"') == datetime(
        1970, 1, 1, 0, 0, 1, tzinfo=UTC
    )
    assert dump(NeverDatetime, datetime(2026, 11, 22, tzinfo=UTC)) == "2026-11-22T00:00:00Z"


def test_nanoseconds_of_an_instant_are_cut():
    moment = decode(NeverDatetime, '"2026-11-22T21:11:18.123456789Z"')
    assert moment == datetime(2026, 11, 22, 21, 11, 18, 123456, tzinfo=UTC)
    assert decode(datetime, '"2026-11-22T21:11:18.123456789Z"') == moment


def test_what_is_no_instant_is_refused_with_its_place():
    with pytest.raises(ValidationError) as caught:
        decode(WireList[NeverDatetime], '["soon"]')
    assert [(found.location, found.type) for found in problems(caught.value)] == [((0,), "instant")]


@given(st.datetimes(timezones=st.just(UTC)))
def test_only_instants_up_to_the_epoch_are_never(moment: datetime):
    found = TypeAdapter(NeverDatetime).validate_python(moment)
    assert found == (moment if moment > datetime(1970, 1, 1, tzinfo=UTC) else None)


# ---- identifiers


def test_zero_uuid_is_none():
    assert decode(ZeroNullUUID, f'"{ZERO}"') is None
    assert decode(ZeroNullUUID, "null") is None
    assert TypeAdapter(ZeroNullUUID).validate_python(UUID(ZERO)) is None
    assert dump(ZeroNullUUID, None) is None


def test_other_uuids_stay():
    text = "ac019625-4052-4ac5-a8a2-35eecac5fec2"
    assert decode(ZeroNullUUID, f'"{text}"') == UUID(text)
    assert dump(ZeroNullUUID, UUID(text)) == text


def test_what_is_no_uuid_is_refused():
    with pytest.raises(ValidationError, match="UUID or null"):
        decode(ZeroNullUUID, '"docker"')


# ---- durations


@pytest.mark.parametrize(
    ("annotation", "number"),
    [
        (Nanoseconds, 90_000_000_000),
        (Microseconds, 90_000_000),
        (Milliseconds, 90_000),
        (Seconds, 90),
    ],
)
def test_timedelta_becomes_a_whole_number_of_the_unit(annotation: Any, number: int):
    adapter = TypeAdapter(annotation)
    assert adapter.validate_python(timedelta(seconds=90)) == number
    assert adapter.validate_python(number) == number
    assert json.loads(adapter.dump_json(adapter.validate_python(timedelta(seconds=90)))) == number


def test_long_durations_lose_no_nanosecond():
    exact = TypeAdapter(Nanoseconds).validate_python(timedelta(days=876_600 / 24, microseconds=1))
    assert exact == 876_600 * 3_600 * 10**9 + 1_000


@pytest.mark.parametrize(
    ("annotation", "value", "reason"),
    [
        (Nanoseconds, timedelta(days=-1), "greater than or equal to 0"),
        (Milliseconds, -5, "greater than or equal to 0"),
        (Nanoseconds, timedelta(days=365 * 300), "less than or equal to 9223372036854775807"),
        (Seconds, timedelta(milliseconds=1), "a whole number of seconds"),
        (Milliseconds, timedelta(microseconds=1), "a whole number of milliseconds"),
        (Seconds, 1.5, "valid integer"),
        (Seconds, "soon", "valid integer"),
    ],
)
def test_durations_that_do_not_fit_are_refused(annotation: Any, value: object, reason: str):
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter(annotation).validate_python(value)


# ---- bytes


def test_bytes_travel_as_base64():
    assert decode(Base64, '"+/8="') == b"\xfb\xff"
    assert dump(Base64, b"\xfb\xff") == "+/8="
    assert TypeAdapter(Base64).validate_python(b"raw") == b"raw"


def test_text_that_is_no_base64_is_refused():
    with pytest.raises(ValidationError, match="Input should be base64 text"):
        decode(Base64, '"?"')


# ---- secrets


@pytest.mark.parametrize("value", [None, 5, b"hunter2", ["hunter2"]])
def test_a_secret_is_a_text(value: Any):
    with pytest.raises(ValueError, match=f"has to be a text, not {type(value).__name__}") as raised:
        Secret(value)
    assert "hunter2" not in str(raised.value)


def test_secret_hides_where_it_is_printed():
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} {[secret]}"
    assert repr(Secret("")) == "Secret('')"


def test_secret_is_whole_where_it_is_sent():
    secret = Secret("hunter2")
    assert secret.get_secret_value() == "hunter2"
    assert dump(Secret, secret) == "hunter2"
    assert pickle.loads(pickle.dumps(secret)) == secret  # noqa: S301 - our own bytes
    assert copy.deepcopy(secret) == secret
    assert {secret: 1}[Secret("hunter2")] == 1
    assert Secret(secret) == secret
    assert secret != "hunter2"
    assert not Secret("")


def test_secret_of_a_model_hides_in_its_repr_and_errors():
    class Login(RequestModel):
        password: Secret
        count: int

    login = Login(password="hunter2", count=1)
    assert "hunter2" not in repr(login)
    assert "hunter2" not in str(login)
    assert json.loads(login.model_dump_json()) == {"password": "hunter2", "count": 1}
    assert login.model_dump()["password"] == Secret("hunter2")
    with pytest.raises(ValidationError) as caught:
        Login(password=["hunter2"], count="hunter2")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in str(problems(caught.value))


def test_json_schema_of_secrets_and_bytes_is_text():
    assert TypeAdapter(Secret).json_schema() == {
        "type": "string",
        "format": "password",
        "writeOnly": True,
    }
    assert TypeAdapter(Base64).json_schema() == {"type": "string", "contentEncoding": "base64"}
