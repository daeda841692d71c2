# Derived from `tests/streams/_async/test_streams.py`
# by `python -m codegen colours`; edit that file.
"""One-way streams against a server that keeps, cuts and refuses them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from coder_sdk import (
    BadRequestError,
    Client,
    CoderError,
    DecodeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    StreamError,
    UnauthorizedError,
)
from coder_sdk._decode import ResponseTypes
from coder_sdk._io._sync.streams import Stream
from coder_sdk._reconnect import TRIES
from coder_sdk._request import CallOptions, StreamRequest, StreamSpec
from tests.streams.peer import InstantClock, Peer, Script, Server

pytestmark = pytest.mark.anyio

LOGS = StreamSpec("websocket", resume=("after", "id"))
WATCH = StreamSpec("sse", alternative="GET /api/v2/watch-ws", state=True)
WATCH_WS = StreamSpec("websocket", envelope=True, alternative="/api/v2/watch", state=True)
TOKEN = "aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb"


@pytest.fixture
def client(server: Server, clock: InstantClock) -> Iterator[Client]:
    with Client(server.url, token=TOKEN) as client:
        client._core.clock = clock
        yield client


def stream(
    client: Client,
    spec: StreamSpec = LOGS,
    path: str = "/api/v2/logs",
    frame: Any = Any,
    **options: Any,
) -> Stream[Any]:
    request: StreamRequest[Any] = StreamRequest(
        "GET", path, query={"follow": True}, stream=spec, options=CallOptions(**options)
    )
    request.types = ResponseTypes(None, frame)
    opened: Stream[Any] = client._stream(request)
    return opened


def watch(client: Client, spec: StreamSpec = WATCH, **options: Any) -> Stream[Any]:
    path = "/api/v2/watch" if spec.kind == "sse" else "/api/v2/watch-ws"
    return stream(client, spec, path, **options)


def collect(frames: Iterable[Any], into: list[Any] | None = None) -> list[Any]:
    """Keep what came, also if the iteration fails."""
    got = [] if into is None else into
    for frame in frames:
        got += [frame]
    return got


def line(number: int) -> dict[str, int]:
    return {"id": number}


def lines(*numbers: int) -> list[dict[str, int]]:
    return [line(number) for number in numbers]


def logs(*numbers: int, code: int | None = 1000, reason: str = "") -> Script:
    """Send these lines and close."""
    return lambda peer: peer.accept().send(*lines(*numbers)).close(code, reason)


def cut_after(*numbers: int) -> Script:
    return lambda peer: peer.accept().send(*lines(*numbers)).cut()


# The end, and what is not the end


def test_a_normal_close_is_the_end(client: Client, server: Server) -> None:
    server.expect(logs(1, 2, 3, reason="done"))
    frames = stream(client)
    assert collect(frames) == lines(1, 2, 3)
    assert (frames.closed, frames.reconnects, frames.last_event) == (True, 0, line(3))
    assert server.asked == [("logs", {"follow": "true"})]


@pytest.mark.parametrize("code", [1001, 1011, 1012, 1013, 1014, None])
def test_a_passing_close_is_followed_by_another_connection(
    client: Client, server: Server, code: int | None
) -> None:
    server.expect(logs(1, 2, code=code), logs(3))
    frames = stream(client)
    assert collect(frames) == lines(1, 2, 3)
    assert frames.reconnects == 1
    assert [query.get("after") for _, query in server.asked] == [None, "2"]


@pytest.mark.usefixtures("hasty")
def test_a_server_that_does_not_hang_up_is_left(client: Client, server: Server) -> None:
    server.expect(lambda peer: peer.accept().send(line(1)).close(1000, linger=True))
    assert collect(stream(client)) == lines(1)


def cut_in_a_frame(peer: Peer) -> None:
    peer.accept().send(line(1)).raw(b'\x81\x7e\x01\x00{"id": ').cut()


def cut_between_frames(peer: Peer) -> None:
    peer.accept().send(line(1)).cut()


def end_without_close(peer: Peer) -> None:
    peer.accept().send(line(1))


@pytest.mark.parametrize("script", [cut_in_a_frame, cut_between_frames, end_without_close])
def test_a_cut_connection_is_followed_by_another_one(
    client: Client, server: Server, script: Script
) -> None:
    server.expect(script, logs(2))
    assert (collect(stream(client)))[-1] == line(2)
    assert len(server.peers) == 2


def test_a_server_that_repeats_lines_after_a_reconnect_repeats_none_here(
    client: Client, server: Server
) -> None:
    server.expect(logs(1, 5, code=1011), logs(1, 5, 9, code=1011), logs(9, 12))
    assert collect(stream(client)) == lines(1, 5, 9, 12)


def test_batches_are_cut_where_they_overlap(client: Client, server: Server) -> None:
    server.expect(
        lambda peer: peer.accept().send([], lines(1, 2)).cut(),
        lambda peer: peer.accept().send([], lines(1, 2), lines(2, 3), lines(4)).close(),
    )
    assert collect(stream(client)) == [[], lines(1, 2), lines(3), lines(4)]
    assert server.asked[1][1]["after"] == "2"


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009, 1010, 4000])
def test_a_close_for_good_is_an_error_with_the_last_event(
    client: Client, server: Server, code: int
) -> None:
    server.expect(logs(1, code=code, reason="because"))
    got: list[Any] = []
    with pytest.raises(StreamError, match=f"the stream is lost: closed with {code}") as caught:
        collect(stream(client), got)
    assert got == lines(1)
    error = caught.value
    assert (error.close_code, error.close_reason, error.last_event) == (code, "because", line(1))
    assert error.operation == "GET /api/v2/logs"


def test_patience_ends(client: Client, server: Server, clock: InstantClock) -> None:
    server.expect(cut_after(7), *[cut_after()] * TRIES)
    with pytest.raises(StreamError) as caught:
        collect(stream(client))
    assert (caught.value.close_code, caught.value.last_event) == (1006, line(7))
    assert caught.value.tries == TRIES + 1
    assert caught.value.elapsed > 0
    assert caught.value.url == f"{server.url}/api/v2/logs?follow=true&after=7"
    assert len(clock.slept) == TRIES
    assert all(0.25 <= slept <= 8 for slept in clock.slept)
    assert clock.slept[-1] >= 4


def test_each_event_renews_the_patience(client: Client, server: Server) -> None:
    numbers = range(1, 2 * TRIES)
    server.expect(*(logs(number, code=1011) for number in numbers), logs(99))
    assert collect(stream(client)) == lines(*numbers, 99)


def test_without_retries_there_is_one_connection(client: Client, server: Server) -> None:
    server.expect(cut_after(1))
    with pytest.raises(StreamError, match="the connection was lost"):
        collect(stream(client, retry=None))


def test_a_refusal_after_a_loss_is_the_cause(client: Client, server: Server) -> None:
    server.expect(logs(1, code=1011), lambda peer: peer.refuse(404, "Resource not found"))
    with pytest.raises(StreamError, match="Resource not found") as caught:
        collect(stream(client))
    assert isinstance(caught.value.__cause__, NotFoundError)
    assert caught.value.last_event == line(1)


def test_a_server_that_restarts_is_waited_for(client: Client, server: Server) -> None:
    restarting: Script = lambda peer: peer.refuse(503, "Server instance is shutting down")  # noqa: E731
    server.expect(logs(1, code=1001), restarting, restarting, logs(2))
    assert collect(stream(client)) == lines(1, 2)


# Handshakes


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (400, "Chat has no workspace to watch.", BadRequestError),
        (401, "You are signed out or your session has expired.", UnauthorizedError),
        (403, "Forbidden.", PermissionDeniedError),
        (404, "Resource not found or you do not have access to this resource", NotFoundError),
    ],
)
def test_a_refused_handshake_is_the_error_of_a_call(
    client: Client, server: Server, status: int, message: str, error: type[CoderError]
) -> None:
    server.expect(lambda peer: peer.refuse(status, message))
    with pytest.raises(error, match=f"GET {server.url}/api/v2/logs.*{message}"):
        collect(stream(client))


def test_a_handshake_refused_with_a_page_is_the_error_of_a_call(
    client: Client, server: Server
) -> None:
    page = b"<!doctype html><title>404 - Application Unavailable</title>"
    server.expect(lambda peer: peer.answer(404, page, content_type="text/html; charset=utf-8"))
    with pytest.raises(NotFoundError, match="status 404: The answer is a web page"):
        collect(stream(client))


def test_text_before_the_json_of_a_refusal_is_no_obstacle(client: Client, server: Server) -> None:
    body = b'WebSocket protocol violation: no upgrade\n{"message":"Failed to accept WebSocket."}\n'
    server.expect(lambda peer: peer.answer(426, body, content_type="text/plain"))
    with pytest.raises(CoderError, match="Failed to accept WebSocket"):
        collect(stream(client))


def test_a_rate_limited_handshake_waits_for_its_turn(
    client: Client, server: Server, clock: InstantClock
) -> None:
    server.expect(lambda peer: peer.refuse(429, "Too many.", retry_after="7"), logs(1))
    assert collect(stream(client)) == lines(1)
    assert clock.slept == [7]


def test_a_rate_limited_handshake_without_retries_is_an_error(
    client: Client, server: Server
) -> None:
    server.expect(lambda peer: peer.refuse(429, "Too many.", x_ratelimit_limit="6"))
    with pytest.raises(RateLimitError) as caught:
        collect(stream(client, retry=None))
    assert caught.value.limit == 6


@pytest.mark.parametrize("spec", [LOGS, WATCH])
def test_a_host_that_does_not_listen_is_a_connect_error(
    server: Server, clock: InstantClock, spec: StreamSpec
) -> None:
    server.close()
    with Client(server.url, token="t") as client:
        client._core.clock = clock
        with pytest.raises(CoderError) as caught:
            collect(stream(client, spec))
    assert type(caught.value).__name__ == "ConnectError"
    assert len(clock.slept) == 3


def test_a_handshake_looks_like_every_request(client: Client, server: Server) -> None:
    server.expect(logs())
    collect(stream(client, headers={"X-Mine": "yes"}))
    headers = server.peers[0].request.headers
    assert headers["Coder-Session-Token"] == TOKEN
    assert headers["User-Agent"].startswith("coder-sdk/")
    assert headers["X-Mine"] == "yes"
    assert headers.get_all("Connection") == ["Upgrade"]
    for name in ("Origin", "Sec-WebSocket-Extensions", "Cookie", "Accept-Encoding"):
        assert name not in headers


def test_a_redirect_of_a_handshake_is_not_followed(client: Client, server: Server) -> None:
    server.expect(lambda peer: peer.answer(307, location=f"{server.url}/elsewhere"))
    with pytest.raises(CoderError):
        collect(stream(client))
    assert len(server.peers) == 1


def test_no_secret_is_logged(
    client: Client, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.expect(logs(1, code=1011), logs(2))
    collect(stream(client))
    assert "closed with 1011" in caplog.text
    assert TOKEN not in caplog.text


def test_a_large_message_is_taken(client: Client, server: Server) -> None:
    text = "x" * 5_000_000
    server.expect(lambda peer: peer.accept().send({"id": 1, "output": text}).close())
    (frame,) = collect(stream(client))
    assert frame["output"] == text


def test_json_may_come_in_binary_frames(client: Client, server: Server) -> None:
    server.expect(lambda peer: peer.accept().send(b'{"Regions": {}}\n').close())
    spec = StreamSpec("websocket", binary=True, state=True)
    assert collect(stream(client, spec)) == [{"Regions": {}}]


def test_a_frame_that_does_not_fit_is_a_decode_error(client: Client, server: Server) -> None:
    server.expect(lambda peer: peer.accept(X_Request_Id="r8").send({"id": "secret"}).wait_gone())
    with pytest.raises(DecodeError, match=f"GET {server.url}/api/v2/logs") as caught:
        collect(stream(client, frame=dict[str, int]))
    assert (caught.value.location, caught.value.request_id) == ("id", "r8")
    assert caught.value.operation == "GET /api/v2/logs"
    assert "secret" not in str(caught.value)


def test_a_frame_that_does_not_fit_is_shown_without_the_secrets_of_the_client(
    server: Server,
) -> None:
    secret = "of-the-proxy-4711"
    server.expect(lambda peer: peer.accept().send({"id": f"heard {secret}"}).wait_gone())
    with Client(server.url, token=TOKEN, headers={"X-Proxy-Secret": secret}) as client:
        opened = stream(client, frame=dict[str, int])
        with pytest.raises(DecodeError) as caught:
            collect(opened)
    assert b"heard" in caught.value.body
    assert secret.encode() not in caught.value.body


# Server-sent events


def test_events_are_frames(client: Client, server: Server) -> None:
    def script(peer: Peer) -> None:
        assert peer.request.headers["Accept"] == "text/event-stream"
        peer.events().event("ping").event("data", {"n": 1}).event("ping").event("data", {"n": 2})
        peer.wait_gone()

    server.expect(script)
    with watch(client) as frames:
        assert [step(frames), step(frames)] == [{"n": 1}, {"n": 2}]
        assert frames.resumable


def step(frames: Stream[Any]) -> Any:
    """The next frame of a stream that stays open."""
    for frame in frames:
        return frame
    return None


def cut_in_an_event(peer: Peer) -> None:
    peer.events().event("data", {"n": 1}).raw(b'event: data\ndata: {"n"').cut()


def end_after_an_event(peer: Peer) -> None:
    peer.events().event("data", {"n": 1})


@pytest.mark.parametrize("script", [cut_in_an_event, end_after_an_event])
def test_lost_events_are_followed_by_the_present_state(
    client: Client, server: Server, script: Script
) -> None:
    server.expect(script, lambda peer: peer.events().event("data", {"n": 2}).wait_gone())
    with watch(client) as frames:
        assert [step(frames), step(frames)] == [{"n": 1}, {"n": 2}]
        assert frames.reconnects == 1


def test_a_silent_stream_counts_as_lost(client: Client, server: Server) -> None:
    server.expect(
        lambda peer: peer.events().wait_gone(),
        lambda peer: peer.events().event("data", {"n": 1}).wait_gone(),
    )
    with watch(client, idle_timeout=0.4) as frames:
        assert step(frames) == {"n": 1}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say goodbye in a hurry to a server that does not answer it."""
    monkeypatch.setattr("coder_sdk._sockets.CLOSE_TIMEOUT", 0.5)


