# Derived from `tests/paging/_async/test_filter_names.py`
# by `python -m codegen colours`; edit that file.
"""Objects that filters name are looked up, and missed where an empty list would hide a typo."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest
import respx

from coder_sdk import Client, NotFoundError
from coder_sdk._decode import ResponseTypes
from coder_sdk._filters import Grammar, Key, query
from coder_sdk._io._sync.pages import Pager
from coder_sdk._request import OMIT, PagedRequest, Paging

pytestmark = pytest.mark.anyio

URL = "https://coder.example"
ADA = UUID("0718fed8-72a1-410d-ba1a-d8752bebda43")
GRAMMAR = Grammar(
    "workspaces",
    {
        "owner": Key("owner", "user"),
        "template": Key("template", "template"),
        "organization": Key("organization", "organization"),
    },
)
USER = {"id": str(ADA), "username": "ada", "email": "ada@example.com"}
CODER = UUID("7c1c9bf5-9a6f-4a2e-8a0f-6f2c5f0f4f11")
TEMPLATE = {
    "id": str(ADA), "name": "docker", "organization_name": "coder", "organization_id": str(CODER),
}  # fmt: skip


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(URL, token="t") as client:
        yield client


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=f"{URL}/api/v2", assert_all_called=False) as router:
        router.get("/workspaces").respond(json={"workspaces": [], "count": 0})
        router.get(f"/users/{ADA}").respond(json=USER)
        router.get("/users/ada").respond(json=USER)
        router.get("/users").respond(json={"users": [USER], "count": 1})
        router.get(f"/templates/{ADA}").respond(json=TEMPLATE)
        router.get("/templates").respond(json=[TEMPLATE])
        router.get("/organizations/coder/templates/docker").respond(json=TEMPLATE)
        router.get("/organizations/default").respond(json={"id": str(ADA), "name": "coder"})
        router.get("/organizations").respond(json=[{"name": "coder"}])
        yield router


def workspaces(client: Client, **filters: Any) -> Pager[Any]:
    request: PagedRequest[Any, Any] = PagedRequest(
        "GET",
        "/api/v2/workspaces",
        query={"limit": OMIT, "offset": OMIT, "q": query(GRAMMAR, filters)},
        paging=Paging(["offset"], items="workspaces", total="count", moves=True),
    )
    request.types = ResponseTypes(None, Any, Any)
    pager: Pager[Any] = client._pages(request)
    return pager


def searched(router: respx.MockRouter) -> list[str]:
    """What was searched for among the workspaces."""
    asked = [call.request.url for call in router.calls]
    return [url.params["q"] for url in asked if url.path == "/api/v2/workspaces"]


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"owner": ADA}, 'owner:"ada"'),
        ({"owner": "ada@example.com"}, 'owner:"ada"'),
        ({"template": ADA}, f'template:"docker" organization:"{CODER}"'),
        ({"template": "coder/docker"}, f'template:"docker" organization:"{CODER}"'),
        ({"template": "docker"}, 'template:"docker"'),
        (
            {"template": SimpleNamespace(id=ADA, name="docker", organization_id=CODER)},
            f'template:"docker" organization:"{CODER}"',
        ),
        (
            {"template": "coder/docker", "organization": ADA},
            f'template:"docker" organization:"{ADA}"',
        ),
        ({"organization": "default"}, f'organization:"{ADA}"'),
        ({"organization": ADA}, f'organization:"{ADA}"'),
        ({"owner": "me"}, 'owner:"me"'),
    ],
)
def test_what_the_search_does_not_understand_is_looked_up(
    client: Client, router: respx.MockRouter, filters: dict[str, Any], text: str
) -> None:
    assert workspaces(client, **filters).to_list() == []
    assert searched(router) == [text]


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        ({"owner": "adda"}, "There is no user 'adda'", "Did you mean `ada`?"),
        ({"template": "dokcer"}, "There is no template 'dokcer'", "Did you mean `docker`?"),
        ({"organization": "codr"}, "There is no organization 'codr'", "Did you mean `coder`?"),
    ],
)
def test_a_name_that_nothing_has_is_an_error_with_near_names(
    client: Client, router: respx.MockRouter, filters: dict[str, str], message: str, hint: str
) -> None:
    router.get(path__regex="/(users|organizations)/(adda|codr)").respond(404, json={"message": "?"})
    with pytest.raises(NotFoundError, match=message) as caught:
        workspaces(client, **filters).to_list()
    assert caught.value.hint == hint


@pytest.mark.parametrize("filters", [{"owner": "ada"}, {"template": "Docker"}, {}])
def test_a_list_may_be_empty_for_other_reasons(
    client: Client, router: respx.MockRouter, filters: dict[str, str]
) -> None:
    router.get("/workspaces").respond(json={"workspaces": [], "count": 0})
    assert workspaces(client, **filters).to_list() == []


def test_a_list_with_items_needs_no_check(client: Client, router: respx.MockRouter) -> None:
    router.get("/workspaces").respond(json={"workspaces": [{"id": 1}], "count": 1})
    assert workspaces(client, owner="nobody").to_list() == [{"id": 1}]
    assert len(router.calls) == 1


def test_who_may_not_list_names_gets_no_suggestions(
    client: Client, router: respx.MockRouter
) -> None:
    router.get("/users/adda").respond(404, json={"message": "Resource not found"})
    router.get("/users").mock(return_value=httpx.Response(403, json={"message": "Forbidden."}))
    with pytest.raises(NotFoundError, match="no user 'adda'") as caught:
        workspaces(client, owner="adda").first()
    assert caught.value.hint is None
