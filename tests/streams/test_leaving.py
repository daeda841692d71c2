"""Leaving a stream in any way leaves no connection, task or thread behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import anyio
import pytest
import trio
from anyio.to_thread import run_sync

from coder_sdk import AsyncClient, Client
from coder_sdk._decode import ResponseTypes
from coder_sdk._io._async.streams import AsyncStream
from coder_sdk._io._sync.streams import Stream
from coder_sdk._request import SocketRequest, StreamRequest, StreamSpec
from tests.streams.peer import Peer, Server

EVENTS = StreamSpec("sse", state=True)
SOCKET = StreamSpec("websocket", state=True)
BOTH = pytest.mark.parametrize("spec", [EVENTS, SOCKET], ids=["events", "socket"])


def one_frame(peer: Peer) -> None:
    """Send one frame and hold the line."""
    if peer.is_socket:
        peer.accept().send({"n": 1}).wait_gone()
    else:
        peer.events().event("data", {"n": 1}).wait_gone()


# Long enough for a busy machine to connect, and to read what there is.
BRIEFLY = 0.7


def nothing(peer: Peer) -> None:
    """Hold the line before the handshake."""
    peer.wait_gone()


def request(spec: StreamSpec) -> StreamRequest[Any]:
    opened: StreamRequest[Any] = StreamRequest("GET", "/api/v2/watch", stream=spec)
    opened.types = ResponseTypes(None, Any)
    return opened


def living() -> int:
    """Tasks of the running loop."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living


async def left(server: Server) -> bool:
    """Whether the client has hung up."""
    return await run_sync(server.peers[0].gone.wait, 5)


def socket_threads() -> list[str]:
    """Threads that the library runs for sockets, and that do not end by themselves soon."""
    ours = [
        thread
        for thread in threading.enumerate()
        if "recv_events" in thread.name or "keepalive" in thread.name
    ]
    for thread in ours:
        thread.join(5)
    return [thread.name for thread in ours if thread.is_alive()]


async def read_on(frames: AsyncStream[Any], got: list[Any]) -> None:
    """Wait for frames that never come."""
    async for frame in frames:
        got += [frame]


@pytest.mark.anyio
@BOTH
async def test_cancelling_a_wait_in_a_with_block_closes(server: Server, spec: StreamSpec) -> None:
    server.expect(one_frame)
    async with AsyncClient(server.url, token="t") as client:
        before, got = living(), []
        with anyio.move_on_after(BRIEFLY) as scope:
            async with client._stream(request(spec)) as frames:
                await read_on(frames, got)
        assert scope.cancelled_caught
        assert got == [{"n": 1}]
        assert await left(server)
        assert living() <= before


@pytest.mark.anyio
@BOTH
async def test_cancelling_a_wait_outside_of_a_with_block_closes(
    server: Server, spec: StreamSpec
) -> None:
    server.expect(one_frame)
    async with AsyncClient(server.url, token="t") as client:
        before, got = living(), []
        with anyio.move_on_after(BRIEFLY) as scope:
            await read_on(client._stream(request(spec)), got)
        assert scope.cancelled_caught
        assert got == [{"n": 1}]
        assert await left(server)
        assert living() <= before


@pytest.mark.anyio
@BOTH
async def test_cancelling_a_handshake_closes(server: Server, spec: StreamSpec) -> None:
    server.expect(nothing)
    async with AsyncClient(server.url, token="t") as client:
        before = living()
        with anyio.move_on_after(BRIEFLY) as scope:
            await client._stream(request(spec)).__aenter__()
        assert scope.cancelled_caught
        assert await left(server)
        assert living() <= before


@pytest.mark.anyio
async def test_cancelling_a_two_way_socket_closes(server: Server) -> None:
    server.expect(one_frame)
    wanted: SocketRequest[Any, Any] = SocketRequest("GET", "/api/v2/x", stream=SOCKET)
    wanted.types = ResponseTypes(None, Any, Any)
    async with AsyncClient(server.url, token="t") as client:
        before = living()
        with anyio.move_on_after(BRIEFLY) as scope:
            async with client._socket(wanted) as socket:
                await socket.receive()
                await socket.receive()
        assert scope.cancelled_caught
        assert await left(server)
        assert living() <= before


@pytest.mark.anyio
@BOTH
async def test_another_task_can_close_a_stream(server: Server, spec: StreamSpec) -> None:
    server.expect(one_frame)
    async with AsyncClient(server.url, token="t") as client:
        frames, came = client._stream(request(spec)), anyio.Event()

        async def read() -> None:
            async for frame in frames:
                assert frame == {"n": 1}
                came.set()

        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(read)
                await came.wait()
                await frames.close()
        assert await left(server)


@BOTH
def test_breaking_out_of_a_loop_closes_under_asyncio(server: Server, spec: StreamSpec) -> None:
    server.expect(one_frame)

    async def first_only(client: AsyncClient) -> Any:
        async for frame in client._stream(request(spec)):
            return frame
        return None

    async def main() -> None:
        async with AsyncClient(server.url, token="t") as client:
            assert await first_only(client) == {"n": 1}
            gc.collect()
            assert await left(server)
            closing = asyncio.all_tasks() - {asyncio.current_task()}
            if closing:
                await asyncio.wait(closing, timeout=5)
            assert living() == 1

    asyncio.run(main())


@BOTH
def test_breaking_out_of_a_loop_closes_at_once(server: Server, spec: StreamSpec) -> None:
    server.expect(one_frame)
    with Client(server.url, token="t") as client:
        frames: Stream[Any] = client._stream(request(spec))
        for frame in frames:
            assert frame == {"n": 1}
            break
        assert frames.closed
        assert server.peers[0].gone.wait(5)
    assert socket_threads() == []


def test_an_error_inside_a_loop_closes(server: Server) -> None:
    server.expect(one_frame)

    def fail(client: Client) -> None:
        for _ in client._stream(request(SOCKET)):
            raise KeyError

    with Client(server.url, token="t") as client, pytest.raises(KeyError):
        fail(client)
    assert server.peers[0].gone.wait(5)
    assert socket_threads() == []


def test_many_sockets_leave_no_threads(server: Server) -> None:
    server.expect(*[one_frame] * 20)
    with Client(server.url, token="t") as client:
        for _ in range(20):
            with client._stream(request(SOCKET)) as frames:
                assert next(iter(frames)) == {"n": 1}
    assert socket_threads() == []


@BOTH
def test_another_thread_can_close_a_stream(server: Server, spec: StreamSpec) -> None:
    server.expect(one_frame)
    with Client(server.url, token="t") as client:
        frames = client._stream(request(spec))
        got: list[Any] = []
        thread = threading.Thread(target=lambda: got.extend(frames))
        thread.start()
        while frames.last_event is None:
            thread.join(0.001)
        frames.close()
        thread.join(5)
        assert not thread.is_alive()
        assert got == [{"n": 1}]
    assert socket_threads() == []
