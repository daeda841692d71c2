"""Client certificates and the passwords of proxies, on every kind of stream and in both colours."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trustme
import websockets

from coder_sdk import CoderError, ProxyError, TLSError
from coder_sdk._decode import ResponseTypes
from coder_sdk._request import Request, SocketRequest, StreamRequest, StreamSpec
from tests.client.faults import answer
from tests.client.test_connections import ProxyServer
from tests.client.test_redaction import everything
from tests.colours import Colour
from tests.streams.peer import Peer, Server

SPECS = {"events": StreamSpec("sse", state=True), "socket": StreamSpec("websocket", state=True)}
KINDS = pytest.mark.parametrize("kind", ["events", "socket", "two-way"])
PASSWORD = "sword/fish"
# Up to release 16 that library sends what an address cannot hold as the address writes it.
OLD = int(websockets.__version__.partition(".")[0]) < 17


def one_frame(peer: Peer) -> None:
    if peer.is_socket:
        peer.accept().send({"n": 1}).wait_gone()
    else:
        peer.events().event("data", {"n": 1}).wait_gone()


def first_frame(colour: Colour, client: Any, kind: str) -> Callable[[], Any]:
    """Open a stream of a kind and read one frame."""
    request: Request[Any]
    if kind == "two-way":
        request = SocketRequest("GET", "/api/v2/x", stream=StreamSpec("websocket"))
        request.types = ResponseTypes(None, Any, Any)
        opened = client._socket(request)
    else:
        request = StreamRequest("GET", "/api/v2/x", stream=SPECS[kind])
        request.types = ResponseTypes(None, Any)
        opened = client._stream(request)

    def read() -> Any:
        with opened:
            return next(iter(opened))

    async def aread() -> Any:
        async with opened:
            async for frame in opened:
                return frame
        return None

    return aread if colour.is_async else read


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """Files of the authority, and of a client certificate with its key."""
    issued = authority.issue_cert("client@example.com")
    found = {name: str(tmp_path / f"{name}.pem") for name in ("ca", "cert", "key")}
    authority.cert_pem.write_to_path(found["ca"])
    issued.cert_chain_pems[0].write_to_path(found["cert"])
    issued.private_key_pem.write_to_path(found["key"])
    return found


@pytest.fixture
def mutual(authority: trustme.CA) -> ssl.SSLContext:
    """TLS of a server that wants a certificate of its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@KINDS
@pytest.mark.parametrize("way", ["argument", "environment"])
def test_a_client_certificate_is_shown(  # noqa: PLR0913, PLR0917 - fixtures
    colour: Colour,
    mutual: ssl.SSLContext,
    files: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    way: str,
):
    options: dict[str, Any] = {"verify": files["ca"]}
    if way == "argument":
        options["cert"] = (files["cert"], files["key"])
    else:
        monkeypatch.setenv("CODER_CLIENT_TLS_CERT_FILE", files["cert"])
        monkeypatch.setenv("CODER_CLIENT_TLS_KEY_FILE", files["key"])
    with closing(Server(tls=mutual)) as server:
        server.expect(one_frame)
        client = colour.client(server.url, **options)
        assert colour.call(first_frame(colour, client, kind)) == {"n": 1}


@KINDS
def test_without_a_client_certificate_there_is_no_stream(
    colour: Colour, mutual: ssl.SSLContext, files: dict[str, str], kind: str
):
    # With TLS 1.3 the refusal follows the handshake, and may be lost with the connection.
    mutual.maximum_version = ssl.TLSVersion.TLSv1_2
    with closing(Server(tls=mutual)) as server:
        client = colour.client(server.url, verify=files["ca"], retry=None)
        with pytest.raises(CoderError, match="TLS failed") as caught:
            colour.call(first_frame(colour, client, kind))
        assert isinstance(caught.value, TLSError) or isinstance(caught.value.__cause__, TLSError)
        assert "certificates on both sides" in str(caught.value)
        assert server.peers == []


@KINDS
def test_a_proxy_gets_its_password_and_nothing_of_ours(colour: Colour, kind: str):
    with closing(Server()) as server, ProxyServer() as proxy:
        server.expect(one_frame)
        url = proxy.url.replace("://", f"://me:{PASSWORD.replace('/', '%2F')}@")
        client = colour.client(server.url, proxy=url)
        assert colour.call(first_frame(colour, client, kind)) == {"n": 1}
        head = proxy.heads[0]
        written = PASSWORD.replace("/", "%2F") if OLD and kind != "events" else PASSWORD
        given = b64encode(f"me:{written}".encode())
        assert b"proxy-authorization: basic " + given.lower() in head.lower()
        if head.startswith(b"CONNECT"):
            assert b"coder-session-token" not in head.lower()
        asked = server.peers[0].request.headers
        assert kind == "events" or "Proxy-Authorization" not in asked
        colour.call(client.close)


@KINDS
def test_a_proxy_that_wants_another_password_is_an_error_without_it(colour: Colour, kind: str):
    with ProxyServer(answer("407 Proxy Authentication Required")) as proxy:
        url = proxy.url.replace("://", f"://me:{PASSWORD.replace('/', '%2F')}@")
        client = colour.client("https://coder.example", proxy=url, retry=None)
        with pytest.raises(CoderError, match="407") as caught:
            colour.call(first_frame(colour, client, kind))
        found = [caught.value, caught.value.__cause__]
        assert any(isinstance(error, ProxyError) for error in found)
        shown = everything(caught.value, [])
        assert PASSWORD not in shown
        assert PASSWORD.replace("/", "%2F") not in shown
