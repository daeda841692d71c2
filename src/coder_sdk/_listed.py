"""What an asynchronous call for an undivided list gives: awaited it is the list."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType

E = TypeVar("E")


class AsyncListed(Coroutine[Any, Any, list[E]], AsyncIterable[E]):
    """A coroutine of a list, over which `async for` goes as well, as it does over a pager.

    Args:
        coroutine: Gives the list.
    """

    __slots__ = ("_coroutine",)

    def __init__(self, coroutine: Coroutine[Any, Any, list[E]]) -> None:
        self._coroutine: Coroutine[Any, Any, list[E]] = coroutine

    def __await__(self) -> Generator[Any, Any, list[E]]:
        return self._coroutine.__await__()

    def __aiter__(self) -> AsyncIterator[E]:
        return _Items(self._coroutine)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # What debuggers and event loops show of a task: its name, its code, its frames.
            return getattr(object.__getattribute__(self, "_coroutine"), name)

    def send(self, value: Any, /) -> Any:
        """Go on, as an event loop does."""
        return self._coroutine.send(value)

    def throw(self, typ: Any, val: Any = None, tb: TracebackType | None = None, /) -> Any:
        """Go on with an exception."""
        if val is None and tb is None:
            return self._coroutine.throw(typ)
        return self._coroutine.throw(typ, val, tb)

    def close(self) -> None:
        """Give up."""
        self._coroutine.close()


class _Items(AsyncIterator[E]):
    """The items of a list that is read with the first of them."""

    # No generator: one that is left early is something that event loops have to clean up.
    __slots__ = ("_coroutine", "_items")

    def __init__(self, coroutine: Coroutine[Any, Any, list[E]]) -> None:
        self._coroutine: Coroutine[Any, Any, list[E]] = coroutine
        self._items: Iterator[E] | None = None

    async def __anext__(self) -> E:
        if self._items is None:
            self._items = iter(await self._coroutine)
        for item in self._items:
            return item
        raise StopAsyncIteration