@pytest.mark.usefixtures("hasty")
def test_a_silent_socket_counts_as_lost(client: Client, server: Server) -> None:
    def deaf(peer: Peer) -> None:
        peer.accept()
        while peer.sock.recv(65536):  # answers no ping
            pass

    server.expect(deaf, logs(1))
    assert collect(stream(client, idle_timeout=0.4)) == lines(1)


def test_pings_keep_a_stream_alive(client: Client, server: Server) -> None:
    def script(peer: Peer) -> None:
        peer.events()
        for _ in range(6):
            peer.event("ping")
            peer.gone.wait(0.2)
        peer.event("data", {"n": 1}).wait_gone()

    server.expect(script)
    with watch(client, idle_timeout=1.0) as frames:
        assert step(frames) == {"n": 1}
        assert frames.reconnects == 0


@pytest.mark.parametrize("spec", [WATCH, WATCH_WS])
def test_an_error_event_ends_nothing(
    client: Client, server: Server, spec: StreamSpec, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = {"message": "Internal error fetching workspace.", "detail": "boom"}

    def script(peer: Peer) -> None:
        if peer.is_socket:
            peer.accept().send({"type": "error", "data": trouble}, {"type": "data", "data": {}})
        else:
            peer.events().event("error", trouble).event("data", {})
        peer.wait_gone()

    server.expect(script)
    with watch(client, spec) as frames:
        assert step(frames) == {}
        assert frames.last_problem == ("Internal error fetching workspace.", "boom")
    assert "boom" in caplog.text


def test_errors_only_are_the_end(client: Client, server: Server) -> None:
    def script(peer: Peer) -> None:
        peer.events(X_Request_Id="r9")
        for _ in range(5):
            peer.event("error", {"message": "No."})
        peer.wait_gone()

    server.expect(script)
    with pytest.raises(StreamError, match="the server reports errors only: No") as caught:
        collect(watch(client))
    assert caught.value.url == f"{server.url}/api/v2/watch?follow=true"
    assert (caught.value.method, caught.value.tries, caught.value.request_id) == ("GET", 1, "r9")


# Two forms of one stream


def socket_state(peer: Peer) -> None:
    peer.accept().send({"type": "ping", "data": None}, {"type": "data", "data": {"n": 1}})
    peer.wait_gone()


def event_state(peer: Peer) -> None:
    peer.events().event("ping").event("data", {"n": 1}).wait_gone()


def no_route(peer: Peer) -> None:
    peer.refuse(404, "Route not found.")


def upgrade_required(peer: Peer) -> None:
    peer.answer(426, b'no\n{"message":"Failed to accept WebSocket."}', content_type="text/plain")


def dashboard(peer: Peer) -> None:
    peer.answer(200, b"<!doctype html><title>Coder</title>", content_type="text/html")


def proxy_page(peer: Peer) -> None:
    peer.answer(403, b"<html>WebSockets are not allowed</html>", content_type="text/html")


@pytest.mark.parametrize("refusal", [no_route, upgrade_required, dashboard, proxy_page])
def test_events_fall_in_for_a_socket(client: Client, server: Server, refusal: Script) -> None:
    server.expect(refusal, event_state, event_state)
    for _ in range(2):  # the second time it is remembered
        with watch(client, WATCH_WS) as frames:
            assert step(frames) == {"n": 1}
    assert [path for path, _ in server.asked] == ["watch-ws", "watch", "watch"]


@pytest.mark.parametrize("refusal", [no_route, dashboard])
def test_a_socket_falls_in_for_events(client: Client, server: Server, refusal: Script) -> None:
    server.expect(refusal, socket_state, socket_state)
    for _ in range(2):
        with watch(client, WATCH) as frames:
            assert step(frames) == {"n": 1}
    assert [path for path, _ in server.asked] == ["watch", "watch-ws", "watch-ws"]


def test_a_missing_object_is_no_reason_to_fall_back(client: Client, server: Server) -> None:
    server.expect(lambda peer: peer.refuse(404, "Resource not found or you do not have access"))
    with pytest.raises(NotFoundError):
        collect(watch(client, WATCH_WS))


def test_if_both_forms_fail_one_error_has_both(client: Client, server: Server) -> None:
    server.expect(no_route, lambda peer: peer.refuse(403, "Forbidden."))
    with pytest.raises(PermissionDeniedError, match="/api/v2/watch") as caught:
        collect(watch(client, WATCH_WS))
    assert "Route not found" in str(caught.value.first_error)
    assert caught.value.__cause__ is caught.value.first_error


def test_a_remembered_form_that_is_gone_is_given_up(client: Client, server: Server) -> None:
    server.expect(no_route, event_state, no_route, socket_state)
    for _ in range(2):
        with watch(client, WATCH_WS) as frames:
            assert step(frames) == {"n": 1}
    assert [path for path, _ in server.asked] == ["watch-ws", "watch", "watch", "watch-ws"]


# Leaving


SPECS = pytest.mark.parametrize("spec", [WATCH, WATCH_WS])


def state_for(spec: StreamSpec) -> Script:
    return event_state if spec.kind == "sse" else socket_state


@SPECS
def test_a_with_block_opens_and_closes(client: Client, server: Server, spec: StreamSpec) -> None:
    server.expect(state_for(spec))
    frames = watch(client, spec)
    assert "not open yet" in repr(frames)
    with frames:
        assert len(server.peers) == 1
        assert ", open>" in repr(frames)
    assert frames.closed
    assert server.peers[0].gone.wait(5)
    assert collect(frames) == []
    assert "closed" in repr(frames)


@SPECS
def test_an_exception_in_a_with_block_closes(
    client: Client, server: Server, spec: StreamSpec
) -> None:
    server.expect(state_for(spec))

    def fail() -> None:
        with watch(client, spec) as frames:
            for _ in frames:
                raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert server.peers[0].gone.wait(5)


@SPECS
def test_an_iteration_goes_on_inside_of_a_with_block(
    client: Client, server: Server, spec: StreamSpec
) -> None:
    def script(peer: Peer) -> None:
        for number in range(3):
            if spec.kind == "sse":
                (peer if number else peer.events()).event("data", number)
            else:
                (peer if number else peer.accept()).send({"type": "data", "data": number})
        peer.wait_gone()

    server.expect(script)
    with watch(client, spec) as frames:
        assert [step(frames), step(frames), step(frames)] == [0, 1, 2]


@SPECS
def test_closing_ends_the_iteration(client: Client, server: Server, spec: StreamSpec) -> None:
    server.expect(state_for(spec))
    with watch(client, spec) as frames:
        got = []
        for frame in frames:
            got.append(frame)
            frames.close()
            frames.close()
    assert got == [{"n": 1}]
    assert server.peers[0].gone.wait(5)


def test_the_opener_of_the_client_is_used(client: Client) -> None:
    from tests.streams.fake_opener import FakeOpener  # noqa: PLC0415

    opener = FakeOpener([{"id": 1}, {"id": 2}])
    client._core.opener = opener.asynchronous if client._core.asynchronous else opener.synchronous
    assert collect(stream(client)) == lines(1, 2)
    (handshake,) = opener.handshakes
    assert handshake.url.startswith("ws://127.0.0.1:")
    assert handshake.headers["coder-session-token"] == TOKEN
    assert TOKEN not in repr(handshake)
