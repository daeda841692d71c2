"""What cannot be meant as an argument of an endpoint is refused by name, and is never sent."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from respx import MockRouter

from codegen.python.methods import Method
from coder_sdk import Client, CoderError, RequestValidationError
from coder_sdk._pagination import Walk
from coder_sdk._prepare import prepare
from coder_sdk._request import PagedRequest
from coder_sdk._url import parse_base_url
from coder_sdk.models import CreateTemplateRequest, MinimalUser
from coder_sdk.wire import Secret
from tests.colours import URL, Colour
from tests.resources.calls import call_of
from tests.resources.test_every_operation import METHODS, bound, quietly

ID = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"
NAN = float("nan")
NAIVE = datetime(2026, 11, 1, 12)  # noqa: DTZ001 - the point of some tests
AWARE = NAIVE.replace(tzinfo=timezone.utc)
LATER = AWARE + timedelta(days=1)
SOMEBODY = MinimalUser.model_validate({"id": ID, "username": "ann"})


class Mark:
    """Something that is nothing of what the API knows."""

    def __repr__(self) -> str:
        return "<a mark>"


# Method, arguments, and words of the error.
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("users.list", {"limit": "5"}, r"`limit` has to be a whole number, 1 or more, not str"),
    ("users.list", {"limit": True}, r"`limit` has to be a whole number, not True"),
    ("users.list", {"limit": 0}, r"`limit` has to be a whole number, 1 or more, not 0"),
    ("users.list", {"limit": 1.5}, r"`limit` has to be a whole number, not 1\.5"),
    ("users.list", {"limit": 10**30}, r"`limit` has to be a whole number, not 10{30}"),
    ("users.list", {"offset": -1}, r"`offset` has to be a whole number, 0 or more, not -1"),
    ("users.list", {"max_items": "5"}, r"`max_items` has to be a whole number, 0 or more, not str"),
    ("users.list", {"max_items": NAN}, r"`max_items` has to be a whole number, not nan"),
    ("users.list", {"q": 5}, r"`q` has to be a text, not int"),
    ("users.list", {"q": b"bob"}, r"`q` has to be a text, not bytes"),
    ("users.list", {"after_id": Mark()}, r"`after_id` has to be a single value.*not Mark"),
    ("users.list", {"extra_query": [("a", 1)]}, r"`extra_query` has to be a mapping.*not list"),
    ("users.list", {"extra_query": {"a": Mark()}}, r"`a` has to be a single value"),
    ("users.list", {"extra_query": {"a": NAN}}, r"`a` cannot be nan"),
    ("users.list", {"extra_query": {"a": b"1"}}, r"`a` has to be a single value.*not bytes"),
    ("users.get", {"user": 5}, r"`user` has to be a model of a user.*not an int"),
    ("users.get", {"user": b"me"}, r"`user` has to be a model of a user.*not a bytes"),
    ("users.get", {"user": ""}, r"`user` must not be ''"),
    ("users.get", {"user": ".."}, r"`user` must not be '\.\.'"),
    ("users.get", {"user": "a\0b"}, r"`user` has control characters"),
    ("users.get", {"user": "\ud800"}, r"`user` is not valid text"),
    ("builds.get_by_number", {"user": "me", "workspace_name": "dev", "number": True},
     r"`number` has to be a whole number, not True"),
    ("builds.get_by_number", {"user": "me", "workspace_name": "dev", "number": 1.5},
     r"`number` has to be a whole number, not 1\.5"),
    ("builds.get_by_number", {"user": "me", "workspace_name": True, "number": 1},
     r"`workspacename` has to be a text or a whole number, not True"),
    ("workspaces.update_ttl", {"workspace": ID, "ttl_ms": True},
     r"`ttl_ms` has to be a `timedelta` or a whole number, not True"),
    ("workspaces.update_ttl", {"workspace": ID, "ttl_ms": NAN}, r"`ttl_ms` has to be"),
    ("workspaces.update_ttl", {"workspace": ID, "ttl_ms": AWARE}, r"`ttl_ms` has to be"),
    ("workspaces.update_deadline", {"workspace": ID, "new_deadline": 3600},
     r"`new_deadline` has to be an instant.*not 3600"),
    ("workspaces.update_deadline", {"workspace": ID, "new_deadline": NAIVE},
     r"`new_deadline` has no time zone"),
    ("workspaces.update_deadline", {"workspace": ID, "new_deadline": date(2026, 11, 1)},
     r"`new_deadline` has to be an instant"),
    ("insights.user_latency_report", {"start_time": 0, "end_time": AWARE},
     r"`start_time` has to be an instant.*not 0"),
    ("insights.user_latency_report", {"start_time": "yesterday", "end_time": AWARE},
     r"`start_time` has to be an instant.*not str"),
    ("groups.get", {"group": ID, "exclude_members": "no"}, r"True or False, not str"),
    ("provisioners.list", {"organization": ID, "max_age": NAN}, r"`max_age` has to be a `timed"),
    ("provisioners.list", {"organization": ID, "max_age": "1h"}, r"`max_age` has to be a"),
    ("provisioners.list", {"organization": ID, "max_age": 10**30}, r"longer than 292 years"),
    ("provisioners.list", {"organization": ID, "tags": [("a", "b")]}, r"a mapping of texts"),
    ("provisioners.list", {"organization": ID, "tags": {"a": 1}}, r"a mapping of texts"),
    ("provisioners.list", {"organization": ID, "ids": 5}, r"`ids` has to be a list, not 5"),
    ("insights.user_latency_report",
     {"start_time": AWARE, "end_time": LATER, "template_ids": "docker"}, r"a list, not str"),
    ("provisioners.list", {"organization": ID, "ids": b"x"}, r"`ids` has to be a list, not bytes"),
    ("files.download", {"file": Mark()}, r"`fileID` has to be a single value.*not Mark"),
    ("users.update_profile", {"user": "me", "name": "\ud800", "username": "bob"},
     r"cannot be written as JSON"),
    ("users.update_profile", {"user": "me", "name": 5, "username": "bob"}, r"`name`: .*string"),
    ("users.update_profile", {"user": "me", "name": "", "username": "b", "extra_body": ["a"]},
     r"`extra_body` has to be a mapping.*not list"),
    ("users.update_profile", {"user": "me", "name": "", "username": "b", "extra_body": {"a": NAN}},
     r"JSON has no nan"),
    ("files.upload", {"content": 5, "content_type": "application/x-tar"}, r"int was given"),
    ("files.upload", {"content": Path("/"), "content_type": "application/x-tar"},
     r"The file cannot be read"),
    ("files.upload", {"content": "/no/such\0file", "content_type": "application/x-tar"},
     r"The file cannot be read"),
    ("groups.update", {"group": ID, "add_users": SOMEBODY},
     r"`add_users` has to be a list, not MinimalUser"),
    ("audit.list", {"date_from": 5}, r"`date_from` must be a date"),
    ("audit.list", {"date_from": NAIVE}, r"`date_from` has no time zone"),
    ("audit.list", {"date_from": LATER, "date_to": AWARE}, r"`date_from` .* comes after `date_to`"),
    ("users.list", {"created_after": LATER, "created_before": AWARE}, r"nothing lies between"),
    ("connection_log.list", {"connected_after": LATER, "connected_before": AWARE}, r"`connected_a"),
    ("ai_gateway.sessions", {"started_after": LATER, "started_before": AWARE}, r"`started_after`"),
    ("insights.user_latency_report", {"start_time": LATER, "end_time": AWARE}, r"`start_time`"),
    ("ai_spend.export_csv",
     {"organization": ID, "period_start": LATER, "period_end": AWARE}, r"`period_start`"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "text"), CALLS)
def test_an_argument_is_refused(
    colour: Colour, router: MockRouter, name: str, arguments: dict[str, Any], text: str
):
    noun, _, verb = name.partition(".")
    client = colour.client()

    def use() -> Any:
        found = getattr(getattr(client, noun), verb)(**arguments)
        return found.to_list() if hasattr(found, "to_list") else found

    with pytest.raises(RequestValidationError, match=text):
        colour.call(use)
    assert not router.calls


def test_a_span_of_one_day_or_instant_is_none_that_ends_before_it_begins(router: MockRouter):
    route = router.get("/api/v2/audit").respond(json={"audit_logs": [], "count": 0})
    client = Client(URL, token="t")
    days = (AWARE.date(), AWARE.date()), (AWARE, AWARE.date()), (AWARE.date(), date.max)
    for first, last in (*days, (AWARE, AWARE), (AWARE, date.max)):
        client.audit.list(date_from=first, date_to=last).to_list()
    assert route.call_count == 5
    client.close()


@pytest.mark.parametrize("value", ["7", 7.0])
def test_a_number_in_another_form_is_sent_as_the_number(router: MockRouter, value: Any):
    path = "/api/v2/users/me/workspace/dev/builds/7"
    route = router.get(path).respond(404, json={"message": "no"})
    with Client(URL, token="t") as client, pytest.raises(CoderError):
        client.builds.get_by_number("me", "dev", value)
    assert route.called


def test_one_text_stands_for_a_list_of_one(router: MockRouter):
    route = router.get("/api/experimental/chats").respond(json=[])
    with Client(URL, token="t") as client:
        client.chats.list(label="env:prod").to_list()
    assert route.calls.last.request.url.params.get_list("label") == ["env:prod"]


def test_a_secret_in_a_form_is_sent_whole_and_shown_masked(router: MockRouter):
    route = router.post("/oauth2/tokens").respond(400, json={"error": "invalid: swordfish!"})
    with Client(URL, token="t") as client, pytest.raises(CoderError) as raised:
        client.oauth2.exchange_token(
            grant_type="refresh_token", client_id=ID, client_secret=Secret("swordfish!")
        )
    assert b"client_secret=swordfish%21" in route.calls.last.request.content
    assert "swordfish" not in str(raised.value)


BODIES: list[tuple[dict[str, Any], str]] = [
    ({"default_ttl_ms": True}, "not a boolean|not True"),
    ({"default_ttl_ms": 2**63}, "9223372036854775807|not 9223372036854775808"),
    ({"autostop_requirement": {"weeks": True}}, "a number, not a boolean"),
    ({"autostop_requirement": {"weeks": 10**30}}, "at most 64 bits"),
]


@pytest.mark.parametrize(("fields", "text"), BODIES)
def test_a_field_of_a_body_is_refused(router: MockRouter, fields: dict[str, Any], text: str):
    whole = {"name": "t", "template_version_id": ID, **fields}
    with Client(URL, token="t") as client:
        with pytest.raises(RequestValidationError, match=text):
            client.templates.create("default", **whole)
        with pytest.raises(ValueError, match=text):
            CreateTemplateRequest(**whole)
    assert not router.calls


NONSENSE: list[Any] = [True, -1, NAN, b"x", Mark(), NAIVE, "\ud800", "a\0b", {"a": 1}, [Mark()], 1j]
ESCAPED = re.compile(r"a%20mark|a mark|%3C|b%27x|1j|\bnan\b", re.IGNORECASE)


@pytest.mark.parametrize("method", METHODS, ids=[str(method.name) for method in METHODS])
def test_nonsense_in_any_argument_is_refused_or_written_as_what_it_is(method: Method):
    call = call_of(method)
    build = bound(Client(URL, token="t"), method).build
    with quietly(method):
        for value in NONSENSE:
            for index in range(len(call.positional)):
                given = (*call.positional[:index], value, *call.positional[index + 1 :])
                check_sent(build, given, call.keywords)
            for name in call.keywords:
                check_sent(build, call.positional, {**call.keywords, name: value})


def check_sent(build: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """Nothing but an error of the package, or a request whose address shows no Python."""
    try:
        request = build(*args, **keywords)
        if isinstance(request, PagedRequest):
            Walk(request.paging, request.query, max_items=request.max_items)
        prepared = prepare(request, parse_base_url(URL), {})
    except CoderError:
        return
    assert not ESCAPED.search(prepared.url.replace("some-name", ""))
