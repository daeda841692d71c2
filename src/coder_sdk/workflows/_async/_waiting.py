"""Looks again and again until something is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coder_sdk._errors.status import ServerError
from coder_sdk._errors.transport import TransportError
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._waits import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from coder_sdk.workflows._waits import Wait

S = TypeVar("S")


async def look_again(wait: Wait, read: Callable[[], Awaitable[S]]) -> S:
    """Read a state after a while.

    A look that fails because the server or the network is away counts as no news; only several in
    a row are the end.

    Raises:
        WaitTimeoutError: No time is left.
    """
    failures = 0
    while True:
        await pause(wait.clock, wait.interval())
        try:
            return await read()
        except (TransportError, ServerError):
            failures += 1
            if failures >= PATIENCE:
                raise


async def wait_until(
    wait: Wait,
    read: Callable[[], Awaitable[S]],
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
    state = await read() if first is None else first
    while True:
        wait.last_state = state
        if decide(state):
            return state
        state = await look_again(wait, read)
