"""Interrupts a client of a fake deployment at a given request."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from coder_sdk.testing import FakeCoder
from coder_sdk.testing._memory import Memory


class Interruption:
    """Ctrl-C, or a cancellation, at the n-th request, once.

    Args:
        at: Which request, from 0.
        late: Whether the deployment gets the request and only the answer is not heard.
    """

    def __init__(self, at: int, *, late: bool) -> None:
        self.at = at
        self.late = late
        self.seen = 0
        self.scope: anyio.CancelScope | None = None

    @property
    def happened(self) -> bool:
        return self.seen > self.at

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between the clients that are made from now on and the deployment."""
        send, asend = Memory.send, Memory.asend

        def interrupted(memory: Memory, request: Any) -> Any:
            if not self._is_it():
                return send(memory, request)
            if self.late:
                send(memory, request)
            raise KeyboardInterrupt

        async def cancelled(memory: Memory, request: Any) -> Any:
            if not self._is_it():
                return await asend(memory, request)
            answer = await asend(memory, request) if self.late else None
            assert self.scope is not None
            self.scope.cancel()
            await checkpoint()
            # Whoever cleans up is not disturbed.
            return answer or await asend(memory, request)

        patch.setattr(Memory, "send", interrupted)
        patch.setattr(Memory, "asend", cancelled)

    def _is_it(self) -> bool:
        self.seen += 1
        return self.seen == self.at + 1


def interrupt(
    fake: FakeCoder, interruption: Interruption, work: Any, *, backend: str = "asyncio"
) -> bool:
    """Run a piece of work with a client of either colour.

    Args:
        fake: The deployment.
        interruption: When it is interrupted.
        work: A function of a client, or a coroutine function of an asynchronous one.
        backend: Event loop of asynchronous work; empty for synchronous work.

    Returns:
        Whether it was interrupted.
    """
    with pytest.MonkeyPatch.context() as patch:
        interruption.install(patch)
        if not backend:
            with fake.client() as coder:
                try:
                    work(coder)
                except KeyboardInterrupt:
                    return True
            return False

        async def run() -> bool:
            async with fake.async_client() as coder:
                with anyio.CancelScope() as scope:
                    interruption.scope = scope
                    await work(coder)
                return scope.cancelled_caught

        return anyio.run(run, backend=backend)
