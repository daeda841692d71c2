"""What cannot be meant is refused by name, with what to pass instead, before anything is sent."""

from __future__ import annotations

import pickle
import traceback
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from respx import MockRouter

from coder_sdk import (
    BadRequestError,
    Client,
    ConfigError,
    Hooks,
    RateLimiter,
    RequestValidationError,
    RetryPolicy,
)
from coder_sdk.models import TemplateRole
from coder_sdk.wire import Secret
from tests.colours import TOKEN, URL, Colour

NAN = float("nan")
INF = float("inf")
NAIVE = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - the point of some tests
AWARE = NAIVE.replace(tzinfo=timezone.utc)

# Option, value, error, and words of its text.
OPTIONS: list[tuple[str, Any, type[Exception], str]] = [
    ("url", 5, ConfigError, r"`url` has to be a text, not int"),
    ("url", b"https://coder.example", ConfigError, r"has to be a text, not bytes"),
    ("url", Path("/"), ConfigError, r"has to be a text, not PosixPath"),
    ("url", True, ConfigError, r"has to be a text, not bool"),
    ("url", "https://coder.example/a b", ConfigError, r"'https://coder\.example/a b' is empty or"),
    ("token", 5, ConfigError, r"`token` has to be a text, a function or a `TokenProvider`"),
    ("token", True, ConfigError, r"`token` has to be a text"),
    ("token", [TOKEN], ConfigError, r"not list\.$"),
    ("token", "", ConfigError, r"The token is empty"),
    ("token", f"{TOKEN}\nX-Other: 1", ConfigError, r"characters that no token has"),
    ("headers", [("X-A", "b")], RequestValidationError, r"`headers` has to be a mapping"),
    ("headers", "X-A: b", RequestValidationError, r"a mapping, as .*, not str"),
    ("headers", 0, RequestValidationError, r"a mapping, as .*, not int"),
    ("headers", [], RequestValidationError, r"a mapping, as .*, not list"),
    ("headers", {5: "a"}, RequestValidationError, r"names that are no texts"),
    ("headers", {"X-A": 5}, RequestValidationError, r"value of the header `X-A`"),
    ("headers", {"X-A": "b\r\nX-B: c"}, RequestValidationError, r"characters that a header cannot"),
    ("headers", {"Coder-Session-Token": "x"}, RequestValidationError, r"client with `token=`"),
    ("timeout", 0, ConfigError, r"positive number of seconds, not 0"),
    ("timeout", NAN, ConfigError, r"positive number of seconds, not nan"),
    ("timeout", True, ConfigError, r"positive number of seconds, not True"),
    ("timeout", "30", ConfigError, r"positive number of seconds, not str"),
    ("timeout", timedelta(0), ConfigError, r"positive number of seconds"),
    ("timeout", AWARE, ConfigError, r"positive number of seconds, not datetime"),
    ("deadline", -1, ConfigError, r"`deadline` has to be a positive number"),
    ("retry", 3, ConfigError, r"RetryPolicy\(3\)"),
    ("retry", RetryPolicy, ConfigError, r"RetryPolicy\(3\)"),
    ("http_client", 5, ConfigError, r"`httpx` or `httpx2`"),
    ("http_client", False, ConfigError, r"`httpx` or `httpx2`"),
    ("verify", 5, ConfigError, r"a file or a context, not int"),
    ("verify", "", ConfigError, r"no file"),
    ("verify", Path("/"), ConfigError, r"no file"),
    ("cert", 5, ConfigError, r"`cert` has to be a file, or the files"),
    ("cert", (), ConfigError, r"one file or two, not 0"),
    ("cert", [1], ConfigError, r"`cert` has to be a file, or the files"),
    ("cert", Path("/"), ConfigError, r"no file"),
    ("proxy", 5, ConfigError, r"`proxy` has to be an address, not int"),
    ("proxy", b"http://proxy.example", ConfigError, r"`proxy` has to be an address, not bytes"),
    ("proxy", ["http://proxy.example"], ConfigError, r"`proxy` has to be an address, not list"),
    ("proxy", "", ConfigError, r"`proxy` is no address of a proxy"),
    ("hooks", print, ConfigError, r"Hooks\(on_request=\.\.\.\).*not builtin_function"),
    ("hooks", Hooks, ConfigError, r"Hooks\(on_request=\.\.\.\)"),
    ("hooks", {"on_request": print}, ConfigError, r"not dict"),
    ("limiter", 5, ConfigError, r"RateLimiter\(per_second=5\).*not 5"),
    ("limiter", RateLimiter, ConfigError, r"RateLimiter\(per_second=5\)"),
    ("app_name", 5, ConfigError, r"`app_name` has to be printable ASCII"),
    ("app_name", b"my-app", ConfigError, r"`app_name` has to be printable ASCII"),
    ("app_name", "a\r\nb", ConfigError, r"`app_name` has to be printable ASCII"),
    ("tracing", "false", ConfigError, r"`tracing` has to be True or False, not str"),
    ("tracing", None, ConfigError, r"`tracing` has to be True or False, not NoneType"),
]

