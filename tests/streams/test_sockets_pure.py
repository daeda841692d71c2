"""Close codes, envelopes, and where a stream goes on: no I/O."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk import NotFoundError, RateLimitError, ServerError, UnavailableError
from coder_sdk._errors.status import APIStatusError
from coder_sdk._errors.transport import ConnectError, TLSError, UnexpectedResponseError
from coder_sdk._reconnect import TRIES, Patience, is_absent, may_pass, other_form
from coder_sdk._request import StreamRequest, StreamSpec
from coder_sdk._retry import RetryPolicy
from coder_sdk._ws import Bookmark, ClosedError, Problem, problem, unwrap, verdict


@pytest.mark.parametrize(
    ("code", "follows"),
    [
        (1000, "end"), (1001, "again"), (1002, "fatal"), (1003, "fatal"), (1005, "again"),
        (1006, "again"), (1007, "fatal"), (1008, "fatal"), (1009, "fatal"), (1010, "fatal"),
        (1011, "again"), (1012, "again"), (1013, "again"), (1014, "again"), (1015, "fatal"),
        (3000, "fatal"), (4000, "fatal"), (4999, "fatal"),
    ],
)  # fmt: skip
def test_what_follows_a_close(code: int, follows: str) -> None:
    assert verdict(code) == follows
    assert may_pass(ClosedError(code)) == (follows == "again")


@pytest.mark.parametrize(
    ("message", "kind", "data"),
    [
        (b'{"type":"data","data":{"a":1}}', "data", {"a": 1}),
        (b'{"type":"data","data":[{"a":1}]}\n', "data", [{"a": 1}]),
        (b'{"type":"ping","data":null}', "ping", None),
        (b'{"type": "ping", "data": null}', "ping", None),
        (b'{"data":{"a":1},"type":"data"}', "data", {"a": 1}),
        (b'{"type":"data","data":{"a":1},"id":7}', "data", {"a": 1}),
        (b'{"type":"ping"}', "ping", None),
        (b'{"type":"data","data":"x"}', "data", "x"),
    ],
)
def test_an_envelope_is_opened(message: bytes, kind: str, data: Any) -> None:
    found, payload = unwrap(message)
    assert (found, json.loads(payload)) == (kind, data)


@pytest.mark.parametrize("message", [b"[]", b"{}", b"", b"{", b"null"])
def test_what_is_no_envelope_is_an_error(message: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        unwrap(message)


@given(st.text(), st.dictionaries(st.text(), st.integers() | st.text()))
def test_any_data_survives_its_envelope(text: str, fields: dict[str, Any]) -> None:
    data = {"text": text, **fields}
    message = json.dumps({"type": "data", "data": data}, separators=(",", ":")).encode()
    kind, payload = unwrap(message)
    assert (kind, json.loads(payload)) == ("data", data)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ('{"message":"a","detail":"b"}', Problem("a", "b")),
        (b'{"message":"a"}', Problem("a")),
        ("oops", Problem("oops")),
        (b"\xff[]", Problem("\N{REPLACEMENT CHARACTER}[]")),
        ("[1]", Problem("[1]")),
    ],
)
def test_a_problem_is_read(payload: bytes | str, found: Problem) -> None:
    assert problem(payload) == found


def line(number: int) -> Any:
    return SimpleNamespace(id=number)


def test_a_bookmark_remembers_the_last_line() -> None:
    bookmark = Bookmark(("after", "id"))
    assert bookmark.query == {}
    for number in (3, 7):
        assert bookmark.take(line(number)) is not None
    assert bookmark.query == {"after": 7}


def test_a_bookmark_drops_what_is_repeated_only_after_a_reconnect() -> None:
    bookmark = Bookmark(("after", "id"))
    bookmark.take(line(7))
    assert bookmark.take(line(7)) is not None
    bookmark.reconnected()
    assert bookmark.take(line(6)) is None
    assert bookmark.take(line(7)) is None
    assert bookmark.take(line(8)) is not None


def test_a_bookmark_cuts_batches() -> None:
    bookmark = Bookmark(("after", "id"))
    assert bookmark.take([]) == []
    first = [line(1), line(2)]
    assert bookmark.take(first) is first
    bookmark.reconnected()
    assert bookmark.take([]) is None
    assert bookmark.take(first) is None
    third = line(3)
    assert bookmark.take([first[1], third]) == [third]
    assert bookmark.take([]) == []
    assert bookmark.query == {"after": 3}


def test_a_bookmark_inside_of_frames_finds_the_newest_that_has_one() -> None:
    bookmark = Bookmark(("after_id", "message.id"))
    events = [{"message": {"id": 4}}, {"message": None}, {"status": {}}]
    assert bookmark.take(events) is events
    assert bookmark.query == {"after_id": 4}
    bookmark.reconnected()
    assert bookmark.take(events) is events  # a message may come again in a newer form


def test_without_a_bookmark_everything_passes() -> None:
    bookmark = Bookmark(None)
    frame = line(1)
    bookmark.reconnected()
    assert bookmark.take(frame) is frame
    assert bookmark.query == {}


def refused(status: int, message: str = "no", *, json: Any = None) -> APIStatusError:
    return APIStatusError(message, status=status, json=json)


@pytest.mark.parametrize(
    ("error", "kind", "absent"),
    [
        (refused(426, json={}), "websocket", True),
        (refused(426), "sse", True),
        (refused(405), "sse", True),
        (refused(501), "websocket", True),
        (refused(404, "Route not found.", json={}), "sse", True),
        (refused(404, "Resource not found or you do not have access", json={}), "sse", False),
        (refused(404), "websocket", True),
        (refused(200), "websocket", True),
        (UnexpectedResponseError("a page"), "sse", True),
        (refused(403, "Forbidden.", json={}), "websocket", False),
        (refused(403), "websocket", True),
        (refused(403), "sse", False),
        (refused(429), "websocket", False),
        (ConnectError("no"), "websocket", False),
    ],
)
def test_when_a_form_is_absent(error: Any, kind: str, *, absent: bool) -> None:
    assert is_absent(error, kind) is absent


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectError("no"), True),
        (TLSError("no"), False),
        (UnavailableError("no", status=503), True),
        (ServerError("no", status=500), True),
        (RateLimitError("no", status=429), True),
        (NotFoundError("no", status=404), False),
        (KeyError("no"), False),
    ],
)
def test_what_another_connection_may_do_better(error: Exception, *, passes: bool) -> None:
    assert may_pass(error) is passes


def test_patience_grows_to_its_cap_and_ends() -> None:
    patience = Patience(RetryPolicy(base=0.5, cap=8), jitter=lambda: 1)
    delays = [patience.delay(ClosedError(1006)) for _ in range(TRIES + 1)]
    assert delays == [0.5, 1, 2, 4, 8, 8, 8, 8, None]
    patience.failures = 0
    assert patience.delay(ClosedError(1006)) == 0.5


def test_without_a_policy_there_is_no_patience() -> None:
    assert Patience(None).delay(ClosedError(1006)) is None


@pytest.mark.parametrize("alternative", ["GET /api/v2/watch-ws", "/api/v2/watch-ws"])
def test_the_other_form_leads_back(alternative: str) -> None:
    spec = StreamSpec("sse", alternative=alternative, state=True)
    request: StreamRequest[Any] = StreamRequest("GET", "/api/v2/watch", stream=spec)
    other = other_form(request)
    assert other is not None
    assert (other.path_template, other.stream.kind) == ("/api/v2/watch-ws", "websocket")
    assert other.stream.envelope
    back = other_form(other)
    assert back is not None
    assert (back.path_template, back.stream.kind, back.stream.envelope) == (
        "/api/v2/watch", "sse", False,
    )  # fmt: skip
    assert request.stream.kind == "sse"
