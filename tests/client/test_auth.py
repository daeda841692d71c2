"""Tokens: where they come from, how they are renewed, and that no cookie is kept."""

from __future__ import annotations

import asyncio
import threading
from types import ModuleType
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from respx import MockRouter

from coder_sdk import ConfigError, UnauthorizedError
from coder_sdk.wire import Secret
from tests.colours import TOKEN, URL, Colour

OTHER = "cccccccccc-dddddddddddddddddddddd"


class Provider:
    """Gives tokens and counts how often it was asked."""

    def __init__(self, colour: Colour, *tokens: Any) -> None:
        self.tokens = list(tokens)
        self.rejected: list[str] = []
        self.asked = 0
        self.token = colour.function(self._token)
        self.refresh = colour.function(self._refresh)

    def _token(self) -> str:
        self.asked += 1
        return self._next()

    def _refresh(self, rejected: str) -> str:
        self.rejected.append(rejected)
        return self._next()

    def _next(self) -> str:
        token = self.tokens.pop(0)
        if isinstance(token, Exception):
            raise token
        return token


def accepting(router: MockRouter, *tokens: str):
    """A route that answers 401 unless one of these tokens comes."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("coder-session-token") in tokens:
            return httpx.Response(200, json="ok")
        return httpx.Response(401, json={"message": "You are signed out."})

    return router.route(path="/x").mock(side_effect=answer)


def test_the_token_goes_into_its_header(colour: Colour, router: MockRouter):
    route = accepting(router, TOKEN)
    colour.call(colour.client(token=f" {TOKEN}\n").request, "GET", "/x")
    sent = route.calls.last.request.headers
    assert sent["coder-session-token"] == TOKEN
    assert "authorization" not in sent
    assert "cookie" not in sent


@pytest.mark.parametrize("kind", [Secret, SecretStr])
def test_a_secret_is_taken_as_it_is(colour: Colour, router: MockRouter, kind: Any):
    accepting(router, TOKEN)
    client = colour.client(token=kind(TOKEN))
    assert colour.call(client.request, "GET", "/x") == "ok"
    assert TOKEN not in repr(vars(client.config))


def test_no_token_sends_none(colour: Colour, router: MockRouter):
    route = accepting(router)
    with pytest.raises(UnauthorizedError):
        colour.call(colour.client(token=None).request, "GET", "/x")
    assert "coder-session-token" not in route.calls.last.request.headers


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\nb", "ключ", "a\x00"])
def test_what_is_no_token_is_refused_and_not_shown(colour: Colour, token: Any):
    with pytest.raises(ConfigError, match="token") as caught:
        colour.client(token=token)
    assert token.strip() == "" or token not in str(caught.value)


def test_a_provider_is_asked_once_and_first_when_it_is_needed(colour: Colour, router: MockRouter):
    accepting(router, TOKEN)
    provider = Provider(colour, TOKEN)
    client = colour.client(token=provider)
    assert provider.asked == 0
    for _ in range(3):
        colour.call(client.request, "GET", "/x")
    assert provider.asked == 1


def test_a_function_is_a_provider(colour: Colour, router: MockRouter):
    accepting(router, OTHER)
    tokens = [TOKEN, OTHER]
    client = colour.client(token=colour.function(lambda: tokens.pop(0)))
    assert colour.call(client.request, "GET", "/x") == "ok"
    assert tokens == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_token_is_renewed_and_the_call_replayed_once(
    colour: Colour, router: MockRouter, method: str
):
    route = accepting(router, OTHER)
    provider = Provider(colour, TOKEN, OTHER)
    assert colour.call(colour.client(token=provider).request, method, "/x") == "ok"
    assert provider.rejected == [TOKEN]
    assert route.call_count == 2


def test_a_token_that_is_refused_again_ends_the_call(colour: Colour, router: MockRouter):
    route = accepting(router)
    provider = Provider(colour, TOKEN, OTHER, "never-asked-for")
    with pytest.raises(UnauthorizedError) as caught:
        colour.call(colour.client(token=provider).request, "GET", "/x")
    assert route.call_count == caught.value.tries == 2


def test_the_same_token_again_means_that_there_is_no_other(colour: Colour, router: MockRouter):
    route = accepting(router)
    with pytest.raises(UnauthorizedError):
        colour.call(colour.client(token=Provider(colour, TOKEN, TOKEN)).request, "GET", "/x")
    assert route.call_count == 1


def test_a_static_token_is_not_renewed(colour: Colour, router: MockRouter):
    route = accepting(router, OTHER)
    with pytest.raises(UnauthorizedError):
        colour.call(colour.client().request, "GET", "/x")
    assert route.call_count == 1


def test_a_provider_that_fails_later_is_chained_to_the_401(colour: Colour, router: MockRouter):
    accepting(router)
    provider = Provider(colour, TOKEN, OSError("the store is locked"))
    with pytest.raises(UnauthorizedError) as caught:
        colour.call(colour.client(token=provider).request, "GET", "/x")
    assert str(caught.value.__cause__) == "the store is locked"


def test_a_provider_that_fails_first_is_a_config_error(colour: Colour, router: MockRouter):
    with pytest.raises(ConfigError, match="OSError") as caught:
        colour.call(colour.client(token=Provider(colour, OSError("x"))).request, "GET", "/x")
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("token", [None, 7, ""])
def test_a_provider_has_to_give_a_token(colour: Colour, router: MockRouter, token: Any):
    with pytest.raises(ConfigError):
        colour.call(colour.client(token=Provider(colour, token)).request, "GET", "/x")


def test_a_coroutine_function_needs_the_async_client(router: MockRouter):
    sync = Colour("sync")

    async def token() -> str:
        return TOKEN

    with pytest.raises(ConfigError, match="AsyncClient"):
        sync.client(token=token).request("GET", "/x")
    sync.close()


def test_many_calls_renew_once_in_tasks(router: MockRouter):
    colour = Colour("async")
    route = accepting(router, OTHER)
    asked: list[str] = []

    class Slow:
        async def token(self) -> str:
            return TOKEN

        async def refresh(self, rejected: str) -> str:
            asked.append(rejected)
            await asyncio.sleep(0)
            return OTHER

    client = colour.client(token=Slow())
    assert colour.gather(lambda: client.request("GET", "/x"), 50) == ["ok"] * 50
    assert asked == [TOKEN]
    assert route.call_count <= 100
    colour.close()


def test_many_calls_renew_once_in_threads(router: MockRouter):
    colour = Colour("sync")
    accepting(router, OTHER)
    asked: list[str] = []
    barrier = threading.Barrier(16, timeout=10)

    class Provided:
        def token(self) -> str:
            return TOKEN

        def refresh(self, rejected: str) -> str:
            asked.append(rejected)
            return OTHER

    client = colour.client(token=Provided())

    def call() -> Any:
        barrier.wait()
        return client.request("GET", "/x")

    assert colour.gather(call, 16) == ["ok"] * 16
    assert asked == [TOKEN]
    colour.close()


def test_many_calls_share_one_failure_to_renew(router: MockRouter):
    colour = Colour("async")
    accepting(router)
    asked: list[str] = []

    class Failing:
        async def token(self) -> str:
            return TOKEN

        async def refresh(self, rejected: str) -> str:
            asked.append(rejected)
            await asyncio.sleep(0)
            raise OSError("locked")

    client = colour.client(token=Failing())

    async def call() -> str:
        with pytest.raises(UnauthorizedError) as caught:
            await client.request("GET", "/x")
        return str(caught.value.__cause__)

    assert colour.gather(call, 20) == ["locked"] * 20
    assert asked == [TOKEN]
    colour.close()


@pytest.mark.parametrize("refusal", ["raises", "same token"])
def test_calls_that_are_refused_one_after_the_other_share_one_failure_to_renew(
    router: MockRouter, refusal: str
):
    colour = Colour("async")
    asked: list[str] = []
    turns: list[asyncio.Event] = []

    class Failing:
        async def token(self) -> str:
            return TOKEN

        async def refresh(self, rejected: str) -> str:
            asked.append(rejected)
            if refusal == "raises":
                raise OSError("locked")
            return rejected

    async def in_turn(_: httpx.Request) -> httpx.Response:
        turn = asyncio.Event()
        turns.append(turn)
        if len(turns) == 5:
            turns[0].set()
        await turn.wait()
        return httpx.Response(401, json={"message": "signed out"})

    router.get("/x").mock(side_effect=in_turn)
    client = colour.client(token=Failing())

    async def call() -> None:
        with pytest.raises(UnauthorizedError):
            await client.request("GET", "/x")
        waiting = [turn for turn in turns if not turn.is_set()]
        if waiting:
            waiting[0].set()

    colour.gather(call, 5)
    assert asked == [TOKEN]
    colour.close()


def test_a_wrong_password_renews_no_token(colour: Colour, router: MockRouter):
    router.post("/api/v2/users/login").respond(
        401, json={"message": "Incorrect email or password."}
    )
    router.get("/x").respond(json=None)
    provider = Provider(colour, TOKEN)
    client = colour.client(token=provider)
    colour.call(client.request, "GET", "/x")
    with pytest.raises(UnauthorizedError, match="Incorrect"):
        colour.call(client.auth.login, email="a@example.com", password="wrong")
    assert provider.rejected == []


def test_login_returns_a_client_with_the_session(colour: Colour, router: MockRouter):
    login = router.post("/api/v2/users/login").respond(
        201,
        json={"session_token": TOKEN},
        headers={"Set-Cookie": "coder_session_token=from-cookie; Path=/"},
    )
    route = accepting(router, TOKEN)
    client = colour.keep(
        colour.call(colour.type.login, URL, email="a@b.example", password="swordfish")
    )
    assert login.calls.last.request.content == b'{"email":"a@b.example","password":"swordfish"}'
    assert "coder-session-token" not in login.calls.last.request.headers
    assert colour.call(client.request, "POST", "/x") == "ok"
    assert "cookie" not in route.calls.last.request.headers


def test_signing_in_replaces_the_credentials_of_a_client_and_its_copies(
    colour: Colour, router: MockRouter
):
    login = router.post("/api/v2/users/login").respond(201, json={"session_token": OTHER})
    accepting(router, OTHER)
    client = colour.client(headers={"X-A": "b"})
    copy = client.with_options(timeout=5)
    assert colour.call(client.sign_in, email="a@b.example", password="swordfish") is client
    assert "coder-session-token" not in login.calls.last.request.headers
    assert colour.call(copy.request, "GET", "/x") == "ok"


def test_a_wrong_password_says_so(colour: Colour, router: MockRouter):
    router.post("/api/v2/users/login").respond(
        401, json={"message": "Incorrect email or password."}
    )
    with pytest.raises(UnauthorizedError) as caught:
        colour.call(colour.type.login, URL, email="a@b.example", password="swordfish")
    assert caught.value.reason == "wrong_password"
    assert "swordfish" not in str(caught.value)


def test_logout_ends_the_session_and_forgets_the_token(colour: Colour, router: MockRouter):
    logout = router.post("/api/v2/users/logout").respond(json={"message": "Logged out!"})
    route = accepting(router)
    client = colour.client()
    colour.call(client.logout)
    assert logout.calls.last.request.headers["coder-session-token"] == TOKEN
    with pytest.raises(UnauthorizedError):
        colour.call(client.request, "GET", "/x")
    assert "coder-session-token" not in route.calls.last.request.headers


def test_a_ready_client_neither_gives_nor_takes_cookies(
    colour: Colour, router: MockRouter, library: ModuleType
):
    route = router.get("/x").respond(json="ok", headers={"Set-Cookie": "coder_session_token=new"})
    cls = library.AsyncClient if colour.is_async else library.Client
    ready = cls(cookies={"coder_session_token": "old"}, headers={"X-Mine": "kept", "Cookie": "a=b"})
    client = colour.client(http_client=ready)
    for _ in range(2):
        colour.call(client.request, "GET", "/x")
    sent = route.calls.last.request.headers
    assert "cookie" not in sent
    assert (sent["x-mine"], sent["coder-session-token"]) == ("kept", TOKEN)
    assert dict(ready.cookies) == {"coder_session_token": "old"}
    colour.call(client.close)
    assert not ready.is_closed
    colour.call(ready.aclose if colour.is_async else ready.close)


def test_a_ready_client_of_the_other_colour_is_refused(colour: Colour, library: ModuleType):
    wrong = library.Client() if colour.is_async else library.AsyncClient()
    with pytest.raises(ConfigError, match="http_client"):
        colour.client(http_client=wrong)


def test_what_is_no_http_client_is_refused(colour: Colour):
    with pytest.raises(ConfigError, match="httpx"):
        colour.client(http_client=object())