# The same for what every call takes, and for copies of the client.
CALL_OPTIONS: list[tuple[str, Any, type[Exception], str]] = [
    ("headers", [("X-A", "b")], RequestValidationError, r"`headers` has to be a mapping"),
    ("headers", 0, RequestValidationError, r"`headers` has to be a mapping.*not int"),
    ("headers", {"Coder-Session-Token": "x"}, RequestValidationError, r"client with `token=`"),
    ("headers", {"coder-session-TOKEN": "x"}, RequestValidationError, r"client with `token=`"),
    ("headers", {"Cookie": "coder_session_token=x"}, RequestValidationError, r"beat the token"),
    ("headers", {"Host": "other.example"}, RequestValidationError, r"belongs to the connection"),
    ("headers", {"X-A": b"b"}, RequestValidationError, r"value of the header `X-A`"),
    ("headers", {b"X-A": "b"}, RequestValidationError, r"names that are no texts"),
    ("timeout", "5", ConfigError, r"`timeout` has to be a positive number of seconds, not str"),
    ("timeout", timedelta(-1), ConfigError, r"`timeout` has to be a positive number"),
    ("deadline", NAIVE, ConfigError, r"`deadline` has to be a positive number"),
    ("retry", 5, ConfigError, r"RetryPolicy\(3\)"),
]

REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"method": None}, r"None is no verb"),
    ({"method": b"GET"}, r"is no verb"),
    ({"method": "GET /other"}, r"is no verb"),
    ({"path": None}, r"`path` has to be a text.*not NoneType"),
    ({"path": b"/x"}, r"`path` has to be a text.*not bytes"),
    ({"path": Path("/x")}, r"`path` has to be a text.*not PosixPath"),
    ({"path": ""}, r"begins with one `/`"),
    ({"path": "//other.example/x"}, r"begins with one `/`"),
    ({"path": "https://other.example/x"}, r"begins with one `/`"),
    ({"path": "/a/../b"}, r"`\.` or `\.\.`"),
    ({"path": "/a\r\nb"}, r"control characters"),
    ({"params": [("a", 1)]}, r"`params` has to be a mapping.*not list"),
    ({"params": "a=1"}, r"`params` has to be a mapping.*not str"),
    ({"params": 0}, r"`params` has to be a mapping.*not int"),
    ({"params": {5: 1}}, r"names that are no texts"),
    ({"body": object()}, r"cannot be written as JSON: unknown type object"),
    ({"body": {"a": b"\xff"}}, r"cannot be written as JSON"),
    ({"body": "\ud800"}, r"cannot be written as JSON"),
    ({"body": {(1, 2): 3}}, r"JSON has no key that is a tuple"),
    ({"body": 1j}, r"JSON has no 1j"),
    ({"body": [NAN]}, r"JSON has no nan"),
    ({"body": {"a": [NAIVE]}}, r"`body` has no time zone"),
    ({"body": timedelta(1)}, r"no unit for a `timedelta`"),
    ({"into": "User"}, r"`into` has to be a type.*not str"),
    ({"into": [int]}, r"`into` has to be a type.*not list"),
    ({"into": 5}, r"`into` has to be a type.*not int"),
    ({"into": Client}, r"`into` has to be a type.*Client"),
]

OBJECTS: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (RetryPolicy, {"tries": 0}, RequestValidationError, r"`tries` .* 1 or more, not 0"),
    (RetryPolicy, {"tries": None}, RequestValidationError, r"`tries` .* not NoneType"),
    (RetryPolicy, {"tries": True}, RequestValidationError, r"`tries` .* not True"),
    (RetryPolicy, {"tries": "3"}, RequestValidationError, r"`tries` .* not str"),
    (RetryPolicy, {"tries": 2.5}, RequestValidationError, r"`tries` .* not 2\.5"),
    (RetryPolicy, {"base": NAN}, RequestValidationError, r"`base` .* not nan"),
    (RetryPolicy, {"base": INF}, RequestValidationError, r"`base` .* 4e\+06 at most, not inf"),
    (RetryPolicy, {"base": timedelta(1)}, RequestValidationError, r"`base` .* not timedelta"),
    (RetryPolicy, {"cap": "8"}, RequestValidationError, r"`cap` .* not str"),
    (RetryPolicy, {"rate_limit_wait": None}, RequestValidationError, r"not NoneType"),
    (RetryPolicy, {"on_retry": 5}, RequestValidationError, r"`on_retry` has to be a function"),
    (RateLimiter, {"per_second": 0}, RequestValidationError, r"above 0, not 0"),
    (RateLimiter, {"per_second": NAN}, RequestValidationError, r"above 0, not nan"),
    (RateLimiter, {"per_second": True}, RequestValidationError, r"above 0, not True"),
    (RateLimiter, {"per_second": "5"}, RequestValidationError, r"above 0, not str"),
    (RateLimiter, {"obey_server": "no"}, RequestValidationError, r"`obey_server` has to be True"),
    (Hooks, {"on_request": 5}, ConfigError, r"`on_request` has to be a function"),
    (Hooks, {"on_response": "print"}, ConfigError, r"`on_response` has to be a function"),
]


