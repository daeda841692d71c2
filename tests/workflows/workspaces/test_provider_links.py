"""Links with providers that a template needs are looked at before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import AgentStartError, BuildFailedError, ExternalAuthRequiredError
from coder_sdk.testing import AgentSpec, App, FakeCoder
from tests.colours import Colour

LOOK = "GET /api/v2/templateversions/*/external-auth"


@pytest.fixture(autouse=True)
def templates(fake: FakeCoder) -> None:
    agents = [AgentSpec(apps=(App("assistant"),))]
    fake.add_template("plain")
    fake.add_template("git", external_auth=["github"], ai_task=True, agents=agents)


@pytest.mark.parametrize("method", ["create", "ensure", "provision"])
def test_a_missing_link_is_said_before_a_workspace_is_made(
    colour: Colour, fake: FakeCoder, coder: Any, method: str
) -> None:
    make = getattr(coder.workspaces, method)
    with pytest.raises(ExternalAuthRequiredError, match=r"`github` \(http") as caught:
        colour.call(make, "dev", template="git")
    assert caught.value.providers == {"github": f"{fake.url}/external-auth/github"}
    assert "coder.external_auth.link" in str(caught.value)
    assert all(item.method == "GET" for item in fake.requests)
    fake.link("github")
    colour.call(make, "dev", template="git")


def test_a_missing_link_is_said_before_a_temporary_workspace_is_made(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    with pytest.raises(ExternalAuthRequiredError):
        colour.within(coder.workspaces.temporary(template="git"), lambda _: None)
    assert all(item.method == "GET" for item in fake.requests)


@pytest.mark.parametrize("arguments", [("create", "Work"), ("ensure", "work", "Work")])
def test_a_missing_link_is_said_before_a_task_is_made(
    colour: Colour, fake: FakeCoder, coder: Any, arguments: tuple[str, ...]
) -> None:
    method, *given = arguments
    with pytest.raises(ExternalAuthRequiredError):
        colour.call(getattr(coder.tasks, method), *given, template="git")
    assert all(item.method == "GET" for item in fake.requests)


def test_a_version_without_providers_is_asked_about_once(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    for name in ("one", "two"):
        colour.call(coder.workspaces.create, name, template="plain", wait=False)
    fake.assert_called(LOOK, times=1)


def test_links_of_somebody_else_are_not_ours_to_judge(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_user("ann")
    made = colour.call(coder.workspaces.create, "ann/dev", template="git", wait=False)
    assert made.owner_name == "ann"
    with pytest.raises(ExternalAuthRequiredError):
        colour.call(coder.workspaces.create, "admin/dev", template="git", wait=False)


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_does_not_tell_is_believed(
    colour: Colour, fake: FakeCoder, coder: Any, status: int
) -> None:
    fake.inject(LOOK, status=status, message="No")
    made = colour.call(coder.workspaces.create, "dev", template="git", wait=False)
    assert made.name == "dev"


@pytest.mark.parametrize("owner", ["ann", "me"])
def test_a_failure_for_somebody_else_names_the_links_that_nobody_else_sees(
    colour: Colour, fake: FakeCoder, coder: Any, owner: str
) -> None:
    fake.add_user("ann")
    fake.link("github")
    fake.fail_next_build("git clone: authentication required")
    with pytest.raises(BuildFailedError) as caught:
        colour.call(coder.workspaces.create, f"{owner}/dev", template="git")
    named = "a link with `github`, which only ann can see and make" in str(caught.value)
    assert named == (owner == "ann")


def test_so_does_a_startup_that_fails(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_user("ann")
    agents = [AgentSpec(startup="start_error")]
    fake.add_template("clone", external_auth=["github", "gitlab"], agents=agents)
    with pytest.raises(AgentStartError, match="`github`, `gitlab`, which only ann can see"):
        colour.call(coder.workspaces.provision, "ann/dev", template="clone")


def test_a_failure_says_nothing_of_links_that_a_template_does_not_need(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_user("ann")
    fake.fail_next_build("terraform apply")
    with pytest.raises(BuildFailedError) as caught:
        colour.call(coder.workspaces.create, "ann/dev", template="plain")
    assert "link" not in str(caught.value)
