"""Log lines, hooks and spans."""

from __future__ import annotations

import logging
import sys
from typing import Any, ClassVar

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from respx import MockRouter

from coder_sdk import (
    ConfigError,
    ConnectError,
    ConnectionLostError,
    Hooks,
    NotFoundError,
    PermissionDeniedError,
    ServerError,
    StreamError,
)
from coder_sdk._decode import ResponseTypes
from coder_sdk._handshake import Handshake, RefusedError
from coder_sdk._request import CallOptions, Request, SocketRequest, StreamRequest, StreamSpec
from tests.client.faults import FaultServer
from tests.colours import TOKEN, Colour

EVENTS = {"Content-Type": "text/event-stream", "X-Request-Id": "r5"}


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "coder_sdk.http"]


def test_each_try_is_one_line(colour: Colour, router: MockRouter, caplog: pytest.LogCaptureFixture):
    router.get("/x").mock(
        side_effect=[
            httpx.Response(503),
            httpx.ConnectError("x"),
            httpx.Response(200, json=1, headers={"X-Request-Id": "r7"}),
        ]
    )
    with caplog.at_level(logging.DEBUG, "coder_sdk"):
        colour.call(colour.client().request, "GET", "/x", params={"token": "abcdef"})
    delays = colour.clock.slept
    url = "https://coder.example/x?token=**********"
    assert lines(caplog) == [
        ("INFO", f"GET {url} -> 503 in 0 ms, status 503, again in {delays[0]:.2f} s"),
        ("INFO", f"GET {url} -> ConnectError in 0 ms, try 2, not sent, again in {delays[1]:.2f} s"),
        ("DEBUG", f"GET {url} -> 200 in 0 ms, try 3, request r7"),
    ]


def test_nothing_is_logged_that_nobody_hears(
    colour: Colour, router: MockRouter, caplog: pytest.LogCaptureFixture
):
    router.get("/x").respond(json=None)
    with caplog.at_level(logging.WARNING, "coder_sdk"):
        colour.call(colour.client().request, "GET", "/x")
    assert lines(caplog) == []


def test_hooks_hear_every_try(colour: Colour, router: MockRouter):
    router.get("/x").mock(
        side_effect=[
            httpx.ConnectError("x"),
            httpx.Response(404, json={"message": "no"}, headers={"X-RateLimit-Limit": "512"}),
        ]
    )
    requests: list[Any] = []
    responses: list[Any] = []
    hooks = Hooks(
        on_request=colour.function(requests.append), on_response=colour.function(responses.append)
    )
    with pytest.raises(NotFoundError):
        colour.call(colour.client(hooks=hooks).request, "GET", "/x")
    assert [(r.number, r.operation, r.method) for r in requests] == [
        (1, "GET /x", "GET"), (2, "GET /x", "GET"),
    ]  # fmt: skip
    assert requests[0].headers["coder-session-token"] == "**********"
    assert [r.status for r in responses] == [None, 404]
    assert responses[1].rate_limit.limit == 512
    assert isinstance(responses[1].error, NotFoundError)


def test_what_a_hook_raises_ends_the_call(colour: Colour, router: MockRouter):
    route = router.get("/x").respond(json=None)

    def refuse(info: Any) -> None:
        raise PermissionError(info.operation)

    with pytest.raises(PermissionError):
        colour.call(
            colour.client(hooks=Hooks(on_request=colour.function(refuse))).request, "GET", "/x"
        )
    assert route.call_count == 0


class Switched:
    """A connection of an opener of our own, as far as a handshake looks at it."""

    headers: ClassVar = {"x-request-id": "r6", "x-ratelimit-limit": "512"}


def handshake(colour: Colour, client: Any, error: Exception | None = None) -> Any:
    """Open a socket by an opener that succeeds, or fails with an error."""
    request: SocketRequest[Any, Any] = SocketRequest(
        "GET", "/s", query={"token": "abcdef"}, stream=StreamSpec("websocket")
    )
    request.types = ResponseTypes(None, Any)

    def opener(_: Handshake) -> Switched:
        if error is not None:
            raise error
        return Switched()

    return colour.call(client._transport.connect, request, colour.function(opener))


