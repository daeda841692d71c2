"""Streams with a bound on each wait, under asyncio and trio. colour: handwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import anyio

from coder_sdk.workflows._leaves import Ended, Missing, is_virtual, within

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._clock import Clock

R = TypeVar("R")


class AsyncFeed(Generic[R]):
    """What an iterator yields, with a bound on the time that one waits for the next.

    Leaving the block closes the stream.

    Args:
        items: An open stream or socket; a generator would not survive a wait that is cut off.
        clock: The clock of the client; one that is not the machine's moves by itself while a fake
            deployment is silent, and then says itself that nothing came in time.
    """

    def __init__(self, items: Any, clock: Clock) -> None:
        self._items = items
        self._iterator = items.__aiter__()
        self._clock = clock
        self._virtual = is_virtual(clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._items.close()

    async def next(self, seconds: float | None) -> R | type[Missing | Ended]:
        """The next item, `Missing` if none came in time, `Ended` if none follows."""
        try:
            if seconds is None:
                return cast("R", await self._iterator.__anext__())
            if self._virtual:
                return await self._while_time_passes(seconds)
            with anyio.move_on_after(seconds):
                return cast("R", await self._iterator.__anext__())
        except StopAsyncIteration:
            return Ended
        return Missing

    async def _while_time_passes(self, seconds: float) -> R | type[Missing]:
        """The next item, or `Missing` once a clock that moves by itself has come that far."""
        until = self._clock.time() + seconds
        try:
            with within(self._clock, seconds):
                return cast("R", await self._iterator.__anext__())
        except TimeoutError:
            if self._clock.time() < until:
                raise  # the bound is that of somebody else
            return Missing
