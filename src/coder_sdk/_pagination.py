"""Which page to ask for next, and what of an answer is new: decisions without I/O.

A `Walk` goes through one list once. `plan()` says what to ask for, `accept()` takes an answer and
returns the page that the caller gets. Four ways to go on exist on the wire:

* `offset`: by number. Lists move while they are read, so pages overlap by one item; a page that
  does not begin with something already seen leaves a gap, and is read again from further back. A
  list that is sorted anew all the time is gone through once more if anything moved.
* `cursor`: by the identifier of the last item (`after_id`, `starting_before`, ...).
* `limit`: there is no second page; a full answer is asked for again with a larger limit.
* `all`: one answer is the whole list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._filters import FilterQuery
from coder_sdk._model_list import ModelList
from coder_sdk._page import Page, PagingError, Position
from coder_sdk._request import Omit, Paging
from coder_sdk._seen import Seen

T = TypeVar("T")

PAGE_SIZE: Final = 100
GROWTH: Final = 5  # of the limit of a list that has only a limit
REMEMBERED: Final = 2_000  # identifiers of a list that keeps its order
MAX_PASSES: Final = 3  # over a list that is sorted anew while it is read
MAX_REPEATS: Final = 3  # of one page in a row; a moving list can show the same page twice
MAX_BARREN: Final = 50  # pages in a row with nothing new, before a list counts as endless


class Ask(NamedTuple):
    """One page to be asked for: query parameters that replace those of the request."""

    query: dict[str, Any]
    offset: int
    limit: int | None
    overlaps: bool


class Walk(Generic[T]):
    """One way through a list.

    Args:
        paging: How the list is paged.
        query: What the caller asked for.
        max_items: Bound of the iteration.
        by_offset: Prefer pages by number where the list has them, so that several can be asked
            for at once.
        position: Where an earlier walk stopped.
    """

    def __init__(
        self,
        paging: Paging,
        query: Mapping[str, Any] | None,
        *,
        max_items: int | None = None,
        by_offset: bool = False,
        position: Position | None = None,
    ) -> None:
        check_count("max_items", max_items)
        self._paging = paging
        self._query = dict(query or {})
        check_count("offset", _given(self._query, "offset"))
        self._max_items = max_items
        self._narrowings = _narrowings(self._query.get("q"))
        self._limit = _limit(paging, self._query, None if self._narrowings else max_items)
        self._start: int = _given(self._query, "offset") or 0
        self.style: str = _style(paging, self._query, by_offset=by_offset)
        self._param, self._source = _cursor(paging, self._query)
        everything = self.style == "limit" or paging.moves is True
        self._seen = Seen(everything=everything, bound=REMEMBERED * (self.style == "offset"))
        self._offset, self._cursor = self._start, cast("str | None", None)
        self._pages = self._items = self._passes = 0
        self._barren = self._repeats = self._known_pages = 0
        self._disturbed = self._counted = False
        self._left: int | None = None
        self._short_of: str | None = None
        self.total: int | None = None
        self.done: bool = max_items == 0
        if position is not None:
            self._restore(position)

    @property
    def total_is_exact(self) -> bool:
        """False where the server counts up to a bound only, or the items are narrowed here."""
        return self.total is not None and self._counted and not self._narrowings

    @property
    def position(self) -> Position:
        """Where the walk stands."""
        return Position(
            self._items, self._pages, self.style, self._offset, self._cursor, self._seen.last
        )

    @property
    def shortfall(self) -> str | None:
        """Why the list is not whole although the walk has ended, if it is not."""
        if not self.done or self._short_of is None:
            return None
        return f"Only {self._items} items were read, although {self._short_of}"

    def _restore(self, position: Position) -> None:
        self.style = position.style
        self._offset, self._cursor = position.offset, position.cursor
        self._pages, self._items = position.pages, position.items
        self._seen.add(list(position.keys))
        self.done = self._max_items is not None and self._items >= self._max_items

    # What to ask for

    def plan(self, pages: int = 1) -> list[Ask]:
        """What to ask for next: several pages at once where their places are known.

        The first page is always asked for alone, because it says how many there are.
        """
        if self.done:
            return []
        size = self._limit
        if self.style != "offset" or self._pages == 0 or size is None:
            return [self._ask(self._offset)]
        end = self._offset + pages * size
        if self.total is not None and self._counted:
            end = min(end, self.total)
        if self._max_items is not None and not self._narrowings:
            end = min(end, self._offset + self._max_items - self._items)
        return [self._ask(place) for place in range(self._offset, end, size) or [self._offset]]

    def _ask(self, offset: int) -> Ask:
        query = dict(self._query)
        overlaps = self.style == "offset" and offset > self._start and self._seen.identified
        limit = self._limit
        if overlaps:
            offset -= 1
            limit = limit and _capped(limit + 1, self._paging.max_limit)
        if limit is not None:
            query["limit"] = limit
        if self.style == "offset" and offset:
            query["offset"] = offset
        elif self.style == "cursor" and self._cursor is not None:
            query[self._param] = self._cursor
            query.pop("offset", None)
        return Ask(query, offset, limit, overlaps)

    # What came back

    def accept(self, ask: Ask, envelope: Any) -> Page[T] | None:
        """Take the answer to `ask`.

        Returns:
            The page with what is new, or `None` if the list has moved and the page, together with
            what was planned behind it, must be asked for again.

        Raises:
            PagingError: The server repeats itself.
        """
        if self.style == "offset" and ask.offset + ask.overlaps != self._offset:
            return None  # an earlier page of the same plan was shorter than asked for
        items = self._items_of(envelope)
        keys = [_key(item, self._paging.key) for item in items]
        if ask.overlaps and not self._joins(ask, keys):
            return None
        self._guard(keys)
        self._count(envelope, items)
        fresh = [i for i, key in zip(items, keys, strict=True) if not self._seen.has(key, i)]
        self._barren = 0 if fresh or not items else self._barren + 1
        self._seen.add(keys, items)
        self._pages += 1
        kept = self._keep(fresh)
        if not self.done:
            self._advance(ask, envelope, items)
        return Page(
            items=ModelList(kept),
            total=self.total,
            total_is_exact=self.total_is_exact,
            has_next=not self.done,
            number=self._pages,
            envelope=envelope,
            position=self.position,
        )

    def _items_of(self, envelope: Any) -> Sequence[T]:
        name = self._paging.items
        if name is None:
            return cast("Sequence[T]", envelope or ())
        if not isinstance(envelope, Mapping) and not hasattr(envelope, name):
            raise PagingError(f"The answer has no `{name}`, where the items of the list should be")
        return cast("Sequence[T]", _get(envelope, name) or ())

    def _joins(self, ask: Ask, keys: list[Any]) -> bool:
        """Whether the page begins where what was read ends; else go back."""
        if keys and self._seen.has(keys[0]):
            self._disturbed = self._disturbed or keys[0] != self._seen.last[-1]
            return True
        self._disturbed = True
        self._offset = max(self._start, ask.offset + 1 - (self._limit or PAGE_SIZE))
        self._barren += 1
        self._guard(())
        return False

    def _guard(self, keys: Sequence[Any]) -> None:
        """Refuse to go on with a server that repeats itself."""
        # A list with a limit only, and one that moved, are read again on purpose.
        same = bool(keys) and None not in keys and tuple(keys) == self._seen.last
        self._repeats = self._repeats + 1 if same and self.style != "limit" else 0
        allowed = 0 if self.style == "cursor" else MAX_REPEATS
        # A list that is read once more has nothing new on as many pages as it had.
        if self._repeats > allowed or self._barren > MAX_BARREN + self._known_pages:
            how = "`offset`" if self.style == "offset" else f"`{self._param}`"
            raise PagingError(
                "The server repeats items instead of going on.",
                hint=f"It seems to ignore {how}; a larger `limit` may read everything at once.",
            )

    def _count(self, envelope: Any, items: Sequence[T]) -> None:
        """Take the total, where it is one: not of a page behind the end or behind a cursor."""
        if self._paging.total is None or (not items and (self._pages or self._start)):
            return
        total = _get(envelope, self._paging.total)
        if total is None:
            return
        behind_cursor = self._pages or _given(self._query, self._param) is not None
        if self.style != "cursor" or not behind_cursor:
            cap = _get(envelope, self._paging.cap) if self._paging.cap else None
            self._disturbed = self._disturbed or self.total not in {None, int(total)}
            self.total, self._counted = int(total), not (cap and total > cap)
        if self.style == "cursor":
            self._left = int(total) - len(items)

    def _keep(self, fresh: list[T]) -> list[T]:
        """What the caller gets of it."""
        kept = [item for item in fresh if all(rule.keeps(item) for rule in self._narrowings)]
        if self._max_items is not None and self._items + len(kept) >= self._max_items:
            kept = kept[: self._max_items - self._items]
            self.done = True
        self._items += len(kept)
        return kept

    def _advance(self, ask: Ask, envelope: Any, items: Sequence[T]) -> None:
        """Say where the next page begins, or that there is none."""
        self._offset = ask.offset + len(items)
        if self.style == "offset":
            if self.total is not None and self._counted:
                self._left = self.total - self._offset
            self.done = self._ends(ask, envelope, items)
        elif self.style == "cursor":
            following = _get(items[-1], self._source) if items else None
            self.done = following is None or self._ends(ask, envelope, items)
            self._cursor = self._cursor if following is None else str(following)
        elif self.style == "limit":
            self._lengthen(ask, items)
        else:
            self.done = True
        if self.done:
            self._finish()

    def _ends(self, ask: Ask, envelope: Any, items: Sequence[T]) -> bool:
        # Nothing comes after what was read: that is the end, whatever the server counts.
        if not items or (ask.overlaps and len(items) == 1 != ask.limit):
            return True
        if self._paging.has_more is not None:
            return not _get(envelope, self._paging.has_more)
        # A count that is less than what came is none: the size of the page tells more.
        if self._left is not None and self._left >= 0:
            return self._left == 0
        expected = ask.limit or self._paging.default_limit
        return expected is None or len(items) != expected

    def _lengthen(self, ask: Ask, items: Sequence[T]) -> None:
        """A full answer may be cut off: ask for a longer one, where that is possible."""
        limit = ask.limit or self._paging.default_limit
        full = limit is not None and len(items) == limit
        longer = _capped((limit or PAGE_SIZE) * GROWTH, self._paging.max_limit)
        self.done = not full or ask.limit is None or longer <= ask.limit
        if full and self.done:
            self._short_of = f"the server gives at most {limit}"
        self._offset, self._limit = 0, longer

    def _finish(self) -> None:
        """At the end of the list: is it whole, and if not, what can be done about it?"""
        self._passes += 1
        lost = self._lost()
        if self._paging.moves is True and (self._disturbed or lost):
            if self._passes < MAX_PASSES:
                self._offset, self._disturbed, self.done = self._start, False, False
                self._barren, self._repeats, self._known_pages = 0, 0, self._pages
                return
            self._short_of = (
                "the list changed all the time while it was read"
                if self._disturbed
                else f"{lost} more exist according to the server"
            )
        elif lost:
            self._short_of = f"{lost} more exist according to the server"
        elif self.total is None and self._short_of is None and not self._begun_within():
            self.total, self._counted = self._items, True

    def _lost(self) -> int:
        """How many items the server counts that did not come."""
        left = max(self._left or 0, 0)
        if self.total is None or not self.total_is_exact:
            return left if self.style == "cursor" else 0
        if self.style == "offset" and self._paging.moves is not True:
            return left  # what was added in front meanwhile is not missing
        missing = max(self.total - self._start - self._items, 0)
        return min(missing, left) if self.style == "cursor" else missing

    def _begun_within(self) -> bool:
        params = ("offset", self._param, *(param for param, _ in self._paging.cursors))
        return any(_given(self._query, param) for param in params)


def check_count(name: str, value: object, *, least: int = 0) -> None:
    """Refuse what is no number of items or pages; `None` is no bound.

    Raises:
        RequestValidationError: With what it has to be.
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= least):
        return
    shown = value if isinstance(value, (int, float)) else type(value).__name__
    text = f"`{name}` has to be a whole number, {least} or more, not {shown}."
    raise RequestValidationError(text, parameter=name)


