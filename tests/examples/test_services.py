"""What runs on and on: the notifier, and the service that provisions on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from coder_sdk.testing import FakeCoder
from tests.examples.scripts import script

Capture = pytest.CaptureFixture[str]


# -- notify


class Hook(HTTPServer):
    """A webhook on loopback that answers as it was told, then always 200."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.seen: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), HookHandler)

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for _, body in self.seen]


class HookHandler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Say nothing."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with Hook() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/very-secret")
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which take no time."""
    found: list[float] = []
    monkeypatch.setattr(script("notify"), "time", SimpleNamespace(sleep=found.append))
    return found


def unread(fake: FakeCoder) -> list[str]:
    return [item.title for item in fake.client().inbox.list(read_status="unread")]


def test_notifications_are_forwarded_once(fake: FakeCoder, hook: Hook, capsys: Capture) -> None:
    fake.send_notification("Build failed", "of workspace dev")
    fake.clock.schedule(30, lambda: fake.send_notification("Build succeeded"))
    assert script("notify").main(["--count", "2"]) == 0
    assert hook.texts == ["*Build failed*\nof workspace dev", "*Build succeeded*"]
    assert capsys.readouterr().out.splitlines() == [
        "forwarded: Build failed", "forwarded: Build succeeded",
    ]  # fmt: skip
    assert unread(fake) == []


def test_the_webhook_never_sees_the_token(
    fake: FakeCoder, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = fake.token_for()
    monkeypatch.setenv("CODER_SESSION_TOKEN", token)
    fake.send_notification("Build failed")
    assert script("notify").main(["--count", "1"]) == 0
    ((headers, body),) = hook.seen
    assert token not in str(headers) + body.decode()
    assert "coder-session-token" not in {name.lower() for name in headers}
    fake.assert_called("GET /api/v2/notifications/inbox")


def test_a_webhook_that_is_away_is_tried_again(
    fake: FakeCoder, hook: Hook, pauses: list[float], capsys: Capture
) -> None:
    hook.answers = [(503, {}), (429, {"Retry-After": "7"})]
    fake.send_notification("Build failed")
    assert script("notify").main(["--count", "1"]) == 0
    assert hook.texts == ["*Build failed*"] * 3
    assert pauses == [2, 7]
    assert capsys.readouterr().err == (
        "notify: status 503; again in 2 s\nnotify: status 429; again in 7 s\n"
    )


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize(("answer", "tries"), [(500, 5), (403, 1)])
def test_what_could_not_be_delivered_stays_unread(
    fake: FakeCoder, hook: Hook, capsys: Capture, answer: int, tries: int
) -> None:
    hook.answers = [(answer, {})] * 5
    fake.send_notification("Build failed")
    assert script("notify").main(["--count", "1"]) == 1
    assert len(hook.seen) == tries
    printed = capsys.readouterr()
    assert str(answer) in printed.err
    assert "very-secret" not in printed.err
    assert unread(fake) == ["Build failed"]


def test_a_webhook_that_is_not_there_is_an_error(
    fake: FakeCoder, monkeypatch: pytest.MonkeyPatch, pauses: list[float], capsys: Capture
) -> None:
    with Hook() as gone:
        port = gone.server_port
    monkeypatch.setenv("WEBHOOK_URL", f"http://127.0.0.1:{port}/very-secret")
    fake.send_notification("Build failed")
    assert script("notify").main(["--count", "1"]) == 1
    assert len(pauses) == 4
    assert "the webhook failed 5 times" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["", "hooks.example.com"])
def test_without_a_webhook_it_says_so(
    fake: FakeCoder, monkeypatch: pytest.MonkeyPatch, capsys: Capture, url: str
) -> None:
    monkeypatch.setenv("WEBHOOK_URL", url)
    assert script("notify").main([]) == 2
    assert capsys.readouterr().err == "notify: Set `WEBHOOK_URL` to the address of the webhook.\n"
    assert fake.requests == []


# -- provision_service

SECRET = {"Authorization": "Bearer open sesame"}
WORK = Callable[[httpx.AsyncClient], Awaitable[None]]


def serve(fake: FakeCoder, work: WORK) -> None:
    """Let a client talk to the service in this process."""
    app = script("provision_service").make_app(fake.async_client, "open sesame")

    async def run() -> None:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://service", headers=SECRET
            ) as client,
        ):
            await work(client)

    asyncio.run(run())


@pytest.fixture
def ada(fake: FakeCoder) -> None:
    fake.add_template("docker", parameters={"cpu": 2})
    fake.add_user("ada")


def test_a_workspace_is_provisioned_and_becomes_ready(fake: FakeCoder, ada: None) -> None:
    async def work(client: httpx.AsyncClient) -> None:
        wanted = {"template": "docker", "parameters": {"cpu": 4}}
        first = await client.put("/workspaces/ada/dev", json=wanted)
        assert first.status_code == 201
        body: dict[str, Any] = first.json()
        assert (body["name"], body["action"], body["ready"]) == ("ada/dev", "created", False)
        fake.clock.advance(60)
        told = await client.get("/workspaces/ada/dev")
        assert told.json() == {
            "name": "ada/dev", "status": "running", "ready": True, "error": None,
        }  # fmt: skip
        again = await client.put("/workspaces/ada/dev", json=wanted)
        assert (again.status_code, again.json()["action"]) == (200, "unchanged")

    serve(fake, work)
    fake.assert_called("POST /api/v2/users/*/workspaces", times=1)


def test_a_build_that_fails_is_told(fake: FakeCoder, ada: None) -> None:
    fake.fail_next_build("no space left on device")

    async def work(client: httpx.AsyncClient) -> None:
        await client.put("/workspaces/ada/dev", json={"template": "docker"})
        fake.clock.advance(60)
        told = (await client.get("/workspaces/ada/dev")).json()
        assert (told["status"], told["ready"]) == ("failed", False)
        assert "no space left on device" in told["error"]

    serve(fake, work)


def test_a_workspace_is_deleted(fake: FakeCoder, ada: None) -> None:
    fake.add_workspace("dev", template="docker", owner="ada")

    async def work(client: httpx.AsyncClient) -> None:
        assert (await client.delete("/workspaces/ada/dev")).status_code == 202
        fake.clock.advance(60)
        assert (await client.get("/workspaces/ada/dev")).status_code == 404
        assert (await client.delete("/workspaces/ada/dev")).status_code == 202

    serve(fake, work)


def test_a_workspace_that_is_being_built_is_not_deleted_silently(
    fake: FakeCoder, ada: None
) -> None:
    async def work(client: httpx.AsyncClient) -> None:
        await client.put("/workspaces/ada/dev", json={"template": "docker"})
        assert (await client.delete("/workspaces/ada/dev")).status_code == 409

    serve(fake, work)


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (b'{"template": "dokcer"}', 404, "Did you mean `docker`?"),
        (b'{"template": "docker", "parameters": {"cpus": 4}}', 422, "Did you mean `cpu`?"),
        (b'{"parameters": {}}', 422, "Send JSON such as"),
        (b"[]", 422, "Send JSON such as"),
        (b"no JSON", 422, "Send JSON such as"),
    ],
)
def test_what_cannot_be_provisioned_is_said(
    fake: FakeCoder, ada: None, body: bytes, status: int, text: str
) -> None:
    async def work(client: httpx.AsyncClient) -> None:
        answer = await client.put("/workspaces/ada/dev", content=body)
        assert answer.status_code == status
        assert text in answer.text

    serve(fake, work)
    fake.assert_not_called("POST /api/v2/users/*/workspaces")


def test_a_deployment_that_is_away_is_told(fake: FakeCoder, ada: None) -> None:
    fake.inject("/api/v2/**", status=503, message="Updating.", times=None)

    async def work(client: httpx.AsyncClient) -> None:
        assert (await client.get("/workspaces/ada/dev")).status_code == 503

    serve(fake, work)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", "open sesame!"])
def test_callers_show_the_secret(fake: FakeCoder, ada: None, shown: str) -> None:
    async def work(client: httpx.AsyncClient) -> None:
        for method in ("GET", "PUT", "DELETE"):
            answer = await client.request(
                method, "/workspaces/ada/dev", headers={"Authorization": shown}
            )
            assert answer.status_code == 401

    serve(fake, work)
    assert fake.requests == []


def test_without_a_secret_it_does_not_serve(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.delenv("SERVICE_SECRET", raising=False)
    assert script("provision_service").main([]) == 2
    assert capsys.readouterr().err.startswith("provision_service: Set `SERVICE_SECRET`")
