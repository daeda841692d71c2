"""Arguments of workflows that cannot be meant are refused before anything is read or changed."""

from __future__ import annotations

import asyncio
import gc
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from coder_sdk import RequestValidationError, Window
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

NAIVE = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - the point of some tests
WEEK = Window.last(days=7)

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
    ("groups.set_members", ("default/ops", 5), {}, r"`users` has to be a list, not int\."),
    ("groups.add_members", ("default/ops", "alice"), {}, r"`users` has to be a list, not str\."),
    ("groups.remove_members", ("default/ops", {"ann": 1}), {}, r"`users` has to be a .* not dict"),
    ("groups.add_members", ("default/ops", []), {"only_if": 5}, r"`only_if` has to be a function"),
    ("groups.ensure", ("default/ops",), {"members": "ann"}, r"`members` has to be a list, not str"),
    ("groups.ensure", (5,), {}, r"`group` has to be a text, not int"),
    ("organizations.add_members", ("data", "ann"), {}, r"`users` has to be a list, not str"),
    ("organizations.remove_members", ("data", 5), {}, r"`users` has to be a list, not int"),
    ("organizations.ensure", (5,), {}, r"`name` has to be a text, not int"),
    ("users.add_roles", ("ann", 5), {}, r"`roles` has to be a list, not int"),
    ("users.remove_roles", ("ann", [5]), {}, r"`roles` has to be a list of texts, not of int"),
    ("users.set_roles", ("ann", None), {}, r"`roles` has to be a list, not NoneType"),
    ("users.set_roles", ("ann", []), {"only_if": True}, r"`only_if` has to be a function"),
    ("users.add_role", ("ann", 5), {}, r"`role` has to be a text, not int"),
    ("users.remove_role", ("ann", ["auditor"]), {}, r"`role` has to be a text, not list"),
    ("users.ensure", (), {"username": 5}, r"`username` has to be a text, not int"),
    ("users.ensure", (), {"email": 5}, r"`email` has to be a text, not int"),
    ("users.ensure", (), {"username": "ann", "groups": "ops"}, r"`groups` has to be a list"),
    ("users.ensure", (), {"username": "ann", "organizations": 5}, r"`organizations` has to be a"),
    ("tokens.create", (5,), {}, r"`name` has to be a text, not int"),
    ("tokens.create", ("ci",), {"scopes": "all"}, r"`scopes` has to be a list, not str"),
    ("tokens.create", ("ci",), {"scopes": [5]}, r"`scopes` has to be a list of texts, not of int"),
    ("tokens.create", ("ci",), {"allow_list": 5}, r"`allow_list` has to be a list, not int"),
    ("tokens.create", ("ci",), {"allow_list": "template:*"}, r"`allow_list` has to be a list"),
    ("tokens.rotate", (5,), {}, r"`name` has to be a text, not int"),
    ("tokens.rotate", ("ci",), {"scopes": 5}, r"`scopes` has to be a list, not int"),
    ("tokens.rotate", ("ci",), {"allow_list": 5}, r"`allow_list` has to be a list, not int"),
    ("tokens.retire", (5,), {}, r"`name` has to be a text, not int"),
    ("tokens.latest", ("",), {}, r"'' is no name for a token"),
    ("tokens.check", (), {"needs": 5}, r"`needs` has to be a list, not int"),
    ("tokens.check", (), {"needs": "workspace:read"}, r"`needs` has to be a list, not str"),
    ("tokens.check", (), {"needs": [5]}, r"`needs` has to be a list of texts, not of int"),
    ("tasks.create", (5,), {"template": "ai"}, r"`prompt` has to be a text, not int"),
    ("tasks.create", (" ",), {"template": "ai"}, r"`prompt` is empty"),
    ("tasks.create", ("Fix",), {"name": 5}, r"`name` has to be a text, not int"),
    ("tasks.create", ("Fix",), {"wait": {}}, r"`wait` has to be True.* not dict"),
    ("tasks.create", ("Fix",), {"on_log": 5}, r"`on_log` has to be a function, not int"),
    ("tasks.ensure", ("flaky", ["Fix"]), {}, r"`prompt` has to be a text, not list"),
    ("tasks.send", ("flaky", 5), {}, r"`text` has to be a text, not int"),
    ("workspaces.create", ("dev",), {"wait": {}}, r"`wait` has to be True.* not dict"),
    ("workspaces.create", ("dev",), {"parameters": ["cpu"]}, r"`parameters` has to be a mapping"),
    ("workspaces.create", (), {"name_prefix": 5}, r"`name_prefix` has to be a text, not int"),
    ("workspaces.ensure", ("dev",), {"parameters": "cpu"}, r"`parameters` has to be a .* not str"),
    ("workspaces.start", ("dev",), {"wait": []}, r"`wait` has to be True.* not list"),
    ("workspaces.start", ("dev",), {"parameters": 5}, r"`parameters` has to be a .* not int"),
    ("workspaces.start", ("dev",), {"only_if": "running"}, r"`only_if` has to be a function"),
    ("workspaces.stop", ("dev",), {"on_progress": 5}, r"`on_progress` has to be a function"),
    ("workspaces.restart", ("dev",), {"parameters": ["cpu"]}, r"`parameters` has to be a .* list"),
    ("workspaces.update", ("dev",), {"parameters": ["cpu"]}, r"`parameters` has to be a .* list"),
    ("workspaces.resolve_parameters", ("dev",), {"parameters": [1]}, r"`parameters` has to be"),
    ("template_versions.dry_run", ("t/v1",), {"parameters": [1]}, r"`parameters` has to be a map"),
    ("template_versions.dry_run", ("t/v1",), {"variables": 5}, r"`variables` has to be a mapping"),
    ("template_versions.diff", ("t/v1",), {"directory": 5}, r"`directory` has to be a text or a"),
    ("templates.pull", ("docker", 5), {}, r"`directory` has to be a text or a path, not int"),
    ("templates.push", ("docker", 5), {}, r"`directory` has to be a text or a path, not int"),
    ("templates.push", ("docker",), {"files": ["main.tf"]}, r"`files` has to be a mapping, not li"),
    ("templates.push", ("docker",), {"files": {5: ""}}, r"`files` has to be .* texts, not of int"),
    ("templates.push", ("docker",), {"files": {"main.tf": 5}}, r"`files` has to be .* not to int"),
    ("templates.push", ("docker",), {"variables": ["a"]}, r"`variables` has to be a mapping"),
    ("templates.push", ("docker",), {"tags": 5}, r"`tags` has to be a mapping, not int"),
    ("templates.set_settings", ("docker",), {"autostop_days": "monday"}, r"`autostop_days` has to"),
    ("templates.set_settings", ("docker",), {"autostart_days": 5}, r"`autostart_days` has to be a"),
    ("idp_sync.apply", ("default",), {}, r"`plan` has to be a `SyncPlan`.* not str"),
    ("idp_sync.apply", ({"steps": []},), {}, r"`plan` has to be a `SyncPlan`.* not dict"),
    ("insights.templates", (WEEK,), {"templates": "docker"}, r"`templates` has to be a list"),
    ("tokens.check", (5,), {}, r"`token` has to be a text or a `Secret`, not int"),
    ("notifications.send", ("Done", 5), {}, r"`message` has to be a text, not int"),
    ("templates.archive_unused", ("docker",), {"keep": "3"}, r"`keep` has to be a whole number"),
    ("workspaces.run", ("dev", 5), {}, r"`command` has to be a list, not int"),
    ("workspaces.run", ("dev", ["ls", 5]), {}, r"`command` has to be a list of texts, not of int"),
    ("workspaces.run", ("dev", "ls"), {"env": ["A=1"]}, r"`env` has to be a mapping, not list"),
    ("workspaces.run", ("dev", "ls"), {"env": {"A": 1}}, r"`env` has to be .* texts, not of int"),
    ("workspaces.run", ("dev", "ls"), {"cwd": 5}, r"`cwd` has to be a text, not int"),
    ("workspaces.run", ("dev", "ls"), {"stdin": 5}, r"`stdin` has to be a text or bytes, not int"),
    ("workspaces.run", ("dev", "ls"), {"on_output": 5}, r"`on_output` has to be a function"),
    ("chats.ensure", (["ticket"], "Fix"), {}, r"`labels` has to be a mapping, not list"),
    ("external_auth.link", ("github",), {"on_url": 5}, r"`on_url` has to be a function, not int"),
]


@pytest.mark.parametrize(("name", "args", "keywords", "text"), CALLS)
def test_an_argument_is_refused(  # noqa: PLR0913, PLR0917 - a row of the table and fixtures
    fake: FakeCoder,
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
    assert not fake.requests


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


@pytest.mark.parametrize("name", ["tokens.create", "tokens.rotate"])
def test_a_secret_in_the_wrong_place_is_not_shown(coder: Any, colour: Colour, name: str):
    noun, _, verb = name.partition(".")
    with pytest.raises(RequestValidationError) as raised:
        colour.call(getattr(getattr(coder, noun), verb), "ci", scopes="swordfish")
    assert "swordfish" not in str(raised.value)


def test_names_may_come_one_after_the_other(coder: Any, colour: Colour):
    colour.call(coder.users.ensure, email="ann@example.com", username="ann")
    roles = (role for role in ("owner", "auditor"))
    assert colour.call(coder.users.add_roles, "ann", roles).object == ["auditor", "owner"]
