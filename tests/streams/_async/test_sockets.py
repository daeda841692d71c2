"""Two-way sockets: typed messages, and the raw bytes of a terminal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from coder_sdk import AsyncClient, CoderError, DecodeError, RequestValidationError, StreamError
from coder_sdk._decode import ResponseTypes
from coder_sdk._io._async.sockets import AsyncSocket
from coder_sdk._request import SocketRequest, StreamSpec
from tests.streams.peer import Peer, Server

pytestmark = pytest.mark.anyio


class Inputs(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: int
    inputs: dict[str, str]


class Rendered(BaseModel):
    id: int
    parameters: list[str] = []


@pytest.fixture
async def client(server: Server) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.url, token="t") as client:
        yield client


def socket(
    client: AsyncClient, sent: Any = Inputs, received: Any = Rendered, *, binary: bool = False
) -> AsyncSocket[Any, Any]:
    spec = StreamSpec("websocket", binary=binary)
    request: SocketRequest[Any, Any] = SocketRequest("GET", "/api/v2/evaluate", stream=spec)
    request.types = ResponseTypes(None, sent, received)
    opened: AsyncSocket[Any, Any] = client._socket(request)
    return opened


def echo(peer: Peer) -> None:
    """Render whatever is asked for, once unasked at the start."""
    peer.accept().send({"id": -1})
    while True:
        asked = json.loads(peer.receive())
        peer.send({"id": asked["id"], "parameters": sorted(asked["inputs"])})


async def test_messages_go_both_ways(client: AsyncClient, server: Server) -> None:
    server.expect(echo)
    async with socket(client) as opened:
        assert await opened.receive() == Rendered(id=-1)
        await opened.send(Inputs(id=1, inputs={"cpu": "4"}))
        assert await opened.receive() == Rendered(id=1, parameters=["cpu"])
        await opened.send({"id": 2, "inputs": {"b": "1", "a": "2"}})
        assert await opened.receive() == Rendered(id=2, parameters=["a", "b"])
        assert opened.last_event == Rendered(id=2, parameters=["a", "b"])
    assert server.peers[0].gone.wait(5)
    assert server.peers[0].client_code == 1000


async def test_a_message_that_does_not_fit_is_not_sent(client: AsyncClient, server: Server) -> None:
    server.expect(echo)
    async with socket(client) as opened:
        with pytest.raises(RequestValidationError, match="`input`"):
            await opened.send({"id": 1, "inputs": {}, "input": 3})
        assert await opened.receive() == Rendered(id=-1)
        await opened.send({"id": 5, "inputs": {}})
        assert await opened.receive() == Rendered(id=5)


async def test_an_answer_that_does_not_fit_is_a_decode_error(
    client: AsyncClient, server: Server
) -> None:
    server.expect(lambda peer: peer.accept().send({"id": "x"}).wait_gone())
    async with socket(client) as opened:
        with pytest.raises(DecodeError, match="`id`"):
            await opened.receive()
        assert opened.last_event is None


async def test_an_answer_that_does_not_fit_is_shown_without_the_secrets_of_the_client(
    server: Server,
) -> None:
    secret = "of-the-proxy-4711"
    server.expect(lambda peer: peer.accept().send({"id": f"heard {secret}"}).wait_gone())
    headers = {"X-Proxy-Secret": secret}
    async with (
        AsyncClient(server.url, token="t", headers=headers) as client,
        socket(client) as opened,
    ):
        assert opened.last_event is None
        with pytest.raises(DecodeError) as caught:
            await opened.receive()
    assert b"heard" in caught.value.body
    assert secret.encode() not in caught.value.body


async def test_a_normal_close_ends_the_iteration(client: AsyncClient, server: Server) -> None:
    server.expect(lambda peer: peer.accept().send({"id": 1}, {"id": 2}).close(1000, "bye"))
    got = []
    async with socket(client) as opened:
        async for message in opened:
            got.append(message.id)  # noqa: PERF401 - both colours
        assert (opened.close_code, opened.close_reason) == (1000, "bye")
    assert got == [1, 2]


async def test_any_other_close_is_an_error(client: AsyncClient, server: Server) -> None:
    text = "half an hour is over"
    server.expect(lambda peer: peer.accept(X_Request_Id="r4").send({"id": 1}).close(1001, text))
    async with socket(client) as opened:
        await opened.receive()
        with pytest.raises(StreamError, match="half an hour is over") as caught:
            await opened.receive()
        with pytest.raises(StreamError):
            await opened.send({"id": 1, "inputs": {}})
    assert (caught.value.close_code, caught.value.last_event) == (1001, Rendered(id=1))
    assert f"GET {server.url}/api/v2/evaluate" in str(caught.value)
    assert (caught.value.request_id, caught.value.tries) == ("r4", 1)


async def test_a_cut_is_an_error(client: AsyncClient, server: Server) -> None:
    server.expect(lambda peer: peer.accept().cut())
    async with socket(client) as opened:
        with pytest.raises(StreamError) as caught:
            await opened.receive()
        assert opened.close_code == 1006
    assert caught.value.close_code == 1006


async def test_a_refused_handshake_is_the_error_of_a_call(
    client: AsyncClient, server: Server
) -> None:
    server.expect(lambda peer: peer.refuse(425, "Template version job has not finished"))
    with pytest.raises(CoderError, match="status 425: Template version job has not finished"):
        await socket(client).__aenter__()


async def test_a_closed_socket_is_not_opened_again(client: AsyncClient, server: Server) -> None:
    server.expect(echo)
    opened = socket(client)
    await opened.receive()
    await opened.close()
    await opened.close()
    with pytest.raises(StreamError, match="closed here"):
        await opened.receive()


def terminal(peer: Peer) -> None:
    """Print, then echo what is typed until the end of input."""
    peer.accept().send("é".encode()[:1], "é".encode()[1:] + b"\r\n")
    while True:
        typed = json.loads(peer.receive())
        peer.send(json.dumps(typed).encode())
        if typed.get("data") == "\x04":
            peer.close()
            return


async def test_a_terminal_takes_json_and_gives_bytes(client: AsyncClient, server: Server) -> None:
    server.expect(terminal)
    output = b""
    async with socket(client, dict[str, Any], bytes, binary=True) as opened:
        await opened.send({"height": 24, "width": 80})
        await opened.send({"data": "\x04"})
        async for chunk in opened:
            output += chunk
    assert output == "é".encode() + b'\r\n{"height": 24, "width": 80}{"data": "\\u0004"}'


async def test_raw_bytes_go_as_they_are(client: AsyncClient, server: Server) -> None:
    server.expect(lambda peer: peer.accept().send(peer.receive()[::-1]).wait_gone())
    async with socket(client, bytes, bytes, binary=True) as opened:
        await opened.send(b"RFB \x00\xff")
        assert await opened.receive() == b"\xff\x00 BFR"


async def test_a_socket_says_what_it_is(client: AsyncClient, server: Server) -> None:
    assert repr(socket(client)).endswith("Socket GET /api/v2/evaluate>")
