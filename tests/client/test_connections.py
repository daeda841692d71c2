"""What only real connections show: TLS, proxies, pools, redirects to other origins."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from coder_sdk import (
    ConfigError,
    ConnectError,
    ProxyError,
    RedirectError,
    TLSError,
    TransportError,
)
from coder_sdk._literal import literal_request
from coder_sdk._request import OMIT
from tests.client.faults import FaultServer, answer
from tests.colours import TOKEN, Colour


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, *, client_certificate: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    if client_certificate:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def refused() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_connection_is_tried_again_for_every_verb(
    colour: Colour, refused: int, method: str
):
    with pytest.raises(ConnectError) as caught:
        colour.call(colour.client(f"http://127.0.0.1:{refused}").request, method, "/x")
    assert caught.value.tries == 4
    assert not caught.value.may_have_been_processed
    assert len(colour.clock.slept) == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_host_is_tried_again_and_named(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, method: str
):
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectError, match="the host is unknown") as caught:
        colour.call(colour.client("https://nowhere.example").request, method, "/x")
    assert caught.value.tries == 4


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_authority_is_not_trusted(colour: Colour, authority: trustme.CA, method: str):
    with FaultServer("none", times=0, tls=server_context(authority)) as server:
        with pytest.raises(TLSError, match="CODER_CLIENT_TLS_CA_FILE") as caught:
            colour.call(colour.client(server.url).request, method, "/x")
        assert server.requests == []
    assert caught.value.tries == 4
    assert not caught.value.may_have_been_processed


@pytest.mark.parametrize("way", ["argument", "environment", "context", "off"])
def test_ways_to_trust_an_authority(
    colour: Colour, authority: trustme.CA, ca_file: str, monkeypatch: pytest.MonkeyPatch, way: str
):
    options: dict[str, Any] = {}
    if way == "argument":
        options["verify"] = ca_file
    elif way == "environment":
        monkeypatch.setenv("CODER_CLIENT_TLS_CA_FILE", ca_file)
    elif way == "context":
        options["verify"] = ssl.create_default_context(cafile=ca_file)
    else:
        options["verify"] = False
    with FaultServer("none", times=0, tls=server_context(authority)) as server:
        assert colour.call(colour.client(server.url, **options).request, "GET", "/x") == "ok"


@pytest.mark.parametrize("way", ["pair", "one file", "environment"])
def test_a_client_certificate_is_shown(  # noqa: PLR0913, PLR0917 - fixtures
    colour: Colour,
    authority: trustme.CA,
    ca_file: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
):
    issued = authority.issue_cert("client@example.com")
    cert, key, both = (str(tmp_path / name) for name in ("cert.pem", "key.pem", "both.pem"))
    issued.cert_chain_pems[0].write_to_path(cert)
    issued.private_key_pem.write_to_path(key)
    issued.private_key_and_cert_chain_pem.write_to_path(both)
    options: dict[str, Any] = {"verify": ca_file}
    if way == "environment":
        monkeypatch.setenv("CODER_CLIENT_TLS_CERT_FILE", cert)
        monkeypatch.setenv("CODER_CLIENT_TLS_KEY_FILE", key)
    else:
        options["cert"] = (cert, key) if way == "pair" else both
    context = server_context(authority, client_certificate=True)
    with FaultServer("none", times=0, tls=context) as server:
        assert colour.call(colour.client(server.url, **options).request, "GET", "/x") == "ok"


def test_a_missing_client_certificate_is_a_tls_error(
    colour: Colour, authority: trustme.CA, ca_file: str
):
    context = server_context(authority, client_certificate=True)
    with FaultServer("none", times=0, tls=context) as server:
        with pytest.raises(TLSError, match="client certificate") as caught:
            colour.call(colour.client(server.url, verify=ca_file).request, "POST", "/x")
        assert server.requests == []
    assert not caught.value.may_have_been_processed


def test_http_may_become_https_of_the_same_host(
    colour: Colour, authority: trustme.CA, ca_file: str
):
    with FaultServer("none", times=0, tls=server_context(authority)) as secure:
        plain = RedirectServer(f"{secure.url}/y")
        with plain:
            client = colour.client(plain.url, verify=ca_file)
            assert colour.call(client.request, "GET", "/x") == "ok"
            with pytest.raises(RedirectError):
                colour.call(client.request, "POST", "/x")
        assert secure.requests == [("GET", "/y")]


def test_https_never_becomes_http(colour: Colour, authority: trustme.CA, ca_file: str):
    with FaultServer("none", times=0) as plain:
        with RedirectServer(f"{plain.url}/y", tls=server_context(authority)) as secure:
            with pytest.raises(RedirectError, match="credentials must not go") as caught:
                colour.call(colour.client(secure.url, verify=ca_file).request, "GET", "/x")
            assert caught.value.from_url == f"{secure.url}/x"
            assert caught.value.to_url == f"{plain.url}/y"
        assert plain.connections == 0


def test_a_token_never_reaches_another_origin(colour: Colour):
    with FaultServer("none", times=0) as other:
        for location in (f"{other.url}/y", f"//127.0.0.1:{other.port}/y"):
            with RedirectServer(location) as first, pytest.raises(RedirectError) as caught:
                colour.call(colour.client(first.url).request, "GET", "/x")
            assert other.url in str(caught.value)
        assert other.connections == 0


def test_tls_files_without_certificates_are_named(
    colour: Colour, authority: trustme.CA, tmp_path: Path
):
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with FaultServer("none", times=0, tls=server_context(authority)) as server:
        for options in ({"verify": broken}, {"cert": str(broken), "verify": False}):
            client = colour.client(server.url, **options)
            with pytest.raises(ConfigError, match=r"broken\.pem cannot be used"):
                colour.call(client.request, "GET", "/x")
            stream = client.builds.stream_logs("0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10")
            with pytest.raises(ConfigError, match=r"broken\.pem cannot be used"):
                colour.within(stream, lambda _: None)


@pytest.mark.parametrize(
    "location", ["javascript:alert(1)", "http://[::1", "https://xn--a.example/", "https:x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_what_is_no_address_is_an_error_of_ours(
    colour: Colour, location: str, method: str
):
    with RedirectServer(location) as server:
        with pytest.raises((RedirectError, TransportError)) as caught:
            colour.call(colour.client(server.url).request, method, "/x")
        assert not getattr(caught.value, "may_have_been_processed", False)
        assert len(server.requests) == 1


class RedirectServer(FaultServer):
    """Points every request somewhere else."""

    def __init__(self, location: str, **options: Any) -> None:
        self._location = location
        super().__init__("redirect", times=99, **options)

    def _handle(self, connection: socket.socket) -> None:
        if self._read(connection):
            connection.sendall(answer("307 Temporary Redirect", Location=self._location))
        connection.close()


class ProxyServer(FaultServer):
    """Forwards plain requests, tunnels others, or refuses."""

    def __init__(self, refusal: bytes = b"") -> None:
        self._refusal = refusal
        self.heads: list[bytes] = []
        super().__init__("proxy", times=0)

    def _handle(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        self.heads.append(head)
        if self._refusal:
            connection.sendall(self._refusal)
            connection.close()
            return
        verb, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        if verb == "CONNECT":
            host, _, port = target.rpartition(":")
            upstream = socket.create_connection((host, int(port)))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            address = target.removeprefix("http://").split("/")[0]
            host, _, port = address.rpartition(":")
            upstream = socket.create_connection((host, int(port)))
            upstream.sendall(head.replace(f"http://{address}".encode(), b"", 1))
        self._open.append(upstream)
        back = threading.Thread(target=_pump, args=(upstream, connection), daemon=True)
        back.start()
        _pump(connection, upstream)
        back.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()


def test_a_proxy_carries_plain_and_encrypted_requests(
    colour: Colour, authority: trustme.CA, ca_file: str
):
    for tls in (None, server_context(authority)):
        with FaultServer("none", times=0, tls=tls) as server, ProxyServer() as proxy:
            client = colour.client(server.url, verify=ca_file, proxy=proxy.url)
            assert colour.call(client.request, "GET", "/x") == "ok"
            head = proxy.heads[0]
            assert head.startswith(b"GET http://" if tls is None else b"CONNECT 127.0.0.1:")
            if tls is not None:
                assert TOKEN.encode() not in head
            colour.call(client.close)


def test_a_proxy_that_wants_a_password_is_not_asked_again(colour: Colour):
    refusal = answer("407 Proxy Authentication Required")
    with ProxyServer(refusal) as proxy:
        client = colour.client("https://coder.example", proxy=proxy.url)
        with pytest.raises(ProxyError, match="407") as caught:
            colour.call(client.request, "POST", "/x")
        assert len(proxy.heads) == caught.value.tries == 1


def test_a_proxy_that_cannot_reach_the_host_is_asked_again(colour: Colour):
    with ProxyServer(answer("502 Bad Gateway")) as proxy:
        client = colour.client("https://coder.example", proxy=proxy.url)
        with pytest.raises(ProxyError) as caught:
            colour.call(client.request, "POST", "/x")
        assert caught.value.tries == len(proxy.heads) == 4
        assert not caught.value.may_have_been_processed


def test_a_proxy_that_is_not_there_is_named(colour: Colour, refused: int):
    client = colour.client("https://coder.example", proxy=f"http://127.0.0.1:{refused}")
    with pytest.raises(ProxyError, match="proxy cannot be reached"):
        colour.call(client.request, "GET", "/x")


def test_a_socks_proxy_needs_its_package(colour: Colour):
    with pytest.raises(ConfigError, match="socks"):
        colour.call(
            colour.client("https://coder.example", proxy="socks5://127.0.0.1:1").request,
            "GET",
            "/x",
        )


class KeepAliveServer(FaultServer):
    """Answers any number of requests on each connection."""

    def __init__(self) -> None:
        super().__init__("none", times=0)

    def _handle(self, connection: socket.socket) -> None:
        while self._read(connection):
            path = self.requests[-1][1]
            status = "500 Internal Server Error" if path == "/broken" else "200 OK"
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"
            )
            connection.sendall(head.encode() + b'"ok"')


@pytest.fixture
def keep_alive() -> Iterator[KeepAliveServer]:
    with KeepAliveServer() as server:
        yield server


def test_connections_are_reused_after_success_and_failure(
    colour: Colour, keep_alive: KeepAliveServer
):
    client = colour.client(keep_alive.url, retry=None)
    for number in range(50):
        if number % 3 == 0:
            with pytest.raises(Exception, match="500"):
                colour.call(client.request, "GET", "/broken")
        else:
            colour.call(client.with_options(timeout=5).request, "GET", "/x")
    assert keep_alive.connections == 1


def test_a_stream_that_is_left_early_gives_its_connection_back(
    colour: Colour, keep_alive: KeepAliveServer
):
    client = colour.client(keep_alive.url)
    for _ in range(150):
        colour.within(client._streaming(request(client)), lambda response: response.status)
    assert colour.call(client.request, "GET", "/x") == "ok"


def request(client: Any) -> Any:
    return literal_request("GET", "/x", OMIT, OMIT, None, None, OMIT, OMIT, OMIT)


def test_a_thousand_tasks_share_one_client(keep_alive: KeepAliveServer):
    colour = Colour("async")
    client = colour.client(keep_alive.url, clock=False)
    assert colour.gather(lambda: client.request("GET", "/x"), 1_000) == ["ok"] * 1_000
    assert keep_alive.connections <= 100
    colour.close()


def test_sixty_four_threads_share_one_client(keep_alive: KeepAliveServer):
    colour = Colour("sync")
    client = colour.client(keep_alive.url, clock=False)

    def work() -> list[Any]:
        return [client.request("GET", "/x") for _ in range(10)]

    assert colour.gather(work, 64) == [["ok"] * 10] * 64
    assert len(keep_alive.requests) == 640
    colour.close()
