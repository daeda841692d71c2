"""The device flow, the inbox, and notifications of one's own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import httpx
import pytest

from coder_sdk import BadRequestError, RequestValidationError, WaitTimeoutError
from coder_sdk.testing import FakeCoder
from tests.colours import URL, Colour

PENDING = {"message": "Failed to exchange device code.", "detail": "authorization_pending"}
DEVICE = {
    "device_code": "d" * 20,
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://github.test/login/device",
    "expires_in": 900,
    "interval": 5,
}
LINK = {
    "app_install_url": "",
    "app_installable": False,
    "device": True,
    "display_name": "GitHub",
    "installations": [],
    "user": None,
}


@pytest.fixture
def fake() -> FakeCoder:
    return FakeCoder()


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def taken(
    colour: Colour, iterator: Any, count: int, each: Callable[[Any], object] = bool
) -> list[Any]:
    """The first items, and what is done with each; the iterator is closed then."""
    items: list[Any] = []
    if not colour.is_async:
        for item in islice(iterator, count):
            items.append(item)
            each(item)
        iterator.close()
        return items

    async def collect() -> list[Any]:
        async for item in iterator:
            items.append(item)
            each(item)
            if len(items) == count:
                break
        await iterator.aclose()
        return items

    return list(colour.call(collect))


@pytest.fixture
def provider(router: Any) -> Any:
    """A provider that is not linked yet; its route for exchanges."""
    linked = [False]

    def link(request: Any) -> Any:
        return httpx.Response(200, json={**LINK, "authenticated": linked[0]})

    router.get("/api/v2/external-auth/github").mock(side_effect=link)
    router.get("/api/v2/external-auth/github/device").respond(json=DEVICE)
    route = router.post("/api/v2/external-auth/github/device")
    route.linked = linked
    return route


def answers(route: Any, *replies: Any) -> None:
    """Answers to the exchanges; a success links."""
    waiting = list(replies)

    def answer(request: Any) -> Any:
        reply = waiting.pop(0)
        if reply is None:
            route.linked[0] = True
            return httpx.Response(204)
        return httpx.Response(400, json=reply)

    route.mock(side_effect=answer)


def test_a_code_is_shown_and_waited_for(colour: Colour, provider: Any) -> None:
    shown: list[Any] = []
    slower = {**PENDING, "detail": "slow_down"}
    answers(provider, PENDING, slower, PENDING, None)
    coder = colour.client()
    link, action = colour.call(
        coder.external_auth.link, "github", on_code=colour.function(shown.append)
    )
    assert (link.authenticated, action) == (True, "linked")
    assert [code.user_code for code in shown] == ["WDJB-MJHT"]
    assert "dddd" not in repr(shown)
    assert colour.clock.slept == [5, 5, 10, 10]
    assert colour.call(coder.external_auth.link, "github", on_code=shown.append) == (
        link, "unchanged",
    )  # fmt: skip
    assert len(shown) == 1


def test_without_codes_an_address_is_shown_and_waited_for(colour: Colour, router: Any) -> None:
    looks = [False, False, False, True, True]

    def state(request: Any) -> Any:
        linked = looks.pop(0)
        return httpx.Response(200, json={**LINK, "device": False, "authenticated": linked})

    router.get("/api/v2/external-auth/github").mock(side_effect=state)
    shown: list[str] = []
    link = colour.client().external_auth.link
    found, action = colour.call(link, "github", on_url=colour.function(shown.append))
    assert (found.authenticated, action) == (True, "linked")
    assert shown == [f"{URL}/external-auth/github"]
    assert colour.clock.slept == [1, 1, 1]
    assert colour.call(link, "github", on_url=shown.append).action == "unchanged"
    assert len(shown) == 1


def test_an_address_that_nobody_opens_is_given_up(colour: Colour, router: Any) -> None:
    state = {**LINK, "device": False, "authenticated": False}
    router.get("/api/v2/external-auth/github").respond(json=state)
    with pytest.raises(WaitTimeoutError, match="the link with github"):
        colour.call(colour.client().external_auth.link, "github", on_url=print, timeout=22)
    assert sum(colour.clock.slept) == 22


def test_a_way_to_link_is_needed(colour: Colour, router: Any) -> None:
    link = colour.client().external_auth.link
    with pytest.raises(RequestValidationError, match="`on_code` or `on_url`"):
        colour.call(link, "github")
    assert not router.calls
    state = {**LINK, "device": False, "authenticated": False}
    router.get("/api/v2/external-auth/github").respond(json=state)
    with pytest.raises(RequestValidationError, match="`github` has no codes"):
        colour.call(link, "github", on_code=print)


def test_a_refusal_ends_the_wait(colour: Colour, provider: Any) -> None:
    answers(provider, PENDING, {**PENDING, "detail": "access_denied"})
    with pytest.raises(BadRequestError, match="access_denied"):
        colour.call(colour.client().external_auth.link, "github", on_code=print)


def test_a_code_that_nobody_types_in_runs_out(colour: Colour, provider: Any) -> None:
    answers(provider, *[PENDING] * 10)
    with pytest.raises(WaitTimeoutError, match="the code of github"):
        colour.call(colour.client().external_auth.link, "github", on_code=print, timeout=22)
    assert sum(colour.clock.slept) == 22


def test_the_inbox_begins_with_what_is_unread(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    for number in range(3):
        fake.send_notification(f"n{number}")
    first = colour.call(coder.inbox.list().to_list)[-1]
    colour.call(coder.inbox.update_read_status, first.id, is_read=True)
    found = taken(colour, coder.inbox.follow(unread=True), 2)
    assert [item.title for item in found] == ["n1", "n2"]


def test_notifications_are_followed_as_they_arrive(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.send_notification("old")
    for number in range(3):
        fake.clock.schedule(10 * (number + 1), lambda n=number: fake.send_notification(f"n{n}"))
    found = taken(colour, coder.inbox.follow(), 3)
    assert [item.title for item in found] == ["n0", "n1", "n2"]


def test_what_comes_while_unread_ones_are_handled_is_not_kept_waiting(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    fake.send_notification("waiting")
    begin = fake.clock.time()
    found = taken(
        colour,
        coder.inbox.follow(unread=True),
        2,
        lambda item: item.title == "waiting" and fake.send_notification("late"),
    )
    assert [item.title for item in found] == ["waiting", "late"]
    assert fake.clock.time() - begin < 1


def test_an_inbox_in_which_nothing_happens_for_long_is_still_followed(
    fake: FakeCoder, colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_sync", "_async"):
        monkeypatch.setattr(f"coder_sdk.workflows.{name}.inbox._REFRESH", 0.02)
    looks = "GET /api/v2/notifications/inbox"

    def wait_for_looks(item: Any) -> None:
        del item
        fake.clock.schedule(0.2, lambda: fake.send_notification("after a long silence"))

    with fake.serve() as url:
        coder = colour.client(url, clock=False, token=fake.token_for())
        fake.send_notification("waiting")
        found = taken(colour, coder.inbox.follow(unread=True), 2, wait_for_looks)
    assert [item.title for item in found] == ["waiting", "after a long silence"]
    assert len(fake.calls(looks)) > 4


def test_a_notification_is_sent_to_oneself(coder: Any, colour: Colour) -> None:
    colour.call(coder.notifications.send, "Done", "See the file.")
    [item] = colour.call(coder.inbox.list().to_list)
    assert (item.title, item.content) == ("Done", "See the file.")


@pytest.mark.parametrize(("title", "message"), [("", "text"), ("title", "  ")])
def test_an_empty_notification_is_not_sent(
    fake: FakeCoder, coder: Any, colour: Colour, title: str, message: str
) -> None:
    with pytest.raises(RequestValidationError, match="is empty"):
        colour.call(coder.notifications.send, title, message)
    assert fake.requests == []
