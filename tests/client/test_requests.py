"""What goes over the wire, and what is refused before anything does."""

from __future__ import annotations

import copy
import json
import pickle
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk import OMIT, Omit, RequestValidationError
from coder_sdk._prepare import check_header, encode_body, prepare
from coder_sdk._request import (
    CallOptions,
    JsonBody,
    Ref,
    Repeated,
    Request,
    duration,
    flag,
    form_body,
    json_body,
    ref,
    refs,
)
from coder_sdk._url import encode_query, fill, go_duration, parse_base_url

BASE = parse_base_url("https://coder.example")
ID = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"


class Fruit(str, Enum):
    APPLE = "apple"


def test_omit_is_falsy_and_single():
    assert not OMIT
    assert Omit() is OMIT
    assert repr(OMIT) == "OMIT"
    assert pickle.loads(pickle.dumps(OMIT)) is OMIT  # noqa: S301 - our own
    assert copy.deepcopy(OMIT) is OMIT


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("plain", "plain"),
        ("with space", "with%20space"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("{other}", "%7Bother%7D"),
        ("müller", "m%C3%BCller"),
        ("me@example.com", "me@example.com"),
        ("...", "..."),
        (7, "7"),
        (UUID(ID), ID),
        (Fruit.APPLE, "apple"),
    ],
)
def test_path_values_are_quoted_as_one_segment(value: Any, segment: Any):
    assert (
        fill("/api/v2/x/{name}/{other}", {"name": value, "other": "o"}) == f"/api/v2/x/{segment}/o"
    )


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "a\x00", "a\x7f", "a\x85", "\ud800"])
def test_path_values_that_would_change_the_request_are_refused(value: Any):
    with pytest.raises(RequestValidationError, match="`name`") as caught:
        fill("/x/{name}", {"name": value})
    assert caught.value.parameter == "name"


@pytest.mark.parametrize("value", [None, OMIT, [], {}, b"x", Ref("workspace", "dev")])
def test_path_values_have_to_be_single_values(value: Any):
    with pytest.raises(RequestValidationError, match="single value"):
        fill("/x/{name}", {"name": value})


@given(st.text())
def test_no_path_value_leaves_its_segment(value: Any):
    try:
        path = fill("/api/v2/users/{user}/keys", {"user": value})
    except RequestValidationError:
        return
    assert path.isascii()
    parts = path.split("/")
    assert len(parts) == 6
    assert parts[4] not in {"", ".", ".."}
    assert not set(path) & set("?#\\ \r\n\t")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"a": None, "b": OMIT, "c": [], "d": (), "e": set()}, ""),
        ({"a": True, "b": False}, "a=true&b=false"),
        ({"a": 1, "b": 1.5, "c": ""}, "a=1&b=1.5&c="),
        ({"a": "x&y=z +ä"}, "a=x%26y%3Dz%20%2B%C3%A4"),
        ({"a": ["x", UUID(ID), Fruit.APPLE]}, f"a=x%2C{ID}%2Capple"),
        ({"a": Repeated(["x", "y,z"])}, "a=x&a=y%2Cz"),
        ({"a": Repeated(OMIT)}, ""),
        ({"a": flag(value=True), "b": flag(value=False), "c": flag(OMIT)}, "a=true"),
        ({"a": datetime(2026, 7, 1, 12, tzinfo=timezone.utc)}, "a=2026-07-01T12%3A00%3A00Z"),
        (
            {"a": datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=2)))},
            "a=2026-07-01T00%3A00%3A00%2B02%3A00",
        ),
        ({"a": date(2026, 7, 1)}, "a=2026-07-01"),
        ({"a": duration(timedelta(days=7), "ns")}, "a=604800000000000"),
        ({"a": duration(1.5, "ms")}, "a=1500"),
        ({"a": duration(timedelta(minutes=90), "go")}, "a=1h30m"),
        ({"a": duration(OMIT, "s"), "b": duration(None, "s")}, ""),
    ],
)
def test_query_values_are_encoded_by_type(values: Any, text: str):
    assert encode_query(values) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (datetime(2026, 7, 1), "no time zone"),  # noqa: DTZ001 - a naive one is the point
        (["a,b"], "comma-separated"),
        (timedelta(1), "no length of time"),
        (duration(0.5, "s"), "whole number of s"),
        ({"x": 1}, "single value"),
        ("\udcff", "valid text"),
    ],
)
def test_query_values_that_cannot_be_right_are_refused(value: Any, message: str):
    with pytest.raises(RequestValidationError, match=message):
        encode_query({"a": value})


