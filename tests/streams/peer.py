"""A server on loopback that does to each connection what a script says, byte by byte.

`Server.expect(script, ...)` queues one script for each connection to come. A script gets a `Peer`
and plays a WebSocket or a stream of server-sent events with it, or refuses, or cuts the line.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from coder_sdk._clock import SystemClock

Script = Callable[["Peer"], None]
PATIENCE = 5.0
# Out of reach of a server that sets up logging in this process.
SILENT = logging.Logger("tests.streams.peer")  # noqa: LOG001
SILENT.disabled = True


class InstantClock(SystemClock):
    """Waits for nothing and remembers how long it would have waited."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.protocol = ServerProtocol(max_size=None, logger=SILENT)
        self.messages: deque[bytes] = deque()
        self.client_code: int | None = None
        self.client_left = False
        self.gone = Event()
        self.request = self._read_request()

    def _read_request(self) -> Request:
        while True:
            events = self._pump()
            if events:
                assert isinstance(events[0], Request)
                return events[0]

    def _pump(self) -> list[Any]:
        data = self.sock.recv(65536)
        if not data:
            self.gone.set()
            raise EOFError
        self.protocol.receive_data(data)
        events = self.protocol.events_received()
        self._flush()
        return events

    def _flush(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                self.sock.sendall(data)

    @property
    def path(self) -> str:
        return urlsplit(self.request.path).path

    @property
    def query(self) -> dict[str, str]:
        query = parse_qs(urlsplit(self.request.path).query, keep_blank_values=True)
        return {name: ",".join(values) for name, values in query.items()}

    @property
    def is_socket(self) -> bool:
        return self.request.headers.get("Upgrade", "").lower() == "websocket"

    # As a WebSocket

    def accept(self, **headers: str) -> Peer:
        assert self.is_socket
        response = self.protocol.accept(self.request)
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        self.protocol.send_response(response)
        self._flush()
        return self

    def send(self, *messages: Any) -> Peer:
        for message in messages:
            if isinstance(message, bytes):
                self.protocol.send_binary(message)
            else:
                text = message if isinstance(message, str) else json.dumps(message)
                self.protocol.send_text(text.encode())
            self._flush()
        return self

    def receive(self) -> bytes:
        """The next message of the client."""
        while not self.messages:
            for event in self._pump():
                self._take(event)
        return self.messages.popleft()

    def _take(self, event: Any) -> None:
        if isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY}:
            self.messages.append(bytes(event.data))
        elif isinstance(event, Frame) and event.opcode == Opcode.CLOSE:
            self.client_left = True
            if event.data:
                self.client_code = struct.unpack("!H", bytes(event.data[:2]))[0]

    def close(self, code: int | None = 1000, reason: str = "", *, linger: bool = False) -> None:
        if code is None:
            self.sock.sendall(b"\x88\x00")
        elif 1004 <= code <= 1006 or code == 1015:
            raise ValueError("never on the wire")
        else:
            data = struct.pack("!H", code) + reason.encode()
            self.sock.sendall(bytes([0x88, len(data)]) + data)
        self.wait_gone(linger=linger)

    def wait_gone(self, *, linger: bool = False) -> None:
        """Wait until the client has said goodbye, or with `linger` until it has gone itself."""
        try:
            while linger or not self.client_left:
                for event in self._pump():
                    self._take(event)
        except (EOFError, OSError, ConnectionClosed):
            self.gone.set()

    # As server-sent events, or any answer

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def refuse(self, status: int, message: str, **headers: str) -> None:
        body = json.dumps({"message": message}).encode()
        self.answer(status, body, content_type="application/json; charset=utf-8", **headers)

    def events(self, **headers: str) -> Peer:
        assert not self.is_socket
        lines = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n")

    def event(self, kind: str, data: Any = None) -> Peer:
        lines = f"event: {kind}\n" + ("" if data is None else f"data: {json.dumps(data)}\n")
        return self.raw(lines.encode() + b"\n")

    # As neither

    def raw(self, data: bytes) -> Peer:
        self.sock.sendall(data)
        return self

    def cut(self) -> None:
        """Reset the connection."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        self.gone.set()


def unexpected(peer: Peer) -> None:
    raise AssertionError(f"nobody expected {peer.request.path}")


class Server:
    """Listens on loopback; each connection is one script."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.peers: list[Peer] = []
        self.failures: list[BaseException] = []
        self._scripts: deque[Script] = deque()
        self._threads: list[Thread] = []
        self._lock = Lock()
        Thread(target=self._accept, daemon=True).start()

    def expect(self, *scripts: Script) -> None:
        self._scripts.extend(scripts)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        with ExitStack() as kept:
            kept.callback(sock.close)
            try:
                if self._tls is not None:
                    sock = self._tls.wrap_socket(sock, server_side=True)
                    kept.callback(sock.close)
                peer = Peer(sock)
            except (EOFError, OSError):
                return
            self._play(peer)

    def _play(self, peer: Peer) -> None:
        with closing(peer.sock):
            with self._lock:
                self.peers.append(peer)
                script = self._scripts.popleft() if self._scripts else unexpected
            try:
                script(peer)
            except (EOFError, OSError):
                pass  # the client left first
            except BaseException as error:  # noqa: BLE001 - raised by `close`
                self.failures.append(error)
            peer.gone.set()

    def close(self) -> None:
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not self._scripts, "scripts were left over"
        for failure in self.failures:
            raise failure

    @property
    def asked(self) -> list[tuple[str, dict[str, str]]]:
        """Path and query of every connection."""
        return [(peer.path.rpartition("/")[2], peer.query) for peer in self.peers]


class Proxy:
    """Passes connections on, or refuses them."""

    def __init__(self, refusal: bytes = b"") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[str] = []
        self._refusal = refusal
        self._threads: list[Thread] = []
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += sock.recv(65536)
        self.asked.append(head.decode().partition("\r\n")[0])
        if self._refusal:
            sock.sendall(self._refusal)
            sock.close()
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        target = socket.create_connection((host, int(port)))
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with sock, target:
            back = Thread(target=pass_on, args=(target, sock), daemon=True)
            back.start()
            pass_on(sock, target)
            back.join(PATIENCE)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until one side is closed."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
