"""The bound on requests that are under way: fair, and whole after every way of leaving."""

from __future__ import annotations

import asyncio
import threading

import trio

from coder_sdk._io._async.primitives import AsyncGate
from coder_sdk._io._sync.primitives import Gate


def test_tasks_come_in_their_turn():
    order: list[int] = []
    inside = most = 0

    async def work(gate: AsyncGate, number: int) -> None:
        nonlocal inside, most
        assert await gate.enter(None)
        inside += 1
        most = max(most, inside)
        order.append(number)
        await trio.lowlevel.checkpoint()
        inside -= 1
        gate.leave()

    async def main() -> None:
        gate = AsyncGate(3)
        async with trio.open_nursery() as nursery:
            for number in range(20):
                nursery.start_soon(work, gate, number)
        assert gate._free == 3
        assert not gate._waiting

    trio.run(main)
    assert most == 3
    assert sorted(order) == list(range(20))


def test_whoever_waits_too_long_leaves_the_queue():
    async def main() -> None:
        gate = AsyncGate(1)
        assert await gate.enter(0.001)
        assert not await gate.enter(0.001)
        gate.leave()
        assert await gate.enter(0.001)

    asyncio.run(main())


def test_whoever_is_cancelled_takes_no_place_along():
    async def main() -> None:
        gate = AsyncGate(1)
        assert await gate.enter(None)
        waiting = asyncio.ensure_future(gate.enter(None))
        given = asyncio.ensure_future(gate.enter(None))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)
        gate.leave()
        # The place is given and the task cancelled in the same step.
        given.cancel()
        await asyncio.gather(waiting, given, return_exceptions=True)
        assert gate._free == 1
        assert await gate.enter(None)

    asyncio.run(main())


def test_threads_wait_for_a_place():
    gate = Gate(1)
    assert gate.enter(None)
    assert not gate.enter(0.001)
    passed: list[bool] = []
    thread = threading.Thread(target=lambda: passed.append(gate.enter(10)))
    thread.start()
    gate.leave()
    thread.join(10)
    assert passed == [True]
