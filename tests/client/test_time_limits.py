"""What `timeout` and `deadline` bound, on real sockets where the server keeps sending a little."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpcore
import httpx
import httpx2
import pytest
import trustme

from coder_sdk import AsyncClient, DeadlineExceededError, RequestTimeoutError
from coder_sdk._decode import ResponseTypes
from coder_sdk._limits import Allowance, End, TooSlowError, is_opened, seconds_left
from coder_sdk._request import CallOptions, Request, StreamRequest, StreamSpec
from tests.client.faults import DRIP, FaultServer, drips
from tests.client.test_connections import ProxyServer
from tests.colours import TOKEN, URL, Colour

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


@pytest.fixture(params=["own", "httpx", "httpx2"])
def http(request: pytest.FixtureRequest, colour: Colour) -> Iterator[Any]:
    """No client, for one of our own, or a ready one of either library."""
    if request.param == "own":
        yield None
        return
    library: Any = {"httpx": httpx, "httpx2": httpx2}[request.param]
    ready = (library.AsyncClient if colour.is_async else library.Client)()
    yield ready
    colour.call(ready.aclose if colour.is_async else ready.close)


def client(colour: Colour, server: FaultServer, http: Any = None, **options: Any) -> Any:
    return colour.client(server.url, clock=False, retry=None, http_client=http, **options)


def download(colour: Colour, client: Any, use: Any) -> Any:
    request: Request[Any] = Request("GET", "/api/v2/files/x", accept="application/x-tar")
    request.types = ResponseTypes(None, bytes)
    return colour.within(client._streaming(request), use)


def test_a_download_that_drips_ends_at_the_deadline(colour: Colour, http: Any, tmp_path: Path):
    endless = drips(HEAD + b"Content-Length: 1000\r\n\r\n", drop=b"x")
    with FaultServer(endless) as server:
        coder, url = client(colour, server, http, deadline=0.2), server.url
        with pytest.raises(DeadlineExceededError) as caught:
            download(colour, coder, lambda response: response.to_file(tmp_path / "out"))
    assert caught.value.elapsed >= 0.2
    assert caught.value.url == f"{url}/api/v2/files/x"
    assert list(tmp_path.iterdir()) == []


def test_a_download_may_take_longer_than_a_try_if_something_comes(colour: Colour, http: Any):
    timeout, size = 10 * DRIP, 15
    slow = drips(HEAD + b"Content-Length: %d\r\n\r\n" % size, drop=b"x", times=size)
    with FaultServer(slow) as server:
        coder = client(colour, server, http, timeout=timeout)
        body = download(colour, coder, lambda response: response.read())
    assert body == b"x" * size


def test_a_download_that_falls_silent_ends_after_the_timeout(colour: Colour, http: Any):
    with FaultServer("slow_body") as server:
        coder = client(colour, server, http, timeout=0.1)
        with pytest.raises(RequestTimeoutError):
            download(colour, coder, lambda response: response.read())


@pytest.mark.parametrize("kind", ["download", "events"])
def test_a_try_lasts_until_the_body_of_a_stream_begins(colour: Colour, http: Any, kind: str):
    request: Any = Request("GET", "/x")
    if kind == "events":
        silent = CallOptions(idle_timeout=None)
        request = StreamRequest("GET", "/x", stream=StreamSpec("sse"), options=silent)
    with FaultServer("slow_head") as server:
        coder = client(colour, server, http, timeout=0.1)
        with pytest.raises(RequestTimeoutError):
            colour.within(coder._transport.stream(request), lambda response: response.read())


def test_events_go_on_behind_the_deadline(colour: Colour, http: Any):
    slow = drips(EVENTS, drop=b":", times=10)
    request: Any = StreamRequest("GET", "/x", stream=StreamSpec("sse"))
    with FaultServer(slow) as server:
        coder = client(colour, server, http, timeout=10, deadline=5 * DRIP)
        read = colour.within(coder._transport.stream(request), lambda response: response.read())
    assert read == b":" * 10


def keeps_alive(server: FaultServer, connection: socket.socket) -> None:
    """Answer whole, and the next request on the same connection never."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    if server._read(connection):
        drips(HEAD + b"Content-Length: 1000\r\n\r\n", drop=b"x")(server, connection)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_connection_that_a_ready_client_had_keeps_to_the_limits(colour: Colour, library: Any):
    ready = (library.AsyncClient if colour.is_async else library.Client)()
    with FaultServer(keeps_alive) as server:
        colour.call(ready.get, server.url)
        with pytest.raises(RequestTimeoutError):
            colour.call(client(colour, server, ready, timeout=0.1).request, "GET", "/x")
        assert server.connections == 1
        colour.call(ready.aclose if colour.is_async else ready.close)


