"""Which page is asked for next, and what of an answer is new."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._filters import FilterQuery, Narrowing
from coder_sdk._page import Page, PagingError, Position
from coder_sdk._pagination import Walk
from coder_sdk._request import OMIT, Paging

USERS = Paging(["offset", "after_id"], items="users", total="count", total_needs_items=True)
WORKSPACES = Paging(["offset"], items="workspaces", total="count", moves=True)
AUDIT = Paging(
    ["offset"], items="logs", total="count", cap="count_cap", default_limit=100, moves="front"
)
ARRAY = Paging(["offset"])
BUILDS = Paging(["offset", "after_id"])
INBOX = Paging(
    ["cursor"], items="notifications", default_limit=25, cursor=("starting_before", "id")
)
MESSAGES = Paging(
    ["cursor"],
    items="messages",
    default_limit=50,
    max_limit=200,
    cursor=[("before_id", "id"), ("after_id", "id")],
    has_more="has_more",
)
DAEMONS = Paging(["limit"], default_limit=50)
WHOLE = Paging([], items="tasks", total="count")

OFFSET = {"limit": OMIT, "offset": OMIT}
BOTH = {**OFFSET, "after_id": OMIT}


class Listing:
    """A list that answers as the server does."""

    def __init__(self, paging: Paging, ids: list[int], *, most: int | None = None) -> None:
        self.paging = paging
        self.ids = ids
        self.most = most
        self.asked: list[dict[str, Any]] = []

    def answer(self, query: dict[str, Any]) -> Any:
        query = {name: value for name, value in query.items() if value is not OMIT}
        self.asked.append(query)
        ids = self.ids
        for param, _ in self.paging.cursors or (("after_id", "id"),):
            if param in query:
                ids = ids[ids.index(int(query[param])) + 1 :]
        total = len(ids)
        ids = ids[query.get("offset", 0) :]
        limit = query.get("limit") or self.paging.default_limit
        limit = min(x for x in (limit, self.most, len(ids)) if x is not None)
        items = [SimpleNamespace(id=n) for n in ids[:limit]]
        if self.paging.items is None:
            return items
        envelope: dict[str, Any] = {self.paging.items: items}
        if self.paging.total:
            envelope[self.paging.total] = total if items else 0
        if self.paging.cap:
            envelope[self.paging.cap] = 50
            envelope[self.paging.total] = min(total, 51)
        if self.paging.has_more:
            envelope[self.paging.has_more] = limit < len(ids)
        return envelope


def read(
    walk: Walk[Any],
    listing: Listing,
    *,
    ahead: int = 1,
    between: Callable[[], object] = lambda: None,
) -> list[Page[Any]]:
    """Go through a list as the iterators do."""
    pages = []
    while not walk.done:
        for ask in walk.plan(ahead):
            page = walk.accept(ask, listing.answer(ask.query))
            if page is None:
                break
            pages.append(page)
            between()
            if walk.done:
                break
    return pages


def ids(pages: list[Page[Any]]) -> list[int]:
    return [item.id for page in pages for item in page]


def walked(paging: Paging, count: int, query: dict[str, Any], **options: Any) -> Any:
    ahead = options.pop("ahead", 1)
    most = options.pop("most", None)
    listing = Listing(paging, list(range(1, count + 1)), most=most)
    walk: Walk[Any] = Walk(paging, query, **options)
    return SimpleNamespace(pages=read(walk, listing, ahead=ahead), walk=walk, listing=listing)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250, 300])
@pytest.mark.parametrize(
    ("paging", "query"),
    [
        (USERS, BOTH),
        (WORKSPACES, OFFSET),
        (AUDIT, OFFSET),
        (ARRAY, OFFSET),
        (BUILDS, BOTH),
        (INBOX, {"starting_before": OMIT}),
        (MESSAGES, {"before_id": OMIT, "after_id": OMIT, "limit": OMIT}),
        (DAEMONS, {"limit": OMIT}),
        (WHOLE, {}),
    ],
    ids=["users", "workspaces", "audit", "array", "builds", "inbox", "messages", "daemons", "all"],
)
def test_every_item_comes_once_and_in_order(
    paging: Paging, query: dict[str, Any], count: int
) -> None:
    run = walked(paging, count, query)
    assert ids(run.pages) == list(range(1, count + 1))
    assert run.walk.shortfall is None
    assert not run.pages[-1].has_next


@pytest.mark.parametrize(
    ("paging", "count", "query", "asked"),
    [
        (USERS, 250, BOTH, [{"limit": 100}, {"limit": 100, "after_id": "100"},
                            {"limit": 100, "after_id": "200"}]),
        (USERS, 100, BOTH, [{"limit": 100}]),
        (USERS, 8, {**BOTH, "limit": 5}, [{"limit": 5}, {"limit": 5, "after_id": "5"}]),
        (USERS, 8, {**BOTH, "limit": 5, "offset": 2},
         [{"limit": 5, "offset": 2}, {"limit": 6, "offset": 6}]),
        (WORKSPACES, 250, OFFSET, [{"limit": 100}, {"limit": 101, "offset": 99},
                                   {"limit": 101, "offset": 199}]),
        (AUDIT, 120, OFFSET, [{"limit": 100}, {"limit": 101, "offset": 99}]),
        (INBOX, 26, {"starting_before": OMIT}, [{}, {"starting_before": "25"}]),
        (MESSAGES, 300, {"before_id": OMIT, "after_id": OMIT, "limit": 1000},
         [{"limit": 200}, {"limit": 200, "before_id": "200"}]),
        (MESSAGES, 60, {"before_id": OMIT, "after_id": 3, "limit": 50},
         [{"limit": 50, "after_id": 3}, {"limit": 50, "after_id": "53"}]),
        (DAEMONS, 120, {"limit": OMIT}, [{"limit": 100}, {"limit": 500}]),
        (WHOLE, 500, {}, [{}]),
    ],
)  # fmt: skip
def test_only_what_is_needed_is_asked_for(
    paging: Paging, count: int, query: dict[str, Any], asked: list[dict[str, Any]]
) -> None:
    assert walked(paging, count, query).listing.asked == asked


def test_the_total_is_that_of_the_first_page_behind_a_cursor() -> None:
    run = walked(USERS, 250, BOTH)
    assert [(page.total, page.total_is_exact) for page in run.pages] == [(250, True)] * 3


def test_a_capped_count_is_no_exact_total() -> None:
    run = walked(AUDIT, 120, OFFSET)
    assert [(page.total, page.total_is_exact) for page in run.pages] == [(51, False)] * 2
    assert run.walk.shortfall is None


def test_a_count_below_the_cap_is_exact() -> None:
    (page,) = walked(AUDIT, 40, OFFSET).pages
    assert (page.total, page.total_is_exact) == (40, True)


def test_the_empty_page_behind_the_end_has_no_total() -> None:
    run = walked(USERS, 50, {**BOTH, "offset": 100})
    assert [(page.total, page.total_is_exact) for page in run.pages] == [(None, False)]
    walk: Walk[Any] = Walk(USERS, {**OFFSET, "limit": 2}, by_offset=True)
    read(walk, Listing(USERS, [1, 2, 3]))
    assert walk.total == 3


def test_an_array_knows_its_total_at_its_end() -> None:
    run = walked(ARRAY, 120, OFFSET)
    assert [(page.total, page.has_next) for page in run.pages] == [(None, True), (120, False)]


def test_an_array_read_from_within_never_knows_its_total() -> None:
    run = walked(ARRAY, 120, {**OFFSET, "offset": 50})
    assert run.pages[-1].total is None


@pytest.mark.parametrize(
    ("max_items", "requests", "limit"), [(0, 0, None), (1, 1, 1), (7, 1, 7), (150, 2, 100)]
)
def test_max_items_bounds_items_and_requests(
    max_items: int, requests: int, limit: int | None
) -> None:
    run = walked(USERS, 250, BOTH, max_items=max_items)
    assert ids(run.pages) == list(range(1, max_items + 1))
    assert len(run.listing.asked) == requests
    assert run.walk.shortfall is None
    assert not requests or run.listing.asked[0]["limit"] == limit


@pytest.mark.parametrize(
    ("query", "options", "name"),
    [
        ({"limit": 0}, {}, "limit"),
        ({"limit": -1}, {}, "limit"),
        ({"limit": OMIT}, {"max_items": -1}, "max_items"),
    ],
)
def test_a_bound_that_makes_no_sense_is_refused(
    query: dict[str, Any], options: dict[str, Any], name: str
) -> None:
    with pytest.raises(RequestValidationError, match=f"`{name}`"):
        Walk(ARRAY, query, **options)


def test_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_its_end() -> None:
    run = walked(USERS, 250, BOTH, most=40)
    assert ids(run.pages) == list(range(1, 251))
    run = walked(WORKSPACES, 250, OFFSET, most=40, ahead=3)
    assert ids(run.pages) == list(range(1, 251))


def test_a_limit_that_cannot_grow_is_a_shortfall() -> None:
    paging = Paging(["limit"], max_limit=100)
    run = walked(paging, 120, {"limit": OMIT})
    assert run.walk.shortfall == "Only 100 items were read, although the server gives at most 100"


def test_an_answer_with_less_than_its_count_is_a_shortfall() -> None:
    walk: Walk[Any] = Walk(WHOLE, {})
    (ask,) = walk.plan()
    walk.accept(ask, {"tasks": [SimpleNamespace(id=1)], "count": 3})
    assert walk.shortfall == "Only 1 items were read, although 2 more exist according to the server"


@pytest.mark.parametrize("query", [BOTH, {**BOTH, "offset": 0}])
@pytest.mark.parametrize("ahead", [1, 3])
def test_a_count_that_is_too_small_hides_nothing(query: dict[str, Any], ahead: int) -> None:
    class Miscounting(Listing):
        def answer(self, query: dict[str, Any]) -> Any:
            return {**super().answer(query), "count": 10}

    walk: Walk[Any] = Walk(USERS, query, by_offset=ahead > 1)
    pages = read(walk, Miscounting(USERS, list(range(250))), ahead=ahead)
    assert ids(pages) == list(range(250))


@pytest.mark.parametrize("paging", [USERS, WORKSPACES])
@pytest.mark.parametrize("limit", [OMIT, 1, 7])
@pytest.mark.parametrize("ahead", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 21, 100, 121, 200])
def test_a_count_that_is_too_high_is_a_shortfall_and_no_error(
    paging: Paging, limit: Any, ahead: int, count: int
) -> None:
    class Miscounting(Listing):
        def answer(self, query: dict[str, Any]) -> Any:
            return {**super().answer(query), "count": 1_000}

    walk: Walk[Any] = Walk(paging, {"limit": limit, "offset": 0}, by_offset=ahead > 1)
    pages = read(walk, Miscounting(paging, list(range(count))), ahead=ahead)
    assert ids(pages) == list(range(count))
    assert walk.shortfall == (
        f"Only {count} items were read, although {1_000 - count} more exist according to the server"
    )


class Stuck(Listing):
    """A server that ignores where to go on."""

    def answer(self, query: dict[str, Any]) -> Any:
        ignored = {"offset", "after_id", "starting_before"}
        return super().answer({k: v for k, v in query.items() if k not in ignored})


@pytest.mark.parametrize(
    ("paging", "query", "name"),
    [
        (ARRAY, OFFSET, "offset"),
        (BUILDS, BOTH, "after_id"),
        (INBOX, {"starting_before": OMIT}, "starting_before"),
    ],
)
def test_a_server_that_repeats_its_pages_is_an_error(
    paging: Paging, query: dict[str, Any], name: str
) -> None:
    listing = Stuck(paging, list(range(300)))
    with pytest.raises(PagingError, match="repeats items") as caught:
        read(Walk(paging, query), listing)
    assert f"ignore `{name}`" in str(caught.value)
    assert len(listing.asked) <= 6


def test_an_endless_list_of_known_items_is_an_error() -> None:
    class Spinning(Listing):
        turn = 0

        def answer(self, query: dict[str, Any]) -> Any:
            self.turn = (self.turn + 7) % 30
            self.asked.append(query)
            return [SimpleNamespace(id=(self.turn + n) % 30) for n in range(query["limit"])]

    listing = Spinning(ARRAY, [])
    with pytest.raises(PagingError):
        read(Walk(ARRAY, {**OFFSET, "limit": 10}), listing)
    assert len(listing.asked) < 80


def test_pages_whose_items_have_no_identifier_do_not_overlap() -> None:
    walk: Walk[Any] = Walk(Paging(["offset"], max_limit=3), OFFSET)
    asked = []
    rows = [{"n": n} for n in range(8)]
    got: list[Any] = []
    while not walk.done:
        (ask,) = walk.plan()
        asked.append((ask.offset, ask.limit))
        page = walk.accept(ask, rows[ask.offset : ask.offset + (ask.limit or 100)])
        assert page is not None
        got += page
    assert got == rows
    assert asked == [(0, 3), (3, 3), (6, 3)]


def test_strings_are_their_own_identifier() -> None:
    walk: Walk[Any] = Walk(Paging(["offset"]), {**OFFSET, "limit": 2})
    names = ["a", "b", "c", "d", "e"]
    got: list[str] = []
    while not walk.done:
        (ask,) = walk.plan()
        page = walk.accept(ask, names[ask.offset : ask.offset + (ask.limit or 0)])
        assert page is not None
        got += page
    assert got == names


def test_the_field_that_tells_items_apart_can_have_another_name() -> None:
    paging = Paging(["after_id"], items="members", key="user_id")
    walk: Walk[Any] = Walk(paging, {"limit": 2, "after_id": OMIT})
    (ask,) = walk.plan()
    walk.accept(ask, {"members": [SimpleNamespace(user_id=n) for n in (4, 5)]})
    assert walk.plan()[0].query["after_id"] == "5"


def test_an_envelope_without_its_items_is_an_error() -> None:
    walk: Walk[Any] = Walk(USERS, BOTH)
    (ask,) = walk.plan()
    with pytest.raises(PagingError, match="no `users`"):
        walk.accept(ask, SimpleNamespace(people=[]))


@pytest.mark.parametrize("null", [None, {"users": None, "count": 0}])
def test_null_is_an_empty_list(null: Any) -> None:
    walk: Walk[Any] = Walk(USERS if null else ARRAY, BOTH)
    (ask,) = walk.plan()
    page = walk.accept(ask, null)
    assert page is not None
    assert page.items == []
    assert walk.done


def test_narrowed_items_do_not_count() -> None:
    from datetime import datetime, timezone  # noqa: PLC0415

    noon = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
    text = FilterQuery([("date_from", "2026-07-01")], [Narrowing("time", noon, until=False)])
    walk: Walk[Any] = Walk(AUDIT, {**OFFSET, "q": text}, max_items=1)
    (ask,) = walk.plan()
    rows = [SimpleNamespace(id=hour, time=noon.replace(hour=hour)) for hour in (1, 13, 14)]
    page = walk.accept(ask, {"logs": rows, "count": 3})
    assert page is not None
    assert [item.id for item in page] == [13]
    assert not page.total_is_exact
    assert ask.limit == 100


@pytest.mark.parametrize("ahead", [2, 3, 7])
@pytest.mark.parametrize("count", [0, 5, 100, 101, 950])
@pytest.mark.parametrize("paging", [USERS, WORKSPACES, AUDIT, ARRAY])
def test_pages_that_are_read_ahead_keep_their_order(paging: Paging, count: int, ahead: int) -> None:
    run = walked(paging, count, BOTH, ahead=ahead, by_offset=True)
    assert ids(run.pages) == list(range(1, count + 1))


def test_reading_ahead_asks_for_no_more_than_there_is() -> None:
    run = walked(USERS, 250, BOTH, ahead=9, by_offset=True)
    assert len(run.listing.asked) == 3
    run = walked(USERS, 950, BOTH, ahead=9, by_offset=True, max_items=250)
    assert len(run.listing.asked) == 3


def test_a_walk_goes_on_where_another_stopped() -> None:
    listing = Listing(WORKSPACES, list(range(1, 251)))
    first: Walk[Any] = Walk(WORKSPACES, OFFSET)
    (ask,) = first.plan()
    page = first.accept(ask, listing.answer(ask.query))
    assert page is not None
    assert str(page.position) == "after 100 items and 1 page, at offset 100"

    position: Position = pickle.loads(pickle.dumps(page.position))  # noqa: S301 - our own
    rest = read(Walk(WORKSPACES, OFFSET, position=position), listing)
    assert ids(rest) == list(range(101, 251))
    assert [p.number for p in rest] == [2, 3]


def test_a_resumed_walk_obeys_the_original_bound() -> None:
    listing = Listing(USERS, list(range(1, 251)))
    first: Walk[Any] = Walk(USERS, BOTH, max_items=120)
    (ask,) = first.plan()
    first.accept(ask, listing.answer(ask.query))
    rest = read(Walk(USERS, BOTH, max_items=120, position=first.position), listing)
    assert ids(rest) == list(range(101, 121))


# Lists that change while they are read


@pytest.mark.parametrize("gone", [1, 30, 100, 150])
def test_items_that_disappear_hide_no_others(gone: int) -> None:
    for paging in (WORKSPACES, AUDIT, ARRAY):
        listing = Listing(paging, list(range(1, 401)))
        removals = iter([gone])

        def remove(listing: Listing = listing, removals: Any = removals) -> None:
            del listing.ids[: next(removals, 0)]

        walk: Walk[Any] = Walk(paging, OFFSET)
        pages = read(walk, listing, between=remove)
        assert set(ids(pages)) >= set(range(gone + 1, 401))
        assert len(ids(pages)) == len(set(ids(pages)))
        assert walk.shortfall is None


@pytest.mark.parametrize("new", [1, 30, 100, 150])
def test_items_that_are_added_in_front_repeat_no_others(new: int) -> None:
    for paging in (AUDIT, ARRAY):
        listing = Listing(paging, list(range(1, 401)))
        arriving = iter([list(range(-new, 0))])

        def add(listing: Listing = listing, arriving: Any = arriving) -> None:
            listing.ids[:0] = next(arriving, [])

        walk: Walk[Any] = Walk(paging, OFFSET)
        got = ids(read(walk, listing, between=add))
        assert [item for item in got if item > 0] == list(range(1, 401))
        assert len(got) == len(set(got))
        assert walk.shortfall is None


def test_an_item_that_moves_to_the_front_is_found_in_another_pass() -> None:
    listing = Listing(WORKSPACES, list(range(1, 301)))
    moves = iter([250])

    def move() -> None:
        for item in moves:
            listing.ids.remove(item)
            listing.ids.insert(0, item)

    walk: Walk[Any] = Walk(WORKSPACES, OFFSET)
    got = ids(read(walk, listing, between=move))
    assert sorted(got) == list(range(1, 301))
    assert walk.shortfall is None


def test_a_long_list_that_moved_is_read_once_more_to_its_end() -> None:
    listing = Listing(WORKSPACES, list(range(300)))
    moved = False

    def move() -> None:
        nonlocal moved
        if not moved and len(listing.asked) == 20:
            moved = True
            listing.ids.insert(0, listing.ids.pop())

    walk: Walk[Any] = Walk(WORKSPACES, {**OFFSET, "limit": 4})
    assert sorted(ids(read(walk, listing, between=move))) == list(range(300))
    assert walk.shortfall is None


def test_a_list_that_never_settles_is_a_shortfall() -> None:
    listing = Listing(WORKSPACES, list(range(1, 301)))

    def turn() -> None:
        listing.ids.insert(0, listing.ids.pop())

    walk: Walk[Any] = Walk(WORKSPACES, OFFSET)
    read(walk, listing, between=turn)
    assert "the list changed all the time" in str(walk.shortfall)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nothing_is_lost_or_repeated_whatever_happens_to_a_list(data: st.DataObject) -> None:
    """Items come and go for a while: those that were there throughout all come, once."""
    paging = data.draw(st.sampled_from([WORKSPACES, AUDIT, ARRAY]))
    listing = Listing(paging, list(range(data.draw(st.integers(0, 40)))))
    stays = set(listing.ids)
    fresh = iter(range(1000, 2000))
    changes = data.draw(st.integers(0, 4))

    def change() -> None:
        nonlocal changes
        if changes == 0:
            return
        changes -= 1
        for _ in range(data.draw(st.integers(0, 5))):
            what = data.draw(st.sampled_from(["add", "remove", "move"]))
            if what == "add":
                listing.ids.insert(0, next(fresh))
            elif listing.ids and (what == "remove" or paging is not WORKSPACES):
                stays.discard(listing.ids.pop(data.draw(st.integers(0, len(listing.ids) - 1))))
            elif listing.ids:
                item = listing.ids.pop(data.draw(st.integers(0, len(listing.ids) - 1)))
                listing.ids.insert(0, item)

    ahead = data.draw(st.integers(1, 3))
    query = {**OFFSET, "limit": data.draw(st.integers(2, 9))}
    walk: Walk[Any] = Walk(paging, query)
    got = ids(read(walk, listing, ahead=ahead, between=change))
    assert len(got) == len(set(got))
    assert walk.shortfall is not None or stays <= set(got)
