"""Cancelling a call, or Ctrl-C in one, leaves no file, task, thread or connection behind."""

from __future__ import annotations

import gc
import json
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.to_thread import run_sync

from coder_sdk import AsyncClient, Client
from coder_sdk._decode import ResponseTypes
from coder_sdk._request import PagedRequest, Paging, Request, raw_body
from tests.client.faults import FaultServer, answer
from tests.client.test_transfers import names
from tests.colours import TOKEN

PART = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: 1000\r\n\r\n"
) + bytes(100)
FIRST_PAGE = answer("200 OK", json.dumps({"users": [{"id": 1}], "count": 9}).encode())
PAGE = answer("200 OK", json.dumps({"users": [{"id": 7}], "count": 9}).encode())
USERS = Paging(["offset"], items="users", total="count")
MAIN = pytest.mark.skipif(
    not hasattr(signal, "pthread_kill"), reason="no signal can be sent to one thread"
)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


class HoldingServer(FaultServer):
    """Answers the first requests, then begins an answer and holds the line.

    Attributes:
        held: Counts the requests that are held.
        left: Counts those whose client has gone.
    """

    def __init__(self, *answers: bytes, part: bytes = b"") -> None:
        self.held = threading.Semaphore(0)
        self.left = threading.Semaphore(0)
        self.on_hold: Callable[[], object] = lambda: None
        self._answers = list(answers)
        self._part = part
        super().__init__("holding", times=0)

    def _handle(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(65536)
            if not data:
                return
            head += data
        if self._answers:
            connection.sendall(self._answers.pop(0))
            connection.close()
            return
        try:
            self.held.release()
            self.on_hold()
            connection.sendall(self._part)
            while connection.recv(65536):
                pass
        finally:
            self.left.release()
            connection.close()

    def holds(self) -> bool:
        return self.held.acquire(timeout=5)

    def all_left(self, count: int = 1) -> bool:
        return all(self.left.acquire(timeout=5) for _ in range(count))


def download() -> Request[bytes]:
    request: Request[bytes] = Request("GET", "/api/v2/files/x", accept="application/x-tar")
    request.types = ResponseTypes(None, bytes)
    return request


def upload(content: Any, on_progress: Any = None) -> Request[Any]:
    body = raw_body("application/x-tar", content, on_progress)
    request: Request[Any] = Request("POST", "/api/v2/files", body=body)
    request.types = ResponseTypes(None, Any)
    return request


def users(client: Any) -> Any:
    request: PagedRequest[Any, Any] = PagedRequest(
        "GET", "/api/v2/users", query={"limit": 1, "offset": 0}, paging=USERS
    )
    request.types = ResponseTypes(None, Any, Any)
    return client._pages(request)


def connections(client: Any) -> int:
    return len(client._core._http._transport._pool.connections)


async def cancel_when_held(server: HoldingServer, scope: anyio.CancelScope, count: int = 1) -> None:
    for _ in range(count):
        assert await run_sync(server.holds)
    scope.cancel()


@pytest.mark.anyio
async def test_a_cancelled_download_leaves_no_file(tmp_path: Path):
    with HoldingServer(part=PART) as server:
        async with AsyncClient(server.url, token=TOKEN) as client:
            with anyio.CancelScope() as scope:
                async with client._streaming(download()) as response:
                    await response.to_file(tmp_path / "out.tar", lambda *_: scope.cancel())
            assert scope.cancelled_caught
            assert names(tmp_path) == []
            assert connections(client) == 0
            assert await run_sync(server.all_left)


@pytest.mark.anyio
async def test_a_cancelled_upload_closes_its_source():
    closed = anyio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield bytes(1000)
            await anyio.sleep_forever()
        finally:
            closed.set()

    with HoldingServer() as server:
        async with AsyncClient(server.url, token=TOKEN) as client:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(cancel_when_held, server, scope)
                    await client._call(upload(endless()))
            assert scope.cancelled_caught
            assert closed.is_set()
            assert connections(client) == 0
            assert await run_sync(server.all_left)


@pytest.mark.anyio
async def test_a_cancelled_upload_of_a_file_closes_the_file(tmp_path: Path):
    path = tmp_path / "in.tar"
    path.write_bytes(bytes(1_000_000))
    with HoldingServer() as server:
        async with AsyncClient(server.url, token=TOKEN) as client:
            with anyio.CancelScope() as scope:
                await client._call(upload(path, lambda *_: scope.cancel()))
            assert scope.cancelled_caught
            assert connections(client) == 0
            assert await run_sync(server.all_left)
    # A file that nobody closed warns here, and warnings are errors.
    gc.collect()


@pytest.mark.anyio
async def test_cancelling_the_fetch_of_a_page_leaves_nothing():
    with HoldingServer(FIRST_PAGE) as server:
        async with AsyncClient(server.url, token=TOKEN) as client:
            got: list[Any] = []
            pages = users(client).pages()
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(cancel_when_held, server, scope)
                    async for page in pages:
                        got += page.items
            assert scope.cancelled_caught
            assert got == [{"id": 1}]
            assert connections(client) == 0
            assert await run_sync(server.all_left)


@pytest.mark.anyio
async def test_cancelling_pages_that_are_read_ahead_leaves_nothing():
    with HoldingServer(FIRST_PAGE) as server:
        async with AsyncClient(server.url, token=TOKEN) as client:
            got: list[Any] = []
            pages = users(client).prefetch(3).pages()
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(cancel_when_held, server, scope, 3)
                    async for page in pages:
                        got += page.items
            assert scope.cancelled_caught
            assert got == [{"id": 1}]
            assert connections(client) == 0
            assert await run_sync(server.all_left, 3)


# Ctrl-C, which only the main thread hears of. Pressed in the moment before a read begins, it is
# heard when the read ends: the time limit bounds that.
LIMIT = 1.0


def press_ctrl_c() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@MAIN
def test_ctrl_c_in_a_call_leaves_nothing():
    with HoldingServer() as server, Client(server.url, token=TOKEN, timeout=LIMIT) as client:
        server.on_hold = press_ctrl_c
        # More often than requests may be under way at once: none keeps its place.
        for _ in range(60):
            with pytest.raises(KeyboardInterrupt):
                client.request("GET", "/x")
            assert server.all_left()
        assert connections(client) == 0


@MAIN
def test_ctrl_c_in_a_wait_leaves_nothing():
    refusal = answer("503 Service Unavailable")
    with HoldingServer(refusal) as server, Client(server.url, token=TOKEN, timeout=LIMIT) as client:
        client._core.clock = clock = InterruptedClock()
        with pytest.raises(KeyboardInterrupt):
            client.request("GET", "/x")
        assert clock.slept == 1
        assert connections(client) == 0


class InterruptedClock:
    """Time that stands still; somebody presses Ctrl-C in every wait."""

    def __init__(self) -> None:
        self.slept = 0

    def monotonic(self) -> float:
        return 1.0

    def time(self) -> float:
        return 1.0

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        signal.raise_signal(signal.SIGINT)


@MAIN
def test_ctrl_c_in_a_download_leaves_no_file(tmp_path: Path):
    with (
        HoldingServer(part=PART) as server,
        Client(server.url, token=TOKEN, timeout=LIMIT) as client,
    ):
        with pytest.raises(KeyboardInterrupt), client._streaming(download()) as response:
            response.to_file(tmp_path / "out.tar", lambda *_: signal.raise_signal(signal.SIGINT))
        assert names(tmp_path) == []
        assert connections(client) == 0
        assert server.all_left()


@MAIN
def test_ctrl_c_in_an_upload_closes_its_source():
    closed = threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            yield bytes(1000)
            signal.raise_signal(signal.SIGINT)
            yield bytes(1000)
        finally:
            closed.set()

    with HoldingServer() as server, Client(server.url, token=TOKEN, timeout=LIMIT) as client:
        with pytest.raises(KeyboardInterrupt):
            client._call(upload(endless()))
        assert closed.is_set()
        assert connections(client) == 0
        assert server.all_left()


@MAIN
def test_ctrl_c_while_pages_are_read_ahead_leaves_no_thread():
    with (
        HoldingServer(FIRST_PAGE, part=PAGE) as server,
        Client(server.url, token=TOKEN, timeout=LIMIT) as client,
    ):
        together = threading.Barrier(3, action=press_ctrl_c)
        server.on_hold = together.wait
        with pytest.raises(KeyboardInterrupt):
            users(client).prefetch(3).to_list()
        alive = [thread.name for thread in threading.enumerate() if "coder-sdk" in thread.name]
        assert alive == []
        assert connections(client) == 0
