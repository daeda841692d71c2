"""Notifications, the inbox, and links with other services."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest

from coder_sdk import NotFoundError, WaitTimeoutError
from coder_sdk.models import User
from tests.colours import Colour
from tests.live.deployment import MINUTES, permitted


def wait_for(colour: Colour, client: Any, title: str) -> None:
    """Skip where nothing arrives: not every deployment has inboxes."""
    until = time.monotonic() + MINUTES
    while time.monotonic() < until:
        page = colour.call(client.inbox.list().first_page)
        if title in [each.title for each in page.items]:
            return
        time.sleep(0.5)
    pytest.skip("nothing arrives in the inboxes of this deployment")


def test_a_message_to_oneself_arrives(coder: Any, colour: Colour, name: str, as_person: Any):
    with permitted(NotFoundError):
        settings = colour.call(coder.notifications.settings)
        colour.call(as_person.notifications.send, f"{name} one", "The first.")
    if settings.notifier_paused:
        pytest.skip("notifications are paused on this deployment")
    wait_for(colour, as_person, f"{name} one")
    arriving = as_person.inbox.follow(unread=True)

    def read() -> list[str]:
        with contextlib.closing(arriving):
            first = next(each.title for each in arriving if each.title.startswith(name))
            as_person.notifications.send(f"{name} two", "The second.")
            return [first, next(each.title for each in arriving if each.title.startswith(name))]

    async def read_async() -> list[str]:
        async with contextlib.aclosing(arriving):
            ours = (each.title async for each in arriving if each.title.startswith(name))
            first = await anext(ours)
            await as_person.notifications.send(f"{name} two", "The second.")
            return [first, await anext(ours)]

    titles = colour.call(read_async if colour.is_async else read)
    assert titles == [f"{name} one", f"{name} two"]
    colour.call(as_person.inbox.mark_all_as_read)
    unread = colour.call(as_person.inbox.list(read_status="unread").to_list)
    assert [each for each in unread if each.title in titles] == []


def test_notifications_are_turned_off_and_on(coder: Any, colour: Colour, person: User):
    with permitted(NotFoundError):
        kinds = colour.call(coder.notifications.system_templates)
    kind = str(kinds[0].id)
    for disabled in (True, False):
        colour.call(
            coder.notifications.update_preferences, person, template_disabled_map={kind: disabled}
        )
        found = colour.call(coder.notifications.preferences, person) or []
        assert [each.disabled for each in found if str(each.id) == kind] == [disabled]


def test_a_link_that_is_there_is_left_alone(coder: Any, colour: Colour):
    links = colour.call(coder.external_auth.list).links or []
    for link in links:
        found = colour.call(coder.external_auth.get, link.provider_id)
        if found.authenticated:
            again = colour.call(
                coder.external_auth.link, link.provider_id, on_url=pytest.fail, on_code=pytest.fail
            )
            assert again.action == "unchanged"
            return
    pytest.skip("link yourself with a provider")


def test_a_code_that_nobody_types_in_makes_no_link(coder: Any, colour: Colour, as_person: Any):
    providers = colour.call(coder.external_auth.list).providers or []
    provider = next((each.id for each in providers if each.device), None)
    if provider is None:
        pytest.skip("this deployment has no provider with codes")
    codes: list[Any] = []
    with pytest.raises(WaitTimeoutError):
        colour.call(as_person.external_auth.link, provider, on_code=codes.append, timeout=1)
    assert codes[0].user_code
    assert not colour.call(as_person.external_auth.get, provider).authenticated
