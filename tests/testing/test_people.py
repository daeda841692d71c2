"""Users, tokens, organizations and groups of the fake deployment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import (
    ConflictError,
    FeatureUnavailableError,
    NotFoundError,
    PermissionDeniedError,
    UnauthorizedError,
    ValidationFailedError,
)
from coder_sdk._errors.status import APIStatusError, ExpectationFailedError
from coder_sdk.testing import FakeCoder


def test_a_first_user_sets_the_deployment_up_once():
    with FakeCoder(username="") as fake:
        nobody = fake.client(token="a" * 10 + "-" + "b" * 22)
        body = {"email": "a@example.com", "username": "ada", "password": "SomeSecurePassword!1"}
        with pytest.raises(NotFoundError):
            nobody.request("GET", "/api/v2/users/first")
        made = nobody.request("POST", "/api/v2/users/first", body=body)
        assert set(made) == {"user_id", "organization_id"}
        with pytest.raises(ConflictError, match="already been created"):
            nobody.request("POST", "/api/v2/users/first", body=body)


def test_a_login_gives_a_session_that_a_logout_ends(fake: FakeCoder, ask: Any):
    body = {"email": "admin@example.com", "password": "SomeSecurePassword!1"}
    session = fake.client(token=ask("POST", "/users/login", body)["session_token"])
    assert session.users.get("me").username == "admin"
    session.request("POST", "/api/v2/users/logout")
    with pytest.raises(UnauthorizedError) as caught:
        session.users.get("me")
    assert caught.value.detail == "API key is invalid."


def test_users_live_and_die(fake: FakeCoder, ask: Any):
    organization = ask("GET", "/organizations/default")["id"]
    body = {
        "email": "ada@example.com",
        "username": "ada",
        "password": "SomeSecurePassword!1",
        "organization_ids": [organization],
    }
    made = ask("POST", "/users", body)
    assert (made["status"], made["organization_ids"]) == ("dormant", [organization])
    with pytest.raises(ConflictError):
        ask("POST", "/users", body)
    assert ask("PUT", "/users/ADA/status/suspend")["status"] == "suspended"
    ask("DELETE", "/users/ada")
    with pytest.raises(NotFoundError):
        ask("GET", "/users/ada")
    assert ask("GET", f"/users/{made['id']}")["organization_ids"] == []


def test_a_user_without_organization_is_refused(ask: Any):
    body = {"email": "a@example.com", "username": "a", "password": "SomeSecurePassword!1"}
    with pytest.raises(ValidationFailedError) as caught:
        ask("POST", "/users", body)
    assert [item.field for item in caught.value.validations] == ["organization_ids"]


def test_an_owner_of_workspaces_is_not_deleted(fake: FakeCoder, ask: Any):
    fake.add_user("ada")
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker", owner="ada")
    with pytest.raises(ExpectationFailedError):
        ask("DELETE", "/users/ada")


def test_counts_of_users_come_with_the_rows(fake: FakeCoder, ask: Any):
    for number in range(4):
        fake.add_user(f"user{number}")
    first = ask("GET", "/users", limit=2)
    assert (first["count"], len(first["users"])) == (5, 2)
    after = ask("GET", "/users", limit=2, after_id=first["users"][-1]["id"])
    assert after["count"] == 3
    assert ask("GET", "/users", offset=99) == {"users": [], "count": 0}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/users/admin", 404),
        ("/deployment/config", 403),
        ("/audit", 403),
        ("/organizations/default/provisionerdaemons", 404),
    ],
)
def test_a_plain_member_is_refused(fake: FakeCoder, path: Any, status: Any):
    fake.add_user("ada")
    with pytest.raises(APIStatusError) as caught:
        fake.client("ada").request("GET", f"/api/v2{path}")
    assert caught.value.status == status


def test_a_narrow_token_hides_what_it_is_not_for(fake: FakeCoder):
    narrow = fake.client(scopes=["workspace:read", "template:read"])
    with pytest.raises(NotFoundError):
        narrow.users.get("me")
    assert narrow.request("GET", "/api/v2/users") == {"users": [], "count": 0}
    assert narrow.request("GET", "/api/v2/workspaces") == {"workspaces": [], "count": 0}


def test_an_allow_list_hides_other_objects(fake: FakeCoder):
    fake.add_template("docker")
    shown = fake.add_workspace("one", template="docker")
    fake.add_workspace("two", template="docker")
    token = fake.token_for(scopes=["workspace:read"], allow_list=[f"workspace:{shown}"])
    seen = fake.client(token=token).request("GET", "/api/v2/workspaces")["workspaces"]
    assert [item["name"] for item in seen] == ["one"]


def test_tokens_have_names_limits_and_an_end(fake: FakeCoder, ask: Any):
    assert ask("GET", "/users/me/keys/tokens") is None
    body = {"token_name": "ci", "lifetime": 2 * 10**9, "scopes": ["coder:workspaces.create"]}
    token = ask("POST", "/users/me/keys/tokens", body)["key"]
    shown = ask("GET", "/users/me/keys/tokens/ci")
    assert (shown["scope"], shown["scopes"]) == ("", ["coder:workspaces.create"])
    assert shown["last_used"] == "1970-01-01T00:00:00Z"
    with pytest.raises(ConflictError):
        ask("POST", "/users/me/keys/tokens", body)
    with pytest.raises(APIStatusError, match="Failed to validate") as caught:
        ask("POST", "/users/me/keys/tokens", {"lifetime": 8 * 24 * 3600 * 10**9})
    assert caught.value.detail == "lifetime must be less than 168h0m0s"
    fake.clock.advance(3)
    with pytest.raises(UnauthorizedError) as expired:
        fake.client(token=token).request("GET", "/api/v2/workspaces")
    assert expired.value.detail.startswith("API key expired at ")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v2/users/me", 401), ("PUT", "/api/v2/users/me/profile", 400)],
)
def test_a_cookie_beats_the_header(fake: FakeCoder, method: Any, path: Any, status: Any):
    headers = {"Cookie": "coder_session_token=old", "Coder-Session-Token": fake.token_for()}
    call = fake._app.arrive(method, path, headers.items(), b"{}")
    assert fake._app.handle(call).status == status


def test_password_changes_take_every_key(fake: FakeCoder, ask: Any):
    fake.add_user("ada")
    ada = fake.client("ada")
    ask("PUT", "/users/ada/password", {"password": "AnotherSecure!2"})
    with pytest.raises(UnauthorizedError):
        ada.users.get("me")


def test_groups_hold_members_and_everybody(fake: FakeCoder, ask: Any):
    fake.add_user("ada")
    ada = ask("GET", "/users/ada")["id"]
    made = ask("POST", "/organizations/default/groups", {"name": "devs"})
    changed = ask("PATCH", f"/groups/{made['id']}", {"add_users": [ada]})
    assert [user["username"] for user in changed["members"]] == ["ada"]
    everyone = ask("GET", "/organizations/default/groups/Everyone")
    assert everyone["id"] == everyone["organization_id"]
    assert everyone["total_member_count"] == 2
    assert ask("DELETE", f"/groups/{made['id']}") == {"message": "Successfully deleted group!"}


@pytest.mark.parametrize(
    ("edition", "status"), [("agpl", 404), ("enterprise-unlicensed", 403), ("licensed", None)]
)
def test_editions_differ_in_what_they_refuse(edition: Any, status: Any):
    with FakeCoder(edition=edition) as fake:
        client = fake.client()
        if status is None:
            assert len(client.request("GET", "/api/v2/groups")) == 1
            return
        with pytest.raises(APIStatusError) as caught:
            client.request("GET", "/api/v2/groups")
        assert caught.value.status == status


def test_a_missing_licence_is_told_from_a_missing_right():
    with FakeCoder(edition="enterprise-unlicensed") as fake:
        with pytest.raises(FeatureUnavailableError, match="Premium feature"):
            fake.client().request("POST", "/api/v2/organizations", body={"name": "x"})
        fake.add_user("ada")
        with pytest.raises(PermissionDeniedError):
            fake.client("ada").request("GET", "/api/v2/settings/idpsync/organization")


def test_the_agpl_build_answers_405_where_only_reading_is_free():
    with FakeCoder(edition="agpl") as fake:
        with pytest.raises(APIStatusError) as caught:
            fake.client().request("POST", "/api/v2/organizations", body={"name": "x"})
        assert caught.value.status == 405


def test_later_routes_are_unknown_to_older_releases():
    with FakeCoder(version="2.24.0") as fake:
        client = fake.client()
        assert client.buildinfo().version == "v2.24.0"
        with pytest.raises(APIStatusError, match="Route not found"):
            client.request("GET", "/api/v2/tasks")


def test_older_releases_leave_later_fields_out():
    with FakeCoder(version="2.24.0") as fake:
        client = fake.client()
        fake.add_template("docker")
        workspace = fake.add_workspace("dev", template="docker")
        me = client.request("GET", "/api/v2/users/me")
        assert "has_ai_seat" not in me
        shown = client.request("GET", f"/api/v2/workspaces/{workspace}")
        assert "task_id" not in shown
        assert "logs_overflowed" not in shown["latest_build"]["job"]
        with client.workspaces.watch_ws(workspace) as states:
            assert next(iter(states)).task_id is None
        assert client.workspaces.get(workspace).is_prebuild is False


def test_quotas_are_sums_over_groups(fake: FakeCoder, ask: Any):
    fake.add_group("Everyone", quota_allowance=5)
    fake.add_group("devs", members=["admin"], quota_allowance=2)
    fake.add_template("docker", daily_cost=4)
    fake.add_workspace("one", template="docker")
    path = "/organizations/default/members/me/workspace-quota"
    assert ask("GET", path) == {"credits_consumed": 4, "budget": 7}


def test_unlicensed_settings_of_templates_are_dropped_silently():
    with FakeCoder(edition="enterprise-unlicensed") as fake:
        template = fake.add_template("docker")
        answer = fake.client().request(
            "PATCH", f"/api/v2/templates/{template}", body={"failure_ttl_ms": 1, "icon": "x"}
        )
        assert (answer["failure_ttl_ms"], answer["icon"]) == (0, "x")


def test_sessions_live_on_while_they_are_used(fake: FakeCoder, ask: Any):
    body = {"email": "admin@example.com", "password": "SomeSecurePassword!1"}
    session = fake.client(token=ask("POST", "/users/login", body)["session_token"])
    for _ in range(3):
        fake.clock.advance(timedelta(hours=23))
        session.users.get("me")
    fake.clock.advance(timedelta(hours=25))
    with pytest.raises(UnauthorizedError):
        session.users.get("me")
