"""Names that nothing has: the error says which ones are like them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coder_sdk import NotFoundError
from coder_sdk._suggestions import suggestion
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


@pytest.fixture(autouse=True)
def furnished(fake: FakeCoder) -> None:
    fake.add_template("docker")
    fake.add_group("designers")
    fake.add_user("ada")
    fake.add_workspace("dev", template="docker")


def asked(fake: FakeCoder) -> list[str]:
    return [f"{request.method} {request.path}" for request in fake.requests]


CALLS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a template": (lambda c: c.templates.get("dokcer"), "the template `docker`"),
    "a template of an organization": (
        lambda c: c.templates.get("coder/dokcer"), "the template `docker`"
    ),
    "a template by its parts": (
        lambda c: c.templates.get_by_name("coder", "dokcer"), "the template `docker`"
    ),
    "the organization of a template": (
        lambda c: c.templates.get("codr/docker"), "the organization `coder`"
    ),
    "a workspace": (lambda c: c.workspaces.get("dve"), "the workspace `dev`"),
    "a workspace to start": (lambda c: c.workspaces.start("me/dve"), "the workspace `dev`"),
    "a group": (lambda c: c.groups.get("desingers"), "the group `designers`"),
    "a group of an organization": (
        lambda c: c.groups.get("coder/desingers"), "the group `designers`"
    ),
    "an organization": (lambda c: c.organizations.get("codr"), "the organization `coder`"),
    "the place of a group": (
        lambda c: c.groups.create("codr", name="x"), "the organization `coder`"
    ),
    "a user": (lambda c: c.users.get("adda"), "the user `ada`"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_an_error_says_which_name_may_be_meant(coder: Any, colour: Colour, name: str):
    call, meant = CALLS[name]
    with pytest.raises(NotFoundError) as caught:
        colour.call(lambda: call(coder))
    assert caught.value.status == 404
    assert f"Did you mean {meant}?" in str(caught.value)


def test_one_request_more_finds_the_names(coder: Any, colour: Colour, fake: FakeCoder):
    before = len(fake.requests)
    with pytest.raises(NotFoundError):
        colour.call(coder.organizations.get, "codr")
    assert asked(fake)[before:] == [
        "GET /api/v2/organizations/codr", "GET /api/v2/organizations",
    ]  # fmt: skip


def test_an_identifier_is_not_looked_for(coder: Any, colour: Colour, fake: FakeCoder):
    before = len(fake.requests)
    with pytest.raises(NotFoundError, match="may not see it"):
        colour.call(coder.organizations.get, "0718fed8-72a1-410d-ba1a-d8752bebda43")
    assert len(fake.requests) == before + 1


def test_a_list_that_fails_leaves_the_first_error(coder: Any, colour: Colour, fake: FakeCoder):
    fake.inject("GET /api/v2/organizations", status=403)
    with pytest.raises(NotFoundError, match="may not see it") as caught:
        colour.call(coder.organizations.get, "codr")
    assert "Did you mean" not in str(caught.value)


def test_what_ensures_reads_no_list_of_names(coder: Any, colour: Colour, fake: FakeCoder):
    before = len(fake.requests)
    colour.call(coder.organizations.ensure, "codr")
    assert asked(fake)[before:] == [
        "GET /api/v2/organizations/codr", "POST /api/v2/organizations",
    ]  # fmt: skip


def test_a_name_that_nothing_has_any_more_is_named(coder: Any, colour: Colour, fake: FakeCoder):
    other = fake.client()
    colour.call(coder.groups.get, "designers")
    other.groups.delete("designers")
    with pytest.raises(NotFoundError, match="There is no group 'designers'") as caught:
        colour.call(coder.groups.get, "designers")
    assert "There is the group `Everyone`." in str(caught.value)


@pytest.mark.parametrize(
    ("agent", "hint"),
    [
        ("off", "The workspace is stopped; it has agents while it runs."),
        ("dev.mian", "Did you mean the agent `main`?"),
    ],
)
def test_an_agent_that_is_not_there_says_why(
    coder: Any, colour: Colour, fake: FakeCoder, agent: str, hint: str
):
    fake.add_workspace("off", template="docker", running=False)
    with pytest.raises(NotFoundError, match=f"There is no agent '{agent}'") as caught:
        colour.call(coder.agents.get, agent)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ([], None),
        (["Docker"], None),
        (["dockers", "zebra"], "Did you mean the template `dockers`?"),
        (["zebra"], "There is the template `zebra`."),
        (["b", "a"], "There are the templates `a`, `b`."),
        (
            list("123456789"),
            "There are the templates `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, and more.",
        ),
    ],
)
def test_what_is_suggested(known: list[str], text: str | None):
    assert suggestion("template", "docker", known) == text
