"""A server on loopback that fails in a chosen way, and counts what reached it."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from email.utils import formatdate
from typing import Any, TypeAlias

from typing_extensions import Self

OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b'Connection: close\r\nContent-Length: 4\r\n\r\n"ok"'
)
RESET = struct.pack("ii", 1, 0)
BIG = 100 * 1024 * 1024
DRIP = 0.02
DRIPS = 500
Fault: TypeAlias = "Callable[[FaultServer, socket.socket], None]"


def answer(
    status: str, body: bytes = b"", media_type: str = "application/json", **headers: str
) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}"]
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class FaultServer:
    """Fails once in the given way (or always, with `times`), then answers.

    The way is one of the names of the matrix, or a function that is given the server and the
    connection, from which one request was read.

    Attributes:
        requests: Verb and path of every request that arrived whole.
        connections: How many connections were accepted.
    """

    def __init__(
        self, fault: str | Fault, *, times: int = 1, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self._fault = fault
        self._times = times
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._released.set()
        # Wakes `accept`, which closing alone does not everywhere.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(10)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._released.is_set():
                connection.close()
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._encrypted(connection, self._tls)
            self._handle(connection)
        except OSError:
            # The client may leave whenever it wants: that is part of the test.
            connection.close()

    def _encrypted(self, connection: socket.socket, tls: ssl.SSLContext) -> socket.socket:
        """Shake hands; a refusal reaches the client before the connection ends."""
        secure = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._open.append(secure)
        try:
            secure.do_handshake()
        except ssl.SSLError:
            socket.socket.shutdown(secure, socket.SHUT_WR)
            while os.read(secure.fileno(), 65536):
                pass
            raise
        return secure

    def _handle(self, connection: socket.socket) -> None:
        failing = self._times > 0
        self._times -= 1
        if failing and self._fault == "reset_before":
            # Something came, so the connection stood; nothing of it is read.
            connection.recv(1, socket.MSG_PEEK)
            _reset(connection)
            return
        if not self._read(connection):
            connection.close()
            return
        if not failing:
            connection.sendall(OK if self.requests[-1][0] != "HEAD" else OK[:-4])
            connection.close()
            return
        fault = _FAULTS[self._fault] if isinstance(self._fault, str) else self._fault
        fault(self, connection)

    def _read(self, connection: socket.socket) -> bool:
        """Read a request; whether one came whole."""
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return False
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        if "chunked" in headers.get("transfer-encoding", ""):
            while not body.endswith(b"0\r\n\r\n"):
                body += connection.recv(65536)
        else:
            while len(body) < int(headers.get("content-length", 0)):
                body += connection.recv(65536)
        verb, path, _ = lines[0].split(" ")
        self.requests.append((verb, path))
        self.bodies.append(body)
        return True

    def wait(self) -> None:
        """Keep a connection open until the test is over."""
        self._released.wait(10)

    def released(self, seconds: float) -> bool:
        """Wait a moment; whether the test is over."""
        return self._released.wait(seconds)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def _sends(*parts: bytes) -> Fault:
    def send(server: FaultServer, connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        connection.close()

    return send


def _stalls(*parts: bytes) -> Fault:
    def send(server: FaultServer, connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        server.wait()
        connection.close()

    return send


def drips(*parts: bytes, drop: bytes, times: int = DRIPS) -> Fault:
    """Send the parts, then a byte every now and then, for longer than anybody waits."""

    def send(server: FaultServer, connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        for _ in range(times):
            connection.sendall(drop)
            if server.released(DRIP):
                break
        connection.close()

    return send


def _big(server: FaultServer, connection: socket.socket) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
    connection.sendall(f"{head}Content-Length: {BIG}\r\n\r\n".encode())
    if server.requests[-1][0] != "HEAD":
        block = bytes(1024 * 1024)
        for _ in range(BIG // len(block)):
            connection.sendall(block)
    connection.close()


def _redirect(location: str, status: str = "307 Temporary Redirect") -> Any:
    def send(server: FaultServer, connection: socket.socket) -> None:
        connection.sendall(answer(status, Location=location))
        connection.close()

    return send


_PARTIAL = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[1,"
_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n"
)

_LONG = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
_NAMELESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: "

_FAULTS: dict[str, Fault] = {
    "reset_after": lambda server, connection: _reset(connection),
    "closed_after": _sends(),
    "cut_head": _sends(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "cut_body": _sends(_PARTIAL),
    "cut_chunked": _sends(_CHUNKED),
    "garbage": _sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "bad_gzip": _sends(answer("200 OK", b"not gzip", Content_Encoding="gzip")),
    "no_answer": _stalls(),
    "slow_body": _stalls(_PARTIAL),
    "slow_head": drips(_NAMELESS, drop=b"a"),
    "dripping_body": drips(_LONG, drop=b" "),
    # The size of a chunk that never begins: the library has nothing to pass on meanwhile.
    "dripping_chunk": drips(_CHUNKED, b"5;", drop=b"a"),
    "429": _sends(answer("429 Too Many Requests")),
    "429_seconds": _sends(answer("429 Too Many Requests", Retry_After="7")),
    "429_date": _sends(
        answer("429 Too Many Requests", Date=formatdate(1e9, usegmt=True),
               Retry_After=formatdate(1e9 + 11, usegmt=True))
    ),
    "429_reset": _sends(
        answer("429 Too Many Requests", Date=formatdate(1e9, usegmt=True), Retry_After="60",
               X_RateLimit_Reset="1000000013")
    ),
    "429_long": _sends(answer("429 Too Many Requests", Retry_After="3600")),
    "500": _sends(answer("500 Internal Server Error", b'{"message":"broken"}')),
    "502": _sends(answer("502 Bad Gateway", b"<html>", "text/html")),
    "503": _sends(answer("503 Service Unavailable")),
    "503_refused": _sends(
        answer("503 Service Unavailable", b'{"message":"Server instance is shutting down"}')
    ),
    "504": _sends(answer("504 Gateway Timeout")),
    "proxy_407": _sends(answer("407 Proxy Authentication Required")),
    "408": _sends(answer("408 Request Timeout")),
    "409": _sends(answer("409 Conflict", b'{"message":"taken"}')),
    "html": _sends(answer("200 OK", b"<!doctype html>", "text/html; charset=utf-8")),
    "wrong_json": _sends(answer("200 OK", b'{"a":1}')),
    "half_json": _sends(answer("200 OK", b'{"a":')),
    "empty": _sends(answer("200 OK", media_type="")),
    "big": _big,
    "redirect_same": _redirect("/elsewhere"),
    "redirect_other": _redirect("http://127.0.0.2:1/elsewhere"),
    "redirect_scheme": _redirect("ftp://127.0.0.1/elsewhere"),
    "redirect_root": _redirect("/"),
    "redirect_nowhere": _redirect(""),
}  # fmt: skip
