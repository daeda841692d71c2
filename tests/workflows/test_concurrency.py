"""The primitives on which workflows do several things at once, in both colours."""

from __future__ import annotations

import threading
import time
from typing import Any

import anyio
import pytest

from coder_sdk import BuildFailedError
from coder_sdk._clock import SystemClock
from coder_sdk.workflows._async import _concurrency as in_tasks
from coder_sdk.workflows._leaves import Ended, Missing
from coder_sdk.workflows._sync import _concurrency as in_threads
from coder_sdk.workflows._sync._feeds import Feed

CLOCK = SystemClock()


def failing(call: Any, *arguments: Any) -> None:
    """Start a call in a block that fails."""

    def block() -> None:
        with in_threads.task_group() as tasks:
            tasks.start(call, *arguments)
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        block()


def test_threads_raise_the_first_error_of_ours_and_leave_nothing() -> None:
    before = set(threading.enumerate())

    def wait() -> None:
        in_threads.pause(CLOCK, 60)

    def fail() -> None:
        raise BuildFailedError("mine")

    begun = time.monotonic()

    def both() -> None:
        with in_threads.task_group() as tasks:
            tasks.start(wait)
            tasks.start(fail)

    with pytest.raises(BuildFailedError, match="mine"):
        both()
    assert time.monotonic() - begun < 30
    assert set(threading.enumerate()) <= before


def test_threads_give_up_when_the_block_fails() -> None:
    failing(in_threads.pause, CLOCK, 60)


def test_threads_have_results() -> None:
    with in_threads.task_group() as tasks:
        task = tasks.start(lambda: 7)
    assert task.result == 7


def test_an_inner_group_gives_up_with_the_outer_one() -> None:
    def inner() -> None:
        with in_threads.task_group() as tasks:
            tasks.start(in_threads.pause, CLOCK, 60)

    failing(inner)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_raise_the_first_error_of_ours(backend: str) -> None:
    async def fail() -> None:
        raise BuildFailedError("mine")

    async def main() -> None:
        async with in_tasks.task_group() as tasks:
            tasks.start(in_tasks.pause, CLOCK, 60)
            tasks.start(fail)

    with pytest.raises(BuildFailedError, match="mine"):
        anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_have_results(backend: str) -> None:
    async def seven() -> int:
        return 7

    async def main() -> int:
        async with in_tasks.task_group() as tasks:
            task = tasks.start(seven)
            with pytest.raises(RuntimeError):
                _ = task.result
        return task.result

    assert anyio.run(main, backend=backend) == 7


def test_a_thread_map_keeps_the_order_and_its_bound() -> None:
    running: list[int] = []
    most = 0
    lock = threading.Lock()

    def double(item: int) -> int:
        nonlocal most
        with lock:
            running.append(item)
            most = max(most, len(running))
        with lock:
            running.remove(item)
        return item * 2

    assert in_threads.mapped(double, range(20), concurrency=3) == [2 * item for item in range(20)]
    assert most <= 3


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_map_keeps_the_order_and_its_bound(backend: str) -> None:
    running: list[int] = []
    most = 0

    async def double(item: int) -> int:
        nonlocal most
        running.append(item)
        most = max(most, len(running))
        await anyio.lowlevel.checkpoint()
        running.remove(item)
        return item * 2

    async def main() -> list[int]:
        return await in_tasks.mapped(double, range(20), concurrency=3)

    assert anyio.run(main, backend=backend) == [2 * item for item in range(20)]
    assert most == 3


def test_threads_report_results_and_errors_as_they_come() -> None:
    def call(item: int) -> int:
        if item == 1:
            raise ValueError(item)
        return item

    with in_threads.completed(call, [0, 1, 2], concurrency=1) as answers:
        found = [(done.place, done.result, type(done.error)) for done in answers]
    assert found == [(0, 0, type(None)), (1, None, ValueError), (2, 2, type(None))]


def test_a_stopped_map_starts_nothing_new() -> None:
    called: list[int] = []

    def call(item: int) -> None:
        called.append(item)

    with in_threads.completed(call, range(100), concurrency=1) as answers:
        for _ in answers:
            answers.stop()
    assert called == [0]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_leaving_a_task_map_early_cancels_what_runs(backend: str) -> None:
    ended: list[int] = []

    async def call(item: int) -> None:
        if item:
            await anyio.sleep_forever()
        ended.append(item)

    async def main() -> None:
        async with in_tasks.completed(call, range(10), concurrency=3) as answers:
            async for _ in answers:
                break

    anyio.run(main, backend=backend)
    assert ended == [0]


class Source:
    """Items that come when they are put; closed by the feed."""

    def __init__(self) -> None:
        self.put = threading.Semaphore(0)
        self.closed = False

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> int:
        self.put.acquire()
        if self.closed:
            raise StopIteration
        return 7

    def close(self) -> None:
        self.closed = True
        self.put.release()


def test_a_feed_waits_no_longer_than_it_may() -> None:
    source = Source()
    with Feed(source, CLOCK) as feed:
        assert feed.next(0.01) is Missing
        source.put.release()
        assert feed.next(10) == 7
    assert source.closed


def test_a_feed_ends() -> None:
    source = Source()
    source.close()
    with Feed(source, CLOCK) as feed:
        assert feed.next(10) is Ended
