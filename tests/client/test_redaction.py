"""Secrets: searched for in everything that a failed call leaves behind."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from respx import MockRouter

from coder_sdk import Client, CoderError, Hooks, Window
from coder_sdk._redact import MASK, Masked, Redactor
from coder_sdk.testing import FakeCoder
from tests.colours import TOKEN, Colour

HEADER_SECRET = "header-swordfish-value"
OTHER_TOKEN = "eeeeeeeeee-ffffffffffffffffffffff"
JWT = "eyJhbGciOiJFZERTQSJ9.eyJmb28iOiJiYXIifQ.c2lnbmF0dXJl"

FAULTS: list[Any] = [
    httpx.Response(400, json={"message": f"bad {OTHER_TOKEN}", "detail": TOKEN}),
    httpx.Response(401, json={"message": "no", "session_token": OTHER_TOKEN}),
    httpx.Response(403, text=f"token={OTHER_TOKEN}"),
    httpx.Response(404, html=f"<p>{TOKEN}</p>"),
    httpx.Response(409, json={"message": "x"}, headers={"Set-Cookie": f"s={OTHER_TOKEN}"}),
    httpx.Response(429, json={"message": TOKEN}, headers={"Retry-After": "999"}),
    httpx.Response(500, json={"message": "x", "nested": {"api_key": OTHER_TOKEN}}),
    httpx.Response(503, content=TOKEN.encode() * 200),
    httpx.Response(200, html=f"<html>{OTHER_TOKEN}</html>"),
    httpx.Response(200, json={"secret": OTHER_TOKEN, "a": TOKEN}),
    httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
    httpx.Response(302, headers={"Location": f"https://evil.example/?token={OTHER_TOKEN}"}),
    httpx.ConnectError(f"cannot connect with {TOKEN}"),
    httpx.ReadError("lost"),
    httpx.ReadTimeout("slow"),
]

# Where the methods of the clients lie.
METHODS = ("/_client.py", "/_async_client.py", "/client.py")


def everything(error: BaseException, records: list[logging.LogRecord]) -> str:
    """Text of an error, of its whole chain with the locals of our frames, and of the log."""
    parts = [str(error), repr(error), repr(vars(error)), pickle.dumps(error).decode("latin-1")]
    seen: BaseException | None = error
    while seen is not None:
        shown = traceback.TracebackException.from_exception(seen, capture_locals=True)
        # The caller's own arguments stand in the frame of the method that was called.
        frames = [
            frame
            for frame in shown.stack
            if "/coder_sdk/" in frame.filename and not frame.filename.endswith(METHODS)
        ]
        parts += ["\n".join((frame.locals or {}).values()) for frame in frames]
        foreign = [frame for frame in shown.stack if "/httpx" in frame.filename]
        assert not foreign, "frames of the HTTP library hold the headers"
        parts.append(str(seen) if isinstance(seen, CoderError) else "")
        seen = seen.__cause__ or seen.__context__
    parts += [record.getMessage() for record in records if record.name.startswith("coder_sdk")]
    return "\n".join(parts)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: str(getattr(f, "status_code", f)))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_secret_is_left_behind(  # noqa: PLR0913, PLR0917 - fixtures
    colour: Colour,
    router: MockRouter,
    caplog: pytest.LogCaptureFixture,
    fault: Any,
    method: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("CODER_HEADER", f"X-Proxy-Secret={HEADER_SECRET}")
    router.route(path="/x").mock(side_effect=[fault] * 9)
    heard: list[Any] = []
    hooks = Hooks(on_request=heard.append, on_response=heard.append)
    client = colour.client(hooks=hooks)
    body = {"password": OTHER_TOKEN} if method == "POST" else None
    with caplog.at_level(logging.DEBUG), pytest.raises(CoderError) as caught:
        colour.call(
            client.request, method, "/x", into=dict[str, int], body=body,
            params={"access_token": OTHER_TOKEN, "q": OTHER_TOKEN},
        )  # fmt: skip
    text = everything(caught.value, caplog.records)
    for item in heard:
        request = getattr(item, "request", item)
        text += repr([item, request.url, request.headers, getattr(item, "headers", None)])
    text += "".join(repr(x) for x in (client, client.config, client._core, client._transport))
    for secret in (TOKEN, HEADER_SECRET, OTHER_TOKEN):
        assert secret not in text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"before {OTHER_TOKEN} after", f"before {MASK} after"),
        (f"{OTHER_TOKEN}.", f"{MASK}."),
        (f"?q=name%3A%22{OTHER_TOKEN}%22", f"?q=name%3A%22{MASK}%22"),
        (JWT, MASK),
        ("-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----", MASK),
        ('{"password":"a\\"b","x":"y"}', f'{{"password":"{MASK}","x":"y"}}'),
        ('{"client_secret_full": "abc', f'{{"client_secret_full": "{MASK}"'),
        ("?token=abc&x=1", f"?token={MASK}&x=1"),
        ("coder_signed_app_token_23db1dde=abc", f"coder_signed_app_token_23db1dde={MASK}"),
        ("known-secret here", f"{MASK} here"),
        ("0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10", "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"),
        ("my-workspace-with-a-name-of-some-length", "my-workspace-with-a-name-of-some-length"),
        ('{"message": "token expired"}', '{"message": "token expired"}'),
    ],
)
def test_text_is_redacted_by_form_by_key_and_by_value(text: str, hidden: Any):
    assert Redactor(["known-secret"]).text(text) == hidden


MISPLACED: list[Any] = [
    lambda client: Client("coder.test", token=None, cert=OTHER_TOKEN),
    lambda client: Client("coder.test", token=None, verify=OTHER_TOKEN),
    lambda client: Client("coder.test", token=None, headers={f"{OTHER_TOKEN} ": "x"}),
    lambda client: Client(f"{OTHER_TOKEN} x"),
    lambda client: client.request(OTHER_TOKEN, "/x"),
    lambda client: client.request("GET", OTHER_TOKEN),
    lambda client: client.groups.get(OTHER_TOKEN),
    lambda client: client.builds.get(OTHER_TOKEN),
    lambda client: client.templates.get(OTHER_TOKEN),
    lambda client: client.workspaces.list(status=OTHER_TOKEN),
    lambda client: client.workspaces.ensure(OTHER_TOKEN, template="docker"),
    lambda client: client.insights.templates(OTHER_TOKEN),
    lambda client: client.users.ensure(email=OTHER_TOKEN),
    lambda client: Window.last(days=1, tz=OTHER_TOKEN),
]


@pytest.mark.parametrize("call", MISPLACED)
def test_a_token_that_is_given_for_something_else_is_not_shown(call: Any):
    with FakeCoder() as fake, fake.client() as client, pytest.raises(CoderError) as raised:
        call(client)
    error = raised.value
    text = "".join(map(str, (error, repr(error), vars(error), pickle.dumps(error))))
    assert MASK in text
    assert OTHER_TOKEN not in text


def test_headers_are_redacted_by_name_and_by_form():
    shown = Redactor(headers=["X-Mine"]).headers(
        {
            "Authorization": "Bearer x",
            "x-mine": "y",
            "Set-Cookie": "z",
            "X-Id": OTHER_TOKEN,
            "A": "b",
        }
    )
    assert shown == {
        "Authorization": MASK, "x-mine": MASK, "Set-Cookie": MASK, "X-Id": MASK, "A": "b"
    }  # fmt: skip


def test_headers_of_a_copy_are_hidden_like_those_of_the_client(colour: Colour, router: MockRouter):
    router.get("/x").respond(400, json={"message": "bad swordfish"})
    heard: list[Any] = []
    client = colour.client(hooks=Hooks(on_request=heard.append))
    with pytest.raises(CoderError) as caught:
        colour.call(client.with_options(headers={"X-Key": "swordfish"}).request, "GET", "/x")
    assert "swordfish" not in str(caught.value)
    assert heard[0].headers["x-key"] == MASK


def test_data_is_redacted_by_key_at_every_depth():
    data = {"a": [{"private_key": "x", "b": OTHER_TOKEN, "api_key": None, "n": 1}], "key": "shown"}
    assert Redactor().data(data) == {
        "a": [{"private_key": MASK, "b": MASK, "api_key": None, "n": 1}], "key": "shown"
    }  # fmt: skip


def test_bytes_that_are_no_text_lose_known_secrets_only():
    assert Redactor(["known-secret"]).content(b"\xffknown-secret\x00") == b"\xff**********\x00"
    assert json.loads(Redactor().content(b'{"token":"abc"}')) == {"token": MASK}


def test_short_texts_are_not_taken_for_secrets():
    assert Redactor(["a", ""]).text("a cat") == "a cat"


def test_masked_text_is_sent_and_not_shown():
    value = Masked("swordfish")
    assert value.encode() == b"swordfish"
    assert value == "swordfish"
    assert "swordfish" not in repr({"token": value})
    assert "swordfish" not in f"{value}"
    assert pickle.loads(pickle.dumps(value)) == MASK  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("htop", "htop"),
        ("ls -la /srv/customers", "ls...(21 characters)"),
        ("PLACE=swordfish deploy", "PLACE=...(22 characters)"),
        ("API_TOKEN=swordfish", "API_TOKEN=...(19 characters)"),
        (f"{OTHER_TOKEN} {OTHER_TOKEN}", f"{MASK}...(67 characters)"),
        ("x" * 90, f"{'x' * 20}...(90 characters)"),
    ],
)
def test_of_a_command_in_an_address_only_the_first_word_is_shown(command: str, shown: str):
    url = f"wss://coder.example/pty?width=80&command={quote(command)}&height=24"
    expected = f"wss://coder.example/pty?width=80&command={shown}&height=24"
    assert Redactor().address(url) == expected


@pytest.mark.parametrize("fault", [{"refuse": True}, {"status": 404, "message": "no"}])
def test_a_command_in_a_terminal_stands_in_no_error_and_in_no_log(
    colour: Colour, caplog: pytest.LogCaptureFixture, fault: Any
):
    caplog.set_level(logging.DEBUG, logger="coder_sdk.http")
    with FakeCoder() as fake:
        fake.add_template("docker")
        fake.add_workspace("dev", template="docker")
        heard: list[str] = []
        hooks = Hooks(on_request=lambda info: heard.append(info.url))
        make = fake.async_client if colour.is_async else fake.client
        coder = colour.keep(make(hooks=hooks, retry=None))
        fake.inject("/api/v2/workspaceagents/*/pty", times=None, **fault)
        with pytest.raises(CoderError) as caught:
            colour.call(coder.workspaces.run, "dev", "cat swordfish", timeout=5)
    texts = [str(caught.value), caplog.text, *heard]
    assert any("/pty?" in text and "characters)" in text for text in texts)
    assert not any("swordfish" in text for text in texts)
