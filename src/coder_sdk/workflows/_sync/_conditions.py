# Derived from `src/coder_sdk/workflows/_async/_conditions.py`
# by `python -m codegen colours`; edit that file.
"""Asks the caller's condition about what was just read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coder_sdk._io._sync.primitives import settled
from coder_sdk.workflows._given import check_functions
from coder_sdk.workflows.outcome import Skip

if TYPE_CHECKING:
    from collections.abc import Callable

S = TypeVar("S")


def refusal(only_if: Callable[[S], object] | None, found: S) -> Skip | None:
    """Ask a condition about freshly read state; the action if it does not hold."""
    if only_if is None:
        return None
    check_functions(only_if=only_if)
    answer = settled(only_if(found))
    if isinstance(answer, Skip):
        return answer
    return None if answer else Skip("the condition does not hold")
