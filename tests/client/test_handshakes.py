"""Sockets open with what every request has: credentials, retries, pacing and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coder_sdk import (
    ConfigError,
    FeatureUnavailableError,
    NotFoundError,
    RateLimiter,
    RateLimitError,
    RedirectError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
)
from coder_sdk._decode import ResponseTypes
from coder_sdk._handshake import Handshake, RefusedError
from coder_sdk._request import SocketRequest, StreamSpec, ref
from tests.client.test_auth import OTHER, Provider
from tests.colours import TOKEN, Colour

JSON = {"content-type": "application/json"}
PATH = "/api/v2/templateversions/{v}/dynamic-parameters"


def request(path: str = PATH, **values: Any) -> SocketRequest[Any, Any]:
    made: SocketRequest[Any, Any] = SocketRequest(
        "GET", path, path=values or {"v": "1"}, stream=StreamSpec("websocket")
    )
    made.types = ResponseTypes(None, Any)
    return made


class Opener:
    """Answers handshakes in turn: a status, or `None` for a connection."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.handshakes: list[Handshake] = []

    def __call__(self, handshake: Handshake) -> str:
        self.handshakes.append(handshake)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return "open"


def connect(colour: Colour, client: Any, opener: Opener, made: Any = None) -> Any:
    function: Callable[..., Any] = colour.function(opener)
    return colour.call(client._transport.connect, made or request(), function)


def refusal(status: int, body: bytes = b'{"message":"no"}', **headers: str) -> RefusedError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RefusedError(status, {**JSON, **named}, body)


def test_a_handshake_carries_what_every_request_does(colour: Colour):
    opener = Opener(None)
    client = colour.client(headers={"X-Proxy": "p"}, app_name="my-app/1", proxy="http://p:1")
    assert connect(colour, client, opener) == "open"
    (handshake,) = opener.handshakes
    assert handshake.url == "wss://coder.example/api/v2/templateversions/1/dynamic-parameters"
    assert handshake.headers["coder-session-token"] == TOKEN
    assert handshake.headers["x-proxy"] == "p"
    assert handshake.headers["user-agent"].startswith("my-app/1 coder-sdk/")
    assert (handshake.proxy, handshake.timeout) == ("http://p:1", 30)
    assert handshake.tls is client._core.tls_context()
    assert TOKEN not in repr(handshake) + repr(vars(type(handshake)))


def test_a_path_prefix_and_a_plain_scheme_are_kept(colour: Colour):
    opener = Opener(None)
    connect(colour, colour.client("http://localhost:3000/coder"), opener)
    assert opener.handshakes[0].url.startswith("ws://localhost:3000/coder/api/v2/")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401), UnauthorizedError),
        (refusal(404), NotFoundError),
        (RefusedError(404, {"content-type": "text/html"}, b"<html>"), NotFoundError),
        (RefusedError(200, {"content-type": "text/html"}, b"<html>"), UnexpectedResponseError),
        (refusal(200), UnexpectedResponseError),
        (refusal(307, Location="https://evil.example/"), RedirectError),
        (refusal(429, Retry_After="999"), RateLimitError),
        (refusal(403, b'{"message":"X is a Premium feature."}'), FeatureUnavailableError),
    ],
    ids=str,
)
def test_a_refused_handshake_is_the_error_of_any_request(
    colour: Colour, answer: RefusedError, error: type[Exception]
):
    with pytest.raises(error) as caught:
        connect(colour, colour.client(), Opener(answer))
    assert type(caught.value) is error
    assert "GET" in str(caught.value)


def test_handshakes_are_tried_again_like_any_get(colour: Colour):
    opener = Opener(refusal(503), refusal(429, Retry_After="7"), TimeoutError(), None)
    assert connect(colour, colour.client(), opener) == "open"
    assert 7 in colour.clock.slept
    assert len(opener.handshakes) == 4
    with pytest.raises(UnavailableError) as caught:
        connect(colour, colour.client(), Opener(*[refusal(503)] * 9))
    assert caught.value.tries == 4


def test_a_refused_token_is_renewed_for_a_socket_too(colour: Colour):
    opener = Opener(refusal(401), None)
    assert connect(colour, colour.client(token=Provider(colour, TOKEN, OTHER)), opener) == "open"
    assert [shake.headers["coder-session-token"] for shake in opener.handshakes] == [TOKEN, OTHER]


def test_handshakes_count_for_the_rate_limit(colour: Colour):
    opener = Opener(None, None, None)
    client = colour.client(limiter=RateLimiter(1))
    for _ in range(3):
        connect(colour, client, opener)
    assert sum(colour.clock.slept) == 2


def test_what_an_opener_raises_by_mistake_comes_out(colour: Colour):
    with pytest.raises(ZeroDivisionError):
        connect(colour, colour.client(), Opener(ZeroDivisionError()))


def test_names_are_looked_up_for_a_socket(colour: Colour, router: Any):
    found = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"
    router.get("/api/v2/users/me/workspace/dev").respond(json={"id": found})
    opener = Opener(None)
    made = request("/api/v2/workspaces/{workspace}/watch-ws", workspace=ref("workspace", "dev"))
    connect(colour, colour.client(), opener, made)
    assert opener.handshakes[0].url.endswith(f"/api/v2/workspaces/{found}/watch-ws")


def test_a_provider_without_a_token_opens_nothing(colour: Colour):
    opener = Opener(None)
    with pytest.raises(ConfigError):
        connect(colour, colour.client(token=Provider(colour, OSError("locked"))), opener)
    assert opener.handshakes == []
