"""Lists: the one iterator over every page of an endpoint, whatever its paging style."""

from __future__ import annotations

from collections import deque
from copy import copy
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._filters import FilterQuery
from coder_sdk._io._async.settle import settle
from coder_sdk._model_list import ModelList
from coder_sdk._page import IncompleteListWarning, Page, PagingError, Position
from coder_sdk._pagination import Ask, Walk, check_count
from coder_sdk._warn import warn_caller

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl
    from typing_extensions import Self

    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._request import PagedRequest
    from coder_sdk._response import Answer

T = TypeVar("T")


class AsyncPager(Generic[T]):
    """All items of a list, fetched page by page while they are iterated.

    Nothing is asked for before the first item is. Each iteration starts anew. Nothing is held
    between two pages, so an iteration can be left at any point.

    Attributes:
        total: Items of the whole list as the page that was read last tells, `None` before that
            and where the server does not count.
        total_is_exact: False where the server counts only up to a bound, or where the items are
            narrowed after they arrived.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        request: PagedRequest[Any, T],
        *,
        ahead: int = 1,
        position: Position | None = None,
    ) -> None:
        self._transport = transport
        self._request = request
        self._ahead = ahead
        self._position = position
        self.total: int | None = None
        self.total_is_exact = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._request.operation}>"

    def __aiter__(self) -> AsyncItems[T]:
        return AsyncItems(self.pages())

    def pages(self) -> AsyncPages[T]:
        """Iterate page by page instead of item by item."""
        return self._iterate(self._walk(self._request.max_items))

    def prefetch(self, pages: int) -> AsyncPager[T]:
        """Read several pages at once, in order.

        It helps for lists whose pages have numbers; the others are read one after the other.

        Args:
            pages: How many requests may run at the same time.

        Returns:
            The same list, read that way.

        Raises:
            RequestValidationError: `pages` is less than 1.
        """
        check_count("pages", pages, least=1)
        return AsyncPager(self._transport, self._request, ahead=pages, position=self._position)

    def resume(self, position: Position) -> AsyncPager[T]:
        """Go on where an iteration stopped.

        Args:
            position: `error.position` of the error that ended an iteration, or `page.position`.

        Returns:
            The rest of the list; `max_items` counts from the original beginning.

        Raises:
            RequestValidationError: It is no position.
        """
        # The type is checked as typed callers cannot be trusted to be typed.
        if not isinstance(position, Position):
            text = f"`position` has to be a `Position`, not {type(position).__name__}."
            raise RequestValidationError(text, parameter="position")
        return AsyncPager(self._transport, self._request, ahead=self._ahead, position=position)

    def _walk(self, max_items: int | None) -> Walk[T]:
        return Walk(
            self._request.paging,
            self._request.query,
            max_items=max_items,
            by_offset=self._ahead > 1,
            position=self._position,
        )

    def _iterate(self, walk: Walk[T]) -> AsyncPages[T]:
        return AsyncPages(self, self._transport, self._request, walk, self._ahead)

    async def first_page(self) -> Page[T]:
        """Fetch only the first page."""
        pages = self.pages()
        async for page in pages:
            return page
        return Page(
            items=ModelList(model=_class(self._request)),
            total=None,
            total_is_exact=False,
            has_next=False,
            number=0,
            envelope=None,
            position=pages.position,
        )

    async def first(self) -> T | None:
        """Fetch only the first item; `None` if the list is empty."""
        async for item in AsyncItems(self._iterate(self._walk(1))):
            return item
        return None

    async def to_list(self) -> ModelList[T]:
        """Fetch all items, as a list that notebooks show as a table."""
        items: ModelList[T] = ModelList(model=_class(self._request))
        async for page in self.pages():
            items.extend(page.items)
        return items

    async def to_frame(self, *, nested: bool = True) -> pd.DataFrame:
        """Fetch all items, as a frame of pandas; needs the extra `pandas`.

        Args:
            nested: Take the fields of models within the items as well, with dotted names.

        Raises:
            ConfigError: The extra `pandas` is not installed.
        """
        return (await self.to_list()).to_frame(nested=nested)

    async def to_polars(self, *, nested: bool = True) -> pl.DataFrame:
        """Fetch all items, as a frame of polars; needs the extra `polars`.

        Args:
            nested: Take the fields of models within the items as well, with dotted names.

        Raises:
            ConfigError: The extra `polars` is not installed.
        """
        return (await self.to_list()).to_polars(nested=nested)


class AsyncPages(Generic[T]):
    """One iteration over the pages of a list."""

    def __init__(
        self,
        pager: AsyncPager[T],
        transport: AsyncTransport,
        request: PagedRequest[Any, T],
        walk: Walk[T],
        ahead: int,
    ) -> None:
        self._pager = pager
        self._transport = transport
        self._request = request
        self._walk = walk
        self._ahead = ahead
        self._warned = False
        self._answers: deque[tuple[Ask, CoderError | tuple[Any, Answer]]] = deque()

    @property
    def position(self) -> Position:
        """Where the iteration stands; see `resume` of the pager."""
        return self._walk.position

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        while not self._walk.done:
            try:
                page = await self._next_page()
            except CoderError as error:
                error.position = self._walk.position
                raise
            if page is not None:
                self._pager.total, self._pager.total_is_exact = page.total, page.total_is_exact
                if page.number == 1 and not page.items:
                    await self._check()
                if page.items or page.number == 1:
                    return page
        if not self._warned and (shortfall := self._walk.shortfall):
            self._warned = True
            warn_caller(f"{shortfall} ({self._request.operation})", IncompleteListWarning)
        raise StopAsyncIteration

    async def _next_page(self) -> Page[T] | None:
        """The page that follows; `None` if the list has moved, or has an empty stretch."""
        if not self._answers:
            asks = self._walk.plan(self._ahead)
            self._answers.extend(zip(asks, await settle(self._fetch, asks), strict=True))
        ask, fetched = self._answers.popleft()
        if isinstance(fetched, CoderError):
            self._answers.clear()
            raise fetched
        value, answer = fetched
        try:
            page = self._walk.accept(ask, value)
        except PagingError as error:
            from coder_sdk._errors.build import context_of  # noqa: PLC0415 - with the first error

            context_of(answer).apply(error)
            raise
        if page is None:
            self._answers.clear()
        else:
            page.items.model = _class(self._request)
        return page

    async def _check(self) -> None:
        """An empty list may be the server's answer to a filter that names what does not exist."""
        text = (self._request.query or {}).get("q")
        if isinstance(text, FilterQuery) and text.named:
            from coder_sdk._io._async.filter_names import (  # noqa: PLC0415 - few lists are empty
                AsyncFilterNames,
            )

            await AsyncFilterNames(self._transport).check(text)

    async def _fetch(self, ask: Ask) -> tuple[Any, Answer]:
        """The page, and the answer that it came in, without its body."""
        from coder_sdk._answers import decode_answer  # noqa: PLC0415 - with the first answer

        request = copy(self._request)
        request.query = ask.query
        answer = await self._transport.send(request)
        value = decode_answer(request, answer)
        answer.body = b""
        return value, answer


class AsyncItems(Generic[T]):
    """One iteration over the items of a list."""

    def __init__(self, pages: AsyncPages[T]) -> None:
        self._pages = pages
        self._page: list[T] = []
        self._next = 0

    @property
    def position(self) -> Position:
        """Where the page that was read last ends; see `resume` of the pager."""
        return self._pages.position

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while self._next >= len(self._page):
            page = await self._pages.__anext__()
            self._page, self._next = page.items, 0
        item = self._page[self._next]
        self._next += 1
        return item


def _class(request: PagedRequest[Any, T]) -> type[T] | None:
    """What an item is, for a list that has none."""
    found: type[T] | None = None if request.types is None else request.types.last.annotation
    return found
