"""Groups and organizations."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import (
    AmbiguousError,
    BadRequestError,
    FeatureUnavailableError,
    NotFoundError,
    RequestValidationError,
)
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

PATCH = "PATCH /api/v2/groups/*"


def names(group: Any) -> list[str]:
    return sorted(member.username for member in group.members)


@pytest.fixture
def people(fake: FakeCoder) -> None:
    for name in ("ann", "ben", "eve"):
        fake.add_user(name)


@pytest.mark.usefixtures("people")
def test_a_group_is_created_with_its_members(fake: FakeCoder, colour: Colour, coder: Any):
    ask: dict[str, Any] = {"display_name": "Ops", "quota_allowance": 3, "members": ["ann"]}
    group, action = colour.call(coder.groups.ensure, "default/ops", **ask)
    assert (group.display_name, group.quota_allowance, action) == ("Ops", 3, "created")
    assert names(group) == ["ann"]
    count = len(fake.requests)
    assert colour.call(coder.groups.ensure, "default/ops", **ask).action == "unchanged"
    assert len(fake.requests) == count + 1


@pytest.mark.usefixtures("people")
def test_members_are_added_and_others_left(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops", members=["ann"])
    group, action = colour.call(coder.groups.ensure, "default/ops", members=["ben@example.com"])
    assert (names(group), action) == (["ann", "ben"], "updated")
    group, _ = colour.call(coder.groups.ensure, "default/ops", members=["ben"], exact=True)
    assert names(group) == ["ben"]


def test_a_setting_is_changed(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops")
    group, action = colour.call(coder.groups.ensure, "ops", quota_allowance=9)
    assert (group.quota_allowance, action) == (9, "updated")


def test_the_first_organization_is_never_picked(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_organization("data")
    with pytest.raises(AmbiguousError, match="may be in 2 organizations") as caught:
        colour.call(coder.groups.ensure, "ops")
    assert caught.value.candidates == ("coder", "data")


@pytest.mark.usefixtures("people")
def test_membership_is_changed_only_on_a_difference(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops")
    assert names(colour.call(coder.groups.add_members, "ops", ["ann", "ben"]).object) == [
        "ann",
        "ben",
    ]
    assert colour.call(coder.groups.add_members, "ops", ["ann"]).action == "unchanged"
    assert names(colour.call(coder.groups.remove_members, "ops", ["ann"]).object) == ["ben"]
    assert colour.call(coder.groups.remove_members, "ops", ["ann"]).action == "unchanged"
    assert names(colour.call(coder.groups.set_members, "ops", ["eve"]).object) == ["eve"]
    assert colour.call(coder.groups.set_members, "ops", ["eve"]).action == "unchanged"
    fake.assert_called(PATCH, times=3)


def test_an_unknown_member_is_not_found(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops")
    with pytest.raises(NotFoundError):
        colour.call(coder.groups.add_members, "ops", ["nobody"])
    fake.assert_not_called(PATCH)


def test_a_single_user_is_no_list_of_them(colour: Colour, coder: Any) -> None:
    user = colour.call(coder.users.get, "me")
    for change in (coder.groups.add_members, coder.groups.set_members):
        with pytest.raises(RequestValidationError, match="`users` has to be a list, not User"):
            colour.call(change, "ops", user)


def test_a_lost_answer_to_a_create_is_ours(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject("POST /api/v2/organizations/*/groups", lose=True)
    assert colour.call(coder.groups.ensure, "default/ops").action == "created"


def test_groups_need_a_licence(colour: Colour):
    with FakeCoder(edition="enterprise-unlicensed") as fake:
        client = colour.keep(fake.async_client() if colour.is_async else fake.client())
        with pytest.raises(FeatureUnavailableError):
            colour.call(client.groups.ensure, "default/ops")


@pytest.mark.usefixtures("people")
def test_a_member_that_the_server_drops_is_an_error(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops")
    body = colour.call(coder.groups.with_raw_response.get, "ops").content
    fake.inject(PATCH, status=200, body=body, headers={"content-type": "application/json"})
    with pytest.raises(FeatureUnavailableError, match="`members` of the group `ops`"):
        colour.call(coder.groups.add_members, "ops", ["ann"])


def test_an_organization_is_created_changed_and_left(fake: FakeCoder, colour: Colour, coder: Any):
    ask = {"display_name": "Data", "description": "Numbers"}
    place, action = colour.call(coder.organizations.ensure, "data", **ask)
    assert (place.display_name, place.description, action) == ("Data", "Numbers", "created")
    count = len(fake.requests)
    assert colour.call(coder.organizations.ensure, "data", **ask).action == "unchanged"
    assert len(fake.requests) == count + 1
    place, action = colour.call(coder.organizations.ensure, "data", icon="/x.svg")
    assert (place.icon, place.description, action) == ("/x.svg", "Numbers", "updated")


def test_organizations_need_a_licence(colour: Colour):
    for edition in ("agpl", "enterprise-unlicensed"):
        with FakeCoder(edition=edition) as fake:
            client = colour.keep(fake.async_client() if colour.is_async else fake.client())
            with pytest.raises(FeatureUnavailableError):
                colour.call(client.organizations.ensure, "data")


def test_an_organization_made_by_others_meanwhile_is_found(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.add_organization("data")
    fake.inject("GET /api/v2/organizations/data", status=404)
    assert colour.call(coder.organizations.ensure, "data").action == "unchanged"


@pytest.mark.usefixtures("people")
def test_members_of_an_organization(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_organization("data")
    both = ["ann", "ben"]
    assert colour.call(coder.organizations.add_members, "data", both).action == "updated"
    assert colour.call(coder.organizations.add_members, "data", both).action == "unchanged"
    assert colour.call(coder.organizations.remove_members, "data", both).action == "updated"
    assert colour.call(coder.organizations.remove_members, "data", both).action == "unchanged"


@pytest.mark.usefixtures("people")
def test_a_member_who_was_added_meanwhile_is_no_failure(
    fake: FakeCoder, colour: Colour, coder: Any
):
    none = b'{"members": [], "count": 0}'
    fake.inject(
        "GET /api/v2/organizations/*/paginated-members", status=200, body=none, headers=JSON
    )
    assert colour.call(coder.organizations.add_members, "default", ["ann"]).action == "updated"


JSON = {"content-type": "application/json"}


@pytest.mark.usefixtures("people")
def test_a_membership_that_the_server_refuses_is_raised(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.add_organization("data")
    fake.inject("POST /api/v2/organizations/*/members/*", status=400, message="No.")
    with pytest.raises(BadRequestError, match="No"):
        colour.call(coder.organizations.add_members, "data", ["ann"])


@pytest.mark.usefixtures("people")
def test_members_may_be_models_or_identifiers(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops")
    user = colour.call(coder.users.get, "ann")
    member = colour.call(coder.members.get, "default", "ben")
    eve = str(colour.call(coder.users.get, "eve").id)
    group = colour.call(coder.groups.set_members, "ops", [user, member, eve]).object
    assert names(group) == ["ann", "ben", "eve"]
    again = colour.call(coder.groups.set_members, "ops", [user.id, "BEN", "eve@example.com"])
    assert again.action == "unchanged"


@pytest.mark.usefixtures("people")
def test_a_removal_that_the_server_drops_is_an_error(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_group("ops", members=["ann"])
    body = colour.call(coder.groups.with_raw_response.get, "ops").content
    fake.inject(PATCH, status=200, body=body, headers=JSON)
    with pytest.raises(FeatureUnavailableError, match="`members` of the group `ops`"):
        colour.call(coder.groups.remove_members, "ops", ["ann"])
