"""Several calls at once, all of them to their end. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from coder_sdk._errors.base import CoderError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

A = TypeVar("A")
R = TypeVar("R")


async def settle(call: Callable[[A], Awaitable[R]], arguments: Sequence[A]) -> list[R | CoderError]:
    """Call `call` with each argument, concurrently; an error of ours takes the result's place.

    The first of other errors cancels what still runs and is raised as itself, not in a group.
    """
    if len(arguments) == 1:
        return [await _outcome(call, arguments[0])]
    from anyio import create_task_group  # noqa: PLC0415 - needed by few

    outcomes: list[Any] = [None] * len(arguments)
    raised: list[Exception] = []

    async def put(index: int, argument: A) -> None:
        try:
            outcomes[index] = await _outcome(call, argument)
        except Exception as error:  # noqa: BLE001 - raised below, outside of the group
            raised.append(error)
            tasks.cancel_scope.cancel()

    async with create_task_group() as tasks:
        for index, argument in enumerate(arguments):
            tasks.start_soon(put, index, argument)
    if raised:
        raise raised[0]
    return outcomes


async def _outcome(call: Callable[[A], Awaitable[R]], argument: A) -> R | CoderError:
    try:
        return await call(argument)
    except CoderError as error:
        return error