def test_naive_datetimes_are_a_value_error():
    with pytest.raises(ValueError, match="aware datetime"):
        encode_query({"since": datetime(2026, 7, 1)})  # noqa: DTZ001 - a naive one is the point


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0s"), (1_500_000_000, "1s500ms"), (-60 * 10**9, "-1m"), (3_600_000_000_001, "1h1ns")],
)
def test_go_durations(nanoseconds: Any, text: str):
    assert go_duration(nanoseconds) == text


@given(st.text(st.characters()), st.text(st.characters()))
def test_lone_surrogates_are_refused_everywhere(name: str, value: str):
    with suppress(RequestValidationError):
        assert encode_query({name: value}).isascii()


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_queries_survive_the_way_to_the_server(values: Any):
    try:
        text = encode_query(values)
    except RequestValidationError:
        return
    assert dict(parse_qsl(text, keep_blank_values=True)) == values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nX-B: c"),
        ("X-A", "a\nb"),
        ("X-A", "a\x00"),
        ("X-A", "caf\xe9"),
        ("X-A", " swordfish"),
        ("X-A", "swordfish "),
        ("X-A", "ключ"),
        ("X A", "b"),
        ("", "b"),
        ("X-A:", "b"),
        ("X-Ä", "b"),
        ("Cookie", "a=b"),
        ("Host", "evil.example"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
    ],
)
def test_headers_that_are_no_headers_are_refused(name: str, value: Any):
    with pytest.raises(RequestValidationError) as caught:
        check_header(name, value)
    assert not value or value not in str(caught.value)


@given(st.text(), st.text())
def test_no_header_breaks_out_of_its_line(name: str, value: Any):
    try:
        check_header(name, value)
    except RequestValidationError:
        return
    line = f"{name}: {value}".encode("latin-1")
    assert not set(line) & {0, 10, 13}
    assert name.isascii()


def test_headers_of_a_call_replace_those_of_the_client_in_any_case():
    request = Request[None]("GET", "/x", options=CallOptions(headers={"x-ONE": "call"}))
    prepared = prepare(request, BASE, {"x-one": "client", "x-two": "kept"})
    assert prepared.headers == {"x-one": "call", "x-two": "kept", "accept": "application/json"}


def test_extra_query_is_merged_last():
    options = CallOptions(extra_query={"limit": 5, "new": True})
    request = Request[None]("GET", "/x", query={"limit": 1, "q": "a"}, options=options)
    assert prepare(request, BASE, {}).url == "https://coder.example/x?limit=5&q=a&new=true"


def test_extra_body_is_merged_last():
    options = CallOptions(extra_body={"b": 2, "c": None})
    request = Request[None]("POST", "/x", body=json_body(None, {"a": 1, "b": 1}), options=options)
    content, media_type = encode_body(request)
    assert json.loads(content) == {"a": 1, "b": 2, "c": None}
    assert media_type == "application/json"


def test_extra_body_alone_is_a_body():
    request = Request[None]("POST", "/x", options=CallOptions(extra_body={"a": 1}))
    assert encode_body(request)[0] == b'{"a":1}'


def test_extra_body_needs_an_object():
    options = CallOptions(extra_body={"a": 1})
    request = Request[None]("POST", "/x", body=json_body(None, [1]), options=options)
    with pytest.raises(RequestValidationError, match="object"):
        encode_body(request)


def test_unset_fields_are_left_out_and_null_is_sent():
    request = Request[None]("POST", "/x", body=json_body(None, {"a": OMIT, "b": None}))
    assert encode_body(request)[0] == b'{"b":null}'


