"""Organizations, and how claims of an identity provider become memberships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coder_sdk import NotFoundError
from coder_sdk.models import Organization, User
from coder_sdk.workflows.idp_sync import GroupSync, OrganizationSync, RoleSync
from tests.colours import Colour
from tests.live.deployment import permitted


@pytest.fixture
def organization(coder: Any, colour: Colour, name: str) -> Iterator[Organization]:
    """An organization that is there for one test; a server deletes only an empty one."""
    with permitted(NotFoundError):
        made, action = colour.call(coder.organizations.ensure, name, description="For a test")
    try:
        assert (made.name, action) == (name, "created")
        yield made
    finally:
        for group in colour.call(coder.groups.list_in_organization, made):
            if group.id != made.id:
                colour.call(coder.groups.delete, group)
        colour.call(coder.organizations.delete, made)


def test_an_organization_is_made_and_changed(
    coder: Any, colour: Colour, organization: Organization
):
    def ensure(**wanted: Any) -> Any:
        return colour.call(coder.organizations.ensure, organization.name, **wanted)

    assert ensure(description="For a test").action == "unchanged"
    changed = ensure(display_name="Live")
    assert (changed.object.display_name, changed.action) == ("Live", "updated")


def test_an_organization_has_the_members_that_are_wanted(
    coder: Any, colour: Colour, organization: Organization, person: User
):
    place, who = coder.organizations, person.username
    try:
        added = colour.call(place.add_members, organization, [person])
        assert added.action == "updated"
        assert colour.call(place.add_members, organization, [who]).action == "unchanged"
        kept = colour.call(place.remove_members, organization, [who], only_if=lambda _: False)
        assert kept.action == "skipped"
    finally:
        removed = colour.call(place.remove_members, organization, [who])
    assert removed.action == "updated"
    assert colour.call(place.remove_members, organization, [person]).action == "unchanged"
    wanted = {"username": who, "organizations": [organization.name]}
    assert colour.call(coder.users.ensure, **wanted).action == "updated"
    back = {"username": who, "organizations": ["default"], "exact": True}
    assert colour.call(coder.users.ensure, **back).action == "updated"


def test_the_sync_of_an_organization_is_planned_and_applied(
    coder: Any, colour: Colour, name: str, organization: Organization
):
    role = "organization-template-admin"
    wanted = {
        "groups": GroupSync(field="groups", mapping={"live": [name]}),
        "roles": RoleSync(field="roles", mapping={"live": [role]}),
    }
    with permitted(NotFoundError):
        plan = colour.call(coder.idp_sync.plan, organization, **wanted)
    assert [step.kind for step in plan.steps] == ["create group", "groups", "roles"]
    kept = colour.call(coder.idp_sync.apply, plan, only_if=lambda _: False)
    assert kept.action == "skipped"
    assert colour.call(coder.idp_sync.apply, plan).action == "updated"
    again = colour.call(coder.idp_sync.plan, organization, **wanted)
    assert not again
    assert colour.call(coder.idp_sync.apply, again).action == "unchanged"
    roles = colour.call(coder.idp_sync.role_settings, organization)
    assert dict(roles.mapping) == {"live": [role]}


def test_the_sync_that_is_there_needs_no_change(coder: Any, colour: Colour):
    sync = coder.idp_sync
    with permitted(NotFoundError):
        here = colour.call(sync.organization_settings)
        groups = colour.call(sync.group_settings, "default")
        roles = colour.call(sync.role_settings, "default")
    plan = colour.call(
        sync.plan,
        "default",
        organizations=OrganizationSync(
            field=here.field, assign_default=here.organization_assign_default
        ),
        groups=GroupSync(field=groups.field, regex_filter=groups.regex_filter),
        roles=RoleSync(field=roles.field),
    )
    assert not plan, str(plan)
    assert colour.call(sync.apply, plan).action == "unchanged"
