"""Several calls at once, all of them to their end. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coder_sdk._errors.base import CoderError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

A = TypeVar("A")
R = TypeVar("R")


def settle(call: Callable[[A], R], arguments: Sequence[A]) -> list[R | CoderError]:
    """Call `call` with each argument, on threads; an error of ours takes the result's place."""
    if len(arguments) == 1:
        return [_outcome(call, arguments[0])]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - needed by few

    with ThreadPoolExecutor(len(arguments), thread_name_prefix="coder-sdk-pages") as pool:
        tasks = [pool.submit(_outcome, call, argument) for argument in arguments]
        return [task.result() for task in tasks]


def _outcome(call: Callable[[A], R], argument: A) -> R | CoderError:
    try:
        return call(argument)
    except CoderError as error:
        return error
