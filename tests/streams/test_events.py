"""The decoder of server-sent events, against the standard and a simple reading of it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk._sse import Decoder, EventTooLargeError, ServerEvent
from tests.reference import REFERENCE


def events(*chunks: bytes) -> list[ServerEvent]:
    decoder = Decoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def data(*texts: str, kind: str = "message") -> list[ServerEvent]:
    return [ServerEvent(kind, text) for text in texts]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\n", data("a")),
        (b"data: a\r\n\r\n", data("a")),
        (b"data: a\r\r", data("a")),
        (b"data:a\n\n", data("a")),
        (b"data:  a\n\n", data(" a")),
        (b"data: a\ndata: b\n\n", data("a\nb")),
        (b"data\n\n", data("")),
        (b"data\ndata\n\n", data("\n")),
        (b"data:\n\ndata: x\n\n", data("", "x")),
        (b"event: data\ndata: a\n\ndata: b\n\n", [ServerEvent("data", "a"), *data("b")]),
        (b"event: ping\n\n", []),
        (b"event: ping\n\ndata: a\n\n", data("a")),
        (b"id: 7\n\n", []),
        (b"id: 7\ndata: a\n\ndata: b\n\n", [ServerEvent("message", "a", "7"),
                                            ServerEvent("message", "b", "7")]),
        (b"id: 7\0\ndata: a\n\n", data("a")),
        (b"id: 7\ndata: a\n\nid\ndata: b\n\n", [ServerEvent("message", "a", "7"), *data("b")]),
        (b": comment\ndata: a\n:\n\n", data("a")),
        (b"unknown: x\ndata: a\n\n", data("a")),
        (b" data: a\n\n", []),
        (b"data: a\n", []),
        (b"data: a", []),
        (b"\n\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", data("a")),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        (b"data: \xff\n\n", data("\N{REPLACEMENT CHARACTER}")),
        ("data: é€😀\n\n".encode(), data("é€😀")),
        ("data: a\u2028b\x0b\x0c\x85\n\n".encode(), data("a\u2028b\x0b\x0c\x85")),
        (b'data: {"a": "b:c"}\n\n', data('{"a": "b:c"}')),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_the_standard(stream: bytes, expected: list[ServerEvent], size: int) -> None:
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert events(*chunks) == expected


@pytest.mark.parametrize(
    ("stream", "milliseconds"),
    [(b"retry: 100\n", 100), (b"retry: 1s\n", None), (b"retry\n", None), (b"retry: -1\n", None)],
)
def test_retry_is_a_number(stream: bytes, milliseconds: int | None) -> None:
    decoder = Decoder()
    decoder.feed(stream)
    assert decoder.retry == milliseconds


def test_the_last_id_is_kept_without_an_event() -> None:
    decoder = Decoder()
    assert decoder.feed(b"id: 12\n\n") == []
    assert decoder.last_id == "12"


def test_an_event_has_a_bound() -> None:
    decoder = Decoder(max_event=100)
    decoder.feed(b"data: " + b"x" * 60)
    with pytest.raises(EventTooLargeError, match="100"):
        decoder.feed(b"x" * 60)


def test_many_small_events_and_comments_have_none() -> None:
    decoder = Decoder(max_event=100)
    assert sum(len(decoder.feed(b"data: xxxxxxxxxx\n\n")) for _ in range(50)) == 50
    for _ in range(50):
        decoder.feed(b": still here\n")


def simply(stream: bytes) -> list[tuple[str, str, str]]:
    """The standard, read over the whole stream at once."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    found, kind, lines, last = [], "", [], ""
    for line in re.split("\r\n|\n|\r", text)[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if lines:
                found.append((kind or "message", "\n".join(lines), last))
            kind, lines = "", []
        elif name == "data":
            lines.append(value)
        elif name == "event":
            kind = value
        elif name == "id" and "\0" not in value:
            last = value
    return found


PIECES = st.sampled_from(
    [b"data", b"event", b"id", b"retry", b":", b" ", b"\n", b"\r", b"\r\n", b"\n\n", b"x", b"12",
     "é".encode(), "😀".encode(), b"\xef\xbb\xbf", b"\xff", b"\0", b"data: a\n", b"{}"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map(b"".join), st.lists(st.integers(0, 200), max_size=8))
def test_however_a_stream_is_cut_the_events_are_the_same(stream: bytes, cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(marks)]
    whole = [tuple(event) for event in events(stream)]
    assert [tuple(event) for event in events(*chunks)] == whole
    assert whole == simply(stream)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                    max_leaves=20))  # fmt: skip
def test_json_survives(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    (event,) = events(b"event: data\ndata: " + text.encode("utf-8", "surrogatepass") + b"\n\n")
    assert json.loads(event.data) == json.loads(
        text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    )


@pytest.mark.reference
@pytest.mark.skipif(REFERENCE is None, reason="the reference folder is missing")
def test_recorded_streams_hold_pings_and_states() -> None:
    assert REFERENCE is not None
    found = 0
    for file in sorted(REFERENCE.glob("recordings/*/*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            text = row.get("response", {}).get("text", "") if row.get("stream") == "sse" else ""
            if not text or text.rstrip().endswith("characters)"):
                continue  # shortened
            for event in events(text.encode()):
                assert event.type == "data"
                assert json.loads(event.data)
                found += 1
    assert found
