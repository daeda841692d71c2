"""What is identified by a UUID takes the UUID that answers have, and what is mine needs no user."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from coder_sdk import GoneError, NotFoundError
from coder_sdk.models import AuthorizationCheck, AuthorizationObject
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

GROUP = "/api/v2/groups"


@pytest.fixture
def ada(fake: FakeCoder) -> UUID:
    return fake.add_user("ada")


def test_a_notification_is_marked_by_model_uuid_or_text(coder: Any, colour: Colour):
    colour.call(coder.notifications.send_custom, content={"title": "Hello", "message": "You"})
    (notice,) = colour.call(coder.inbox.list().to_list)
    for given in (notice, notice.id, str(notice.id)):
        found = colour.call(coder.inbox.update_read_status, given, is_read=True)
        assert found.notification.id == notice.id


def test_access_is_given_to_uuids(coder: Any, colour: Colour, fake: FakeCoder, ada: UUID):
    fake.add_template("docker")
    colour.call(coder.templates.update_acl, "docker", user_perms={ada: "use"})
    assert [user.id for user in colour.call(coder.templates.acl, "docker").users] == [ada]
    colour.call(coder.templates.update_acl, "docker", user_perms={str(ada): ""})
    assert not colour.call(coder.templates.acl, "docker").users


def test_members_of_a_group_are_uuids_models_or_names(
    coder: Any, colour: Colour, fake: FakeCoder, ada: UUID
):
    fake.add_user("bob")
    fake.add_group("data")
    cyd = colour.call(coder.users.get, fake.add_user("cyd"))
    colour.call(coder.groups.update, "data", add_users=[ada, "bob", cyd])
    found = colour.call(coder.groups.get, "data")
    assert {member.username for member in found.members} == {"ada", "bob", "cyd"}
    colour.call(coder.groups.update, "data", remove_users=[cyd, "bob"])
    assert [member.id for member in colour.call(coder.groups.get, "data").members] == [ada]


def test_groups_of_a_member_are_found_by_uuid_model_and_name(
    coder: Any, colour: Colour, fake: FakeCoder, ada: UUID
):
    fake.add_group("data", members=["ada"])
    user = colour.call(coder.users.get, "ada")
    for member in (ada, user, "ada", user.email):
        found = colour.call(coder.groups.list, has_member=member)
        assert "data" in {group.name for group in found}
    assert {value for sent in fake.calls(f"GET {GROUP}") for _, value in sent.query} == {str(ada)}


@pytest.mark.parametrize("as_model", [True, False])
def test_permissions_are_asked_about_uuids_and_me(
    coder: Any, colour: Colour, ada: UUID, *, as_model: bool
):
    def asked(owner: UUID | str) -> Any:
        place = {"resource_type": "workspace", "owner_id": owner}
        plain = {"object": place, "action": "read"}
        return AuthorizationCheck.model_validate(plain) if as_model else plain

    found = colour.call(coder.auth.check, checks={"hers": asked(ada), "mine": asked("me")})
    assert found == {"hers": True, "mine": True}


def test_an_authorization_object_keeps_what_it_was_given():
    owner = uuid4()
    place = AuthorizationObject(resource_type="workspace", owner_id=owner, organization_id="x")
    assert (place.owner_id, place.organization_id) == (owner, "x")


def test_what_is_mine_needs_no_user(coder: Any, colour: Colour, fake: FakeCoder):
    colour.call(coder.tokens.create, "ci")
    assert [token.token_name for token in colour.call(coder.tokens.list)] == ["ci"]
    assert colour.call(coder.git_ssh_keys.get) == colour.call(coder.git_ssh_keys.get, "me")
    assert fake.calls("GET /api/v2/users/me/keys/tokens")


def test_another_user_is_given_first(coder: Any, colour: Colour, fake: FakeCoder, ada: UUID):
    assert colour.call(coder.tokens.list, ada) == []
    assert colour.call(coder.tokens.list, user="ada") == []
    assert fake.calls(f"GET /api/v2/users/{ada}/keys/tokens")
    assert fake.calls("GET /api/v2/users/ada/keys/tokens")


def test_what_is_done_to_users_needs_one(coder: Any, colour: Colour):
    with pytest.raises(TypeError, match="user"):
        colour.call(coder.users.suspend)


def test_an_address_is_found_on_a_later_page(coder: Any, colour: Colour, fake: FakeCoder):
    wanted = fake.add_user("zoe", email="Zoe@example.com")
    for number in range(120):
        fake.add_user(f"u{number}", email=f"another.zoe@example.com{number}")
    assert colour.call(coder.users.get, "zoe@EXAMPLE.com").id == wanted
    pages = [dict(sent.query).get("offset") for sent in fake.calls("GET /api/v2/users")]
    assert pages == [None, "100"]


def test_an_address_stands_for_an_owner_in_the_names_of_what_they_own(
    coder: Any, colour: Colour, fake: FakeCoder, ada: UUID
):
    fake.add_template("docker")
    workspace = fake.add_workspace("dev", template="docker", owner="ada")
    assert colour.call(coder.workspaces.get, "ADA@example.com/dev").id == workspace
    assert colour.call(coder.builds.get, "ada@example.com/dev/1").workspace_owner_id == ada
    assert colour.call(coder.agents.get, "ada@example.com/dev.main").name == "main"


def test_a_name_that_stands_for_another_object_by_now_is_looked_up_again(
    coder: Any, colour: Colour, fake: FakeCoder
):
    fake.add_template("docker")
    old = colour.call(coder.workspaces.create, "dev", template="docker", wait=False)
    assert colour.call(coder.workspaces.get, "dev").id == old.id
    colour.call(coder.workspaces.delete, "dev")
    with pytest.raises(GoneError):
        colour.call(coder.workspaces.get, "dev")
    for _ in range(2):
        made = colour.call(coder.workspaces.create, "dev", template="docker")
        assert colour.call(coder.workspaces.get, "dev").id == made.id
        colour.call(coder.workspaces.delete, made)
    before = len(fake.requests)
    with pytest.raises(NotFoundError):
        colour.call(coder.workspaces.get, "dev")
    assert not [
        sent for sent in fake.requests[before:] if sent.status == 200 and "dev" in sent.path
    ]