def download(colour: Colour, client: Any, use: Any = lambda response: response.read()) -> Any:
    request: Request[Any] = Request("GET", "/x", query={"token": "abcdef"})
    request.types = ResponseTypes(None, bytes)
    return colour.within(client._streaming(request), use)


def watching(colour: Colour, client: Any, **options: Any) -> list[Any]:
    """Read a stream of server-sent events to its end."""
    request: StreamRequest[Any] = StreamRequest(
        "GET", "/e", stream=StreamSpec("sse"), options=CallOptions(retry=None, **options)
    )
    request.types = ResponseTypes(None, Any)
    stream = client._stream(request)
    got: list[Any] = []

    async def collect() -> None:
        async for frame in stream:
            got.append(frame)  # noqa: PERF401 - what came before an error counts

    def collect_sync() -> None:
        for frame in stream:
            got.append(frame)  # noqa: PERF402 - likewise

    with pytest.raises(StreamError):
        colour.call(collect if colour.is_async else collect_sync)
    return got


def test_streams_and_sockets_write_one_line_for_each_try(
    colour: Colour, router: MockRouter, caplog: pytest.LogCaptureFixture
):
    router.get("/x").mock(
        side_effect=[httpx.Response(503), httpx.Response(200, headers={"X-Request-Id": "r7"})]
    )
    router.get("/e").respond(headers=EVENTS, content=b"data: 1\n\n")
    client = colour.client()
    with caplog.at_level(logging.DEBUG, "coder_sdk"):
        download(colour, client)
        assert watching(colour, client) == [1]
        handshake(colour, client)
        with pytest.raises(PermissionDeniedError):
            handshake(colour, client, RefusedError(403, {"X-Request-Id": "r8"}, b"no"))
    url, delay = "https://coder.example", colour.clock.slept[0]
    assert lines(caplog) == [
        (
            "INFO",
            f"GET {url}/x?token=********** -> 503 in 0 ms, status 503, again in {delay:.2f} s",
        ),
        ("DEBUG", f"GET {url}/x?token=********** -> 200 in 0 ms, try 2, request r7"),
        ("DEBUG", f"GET {url}/e -> 200 in 0 ms, request r5"),
        ("DEBUG", f"GET {url}/s?token=********** -> 101 in 0 ms, request r6"),
        ("DEBUG", f"GET {url}/s?token=********** -> 403 in 0 ms, request r8"),
    ]


def test_hooks_hear_of_streams_and_sockets(colour: Colour, router: MockRouter):
    router.get("/x").respond(content=b"x", headers={"X-RateLimit-Limit": "60"})
    router.get("/e").respond(headers=EVENTS, content=b"data: 1\n\n")
    requests: list[Any] = []
    responses: list[Any] = []
    client = colour.client(
        retry=None,
        hooks=Hooks(
            on_request=colour.function(requests.append),
            on_response=colour.function(responses.append),
        ),
    )
    download(colour, client)
    watching(colour, client)
    handshake(colour, client)
    with pytest.raises(ConnectError):
        handshake(colour, client, ConnectionRefusedError("no"))
    assert [r.operation for r in requests] == ["GET /x", "GET /e", "GET /s", "GET /s"]
    assert all(r.headers["coder-session-token"] == "**********" for r in requests)
    assert [r.status for r in responses] == [200, 200, 101, None]
    assert [r.rate_limit.limit for r in responses] == [60, None, 512, None]
    assert responses[1].headers["x-request-id"] == "r5"
    assert responses[2].headers["x-request-id"] == "r6"
    assert isinstance(responses[3].error, ConnectError)


# Spans


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Where the spans of a test end up."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


