"""Making sure of users."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import (
    OMIT,
    BadRequestError,
    ConflictError,
    FeatureUnavailableError,
    RequestValidationError,
)
from coder_sdk._versions import release
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows.users import _SERVICE_ACCOUNTS
from tests.colours import Colour

CREATE = "POST /api/v2/users"
EMAIL = "ann@example.com"


def writes(fake: FakeCoder) -> list[str]:
    return [f"{item.method} {item.path}" for item in fake.requests if item.method != "GET"]


def member(fake: FakeCoder, colour: Colour, coder: Any, name: str = "ann") -> Any:
    fake.add_user(name)
    return colour.call(coder.users.get, name)


def test_a_new_user_is_created_once(fake: FakeCoder, colour: Colour, coder: Any):
    ask = {"email": EMAIL, "username": "ann", "name": "Ann", "organizations": ["default"]}
    user, action = colour.call(coder.users.ensure, **ask)
    assert (user.username, user.email, user.name, action) == ("ann", EMAIL, "Ann", "created")
    count = len(writes(fake))
    assert colour.call(coder.users.ensure, **ask).action == "unchanged"
    assert len(writes(fake)) == count


def test_only_what_shows_the_state_is_read(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    colour.call(coder.users.ensure, email=EMAIL, username="ann", roles=[])
    assert [str(item.path) for item in fake.requests] == ["/api/v2/users/ann"]


def test_the_address_finds_a_user_whatever_its_case(fake: FakeCoder, colour: Colour, coder: Any):
    for number in range(120):
        fake.add_user(f"u{number:03}", email=f"u{number:03}+ann@example.com.invalid")
    fake.add_user("ann", email="Ann@Example.com")
    user, action = colour.call(coder.users.ensure, email="ann@example.COM")
    assert (user.username, action) == ("ann", "unchanged")


def test_a_user_name_is_made_from_the_address(colour: Colour, coder: Any):
    user, _ = colour.call(coder.users.ensure, email="Ann.Lee@example.com")
    assert user.username.startswith("ann-lee")


def test_a_name_that_somebody_else_holds_is_a_conflict(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann", email="other@example.com")
    with pytest.raises(ConflictError, match="`ann` belongs to other@example"):
        colour.call(coder.users.ensure, email=EMAIL, username="ann")
    assert writes(fake) == []


def test_an_address_that_somebody_else_holds_is_a_conflict(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.add_user("other", email=EMAIL)
    with pytest.raises(ConflictError, match="belongs to the user `other`"):
        colour.call(coder.users.ensure, email=EMAIL, username="ann")
    assert writes(fake) == []


def test_roles_are_added_and_others_are_left(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann", roles=["auditor"])
    user, action = colour.call(coder.users.ensure, username="ann", roles=["template-admin"])
    assert action == "updated"
    assert sorted(role.name for role in user.roles) == ["auditor", "template-admin"]


def test_exact_takes_away_what_is_not_named(fake: FakeCoder, colour: Colour, coder: Any):
    other = fake.add_organization("other")
    fake.add_user("ann", roles=["auditor"], organizations=["default", "other"])
    fake.add_group("ops", members=["ann"])
    user, action = colour.call(
        coder.users.ensure,
        username="ann",
        roles="template-admin",
        organizations=["default"],
        groups=[],
        exact=True,
    )
    assert (action, other in user.organization_ids) == ("updated", False)
    assert [role.name for role in user.roles] == ["template-admin"]
    assert colour.call(coder.groups.get, "default/ops").total_member_count == 0


def test_a_new_user_gets_roles_organizations_and_groups(
    fake: FakeCoder, colour: Colour, coder: Any
):
    other = fake.add_organization("other")
    fake.add_group("ops", organization="other")
    ask: dict[str, Any] = {
        "email": EMAIL,
        "username": "ann",
        "roles": ["auditor"],
        "organizations": ["other"],
        "groups": ["other/ops"],
    }
    user, action = colour.call(coder.users.ensure, **ask)
    assert (action, user.organization_ids) == ("created", [other])
    assert [role.name for role in user.roles] == ["auditor"]
    assert colour.call(coder.groups.get, "other/ops").total_member_count == 1
    assert colour.call(coder.users.ensure, **ask).action == "unchanged"


@pytest.mark.parametrize("name", ["default/ops", "coder/ops", "ops", "default/Everyone"])
def test_groups_that_the_user_is_in_are_not_written(
    fake: FakeCoder, colour: Colour, coder: Any, name: str
):
    fake.add_user("ann")
    fake.add_group("ops", members=["ann"])
    assert colour.call(coder.users.ensure, username="ann", groups=[name]).action == "unchanged"
    assert writes(fake) == []


def test_organizations_by_identifier_cost_no_read(fake: FakeCoder, colour: Colour, coder: Any):
    user = member(fake, colour, coder)
    count = len(fake.requests)
    places = list(user.organization_ids)
    colour.call(coder.users.ensure, username="ann", organizations=places)
    assert len(fake.requests) == count + 1


def test_a_membership_that_the_server_refuses_is_raised(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.add_organization("other")
    fake.add_user("ann")
    fake.inject("POST /api/v2/organizations/*/members/*", status=400, message="No.")
    with pytest.raises(BadRequestError, match="No"):
        colour.call(coder.users.ensure, username="ann", organizations=["other"])


def test_a_member_who_was_added_meanwhile_is_no_failure(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.add_organization("other")
    fake.add_user("ann", organizations=["default", "other"])
    fake.inject("GET /api/v2/users/*/organizations", status=200, body=b"[]", headers=JSON)
    user, action = colour.call(coder.users.ensure, username="ann", organizations=["other"])
    assert (len(user.organization_ids), action) == (2, "updated")
    fake.assert_called("POST /api/v2/organizations/*/members/*", times=1)


def test_a_full_name_that_the_server_drops_is_an_error(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    body = colour.call(coder.users.with_raw_response.get, "ann").content
    fake.inject("PUT /api/v2/users/*/profile", status=200, body=body, headers=JSON)
    with pytest.raises(FeatureUnavailableError, match="`name` of ann"):
        colour.call(coder.users.ensure, username="ann", name="Ann")


def test_organizations_and_groups_may_be_models(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_organization("other")
    fake.add_group("ops", organization="other")
    place = colour.call(coder.organizations.get, "other")
    group = colour.call(coder.groups.get, "other/ops")
    ask: dict[str, Any] = {"username": "ann", "organizations": [place], "groups": [group]}
    user, _ = colour.call(coder.users.ensure, email=EMAIL, **ask)
    assert user.organization_ids == [place.id]
    again = {**ask, "organizations": [str(place.id)], "groups": [group.id]}
    assert colour.call(coder.users.ensure, **again).action == "unchanged"


def test_an_address_is_needed_or_a_name(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="needs an `email` or a `username`"):
        colour.call(coder.users.ensure)
    assert fake.requests == []


@pytest.mark.parametrize("ask", [{"username": "a b"}, {"username": "me"}, {"email": "ann"}])
def test_what_the_server_would_refuse_is_not_sent(
    fake: FakeCoder, colour: Colour, coder: Any, ask: dict[str, str]
):
    with pytest.raises(RequestValidationError):
        colour.call(coder.users.ensure, **ask)
    assert fake.requests == []


def test_a_password_makes_a_password_account(fake: FakeCoder, colour: Colour, coder: Any):
    ask = {"email": EMAIL, "password": "SomeSecurePassword!1"}
    user, _ = colour.call(coder.users.ensure, **ask)
    assert user.login_type == "password"
    assert fake.assert_called(CREATE).json["password"] == "SomeSecurePassword!1"
    assert colour.call(coder.users.ensure, **ask).action == "unchanged"


def test_a_refused_password_is_not_shown(colour: Colour, coder: Any):
    with pytest.raises(Exception, match="strong") as caught:
        colour.call(coder.users.ensure, email=EMAIL, password="weakzq")
    assert "weakzq" not in f"{caught.value!r} {caught.value}"


def test_how_one_signs_in_cannot_change(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    with pytest.raises(ConflictError, match="signs in by `password`, not by `oidc`"):
        colour.call(coder.users.ensure, username="ann", login_type="oidc")
    assert writes(fake) == []


def test_a_full_name_is_changed(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann", name="Ann")
    user, action = colour.call(coder.users.ensure, username="ann", name="Ann Lee")
    assert (user.name, action) == ("Ann Lee", "updated")


def test_a_user_is_suspended_and_let_in_again(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    assert colour.call(coder.users.ensure, username="ann", status="suspended").action == "updated"
    user, action = colour.call(coder.users.ensure, username="ann", status="active")
    assert (user.status, action) == ("active", "updated")
    assert colour.call(coder.users.ensure, username="ann", status="active").action == "unchanged"


def test_a_service_account_needs_no_address(colour: Colour, coder: Any):
    ask = {"username": "robot", "service_account": True}
    user, action = colour.call(coder.users.ensure, **ask)
    assert (user.is_service_account, action) == (True, "created")
    assert colour.call(coder.users.ensure, **ask).action == "unchanged"


def test_a_person_is_no_service_account(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    with pytest.raises(ConflictError, match="a person's account"):
        colour.call(coder.users.ensure, username="ann", service_account=True)


def test_a_service_account_needs_a_licence(colour: Colour):
    with FakeCoder(edition="enterprise-unlicensed") as fake:
        client = colour.keep(fake.async_client() if colour.is_async else fake.client())
        with pytest.raises(FeatureUnavailableError):
            colour.call(client.users.ensure, username="robot", service_account=True)


@pytest.mark.parametrize("email", [EMAIL, OMIT])
def test_an_old_server_is_not_asked_for_a_service_account(colour: Colour, email: Any):
    with FakeCoder(version="v2.31.0") as fake:
        client = colour.keep(fake.async_client() if colour.is_async else fake.client())
        with pytest.raises(FeatureUnavailableError, match=r"no service accounts") as caught:
            colour.call(client.users.ensure, username="robot", email=email, service_account=True)
        assert caught.value.since == "2.32"
        assert "Added in Coder 2.32; this server is 2.31." in str(caught.value)
        assert writes(fake) == []


def test_the_release_of_service_accounts_is_that_of_the_description():
    file = Path(__file__).parents[3] / "codegen/description/data/since.json"
    properties = json.loads(file.read_text(encoding="utf-8"))["properties"]
    since = properties["codersdk.CreateUserRequestWithOrgs"]["service_account"]
    assert release(since) == _SERVICE_ACCOUNTS


def test_nor_is_it_by_the_plain_endpoint(colour: Colour):
    with FakeCoder(version="v2.24.0") as fake:
        client = colour.keep(fake.async_client() if colour.is_async else fake.client())
        ask = {"username": "robot", "email": EMAIL, "organization_ids": ["default"]}
        for create in (client.users.create, client.users.with_raw_response.create):
            with pytest.raises(FeatureUnavailableError, match=r"make an ordinary one") as caught:
                colour.call(create, service_account=True, **ask)
            assert caught.value.since == "2.32"
        assert writes(fake) == []
        # The release is asked for once, and only where it matters.
        fake.assert_called("GET /api/v2/buildinfo", times=1)
        colour.call(client.users.create, service_account=False, login_type="none", **ask)
        fake.assert_called(CREATE, times=1)


def test_the_plain_endpoint_makes_one_where_there_are_some(
    fake: FakeCoder, colour: Colour, coder: Any
):
    ask = {"username": "robot", "organization_ids": ["default"], "service_account": True}
    assert colour.call(coder.users.create, **ask).is_service_account
    assert colour.call(coder.users.ensure, username="robot").action == "unchanged"


def test_an_old_fake_passes_over_the_field_and_wants_an_address(colour: Colour):
    with FakeCoder(version="v2.20.0") as fake:
        client = colour.keep(fake.async_client() if colour.is_async else fake.client())
        organizations = [str(colour.call(client.organizations.get, "default").id)]
        ask = {"username": "robot", "service_account": True, "login_type": "none",
               "organization_ids": organizations}  # fmt: skip
        with pytest.raises(BadRequestError) as caught:
            colour.call(client.request, "POST", "/api/v2/users", body=ask)
        assert [item.field for item in caught.value.validations] == ["email"]
        made = colour.call(client.request, "POST", "/api/v2/users", body={**ask, "email": EMAIL})
        assert made["email"] == EMAIL


def test_a_create_whose_answer_was_lost_is_ours(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject(CREATE, lose=True)
    assert colour.call(coder.users.ensure, email=EMAIL, username="ann").action == "created"
    fake.assert_called(CREATE, times=1)


def test_a_create_that_came_second_finds_the_first(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject("GET /api/v2/users/ann", status=404)
    fake.inject("GET /api/v2/users", body=b'{"users": [], "count": 0}', headers=JSON, status=200)
    fake.add_user("ann")
    assert colour.call(coder.users.ensure, email=EMAIL, username="ann").action == "unchanged"
    fake.assert_called(CREATE, times=1)


JSON = {"content-type": "application/json"}


def test_concurrent_callers_make_one_user(fake: FakeCoder, colour: Colour, coder: Any):
    answers = colour.gather(lambda: coder.users.ensure(email=EMAIL, username="ann"), 4)
    assert len({answer.object.id for answer in answers}) == 1


def test_a_role_that_the_server_drops_is_an_error(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    body = colour.call(coder.users.with_raw_response.get, "ann").content
    fake.inject("PUT /api/v2/users/*/roles", status=200, body=body, headers=JSON)
    with pytest.raises(FeatureUnavailableError, match="`roles` of ann"):
        colour.call(coder.users.ensure, username="ann", roles=["auditor"])


def test_a_user_who_appears_between_the_two_questions_is_taken(
    coder: Any, colour: Colour, fake: FakeCoder
):
    fake.add_user("ann", email="ann@example.com")
    fake.inject("GET /api/v2/users/ann", status=404, message="Resource not found")
    outcome = colour.call(coder.users.ensure, username="ann", email="ann@example.com")
    assert (outcome.object.username, outcome.action) == ("ann", "unchanged")