@pytest.mark.parametrize(("name", "value", "error", "text"), OPTIONS)
def test_an_option_of_a_client_is_refused(
    colour: Colour, name: str, value: Any, error: type[Exception], text: str
):
    with pytest.raises(error, match=text):
        colour.client(**{"url": URL, name: value})


@pytest.mark.parametrize("row", CALL_OPTIONS, ids=str)
def test_an_option_of_a_call_is_refused(
    colour: Colour, router: MockRouter, row: tuple[str, Any, type[Exception], str]
):
    name, value, error, text = row
    client = colour.client()
    with pytest.raises(error, match=text):
        colour.call(client.users.get, "me", **{name: value})
    with pytest.raises(error, match=text):
        colour.call(client.request, "GET", "/x", **{name: value})
    with pytest.raises(error, match=text):
        client.with_options(**{name: value})
    assert not router.calls


@pytest.mark.parametrize(("parts", "text"), REQUESTS)
def test_a_part_of_a_request_is_refused(
    colour: Colour, router: MockRouter, parts: dict[str, Any], text: str
):
    with pytest.raises(RequestValidationError, match=text):
        colour.call(colour.client().request, **{"method": "GET", "path": "/x", **parts})
    assert not router.calls


@pytest.mark.parametrize(("make", "arguments", "error", "text"), OBJECTS)
def test_an_object_of_nonsense_cannot_be_made(
    make: Any, arguments: dict[str, Any], error: type[Exception], text: str
):
    with pytest.raises(error, match=text):
        make(**arguments)


@pytest.mark.parametrize("email", [None, 5, b"a@example.com"])
def test_an_address_that_is_no_text_is_not_sent(colour: Colour, router: MockRouter, email: Any):
    with pytest.raises(RequestValidationError, match="`email` has to be a text"):
        colour.call(colour.type.login, URL, email=email, password="swordfish")
    assert not router.calls


def test_bytes_in_place_of_a_token_are_not_shown(colour: Colour):
    with pytest.raises(ConfigError, match=r"not bytes\.\nHint: Pass `token\.decode\(\)`") as raised:
        colour.client(token=TOKEN.encode())
    assert TOKEN not in in_full(raised.value)


def test_bytes_in_place_of_a_password_are_not_shown(colour: Colour, router: MockRouter):
    client = colour.client(token=None)
    with pytest.raises(
        RequestValidationError, match="`password` has to be a text, not bytes"
    ) as no:
        colour.call(client.sign_in, email="a@example.com", password=b"swordfish")
    assert "swordfish" not in in_full(no.value)
    assert not router.calls


def test_a_password_that_hides_itself_is_sent_whole(colour: Colour, router: MockRouter):
    login = router.post("/api/v2/users/login").respond(201, json={"session_token": TOKEN})
    client = colour.client(token=None)
    colour.call(client.sign_in, email="a@example.com", password=Secret("swordfish"))
    assert b'"swordfish"' in login.calls.last.request.content


def test_a_secret_within_a_body_is_sent_whole_and_shown_masked(colour: Colour, router: MockRouter):
    route = router.post("/x").respond(400, json={"message": "no swordfish!"})
    with pytest.raises(BadRequestError) as raised:
        colour.call(colour.client().request, "POST", "/x", body={"key": Secret("swordfish!")})
    assert route.calls.last.request.content == b'{"key":"swordfish!"}'
    assert "swordfish" not in str(raised.value)


@pytest.mark.parametrize("key", [UUID(int=7), TemplateRole.USE, 7])
def test_a_key_that_is_written_as_a_text_is_one(colour: Colour, router: MockRouter, key: Any):
    route = router.post("/x").respond(json={})
    colour.call(colour.client().request, "POST", "/x", body={"roles": {key: 1}})
    shown = key.value if isinstance(key, TemplateRole) else key
    assert route.calls.last.request.content == f'{{"roles":{{"{shown}":1}}}}'.encode()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_a_body_as_they_are(colour: Colour, router: MockRouter, kind: Any):
    route = router.post("/x").respond(json={})
    colour.call(colour.client().request, "POST", "/x", body=kind(b"\x00\xff"))
    assert route.calls.last.request.content == b"\x00\xff"


def test_an_address_with_a_password_in_it_is_not_shown(colour: Colour):
    with pytest.raises(ConfigError, match="blanks") as raised:
        colour.client("https://me:swordfish@coder.example /")
    assert "swordfish" not in str(raised.value)


def test_a_limiter_begins_anew_where_it_is_unpickled():
    limiter = RateLimiter(0.5, obey_server=False)
    assert limiter.reserve("", "/x", 0.0) == 0.0
    copy = pickle.loads(pickle.dumps(limiter))  # noqa: S301 - our own
    assert repr(copy) == repr(limiter) == "RateLimiter(per_second=0.5, obey_server=False)"
    assert limiter.reserve("", "/x", 0.0) == 2.0
    assert copy.reserve("", "/x", 0.0) == 0.0


def in_full(error: BaseException) -> str:
    """A traceback with the locals of every frame of the package."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in shown.stack if "coder_sdk" in frame.filename]
    return f"{error}{error!r}{[frame.locals for frame in frames]}"