def only(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = spans.get_finished_spans()
    assert TOKEN not in span.to_json()
    assert "abcdef" not in span.to_json()
    assert span.kind is SpanKind.CLIENT
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "coder_sdk"
    return span


def attributes(path: str, status: int | None, more: int = 0, error: str = "") -> dict[str, Any]:
    found = {
        "http.request.method": "GET",
        "url.template": path,
        "http.response.status_code": status,
        "http.request.resend_count": more,
        "error.type": error or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def test_each_call_is_one_span(colour: Colour, router: MockRouter, spans: InMemorySpanExporter):
    router.get("/x").mock(side_effect=[httpx.Response(503), httpx.Response(200, json=1)])
    colour.call(colour.client(tracing=True).request, "GET", "/x", params={"token": "abcdef"})
    span = only(spans)
    assert (span.name, span.status.status_code) == ("GET /x", StatusCode.UNSET)
    assert span.attributes == attributes("/x", 200, 1)


def test_the_span_of_a_failed_call_says_so(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/x").respond(500, json={"message": f"broken by {TOKEN}"})
    with pytest.raises(ServerError):
        colour.call(colour.client(tracing=True).request, "GET", "/x", params={"token": "abcdef"})
    span = only(spans)
    assert span.status.status_code is StatusCode.ERROR
    assert "broken by" in (span.status.description or "")
    assert span.attributes == attributes("/x", 500, error="ServerError")


def test_a_call_without_an_answer_has_a_span_without_a_status(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/x").mock(side_effect=[httpx.Response(503), *[httpx.ConnectError("x")] * 3])
    with pytest.raises(ConnectError):
        colour.call(colour.client(tracing=True).request, "GET", "/x")
    assert only(spans).attributes == attributes("/x", None, 3, "ConnectError")


def test_what_runs_during_a_call_is_below_its_span(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/x").respond(json=1)
    names: list[str] = []

    def note(_: Any) -> None:
        names.append(trace.get_current_span().name)  # type: ignore[attr-defined] # of the SDK

    client = colour.client(tracing=True, hooks=Hooks(on_request=colour.function(note)))
    colour.call(client.request, "GET", "/x")
    download(colour, client)
    assert names == ["GET /x", "GET /x"]
    assert not trace.get_current_span().get_span_context().is_valid


def test_the_span_of_a_download_ends_with_its_body(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/x").mock(side_effect=[httpx.Response(503), httpx.Response(200, content=b"x")])

    def during(_: Any) -> None:
        assert spans.get_finished_spans() == ()
        assert not trace.get_current_span().get_span_context().is_valid

    download(colour, colour.client(tracing=True), colour.function(during))
    span = only(spans)
    assert (span.name, span.status.status_code) == ("GET /x", StatusCode.UNSET)
    assert span.attributes == attributes("/x", 200, 1)


def test_the_span_of_a_cut_download_says_so(colour: Colour, spans: InMemorySpanExporter):
    with FaultServer("cut_body") as server, pytest.raises(ConnectionLostError):
        download(colour, colour.client(server.url, tracing=True))
    span = only(spans)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes == attributes("/x", 200, error="ConnectionLostError")


def test_what_the_caller_raises_is_no_failure_of_a_download(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/x").respond(content=b"x")

    def fail(_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        download(colour, colour.client(tracing=True), colour.function(fail))
    assert only(spans).status.status_code is StatusCode.UNSET


def test_a_download_that_is_refused_is_one_failed_span(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/x").respond(404, json={"message": "no"})
    with pytest.raises(NotFoundError):
        download(colour, colour.client(tracing=True))
    assert only(spans).attributes == attributes("/x", 404, error="NotFoundError")


def test_a_stream_of_events_is_one_span(
    colour: Colour, router: MockRouter, spans: InMemorySpanExporter
):
    router.get("/e").respond(headers=EVENTS, content=b"data: 1\n\n")
    assert watching(colour, colour.client(tracing=True)) == [1]
    span = only(spans)
    assert (span.name, span.status.status_code) == ("GET /e", StatusCode.UNSET)
    assert span.attributes == attributes("/e", 200)


def test_a_handshake_is_one_span(colour: Colour, spans: InMemorySpanExporter):
    handshake(colour, colour.client(tracing=True))
    span = only(spans)
    assert (span.name, span.status.status_code) == ("GET /s", StatusCode.UNSET)
    assert span.attributes == attributes("/s", 101)


def test_a_refused_handshake_is_one_failed_span(colour: Colour, spans: InMemorySpanExporter):
    refusal = RefusedError(403, {}, b'{"message":"no"}')
    with pytest.raises(PermissionDeniedError):
        handshake(colour, colour.client(tracing=True), refusal)
    span = only(spans)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes == attributes("/s", 403, error="PermissionDeniedError")


def test_tracing_needs_its_package(colour: Colour, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(ConfigError, match=r"extra `otel`.*\n.*coder-sdk\[otel\]"):
        colour.client(tracing=True)
