"""Users, their roles, and groups."""

from __future__ import annotations

from typing import Any

from coder_sdk import NotFoundError
from coder_sdk.models import User
from tests.colours import Colour
from tests.live.deployment import MINUTES, WAIT, permitted

BUILT_IN = "template-admin"


def test_a_user_comes_changes_and_goes(coder: Any, colour: Colour, name: str):
    def ensure(**more: Any) -> Any:
        wanted = {"email": f"{name}@example.com", "username": name, **more}
        return colour.call(coder.users.ensure, **wanted)

    try:
        with permitted(NotFoundError):
            user, action = ensure()
        assert (user.username, action) == (name, "created")
        assert ensure().action == "unchanged"
        named = ensure(name="Live Person")
        assert (named.object.name, named.action) == ("Live Person", "updated")
        with permitted():
            away = ensure(status="suspended")
        assert (away.object.status, away.action) == ("suspended", "updated")
        back = ensure(status="active")
        assert (back.object.status, back.action) == ("active", "updated")
        kept = colour.call(coder.users.offboard, name, only_if=lambda _: False)
        assert kept.action == "skipped"
        assert colour.call(coder.users.offboard, name).action == "deleted"
    finally:
        gone = colour.call(coder.users.offboard, name, missing_ok=True)
    assert (gone.object, gone.action) == (None, "unchanged")


def test_an_account_of_no_person_is_made(coder: Any, colour: Colour, name: str):
    try:
        with permitted(NotFoundError):
            account, action = colour.call(coder.users.ensure, username=name, service_account=True)
        assert (account.is_service_account, action) == (True, "created")
    finally:
        colour.call(coder.users.offboard, name, missing_ok=True)


def test_workspaces_go_with_their_owner(
    coder: Any, colour: Colour, name: str, person: User, template: str
):
    path = f"{person.username}/{name}"
    with permitted(NotFoundError):
        ws, _ = colour.call(coder.workspaces.ensure, path, template=template, wait=True, **WAIT)
    gone = colour.call(coder.users.offboard, person, timeout=10 * MINUTES)
    assert (gone.object.id, gone.action) == (person.id, "deleted")
    assert colour.call(coder.workspaces.list(q=f"name:{ws.name}").to_list) == []


def test_roles_are_given_and_taken_away(coder: Any, colour: Colour, person: User):
    users = coder.users
    with permitted(NotFoundError):
        assert colour.call(users.add_role, person, BUILT_IN) == ([BUILT_IN], "updated")
    assert colour.call(users.add_roles, person, [BUILT_IN]).action == "unchanged"
    skipped = colour.call(users.set_roles, person, [], only_if=lambda roles: not roles)
    assert skipped == ([BUILT_IN], "skipped")
    assert colour.call(users.remove_role, person, BUILT_IN) == ([], "updated")
    assert colour.call(users.remove_roles, person, [BUILT_IN]).action == "unchanged"
    given = colour.call(users.ensure, username=person.username, roles=BUILT_IN)
    assert ([role.name for role in given.object.roles], given.action) == ([BUILT_IN], "updated")
    taken = colour.call(users.ensure, username=person.username, roles=[], exact=True)
    assert (taken.object.roles, taken.action) == ([], "updated")


def test_roles_in_an_organization_are_given_and_taken_away(
    coder: Any, colour: Colour, person: User
):
    role = f"organization-{BUILT_IN}"
    with permitted(NotFoundError):
        given = colour.call(coder.users.add_roles, person, role, organization="default")
    assert role in given.object
    assert given.action == "updated"
    rest = [each for each in given.object if each != role]
    taken = colour.call(coder.users.set_roles, person, rest, organization="default")
    assert taken == (rest, "updated")


def test_a_group_has_the_members_that_are_wanted(
    coder: Any, colour: Colour, name: str, person: User
):
    group, whose = f"default/{name}", person.username

    def members(found: Any) -> list[str]:
        return [member.username for member in found.members]

    with permitted(NotFoundError):
        made, action = colour.call(coder.groups.ensure, group, display_name="Live")
    try:
        assert (made.name, made.display_name, action) == (name, "Live", "created")
        assert colour.call(coder.groups.ensure, group, display_name="Live").action == "unchanged"
        added = colour.call(coder.groups.add_members, made, [whose])
        assert (members(added.object), added.action) == ([whose], "updated")
        assert colour.call(coder.groups.add_members, group, [person]).action == "unchanged"
        kept = colour.call(coder.groups.set_members, made, [], only_if=lambda each: not each)
        assert kept.action == "skipped"
        removed = colour.call(coder.groups.remove_members, made, [person])
        assert (members(removed.object), removed.action) == ([], "updated")
        exactly = colour.call(coder.groups.set_members, made, [whose])
        assert (members(exactly.object), exactly.action) == ([whose], "updated")
        out = colour.call(coder.users.ensure, username=whose, groups=[], exact=True)
        assert out.action == "updated"
        into = colour.call(coder.users.ensure, username=whose, groups=[group])
        assert into.action == "updated"
        emptied = colour.call(coder.groups.ensure, group, members=[], exact=True)
        assert (members(emptied.object), emptied.action) == ([], "updated")
    finally:
        colour.call(coder.groups.delete, made)


def test_a_group_adds_to_what_its_members_may_use(
    coder: Any, colour: Colour, name: str, person: User
):
    with permitted(NotFoundError):
        group = colour.call(coder.groups.ensure, f"default/{name}", quota_allowance=3).object
    try:
        before = colour.call(coder.members.workspace_quota, "default", person)
        colour.call(coder.groups.add_members, group, [person])
        after = colour.call(coder.members.workspace_quota, "default", person)
        assert after.budget == before.budget + 3
    finally:
        colour.call(coder.groups.delete, group)
