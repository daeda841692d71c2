# Derived from `tests/streams/_async/test_connections.py`
# by `python -m codegen colours`; edit that file.
"""Streams take the same TLS and the same proxy as every request, whatever their form."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from coder_sdk import Client, CoderError, ConnectError, ProxyError, TLSError
from coder_sdk._decode import ResponseTypes
from coder_sdk._io._sync.streams import Stream
from coder_sdk._request import StreamRequest, StreamSpec
from tests.streams.peer import InstantClock, Peer, Proxy, Server

pytestmark = pytest.mark.anyio

EVENTS = StreamSpec("sse", state=True)
SOCKET = StreamSpec("websocket", state=True)
BOTH = pytest.mark.parametrize("spec", [EVENTS, SOCKET], ids=["events", "socket"])


def one_frame(peer: Peer) -> None:
    if peer.is_socket:
        peer.accept().send({"n": 1}).wait_gone()
    else:
        peer.events().event("data", {"n": 1}).wait_gone()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = Server(tls=context)
    yield server
    server.close()


def first_frame(client: Client, spec: StreamSpec) -> Any:
    request: StreamRequest[Any] = StreamRequest("GET", "/api/v2/watch", stream=spec)
    request.types = ResponseTypes(None, Any)
    opened: Stream[Any] = client._stream(request)
    with opened:
        for frame in opened:
            return frame
    return None


@pytest.fixture
def made(clock: InstantClock) -> Iterator[list[Client]]:
    clients: list[Client] = []
    yield clients
    for client in clients:
        client.close()


def connected(made: list[Client], clock: InstantClock, url: str, **options: Any) -> Client:
    client = Client(url, token="t", **options)
    client._core.clock = clock
    made.append(client)
    return client


@BOTH
def test_a_private_authority_can_be_trusted(
    made: list[Client], clock: InstantClock, secure: Server, ca_file: str, spec: StreamSpec
) -> None:
    secure.expect(one_frame)
    client = connected(made, clock, secure.url, verify=ca_file)
    assert first_frame(client, spec) == {"n": 1}


@BOTH
def test_an_unknown_authority_is_a_tls_error(
    made: list[Client], clock: InstantClock, secure: Server, spec: StreamSpec
) -> None:
    client = connected(made, clock, secure.url)
    with pytest.raises(TLSError, match="certificate") as caught:
        first_frame(client, spec)
    assert "CODER_CLIENT_TLS_CA_FILE" in str(caught.value.hint)


@BOTH
def test_a_proxy_is_used_through_a_tunnel(
    made: list[Client], clock: InstantClock, secure: Server, ca_file: str, spec: StreamSpec
) -> None:
    proxy = Proxy()
    secure.expect(one_frame)
    client = connected(made, clock, secure.url, verify=ca_file, proxy=proxy.url)
    assert first_frame(client, spec) == {"n": 1}
    client.close()
    proxy.close()
    # Every connection went through it; one that broke in its handshake is made again.
    assert set(proxy.asked) == {f"CONNECT 127.0.0.1:{secure.port} HTTP/1.1"}


@BOTH
def test_a_proxy_that_refuses_is_a_proxy_error(
    made: list[Client], clock: InstantClock, secure: Server, spec: StreamSpec
) -> None:
    proxy = Proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    client = connected(made, clock, secure.url, proxy=proxy.url)
    with pytest.raises(ProxyError, match="407"):
        first_frame(client, spec)
    proxy.close()
    assert len(proxy.asked) == 1


@BOTH
def test_a_proxy_that_does_not_listen_is_a_proxy_error(
    made: list[Client], clock: InstantClock, secure: Server, spec: StreamSpec
) -> None:
    proxy = Proxy()
    proxy.close()
    client = connected(made, clock, secure.url, proxy=proxy.url)
    with pytest.raises(ProxyError, match="the proxy cannot be reached"):
        first_frame(client, spec)


@BOTH
def test_an_unknown_host_is_a_connect_error(
    made: list[Client], clock: InstantClock, spec: StreamSpec
) -> None:
    client = connected(made, clock, "https://127.0.0.1:1")
    with pytest.raises(ConnectError):
        first_frame(client, spec)


def test_a_server_that_says_nothing_in_time_is_a_timeout(
    made: list[Client], clock: InstantClock, server: Server
) -> None:
    server.expect(lambda peer: peer.wait_gone())
    client = connected(made, clock, server.url, timeout=0.05, retry=None)
    with pytest.raises(CoderError) as caught:
        first_frame(client, SOCKET)
    assert type(caught.value).__name__ == "RequestTimeoutError"
