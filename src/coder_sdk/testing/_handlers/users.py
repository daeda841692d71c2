"""Users and what administrators do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._actor import SITE_ROLES
from coder_sdk.testing._lookup import named_user, organization_of, user_of
from coder_sdk.testing._passwords import WEAK, is_weak
from coder_sdk.testing._query import Body, Page, valid_email, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._search import search
from coder_sdk.testing._state.users import User
from coder_sdk.testing._web import Call, Reply, answer, empty, invalid, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._search import Search

routes = Routes()
_KEYS: Final = {
    "name", "status", "service_account", "role", "last_seen_after", "last_seen_before",
    "created_after", "created_before", "github_com_user_id", "login_type",
}  # fmt: skip
_SERVICE_ACCOUNTS: Final = (2, 32)
_LOGIN_TYPES: Final = {"password", "github", "oidc", "none"}


@routes("GET", "/api/v2/users")
def list_users(call: Call) -> Reply:
    """List the users that the caller sees."""
    page = Page(call)
    wanted = search("user", call.get("q"), _KEYS, "search")
    wanted.choice("status", {"active", "dormant", "suspended"}, several=True)
    wanted.choice("login_type", _LOGIN_TYPES, several=True)
    wanted.choice("role", {*SITE_ROLES, "member"}, several=True)
    users = [
        user
        for user in call.state.users.values()
        if not user.deleted
        and call.actor.can("user", "read", owner=user.id)
        and _fits(user, wanted)
    ]
    users.sort(key=lambda user: user.username.lower())
    behind = page.after(users, lambda user: user.id) or []
    shown = page.cut(behind)
    # The count comes with the rows: without a row there is none.
    count = len(behind) if shown else 0
    return answer({"users": [user.wire() for user in shown], "count": count})


def _fits(user: User, wanted: Search) -> bool:
    text = wanted.one("search")
    if text and text not in user.username.lower() and text not in user.email.lower():
        return False
    name = wanted.one("name")
    if name and name not in user.name.lower():
        return False
    roles = wanted.many("role")
    if roles and not {*user.roles, "member"} & set(roles):
        return False
    service = wanted.truth("service_account")
    if service is not None and service != user.service_account:
        return False
    for key, value in (
        ("status", user.status),
        ("login_type", user.login_type),
        ("github_com_user_id", str(user.github_id)),
    ):
        if wanted.has(key) and value not in wanted.many(key):
            return False
    return _in_time(user, wanted)


def _in_time(user: User, wanted: Search) -> bool:
    moments = (("created", user.created_at), ("last_seen", user.last_seen_at))
    for key, moment in moments:
        after = wanted.moment(f"{key}_after")
        before = wanted.moment(f"{key}_before")
        if after is not None and (moment is None or moment < after):
            return False
        if before is not None and moment is not None and moment > before:
            return False
    return True


@routes("POST", "/api/v2/users")
def create_user(call: Call) -> Reply:
    """Create a user."""
    if not call.actor.can("user", "create"):
        raise missing()
    body = Body(call)
    # A server from before there were any passes over the field.
    service = body.truth("service_account") and call.state.version[:2] >= _SERVICE_ACCOUNTS
    _check_names(body, service=service)
    if service and not call.state.has_feature("service_accounts"):
        raise refuse(403, "Service Accounts is a Premium feature. Contact sales!")
    organizations = _organizations(call, body)
    login_type = "none" if service else body.text("login_type") or "password"
    if login_type == "password":
        _check_password(body.text("password"))
    elif body.text("password"):
        text = f"Password cannot be set for non-password authentication: {login_type!r}"
        raise invalid("password", text.replace("'", '"'), text_=text.replace("'", '"'))
    _check_free(call, body)
    user = User(
        id=call.state.new_id(),
        username=body.text("username"),
        email=body.text("email"),
        created_at=call.state.now,
        name=body.text("name"),
        password=body.text("password"),
        status=body.text("user_status") or "dormant",
        login_type=login_type,
        service_account=service,
        roles=body.strings("roles"),
        organizations={item: list[str]() for item in organizations},
    )
    call.state.users[user.id] = user
    call.state.log_audit(call.actor.user, "create", "user", user.id, user.username, status=201)
    return answer(user.wire(), 201)


def _check_names(body: Body, *, service: bool) -> None:
    email, username = body.text("email"), body.text("username")
    if not service and not email:
        body.fail("email", "required", "")
    elif email and not valid_email(email):
        body.fail("email", "email", email)
    if not username:
        body.fail("username", "required", "")
    elif not valid_name(username):
        body.fail("username", "username", username)
    if body.has("login_type") and body.text("login_type") not in {*_LOGIN_TYPES, ""}:
        body.fail("login_type", "oneof", body.text("login_type"))
    body.finish()


def _check_password(password: str) -> None:
    if is_weak(password):
        raise invalid("password", WEAK, "Password is not strong enough!")


def _organizations(call: Call, body: Body) -> list[str]:
    wanted = body.strings("organization_ids")
    if body.text("organization_id"):
        wanted.append(body.text("organization_id"))
    if not wanted:
        detail = "Missing required field `organization_ids`"
        raise invalid("organization_ids", detail, "No organizations provided")
    for item in wanted:
        if item not in call.state.organizations:
            raise refuse(404, f"Organization does not exist with the provided id {item!r}")
    return wanted


def _check_free(call: Call, body: Body) -> None:
    username, email = body.text("username").lower(), body.text("email").lower()
    for other in call.state.users.values():
        if other.deleted:
            continue
        if other.username.lower() == username or (email and other.email.lower() == email):
            raise refuse(409, "User already exists.")


@routes("GET", "/api/v2/users/{user}")
def get_user(call: Call) -> Reply:
    """Show a user; deleted ones are found by their id."""
    return answer(user_of(call).wire())


@routes("DELETE", "/api/v2/users/{user}")
def delete_user(call: Call) -> Reply:
    """Delete a user who owns no workspace."""
    user = user_of(call, "delete")
    if user is call.actor.user:
        raise refuse(403, "You cannot delete yourself!")
    if user.deleted:
        raise missing()
    if any(item.owner_id == user.id for item in call.state.live_workspaces()):
        text = "You cannot delete a user that has workspaces. Delete their workspaces and try "
        raise refuse(417, text + "again!")
    user.deleted = True
    user.organizations.clear()
    for group in call.state.groups.values():
        if user.id in group.members:
            group.members.remove(user.id)
    for key in [key for key in call.state.keys.values() if key.user_id == user.id]:
        del call.state.keys[key.id]
    call.state.log_audit(call.actor.user, "delete", "user", user.id, user.username)
    return message(200, "User has been deleted!")


@routes("PUT", "/api/v2/users/{user}/profile")
def put_profile(call: Call) -> Reply:
    """Rename a user."""
    user = user_of(call, "update_personal")
    body = Body(call)
    username = body.text("username")
    if not username:
        body.fail("username", "required", "")
    elif not valid_name(username):
        body.fail("username", "username", username)
    body.finish()
    other = call.state.find_user(username)
    if other is not None and other is not user:
        detail = "This username is already in use."
        raise refuse(
            409,
            "A user with this username already exists.",
            validations=[{"field": "username", "detail": detail}],
        )
    user.username, user.name = username, body.text("name")
    return _touched(call, user)


def _touched(call: Call, user: User) -> Reply:
    user.updated_at = call.state.now
    call.state.log_audit(call.actor.user, "write", "user", user.id, user.username)
    return answer(user.wire())


@routes("PUT", "/api/v2/users/{user}/status/suspend")
def suspend(call: Call) -> Reply:
    """Suspend a user."""
    user = user_of(call, "update")
    if user is call.actor.user:
        raise refuse(400, "You cannot suspend yourself.")
    if "owner" in user.roles:
        text = 'You cannot suspend a user with the "owner" role. You must remove the role first.'
        raise refuse(400, text)
    user.status = "suspended"
    return _touched(call, user)


@routes("PUT", "/api/v2/users/{user}/status/activate")
def activate(call: Call) -> Reply:
    """Let a user in again."""
    user = user_of(call, "update")
    user.status = "active"
    return _touched(call, user)


@routes("GET", "/api/v2/users/{user}/roles")
def get_roles(call: Call) -> Reply:
    """Show the roles of a user."""
    user = user_of(call)
    return answer({"roles": list(user.roles), "organization_roles": dict(user.organizations)})


@routes("PUT", "/api/v2/users/{user}/roles")
def put_roles(call: Call) -> Reply:
    """Replace the roles of a user."""
    user = user_of(call, "update")
    if user is call.actor.user:
        raise refuse(400, "You cannot change your own roles.")
    roles = Body(call).strings("roles")
    for role in roles:
        if role not in SITE_ROLES:
            raise refuse(400, f'"{role}" is not a supported role')
    user.roles = list(dict.fromkeys(roles))
    call.state.log_audit(call.actor.user, "write", "user", user.id, user.username)
    return answer(user.wire())


@routes("GET", "/api/v2/users/roles")
def site_roles(call: Call) -> Reply:
    """List the roles of the deployment."""
    if not call.actor.can("assign_role", "read"):
        raise missing()
    return answer([_role(name, title) for name, title in SITE_ROLES.items()])


def _role(name: str, title: str) -> dict[str, Any]:
    everything = {"negate": False, "resource_type": "*", "action": "*"}
    return {
        "name": name,
        "display_name": title,
        "site_permissions": [everything] if name == "owner" else [],
        "user_permissions": [],
        "organization_permissions": [],
        "organization_member_permissions": [],
        "assignable": True,
        "built_in": True,
    }


@routes("PUT", "/api/v2/users/{user}/password")
def put_password(call: Call) -> Reply:
    """Set a password; every key of the user is gone afterwards."""
    user = user_of(call, "update_personal")
    body = Body(call)
    password = body.text("password")
    if user.login_type != "password":
        text = "Users without password login type cannot change their password."
        raise refuse(400, text)
    if is_weak(password):
        raise invalid("password", WEAK, "Invalid password.")
    if user is call.actor.user and body.text("old_password") != user.password:
        raise invalid("old_password", "Old password is incorrect.", "Old password is incorrect.")
    if password == user.password:
        raise refuse(400, "New password cannot match old password.")
    user.password = password
    for key in [key for key in call.state.keys.values() if key.user_id == user.id]:
        del call.state.keys[key.id]
    return empty()


@routes("GET", "/api/v2/users/{user}/organizations")
def user_organizations(call: Call) -> Reply:
    """List the organizations of a user."""
    user = user_of(call)
    return answer([call.state.organizations[item].wire() for item in user.organizations])


@routes("GET", "/api/v2/users/{user}/organizations/{organizationname}")
def user_organization(call: Call) -> Reply:
    """Show an organization of a user; only its name finds it."""
    user = user_of(call)
    name = call.params["organizationname"]
    for item in user.organizations:
        if call.state.organizations[item].name == name:
            return answer(call.state.organizations[item].wire())
    raise missing()


@routes("GET", "/api/v2/users/{user}/login-type")
def login_type(call: Call) -> Reply:
    """Show how one logs in oneself."""
    user = named_user(call)
    if user is not call.actor.user:
        raise refuse(403, "You are not authorized to view this user's login type.")
    return answer({"login_type": user.login_type})


@routes("GET", "/api/v2/organizations/{organization}/members/{user}/workspaces/available-users")
def available_users(call: Call) -> Reply:
    """List whom workspaces can be created for."""
    organization = organization_of(call)
    page = Page(call)
    users = [
        user
        for user in call.state.users.values()
        if organization.id in user.organizations and call.actor.can("user", "read", owner=user.id)
    ]
    users.sort(key=lambda user: user.username.lower())
    return answer([user.minimal() for user in page.cut(users)])


@routes("GET", "/api/v2/users/first", auth="none")
def has_first_user(call: Call) -> Reply:
    """Tell whether the deployment is set up."""
    if not call.state.users:
        return message(404, "The initial user has not been created!")
    return message(200, "The initial user has already been created!")


@routes("POST", "/api/v2/users/first", auth="none")
def create_first_user(call: Call) -> Reply:
    """Set the deployment up."""
    state = call.state
    if state.users:
        # The body is looked at first.
        _check_first(Body(call))
        raise refuse(409, "The initial user has already been created.")
    body = Body(call)
    _check_first(body)
    if is_weak(body.text("password")):
        raise invalid("password", WEAK, "Password is invalid")
    user = User(
        id=state.new_id(),
        username=body.text("username"),
        email=body.text("email"),
        created_at=state.now,
        name=body.text("name"),
        password=body.text("password"),
        status="active",
        roles=["owner"],
        organizations={state.default_organization.id: []},
    )
    state.users[user.id] = user
    value = {"user_id": user.id, "organization_id": state.default_organization.id}
    return answer(value, 201)


def _check_first(body: Body) -> None:
    email, username = body.text("email"), body.text("username")
    if not email:
        body.fail("email", "required", "")
    elif not valid_email(email):
        body.fail("email", "email", email)
    if not username:
        body.fail("username", "required", "")
    elif not valid_name(username):
        body.fail("username", "username", username)
    body.require("password")
    body.finish()
