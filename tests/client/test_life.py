"""How a client lives and ends: closing, copies, forgetting, forking, event loops."""

from __future__ import annotations

import asyncio
import copy
import gc
import os
import warnings
from types import ModuleType
from typing import Any

import httpx
import pytest
import trio
from respx import MockRouter

from coder_sdk import AsyncClient, Client, ClientUsageError, RetryPolicy
from tests.client.test_connections import KeepAliveServer
from tests.colours import TOKEN, URL, Colour


def test_copies_share_the_connections_and_leave_them_open(colour: Colour, router: MockRouter):
    router.get("/x").respond(json=1)
    client = colour.client()
    other = client.with_options(timeout=5, headers={"X-A": "b"}, retry=RetryPolicy(1))
    assert other._core is client._core
    assert (other._options.timeout, client._options.timeout) == (5.0, 30.0)
    assert "x-a" not in client._options.headers
    colour.call(other.request, "GET", "/x")
    colour.call(other.close)
    assert colour.call(client.request, "GET", "/x") == 1


def test_resources_are_made_once_and_belong_to_their_client(colour: Colour):
    client = colour.client()
    assert client.users is client.users
    assert client.with_options(timeout=1).users is not client.users


def test_closing_twice_is_closing(colour: Colour):
    client = colour.client()
    close = client.close
    colour.call(close)
    colour.call(close)


def test_the_block_closes(colour: Colour, router: MockRouter):
    router.get("/x").respond(json=1)
    client = colour.client()
    colour.within(client, lambda entered: entered.request("GET", "/x"))
    with pytest.raises(ClientUsageError, match="closed"):
        colour.call(client.request, "GET", "/x")


def test_a_forgotten_client_warns(router: MockRouter):
    router.get("/x").respond(json=1)
    client = Client(URL, token=TOKEN)
    client.request("GET", "/x")
    held = [client]
    del client
    with pytest.warns(ResourceWarning, match="unclosed client of https://coder.example"):
        held.clear()


def test_a_client_that_was_never_used_needs_no_closing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = Client(URL, token=TOKEN)
        copy_of_it = client.with_options(timeout=1)
        del client, copy_of_it
        gc.collect()


def test_a_ready_client_stays_open_and_needs_no_warning(router: MockRouter, library: ModuleType):
    router.get("/x").respond(json=1)
    with library.Client() as http:
        client = Client(URL, token=TOKEN, http_client=http)
        client.request("GET", "/x")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del client
            gc.collect()
        assert not http.is_closed


def test_a_fork_is_noticed(colour: Colour, router: MockRouter, monkeypatch: pytest.MonkeyPatch):
    router.get("/x").respond(json=1)
    client = colour.client()
    colour.call(client.request, "GET", "/x")
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: -1)
        with pytest.raises(ClientUsageError, match="forked"):
            colour.call(client.request, "GET", "/x")


def test_another_event_loop_is_noticed(router: MockRouter):
    router.get("/x").respond(json=1)
    first, second = Colour("async"), Colour("async")
    client = first.client()
    first.call(client.request, "GET", "/x")
    with pytest.raises(ClientUsageError, match="another event loop"):
        second.call(client.request, "GET", "/x")
    first.close()
    second.close()


def test_the_sync_client_works_inside_a_running_loop(router: MockRouter):
    router.get("/x").respond(json=1)

    async def notebook() -> Any:
        with Client(URL, token=TOKEN) as client:
            return client.request("GET", "/x")

    assert asyncio.run(notebook()) == 1


def test_the_async_client_works_under_trio():
    async def main(url: str) -> list[Any]:
        results: list[Any] = []
        async with AsyncClient(url, token=TOKEN) as client:

            async def call() -> None:
                results.append(await client.request("GET", "/x"))

            async with trio.open_nursery() as nursery:
                for _ in range(200):
                    nursery.start_soon(call)
            with pytest.raises(Exception, match="500"):
                await client.request("GET", "/broken")
        return results

    with KeepAliveServer() as server:
        assert trio.run(main, server.url) == ["ok"] * 200
        assert server.connections <= 50


def test_waits_between_tries_work_under_trio(router: MockRouter):
    router.get("/x").mock(side_effect=[httpx.Response(503), httpx.Response(200, json=1)])

    async def main() -> Any:
        policy = RetryPolicy(base=0.001)
        async with AsyncClient(URL, token=TOKEN, retry=policy) as client:
            return await client.request("GET", "/x")

    assert trio.run(main) == 1


def test_cancelling_a_call_leaves_nothing_under_asyncio():
    async def main(url: str) -> int:
        async with AsyncClient(url, token=TOKEN) as client:
            before = len(asyncio.all_tasks())
            for _ in range(60):
                task = asyncio.ensure_future(client.request("GET", "/x"))
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert len(asyncio.all_tasks()) == before
            assert await client.request("GET", "/x") == "ok"
            return len(client._core.http(asyncio.get_running_loop())._transport._pool.connections)

    with KeepAliveServer() as server:
        assert asyncio.run(main(server.url)) <= 1


def test_cancelling_a_call_leaves_nothing_under_trio():
    async def main(url: str) -> int:
        async with AsyncClient(url, token=TOKEN) as client:
            assert await client.request("GET", "/x") == "ok"
            for checkpoints in range(20):
                with trio.CancelScope() as scope:
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(client.request, "GET", "/x")
                        for _ in range(checkpoints):
                            await trio.lowlevel.checkpoint()
                        scope.cancel()
            assert await client.request("GET", "/x") == "ok"
            http = client._core.http(trio.lowlevel.current_trio_token())
            return len(http._transport._pool.connections)

    with KeepAliveServer() as server:
        assert trio.run(main, server.url) <= 1


def test_cancelling_a_wait_leaves_nothing(router: MockRouter):
    router.get("/x").respond(503)

    async def main() -> None:
        async with AsyncClient(URL, token=TOKEN) as client:
            task = asyncio.ensure_future(client.request("GET", "/x"))
            while not router.calls:  # noqa: ASYNC110 - the mock has no event
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_clients_neither_copy_nor_pickle(colour: Colour):
    with pytest.raises(TypeError, match="cannot be pickled"):
        copy.deepcopy(colour.client())


def test_a_client_says_where_it_belongs(colour: Colour):
    client = colour.client()
    assert client.url == URL
    assert repr(client) == f"<{type(client).__name__} {URL}>"
    assert client.server_version is None
