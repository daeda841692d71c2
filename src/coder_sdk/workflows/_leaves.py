"""What both colours of concurrency share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from typing_extensions import NamedTuple

from coder_sdk._clock import SystemClock
from coder_sdk._errors.base import CoderError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from coder_sdk._clock import Clock

A = TypeVar("A")
R = TypeVar("R")


class Missing:
    """Stands for a result that has not come."""


class Ended:
    """Stands for the end of an iteration."""


class Done(NamedTuple, Generic[A, R]):
    """What came of one of many calls."""

    place: int
    item: A
    result: R | None
    error: Exception | None


def first_error(error: BaseException) -> BaseException:
    """Of a group of errors the one that says most: the first of ours, else the first.

    What is no plain exception, an interruption from the keyboard above all, comes before.
    """
    leaves = list(_leaves(error))
    for wanted in (_is_interruption, _is_ours):
        for leaf in leaves:
            if wanted(leaf):
                return leaf
    return leaves[0] if leaves else error


def _is_interruption(error: BaseException) -> bool:
    return not isinstance(error, Exception)


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, CoderError)


def _leaves(error: BaseException) -> list[BaseException]:
    # Groups are told by their attribute: Python 3.10 has no class for them.
    parts: Any = getattr(error, "exceptions", None)
    if not isinstance(parts, tuple):
        return [error]
    return [leaf for part in parts for leaf in _leaves(part)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def is_virtual(clock: Clock) -> bool:
    """Whether time passes by itself instead of with the machine's clock."""
    return not isinstance(clock, SystemClock) and not getattr(clock, "is_real", False)


def wake_up(clock: Any, seconds: float, action: Callable[[], object]) -> Any:
    """Let a clock that moves by itself call a function when it comes to that time."""
    return clock.schedule(seconds, action, background=True)


def within(clock: Any, seconds: float) -> AbstractContextManager[None]:
    """Have a clock that moves by itself raise `TimeoutError` where a stream is silent for long."""
    return cast("AbstractContextManager[None]", clock.within(seconds))
