"""Lists without pages: awaited or iterated by an asynchronous client."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import trio

from coder_sdk import ModelList, NotFoundError
from coder_sdk.testing import FakeCoder

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder() as made:
        for name in ("docker", "kubernetes"):
            made.add_template(name)
        yield made


@BACKENDS
def test_a_list_is_iterated_like_a_pager(fake: FakeCoder, backend: str) -> None:
    async def run() -> list[str]:
        async with fake.async_client() as coder:
            return [template.name async for template in coder.templates.list()]

    assert anyio.run(run, backend=backend) == ["docker", "kubernetes"]
    fake.assert_called("GET /api/v2/templates", times=1)


@BACKENDS
def test_it_is_awaited_as_before(fake: FakeCoder, backend: str) -> None:
    async def run() -> Any:
        async with fake.async_client() as coder:
            return await coder.templates.list()

    found = anyio.run(run, backend=backend)
    assert isinstance(found, ModelList)
    assert [template.name for template in found] == ["docker", "kubernetes"]


def test_it_goes_wherever_a_coroutine_goes(fake: FakeCoder) -> None:
    async def run() -> list[int]:
        async with fake.async_client() as coder:
            task = asyncio.create_task(coder.templates.list())
            first, second = await asyncio.gather(coder.templates.list(), task)
            third = await asyncio.wait_for(coder.templates.list(), 60)
            return [len(first), len(second), len(third)]

    assert asyncio.run(run()) == [2, 2, 2]
    coder = fake.async_client()
    assert len(asyncio.run(coder.templates.list())) == 2
    other = fake.async_client()
    assert len(trio.run(other.templates.list)) == 2


def test_a_task_of_it_shows_where_it_stands(fake: FakeCoder) -> None:
    async def run() -> None:
        async with fake.async_client() as coder:
            task = asyncio.create_task(coder.templates.list())
            await asyncio.sleep(0)
            assert task.get_stack()
            assert "_call() running at" in repr(task)
            await task

    asyncio.run(run())


def test_a_task_of_it_is_cancelled(fake: FakeCoder) -> None:
    async def run() -> None:
        async with fake.async_client() as coder:
            task = asyncio.ensure_future(coder.templates.list())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


@BACKENDS
def test_an_iteration_that_is_left_leaves_nothing_behind(fake: FakeCoder, backend: str) -> None:
    async def run() -> None:
        async with fake.async_client() as coder:
            async for _ in coder.templates.list():
                break
            gc.collect()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anyio.run(run, backend=backend)


@BACKENDS
def test_errors_come_with_the_first_item(fake: FakeCoder, backend: str) -> None:
    fake.inject("GET /api/v2/templates", status=404)

    async def run() -> list[Any]:
        async with fake.async_client() as coder:
            listed = coder.templates.list()
            return [item async for item in listed]

    with pytest.raises(NotFoundError):
        anyio.run(run, backend=backend)


def forget(listed: Any) -> None:
    """Keep nothing of it."""
    del listed
    gc.collect()


def test_one_that_is_neither_is_told_as_every_coroutine(fake: FakeCoder) -> None:
    coder = fake.async_client()
    with pytest.warns(RuntimeWarning, match="never awaited"):
        forget(coder.templates.list())
    coder.templates.list().close()
    assert fake.requests == []


def test_texts_are_listed_likewise(fake: FakeCoder) -> None:
    async def run() -> list[str]:
        async with fake.async_client() as coder:
            fields = coder.idp_sync.available_fields_in_organization("default")
            return [name async for name in fields]

    assert asyncio.run(run()) == []
