"""Items as users hand them over. colour: handwritten."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from inspect import isawaitable
from typing import Final, TypeVar

from coder_sdk.workflows._bulk_arguments import WrongColourError

A = TypeVar("A")
R = TypeVar("R")

ASYNCHRONOUS: Final = False

Many = Iterable[A]
"""A list, a pager, or whatever else is iterated with `for`."""


def collected(items: Many[A]) -> list[A]:
    """All items, read to the end."""
    return list(items)


def answered(called: R) -> R:
    """What a call came to.

    Raises:
        WrongColourError: It would have to be awaited.
    """
    if isawaitable(called):
        if isinstance(called, Coroutine):
            called.close()
        raise WrongColourError
    return called
