"""The rows of the fault matrix that are streams: each on a real socket, in both colours."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import coder_sdk
from coder_sdk._decode import ResponseTypes
from coder_sdk._request import Request, SocketRequest, StreamRequest, StreamSpec
from tests.colours import Colour
from tests.streams.peer import Peer, Server

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STREAMS = tomllib.loads((Path(__file__).parent / "fault_matrix.toml").read_text())["stream"]
LOGS = StreamSpec("websocket", resume=("after", "id"))
WATCH = StreamSpec("sse", state=True)
FIRST, SECOND = {"id": 1}, {"id": 2}

Fault = Callable[[Peer, int], None]


def ended(peer: Peer, code: int) -> None:
    """Nothing more comes, and nobody says why."""


def cut(*parts: bytes) -> Fault:
    """Reset the connection after these bytes."""

    def fail(peer: Peer, code: int) -> None:
        for part in parts:
            peer.raw(part)
        peer.cut()

    return fail


def closed(peer: Peer, code: int) -> None:
    data = b"" if code == 1005 else struct.pack("!H", code) + b"because"
    peer.raw(bytes([0x88, len(data)]) + data).wait_gone()


SSE: dict[str, Fault] = {
    "cut_in_an_event": cut(b'event: data\ndata: {"id": 7'),
    "cut_in_a_character": cut(b'event: data\ndata: {"id": 7, "name": "\xc3'),
    "cut_between_events": cut(b"\n\n: still here\n\n"),
    "cut_in_a_chunk": cut(b"20\r\nevent: data\nda"),
    "ended": ended,
    "half_json": lambda peer, code: peer.raw(b'event: data\ndata: {"id":\n\n').wait_gone(),
}
SOCKET: dict[str, Fault] = {
    "closed": closed,
    "cut_in_a_frame": cut(b'\x81\x7e\x01\x00{"id": '),
    "cut_between_frames": cut(),
    "ended": ended,
    "half_json": lambda peer, code: peer.send('{"id":').wait_gone(),
    "masked_frame": lambda peer, code: peer.raw(b"\x81\x82abcd##").wait_gone(),
}


def cells() -> Iterator[Any]:
    for row in STREAMS:
        for code in row.get("codes", [0]):
            name = "-".join(str(part) for part in (row["form"], row["fault"], code) if part)
            yield pytest.param(row, code, id=name + ("-always" if "times" in row else ""))


def scripts(row: dict[str, Any], code: int) -> list[Callable[[Peer], None]]:
    """One connection that fails for each that is expected, then one that does not."""
    faults = SSE if row["form"] == "sse" else SOCKET

    def failing(peer: Peer) -> None:
        give(peer, row, FIRST)
        faults[row["fault"]](peer, code)

    def working(peer: Peer) -> None:
        give(peer, row, SECOND)
        if peer.is_socket:
            peer.close()
        peer.wait_gone()

    failures = min(row.get("times", 1), row["connections"])
    return [failing] * failures + [working] * (row["connections"] - failures)


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def give(peer: Peer, row: dict[str, Any], frame: dict[str, int]) -> None:
    """Begin the stream, and send a frame in its form."""
    if peer.is_socket:
        peer.accept().send(frame)
    elif row["fault"] == "cut_in_a_chunk":
        text = b'event: data\ndata: {"id": %d}\n\n' % frame["id"]
        peer.raw(CHUNKED).raw(b"%x\r\n%s\r\n" % (len(text), text))
    else:
        peer.events().event("data", frame)


def opened(client: Any, form: str) -> Any:
    request: Request[Any]
    if form == "two-way":
        request = SocketRequest("GET", "/api/v2/x", stream=StreamSpec("websocket"))
        request.types = ResponseTypes(None, Any, Any)
        return client._socket(request)
    request = StreamRequest("GET", "/api/v2/x", stream=WATCH if form == "sse" else LOGS)
    request.types = ResponseTypes(None, Any)
    return client._stream(request)


def reading(colour: Colour, frames: Any, got: list[Any]) -> Callable[[], Any]:
    """Read until the second frame, or until the stream ends."""
    if not colour.is_async:

        def read() -> None:
            with frames:
                for frame in frames:
                    got.append(frame)
                    if frame == SECOND:
                        return

        return read

    async def aread() -> None:
        async with frames:
            async for frame in frames:
                got.append(frame)
                if frame == SECOND:
                    return

    return aread


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the goodbye of a server that was cut off."""
    monkeypatch.setattr("coder_sdk._sockets.CLOSE_TIMEOUT", 0.5)


@pytest.mark.parametrize(("row", "code"), list(cells()))
def test_stream_cell(colour: Colour, row: dict[str, Any], code: int):
    got: list[Any] = []
    with closing(Server()) as server:
        server.expect(*scripts(row, code))
        frames = opened(colour.client(server.url), row["form"])
        read = reading(colour, frames, got)
        if row["expect"] in {"survived", "ended"}:
            colour.call(read)
            assert got == ([FIRST, SECOND] if row["expect"] == "survived" else [FIRST])
        else:
            with pytest.raises(getattr(coder_sdk, row["expect"])) as caught:
                colour.call(read)
            check(caught.value, row, code, got)
        assert len(server.peers) == row["connections"]
        assert all(peer.gone.wait(5) for peer in server.peers), "a connection is left open"


def check(error: Any, row: dict[str, Any], code: int, got: list[Any]) -> None:
    assert type(error).__name__ == row["expect"]
    assert error.operation == "GET /api/v2/x"
    assert got[0] == FIRST
    if row["expect"] == "StreamError":
        assert error.last_event == FIRST
        assert error.close_code == row.get("close_code", code or None)
    if row["fault"] == "closed" and "close_code" not in row and code != 1005:
        assert error.close_reason == "because"


def test_every_fault_of_a_stream_is_in_the_matrix():
    tried = {(row["form"] == "sse", row["fault"]) for row in STREAMS}
    assert tried == {(True, fault) for fault in SSE} | {(False, fault) for fault in SOCKET}
