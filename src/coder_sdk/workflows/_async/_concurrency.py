"""Several calls at once, under asyncio and trio. colour: handwritten.

Workflows do nothing concurrently except through this module, whose twin works on threads.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import anyio

from coder_sdk.workflows._leaves import Done, Missing, first_error, is_virtual, wake_up

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
    from contextlib import AbstractContextManager

    from typing_extensions import Self

    from coder_sdk._clock import Clock

A = TypeVar("A")
R = TypeVar("R")


async def pause(clock: Clock, seconds: float) -> None:
    """Wait; the one place where a workflow does."""
    await clock.asleep(seconds)


async def idle(clock: Clock, seconds: float) -> None:
    """Wait beside other work, which alone moves the clock of a fake deployment."""
    if not is_virtual(clock):
        await clock.asleep(seconds)
        return
    due = anyio.Event()
    event = wake_up(clock, seconds, due.set)
    try:
        await due.wait()
    finally:
        event.cancel()


def shelter(seconds: float) -> AbstractContextManager[object]:
    """Let what stands in the block clean up, for so many seconds, although all was cancelled."""
    return anyio.move_on_after(seconds, shield=True)


class AsyncTask(Generic[R]):
    """A call that runs beside others; its result is there when the group is left."""

    def __init__(self) -> None:
        self._result: Any = Missing

    async def run(self, call: Callable[..., Awaitable[R]], arguments: tuple[Any, ...]) -> None:
        """Run the call to its end."""
        self._result = await call(*arguments)

    @property
    def result(self) -> R:
        """What the call returned.

        Raises:
            RuntimeError: It has not ended: the group is still open.
        """
        if self._result is Missing:
            raise RuntimeError("The call has not ended yet.")
        return cast("R", self._result)


class AsyncTasks:
    """Calls that run beside the block of `task_group`."""

    def __init__(self, group: Any) -> None:
        self._group = group

    def start(self, call: Callable[..., Awaitable[R]], *arguments: Any) -> AsyncTask[R]:
        """Start a call; the group is not left before it ends."""
        task: AsyncTask[R] = AsyncTask()
        self._group.start_soon(task.run, call, arguments)
        return task

    def cancel(self) -> None:
        """Cancel all calls, and what is left of the block."""
        self._group.cancel_scope.cancel()


@asynccontextmanager
async def task_group() -> AsyncGenerator[AsyncTasks]:
    """Run calls beside the block; leaving it waits for them.

    The first error cancels the others and is raised as itself, not in a group.
    """
    try:
        async with anyio.create_task_group() as group:
            yield AsyncTasks(group)
    except BaseException as error:
        found = first_error(error)
        if found is error:
            raise
        raise found from found.__cause__


async def mapped(
    call: Callable[[A], Awaitable[R]], items: Iterable[A], *, concurrency: int = 5
) -> list[R]:
    """Call with each item, a few at a time; results in the order of the items.

    The first error cancels the others and is raised.
    """
    known = list(items)
    results: list[Any] = [None] * len(known)
    async with completed(call, known, concurrency=concurrency) as answers:
        async for done in answers:
            if done.error is not None:
                raise done.error
            results[done.place] = done.result
    return results


class AsyncCompleted(Generic[A, R]):
    """Results in the order in which they come; iterated by who started the calls.

    Who gave a result starts nothing new before the loop asks for the next one, so that the loop's
    body can stop in time.
    """

    def __init__(self, call: Callable[[A], Awaitable[R]], items: Iterable[A]) -> None:
        self._call = call
        self._items = iter(enumerate(items))
        self._stopped = False
        self._heard: anyio.Event | None = None
        self._send, self._receive = anyio.create_memory_object_stream[
            tuple[Done[A, R], anyio.Event]
        ](0)

    def stop(self) -> None:
        """Start nothing new; what runs goes on, and is still yielded."""
        self._stopped = True

    async def work(self, send: Any) -> None:
        """Call with one item after the other."""
        async with send:
            for index, item in self._items:
                if self._stopped:
                    return
                heard = anyio.Event()
                await send.send((await self._one(index, item), heard))
                await heard.wait()
                if self._stopped:
                    return

    async def _one(self, index: int, item: A) -> Done[A, R]:
        try:
            return Done(index, item, await self._call(item), None)
        except Exception as error:  # noqa: BLE001 - the caller decides what an error means
            return Done(index, item, None, error)

    def begin(self, tasks: AsyncTasks, concurrency: int) -> None:
        """Start as many workers."""
        for _ in range(max(1, concurrency)):
            tasks.start(self.work, self._send.clone())
        self._send.close()

    def close(self) -> None:
        """Take no more results."""
        self._stopped = True
        self._receive.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Done[A, R]:
        if self._heard is not None:
            self._heard.set()
        try:
            done, self._heard = await self._receive.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None
        return done


@asynccontextmanager
async def completed(
    call: Callable[[A], Awaitable[R]], items: Iterable[A], *, concurrency: int = 5
) -> AsyncGenerator[AsyncCompleted[A, R]]:
    """Call with each item, a few at a time, and iterate over what comes of it as it comes.

    The loop body runs in the caller's task. Leaving the block early, also by an error or a
    cancellation, cancels what still runs; nothing is left behind. No call's error is raised: it
    stands in the result.

    Args:
        call: Called with an item.
        items: The items.
        concurrency: How many calls run at once.
    """
    answers: AsyncCompleted[A, R] = AsyncCompleted(call, items)
    async with task_group() as tasks:
        answers.begin(tasks, concurrency)
        try:
            yield answers
        finally:
            answers.close()
            tasks.cancel()
