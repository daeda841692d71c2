# Derived from `tests/paging/_async/test_pages.py`
# by `python -m codegen colours`; edit that file.
"""Lists over HTTP: iterating, pages, errors in the middle, and reading ahead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest
import respx

from coder_sdk import (
    Client,
    CoderError,
    Hooks,
    RequestValidationError,
    ResponseInfo,
    ServerError,
)
from coder_sdk._decode import ResponseTypes
from coder_sdk._io._sync.pages import Pager
from coder_sdk._page import IncompleteListWarning, Page, PagingError
from coder_sdk._request import OMIT, PagedRequest, Paging

pytestmark = pytest.mark.anyio

URL = "https://coder.example"
USERS = Paging(["offset", "after_id"], items="users", total="count", total_needs_items=True)
Answer = Callable[[httpx.Request], httpx.Response]


def users(count: int) -> Answer:
    """A server with users 1 to `count`."""
    ids = list(range(1, count + 1))

    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        rest = ids[int(query["after_id"]) :] if "after_id" in query else ids
        found = rest[int(query.get("offset", 0)) :][: int(query.get("limit", 0)) or None]
        body = {"users": [{"id": n} for n in found], "count": len(rest)}
        return httpx.Response(200, json=body)

    return answer


@pytest.fixture
def server() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.get(url__startswith=f"{URL}/api/v2/users")


def listing(
    client: Client,
    *,
    limit: Any = OMIT,
    offset: Any = OMIT,
    max_items: int | None = None,
    paging: Paging = USERS,
) -> Pager[Any]:
    request: PagedRequest[Any, Any] = PagedRequest(
        "GET",
        "/api/v2/users",
        query={"limit": limit, "offset": offset, "after_id": OMIT, "q": OMIT},
        paging=paging,
        max_items=max_items,
    )
    request.types = ResponseTypes(None, Any, Any)
    pager: Pager[Any] = client._pages(request)
    return pager


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(URL, token="t") as client:
        yield client


def asked(server: respx.Route) -> list[dict[str, str]]:
    return [dict(call.request.url.params) for call in server.calls]


def collect(users: Iterable[dict[str, int]], into: list[int]) -> None:
    """Keep what came, also if the iteration fails."""
    for user in users:
        into.append(user["id"])  # noqa: PERF401 - see above


def pages_of(pager: Pager[Any]) -> list[Page[Any]]:
    pages: list[Page[Any]] = []
    for page in pager.pages():
        pages += [page]
    return pages


def test_iterating_fetches_every_page(server: respx.Route, client: Client) -> None:
    server.side_effect = users(250)
    pager = listing(client)
    got = [user["id"] for user in pager]
    assert got == list(range(1, 251))
    assert (pager.total, pager.total_is_exact) == (250, True)
    assert len(server.calls) == 3


def test_nothing_is_asked_before_the_first_item_is(server: respx.Route, client: Client) -> None:
    pager = listing(client)
    pager.__iter__()
    pager.pages()
    pager.prefetch(3)
    assert (pager.total, len(server.calls)) == (None, 0)


def test_each_iteration_starts_anew(server: respx.Route, client: Client) -> None:
    server.side_effect = users(3)
    pager = listing(client)
    assert pager.to_list() == pager.to_list()
    assert len(server.calls) == 2


def test_pages_have_numbers_totals_and_successors(server: respx.Route, client: Client) -> None:
    server.side_effect = users(5)
    pages = pages_of(listing(client, limit=2))
    facts = [(page.number, len(page), page.total, page.has_next) for page in pages]
    assert facts == [(1, 2, 5, True), (2, 2, 5, True), (3, 1, 5, False)]
    assert pages[0].envelope["count"] == 5
    assert pages[1][0] == {"id": 3}
    assert pages[1][:1] == list(pages[1])[:1]


def test_the_first_page_is_one_request(server: respx.Route, client: Client) -> None:
    server.side_effect = users(120)
    page = listing(client, limit=50).first_page()
    assert (len(page.items), page.total, page.has_next) == (50, 120, True)
    assert asked(server) == [{"limit": "50"}]


def test_the_first_item_is_one_small_request(server: respx.Route, client: Client) -> None:
    server.side_effect = users(120)
    assert listing(client).first() == {"id": 1}
    assert asked(server) == [{"limit": "1"}]


def test_an_empty_list_has_no_first_item_and_one_empty_page(
    server: respx.Route, client: Client
) -> None:
    server.side_effect = users(0)
    pager = listing(client)
    assert pager.first() is None
    assert pager.to_list() == []
    page = pager.first_page()
    assert (page.items, page.total, page.has_next) == ([], 0, False)


def test_max_items_ends_an_iteration(server: respx.Route, client: Client) -> None:
    server.side_effect = users(250)
    got = listing(client, max_items=150).to_list()
    none = listing(client, max_items=0).first_page()
    assert len(got) == 150
    assert none.items == []
    assert len(server.calls) == 2


def test_leaving_an_iteration_asks_for_no_more(server: respx.Route, client: Client) -> None:
    server.side_effect = users(250)
    for user in listing(client):
        if user["id"] == 20:
            break
    assert len(server.calls) == 1


def test_an_error_in_the_middle_says_where_and_can_be_resumed(
    server: respx.Route, client: Client
) -> None:
    answer, failing = users(250), [True]

    def flaky(request: httpx.Request) -> httpx.Response:
        if "after_id" in request.url.params and failing:
            failing.clear()
            return httpx.Response(500, json={"message": "Broken."})
        return answer(request)

    server.side_effect = flaky
    pager = listing(client)
    got: list[int] = []
    with pytest.raises(ServerError) as caught:
        collect(pager, got)
    position = caught.value.position
    assert position is not None
    assert "stopped after 100 items and 1 page, after `100`" in str(caught.value)
    collect(pager.resume(position), got)
    assert got == list(range(1, 251))


def test_an_iteration_that_failed_can_be_asked_again(server: respx.Route, client: Client) -> None:
    server.side_effect = [
        httpx.Response(500, json={"message": "x"}),
        users(1)(httpx.Request("GET", URL)),
    ]
    pages = listing(client).pages()
    with pytest.raises(ServerError):
        pages.__next__()
    assert (pages.__next__()).items == [{"id": 1}]


def test_a_repeated_page_is_an_error_that_names_the_operation(
    server: respx.Route, client: Client
) -> None:
    same = {"users": [{"id": 1}, {"id": 2}], "count": 9}
    server.side_effect = lambda _: httpx.Response(200, json=same, headers={"X-Request-Id": "r3"})
    with pytest.raises(
        PagingError, match=f"GET {URL}/api/v2/users.*: The server repeats"
    ) as caught:
        listing(client, limit=2).to_list()
    assert caught.value.operation == "GET /api/v2/users"
    assert caught.value.url == f"{URL}/api/v2/users?limit=2&after_id=2"
    assert (caught.value.request_id, caught.value.tries) == ("r3", 1)
    assert caught.value.elapsed > 0
    assert caught.value.position is not None


def test_fewer_items_than_exist_are_a_warning(server: respx.Route, client: Client) -> None:
    paging = Paging([], items="users", total="count")
    server.side_effect = lambda _: httpx.Response(200, json={"users": [{"id": 1}], "count": 9})
    pages = listing(client, paging=paging).pages()
    assert len(pages.__next__()) == 1
    text = r"Only 1 items.*8 more.*GET /api/v2/users"
    with pytest.warns(IncompleteListWarning, match=text), pytest.raises(StopIteration):
        pages.__next__()
    with pytest.raises(StopIteration):
        pages.__next__()


@pytest.mark.parametrize("pages", [2, 5])
def test_reading_ahead_keeps_the_order(server: respx.Route, client: Client, pages: int) -> None:
    server.side_effect = users(730)
    got = [user["id"] for user in listing(client).prefetch(pages)]
    assert got == list(range(1, 731))
    assert len(server.calls) == 8


def test_an_error_while_reading_ahead_comes_after_the_pages_before_it(
    server: respx.Route, client: Client
) -> None:
    answer = users(500)

    def flaky(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("offset") == "299":
            return httpx.Response(500, json={"message": "Broken."})
        return answer(request)

    server.side_effect = flaky
    got: list[int] = []
    with pytest.raises(ServerError) as caught:
        collect(listing(client).prefetch(4), got)
    assert got == list(range(1, 301))
    assert caught.value.position is not None
    assert caught.value.position.items == 300


def test_what_a_hook_raises_while_reading_ahead_is_raised_as_it_is(
    server: respx.Route,
) -> None:
    server.side_effect = users(730)

    heard: list[ResponseInfo] = []

    def refuse(info: ResponseInfo) -> None:
        heard.append(info)
        if len(heard) > 1:
            raise ValueError("of the hook")

    with Client(URL, token="t", hooks=Hooks(on_response=refuse)) as client:
        pager = listing(client).prefetch(4)
        with pytest.raises(ValueError, match=r"^of the hook$"):
            collect(pager, [])


def test_reading_ahead_needs_a_page(server: respx.Route, client: Client) -> None:
    with pytest.raises(RequestValidationError, match="`pages`"):
        listing(client).prefetch(0)


def test_a_list_says_what_it_is(server: respx.Route, client: Client) -> None:
    assert repr(listing(client)).endswith("Pager GET /api/v2/users>")


def test_an_error_with_a_position_survives_pickling(server: respx.Route, client: Client) -> None:
    import pickle  # noqa: PLC0415

    server.side_effect = lambda _: httpx.Response(500, text=json.dumps({"message": "Broken."}))
    with pytest.raises(CoderError) as caught:
        listing(client).to_list()
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert copy.position == caught.value.position
