"""Arguments of workflows that cannot be meant are refused before anything is read or changed."""

from __future__ import annotations

import asyncio
import gc
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from coder_sdk import RequestValidationError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

NAIVE = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - the point of some tests

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("workspaces.set_deadline", ("dev", 3600), {}, r"`deadline` has to be an instant, not 3600"),
    ("workspaces.set_deadline", ("dev", timedelta(hours=1)), {}, r"now\(timezone\.utc\) \+"),
    ("workspaces.set_deadline", ("dev", "2026-11-01"), {}, r"`deadline` has to be an instant"),
    ("workspaces.set_deadline", ("dev", date(2026, 11, 1)), {}, r"`deadline` has to be an instant"),
    ("workspaces.set_deadline", ("dev", NAIVE), {}, r"`deadline` has no time zone"),
    ("workspaces.set_deadline", ("dev", None), {}, r"`deadline` is None"),
    ("insights.templates", (timedelta(days=7),), {}, r"`window` has to be a `Window`, as"),
    ("insights.user_activity", (7,), {}, r"`window` has to be a `Window`.* not 7"),
    ("insights.user_status", ((1, 2),), {}, r"`window` has to be a `Window`"),
    ("workspaces.extend", ("dev", NAIVE), {}, r"`by` has to be a `timedelta` or a number"),
    ("workspaces.extend", ("dev", True), {}, r"`by` has to be a `timedelta` or a number"),
    ("workspaces.extend", ("dev", 60), {"at_most": 3600}, r"`at_most` has to be an instant"),
]


@pytest.mark.parametrize(("name", "args", "keywords", "text"), CALLS)
def test_an_argument_is_refused(  # noqa: PLR0913, PLR0917 - a row of the table and two fixtures
    coder: Any,
    colour: Colour,
    name: str,
    args: tuple[Any, ...],
    keywords: dict[str, Any],
    text: str,
):
    noun, _, verb = name.partition(".")
    with pytest.raises(RequestValidationError, match=text):
        colour.call(getattr(getattr(coder, noun), verb), *args, **keywords)


@pytest.mark.parametrize("since", [3600, NAIVE, date(2026, 11, 1)])
def test_a_tail_begins_at_an_instant(coder: Any, colour: Colour, since: Any):
    async def first(items: Any) -> Any:
        return await items.__anext__()

    entries = coder.audit.tail(since=since)
    with pytest.raises(RequestValidationError, match="`since` has"):
        colour.call(partial(first, entries) if colour.is_async else entries.__next__)


@pytest.mark.parametrize("name", ["audit.export", "connection_log.export"])
def test_an_export_is_of_a_window(coder: Any, colour: Colour, name: str):
    noun, _, verb = name.partition(".")

    async def first(items: Any) -> Any:
        return await items.__anext__()

    entries = getattr(getattr(coder, noun), verb)(timedelta(days=7))
    with pytest.raises(RequestValidationError, match="`window` has to be a `Window`"):
        colour.call(partial(first, entries) if colour.is_async else entries.__next__)


def plain(item: Any) -> Any:
    return item


async def coroutine(item: Any) -> Any:
    return item


def lazily(item: Any) -> Any:
    return coroutine(item)


def test_a_function_of_the_other_colour_is_refused_at_the_first_item(coder: Any, colour: Colour):
    called: list[Any] = []

    def noted(item: Any) -> Any:
        called.append(item)
        return plain(item) if colour.is_async else lazily(item)

    with pytest.raises(RequestValidationError, match="`func` has to be a") as raised:
        colour.call(coder.bulk, noted, range(20), concurrency=1)
    assert raised.value.hint
    assert called == [0]


def test_a_list_of_an_asynchronous_client_is_not_left_unawaited(fake: FakeCoder):
    other = fake.async_client()
    with fake.client() as coder, pytest.raises(RequestValidationError, match="`func` has to be a"):
        coder.bulk(lambda _: other.templates.list(), ["me"])
    gc.collect()
    asyncio.run(other.close())


def test_what_is_surely_of_the_other_colour_is_called_with_no_item(
    fake: FakeCoder, coder: Any, colour: Colour
):
    other = fake.client() if colour.is_async else fake.async_client()
    func = other.users.get if colour.is_async else coroutine
    for wrong in (func, partial(func), other.users.get, other.workspaces.stop):
        with pytest.raises(RequestValidationError, match="`func` has to be a"):
            colour.call(coder.bulk, wrong, ["me"])
    if colour.is_async:
        other.close()
    else:
        asyncio.run(other.close())


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"func": 5}, r"`func` has to be a function, not int"),
        ({"func": None}, r"`func` has to be a function, not NoneType"),
        ({"items": 5}, r"`items` has to be a list.*not int"),
        ({"items": b"me"}, r"`items` is one text"),
        ({"concurrency": "5"}, r"`concurrency` is '5'"),
        ({"concurrency": True}, r"`concurrency` is True"),
        ({"concurrency": 0}, r"`concurrency` is 0"),
        ({"progress": "bar"}, r"`progress` has to be True, False, or a function"),
        ({"dry_run": "no"}, r"`dry_run` has to be True or False"),
        ({"only_if": True}, r"`only_if` has to be a function"),
        ({"stop_on": "ConflictError"}, r"`stop_on` has to be a class of errors"),
        ({"stop_on": (int,)}, r"`stop_on` has to be a class of errors"),
        ({"report": []}, r"`report` has to be a `BulkReport`"),
    ],
)
def test_an_argument_of_bulk_is_refused(
    coder: Any, colour: Colour, keywords: dict[str, Any], text: str
):
    with pytest.raises(RequestValidationError, match=text):
        colour.call(coder.bulk, **{"func": coder.users.get, "items": ["me"], **keywords})


def test_a_plain_function_may_return_what_is_awaited(coder: Any, colour: Colour):
    func = (lambda name: coder.users.get(name)) if colour.is_async else plain  # noqa: PLW0108 - the point
    report = colour.call(coder.bulk, func, ["me"])
    assert report.summary().startswith("ok=1")