@pytest.mark.parametrize("tunnel", [False, True])
def test_limits_hold_behind_tls(colour: Colour, tmp_path: Path, *, tunnel: bool):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with FaultServer("slow_head", tls=context) as server, ProxyServer() as proxy:
        limits = {"timeout": 0.3, "proxy": proxy.url if tunnel else None}
        coder = client(colour, server, verify=str(tmp_path / "ca.pem"), **limits)
        with pytest.raises(RequestTimeoutError):
            colour.call(coder.request, "GET", "/x")
        colour.call(coder.close)
        assert len(proxy.heads) == tunnel


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
def test_a_server_that_takes_nothing_does_not_hold_an_upload(colour: Colour, http: Any, limit: str):
    expected = {"timeout": RequestTimeoutError, "deadline": DeadlineExceededError}[limit]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        coder = colour.client(url, clock=False, retry=None, http_client=http, **{limit: 0.2})
        with pytest.raises(expected) as caught:
            colour.call(coder.request, "PUT", "/x", body=bytes(64 * 1024 * 1024))
    assert caught.value.tries == 1


def test_each_wait_of_a_try_has_what_the_others_left():
    end = End()
    allowance = Allowance(30.0, 20.0, end)
    assert allowance == 30.0
    assert seconds_left(allowance) == 20.0
    end.be_in(10.0)
    assert 9.0 < (seconds_left(allowance) or 0.0) <= 10.0
    end.be_in(-1.0)
    with pytest.raises(TooSlowError):
        seconds_left(allowance)
    assert seconds_left(None) is None
    assert seconds_left(4.0) == 4.0


def test_connecting_has_what_waiting_for_the_pool_left():
    end = End()
    end.be_in(5.0)
    info: dict[str, Any] = {"host": "coder.example", "timeout": Allowance(30.0, None, end)}
    assert not is_opened("connection.connect_tcp.started", info)
    assert 4.0 < info["timeout"] <= 5.0
    end.be_in(-1.0)
    info["timeout"] = Allowance(30.0, None, end)
    is_opened("proxy.start_tls.started", info)
    assert info["timeout"] == 0.001
    assert is_opened("socks.start_tls.complete", {"return_value": object()})


@pytest.mark.parametrize(("method", "heard"), [(b"GET", False), (b"CONNECT", True)])
def test_nothing_is_heard_of_a_connection_that_stands(method: bytes, *, heard: bool):
    request = httpcore.Request(method, URL, extensions={"trace": print})
    assert not is_opened("http11.send_request_headers.started", {"request": request})
    assert ("trace" in request.extensions) is heard


@pytest.mark.parametrize("fault", ["slow_head", "dripping_body", "dripping_chunk"])
def test_limits_hold_under_trio(fault: str):
    async def ask(url: str) -> None:
        async with AsyncClient(url, token=TOKEN, retry=None, deadline=0.2) as coder:
            await coder.request("GET", "/x")

    with FaultServer(fault) as server, pytest.raises(DeadlineExceededError):
        anyio.run(ask, server.url, backend="trio")