def _given(query: Mapping[str, Any], name: str) -> Any:
    value = query.get(name)
    return None if isinstance(value, Omit) else value


def _narrowings(q: object) -> tuple[Any, ...]:
    return q.narrowings if isinstance(q, FilterQuery) else ()


def _capped(limit: int, largest: int | None) -> int:
    return limit if largest is None else min(limit, largest)


def _limit(paging: Paging, query: Mapping[str, Any], max_items: int | None) -> int | None:
    """The size of a page; `None` where the endpoint takes no `limit`."""
    if "limit" not in query or not paging.styles:
        return None
    limit = _given(query, "limit")
    if limit is None:
        limit = PAGE_SIZE if max_items is None else min(PAGE_SIZE, max_items)
    else:
        check_count("limit", limit, least=1)
    return _capped(limit, paging.max_limit)


def _style(paging: Paging, query: Mapping[str, Any], *, by_offset: bool) -> str:
    """A cursor is safer than an offset, which is what moves when something is added or removed."""
    cursor = bool({"after_id", "cursor"} & set(paging.styles))
    if cursor and any(_given(query, param) is not None for param, _ in paging.cursors):
        return "cursor"
    offset = "offset" in paging.styles
    if offset and (
        by_offset or not cursor or paging.moves is True or _given(query, "offset") is not None
    ):
        return "offset"
    if cursor:
        return "cursor"
    return "limit" if "limit" in paging.styles else "all"


def _cursor(paging: Paging, query: Mapping[str, Any]) -> tuple[str, str]:
    """Parameter and field: those that the caller began with, else the usual ones."""
    cursors = paging.cursors or (("after_id", paging.key),)
    given = [cursor for cursor in cursors if _given(query, cursor[0]) is not None]
    return (given or cursors)[0]


def _get(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).get(name)
    return getattr(value, name, None)


def _key(item: Any, field: str) -> Any:
    """What tells an item apart; `None` if nothing does."""
    if isinstance(item, (str, int)):
        return item
    key = _get(item, field)
    return str(key) if key is not None else None
