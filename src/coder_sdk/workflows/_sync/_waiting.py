# Derived from `src/coder_sdk/workflows/_async/_waiting.py`
# by `python -m codegen colours`; edit that file.
"""Looks again and again until something is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coder_sdk._errors.status import ServerError
from coder_sdk._errors.transport import TransportError
from coder_sdk.workflows._sync._concurrency import pause
from coder_sdk.workflows._waits import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk.workflows._waits import Wait

S = TypeVar("S")


def look_again(wait: Wait, read: Callable[[], S]) -> S:
    """Read a state after a while.

    A look that fails because the server or the network is away counts as no news; only several in
    a row are the end.

    Raises:
        WaitTimeoutError: No time is left.
    """
    failures = 0
    while True:
        pause(wait.clock, wait.interval())
        try:
            return read()
        except (TransportError, ServerError):
            failures += 1
            if failures >= PATIENCE:
                raise


def wait_until(
    wait: Wait,
    read: Callable[[], S],
    decide: Callable[[S], bool],
    first: S | None = None,
) -> S:
    """Read a state until it is the wanted one.

    Args:
        wait: The clock and the deadline; it notes every state.
        read: Reads the state.
        decide: Whether that is it; raises if it can never become so.
        first: A state that is known already: then nothing is read if that is it.

    Raises:
        WaitTimeoutError: Not in time; `last_state` is what was seen last.
    """
    state = read() if first is None else first
    while True:
        wait.last_state = state
        if decide(state):
            return state
        state = look_again(wait, read)