def test_forms_are_encoded():
    request = Request[None]("POST", "/x", body=form_body({"a": "b c", "d": OMIT, "e": "&"}))
    assert encode_body(request) == (b"a=b%20c&e=%26", "application/x-www-form-urlencoded")


def test_a_body_that_json_cannot_hold_is_refused():
    request = Request[None]("POST", "/x", body=JsonBody(None, {"a": object()}))
    with pytest.raises(RequestValidationError, match="cannot be written as JSON"):
        encode_body(request)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("-inf"), timedelta(hours=1), datetime(2026, 1, 1)],  # noqa: DTZ001
)
def test_a_plain_body_holds_nothing_that_the_server_reads_otherwise(value: Any):
    request = Request[None]("POST", "/x", body=JsonBody(None, {"a": [{"b": (value,)}]}))
    with pytest.raises(RequestValidationError):
        encode_body(request)


class Named:
    id = UUID(ID)
    latest_build = None


class Member:
    user_id = UUID(ID)
    username = "ann"


class Period:
    """No model of anything."""


class OtherModel:
    id = UUID(ID)


class OldModel:
    model_fields: ClassVar[dict[str, None]] = {"id": None, "is_default": None}
    id = UUID(ID)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("workspace", UUID(ID), ID),
        ("workspace", ID, ID),
        ("workspace", Named(), ID),
        ("user", Member(), ID),
        ("user", "me", "me"),
        ("organization", "default", "default"),
        ("task", "fix-it", "fix-it"),
        ("workspace", OMIT, OMIT),
        ("workspace", None, None),
        ("object", OtherModel(), ID),
        # A field that the server left out is missing on the model.
        ("organization", OldModel(), ID),
    ],
)
def test_references_that_need_no_lookup(kind: str, value: Any, expected: Any):
    assert ref(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value", "name", "message"),
    [
        ("user", Period(), None, "`user` has to be a model of a user, a user name, an e-mail"),
        ("user", 7, "owner", "`owner` has to be a model of a user, .*, not an int"),
        ("workspace", OtherModel(), None, "a model of a workspace, .*, not an OtherModel"),
        ("organization", Period(), None, "`organization` .*, or a UUID, not a Period"),
        ("task", Period(), None, "`task` has to be a model of a task, a name, or a UUID"),
        ("object", Period(), "app", "`app` has to be a model that has an `id`, a UUID, not"),
    ],
)
def test_what_identifies_nothing_of_the_kind_is_refused(
    kind: str, value: Any, name: str | None, message: str
):
    with pytest.raises(RequestValidationError, match=message) as caught:
        ref(kind, value, name)
    assert caught.value.parameter == (name or kind)
    assert (caught.value.hint is not None) == hasattr(value, "id")


def test_one_of_several_identifies_nothing():
    with pytest.raises(RequestValidationError, match="`user_ids` has to be"):
        refs("user_id", [ID, Period()], "user_ids")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("workspace", "dev"),
        # 32 hexadecimal digits are a legal name of a workspace.
        ("workspace", ID.replace("-", "")),
        ("user", "me@example.com"),
        ("template", "default/docker"),
    ],
)
def test_names_become_references(kind: str, value: Any):
    found = ref(kind, value)
    assert isinstance(found, Ref)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://coder.example", "https://coder.example"),
        ("https://coder.example/", "https://coder.example"),
        ("coder.example", "https://coder.example"),
        ("coder.example:3000", "https://coder.example:3000"),
        ("localhost:3000", "http://localhost:3000"),
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("HTTPS://Coder.Example:443", "https://coder.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("https://coder.example/prefix/", "https://coder.example/prefix"),
    ],
)
def test_base_urls_are_read_as_the_command_does(text: str, url: str):
    assert str(parse_base_url(text)) == url


def test_a_path_prefix_is_kept():
    request = Request[None]("GET", "/api/v2/users/{user}", path={"user": "me"})
    prepared = prepare(request, parse_base_url("https://example.com/coder"), {})
    assert prepared.url == "https://example.com/coder/api/v2/users/me"
