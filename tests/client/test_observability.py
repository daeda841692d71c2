"""Log lines, hooks and spans."""

from __future__ import annotations

import logging
import sys
import types
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from respx import MockRouter

from coder_sdk import ConfigError, Hooks, NotFoundError, ServerError
from tests.colours import Colour


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


class FakeTrace(types.ModuleType):
    """As much of the tracing interface as a call uses."""

    class SpanKind:
        CLIENT = "client"

    class StatusCode:
        ERROR = "error"

    def __init__(self) -> None:
        super().__init__("opentelemetry.trace")
        self.spans: list[dict[str, Any]] = []

    def get_tracer(self, name: str, version: str) -> FakeTrace:
        assert name == "coder_sdk"
        return self

    def Status(self, code: str, text: str) -> tuple[str, str]:  # noqa: N802 - the name of the interface
        return code, text

    @contextmanager
    def start_as_current_span(self, name: str, **options: Any):
        span: dict[str, Any] = {"name": name, **options["attributes"]}
        self.spans.append(span)
        yield types.SimpleNamespace(
            set_attribute=span.__setitem__, set_status=lambda status: span.update(status=status)
        )


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> FakeTrace:
    fake = FakeTrace()
    monkeypatch.setitem(sys.modules, "opentelemetry", types.ModuleType("opentelemetry"))
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", fake)
    return fake


def test_each_call_is_one_span(colour: Colour, router: MockRouter, trace: FakeTrace):
    router.get("/x").mock(side_effect=[httpx.Response(503), httpx.Response(200, json=1)])
    colour.call(colour.client(tracing=True).request, "GET", "/x")
    assert trace.spans == [
        {
            "name": "GET /x",
            "http.request.method": "GET",
            "url.template": "/x",
            "http.response.status_code": 200,
            "http.request.resend_count": 1,
        }
    ]


def test_the_span_of_a_failed_call_says_so(colour: Colour, router: MockRouter, trace: FakeTrace):
    router.get("/x").respond(500, json={"message": "broken"})
    with pytest.raises(ServerError):
        colour.call(colour.client(tracing=True).request, "GET", "/x")
    (span,) = trace.spans
    assert span["http.response.status_code"] == 500
    assert span["error.type"] == "ServerError"
    assert span["status"][0] == "error"


def test_tracing_needs_its_package(
    colour: Colour, router: MockRouter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(ConfigError, match="extra `otel`"):
        colour.call(colour.client(tracing=True).request, "GET", "/x")
