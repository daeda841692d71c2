"""Who may use a template or a workspace, by name."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import NotFoundError, RequestValidationError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


@pytest.fixture(autouse=True)
def furnished(fake: FakeCoder) -> None:
    fake.add_user("ada", email="ada@example.com")
    fake.add_user("bob")
    fake.add_group("students", members=["bob"])
    fake.add_template("docker")
    fake.add_workspace("lab", template="docker")


def test_a_template_is_for_one_group(coder: Any, colour: Colour, fake: FakeCoder):
    perms = {"default/Everyone": "", "default/students": "use"}
    colour.call(
        coder.templates.update_acl, "docker", group_perms=perms, user_perms={"ada": "admin"}
    )
    acl = colour.call(coder.templates.acl, "docker")
    assert [(group.name, group.role) for group in acl.group] == [("students", "use")]
    assert [(user.username, user.role) for user in acl.users] == [("ada", "admin")]


def test_a_workspace_is_shared_by_name_and_address(coder: Any, colour: Colour, fake: FakeCoder):
    bob = colour.call(coder.users.get, "bob")
    roles = {"ada@example.com": "use", bob.id: "admin"}
    colour.call(
        coder.workspaces.update_acl, "lab", user_roles=roles, group_roles={"students": "use"}
    )
    acl = colour.call(coder.workspaces.acl, "lab")
    assert {user.username: user.role for user in acl.users} == {"ada": "use", "bob": "admin"}
    assert [group.name for group in acl.group] == ["students"]
    colour.call(coder.workspaces.update_acl, "lab", user_roles={"bob": ""})
    acl = colour.call(coder.workspaces.acl, "lab")
    assert [user.username for user in acl.users] == ["ada"]


def test_identifiers_are_not_looked_up(coder: Any, colour: Colour, fake: FakeCoder):
    bob = colour.call(coder.users.get, "bob")
    template = colour.call(coder.templates.get, "docker")
    before = len(fake.requests)
    colour.call(coder.templates.update_acl, template, user_perms={str(bob.id): "use"})
    assert [request.method for request in fake.requests[before:]] == ["PATCH"]


def test_a_name_that_nobody_has_changes_nothing(coder: Any, colour: Colour, fake: FakeCoder):
    with pytest.raises(NotFoundError, match="Did you mean the user `bob`"):
        colour.call(coder.workspaces.update_acl, "lab", user_roles={"ada": "use", "bobb": "use"})
    fake.assert_not_called("PATCH **")


def test_what_names_nobody_is_refused_before_anything_is_sent(
    coder: Any, colour: Colour, fake: FakeCoder
):
    before = len(fake.requests)
    with pytest.raises(RequestValidationError, match="user_roles"):
        colour.call(coder.workspaces.update_acl, "lab", user_roles={7: "use"})
    assert len(fake.requests) == before


@pytest.mark.parametrize("other", ["address", "identifier"])
def test_one_person_named_twice_is_refused(other: str, coder: Any, colour: Colour, fake: FakeCoder):
    ada = colour.call(coder.users.get, "ada")
    perms = {"ada": "use", "ada@example.com" if other == "address" else ada.id: "admin"}
    with pytest.raises(RequestValidationError, match="the same object"):
        colour.call(coder.templates.update_acl, "docker", user_perms=perms)
    fake.assert_not_called("PATCH **")


def test_one_identifier_as_text_and_as_uuid_is_refused(coder: Any, colour: Colour, fake: FakeCoder):
    ada = colour.call(coder.users.get, "ada")
    before = len(fake.requests)
    with pytest.raises(RequestValidationError, match="the same object"):
        colour.call(
            coder.templates.update_acl,
            "docker",
            user_perms={str(ada.id): "use", ada.id: "admin"},
        )
    assert len(fake.requests) == before
