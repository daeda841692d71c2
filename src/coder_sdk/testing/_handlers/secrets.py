"""Secrets of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._lookup import named_user
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.users import User

routes = Routes()
_SECRETS: Final = "/api/v2/users/{user}/secrets"
_TARGET: Final = (
    "An enabled secret must have at least one of env_name or file_path set. To keep a secret "
    "without injecting it, set enabled to false instead of clearing both targets."
)
_FIELDS: Final = ("description", "env_name", "file_path")


def _owner(call: Call, action: str, verb: str) -> User:
    user = named_user(call)
    own = user is call.actor.user
    if not own or not call.actor.can("user_secret", action, owner=user.id):
        raise refuse(500, f"Internal error {verb}.", "unauthorized: rbac: forbidden")
    return user


def _shown(secret: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in secret.items() if name != "value"}


@routes("GET", _SECRETS)
def list_secrets(call: Call) -> Reply:
    """List the secrets, without their values."""
    user = _owner(call, "read", "listing secrets")
    return answer([_shown(user.secrets[name]) for name in sorted(user.secrets)])


@routes("POST", _SECRETS)
def create_secret(call: Call) -> Reply:
    """Store a secret."""
    user = _owner(call, "create", "creating secret")
    body = Body(call)
    problems = [
        {"field": name, "detail": f"{name.title()} is required."}
        for name in ("name", "value")
        if not body.text(name)
    ]
    enabled = body.truth("enabled") if body.has("enabled") else True
    if enabled and not body.text("env_name") and not body.text("file_path"):
        problems.append({"field": "env_name", "detail": _TARGET})
    if problems:
        raise refuse(400, "Validation failed.", validations=problems)
    if any(_clashes(body, other) for other in user.secrets.values()):
        raise refuse(409, "A secret with that name, environment variable, or file path already "
                     "exists.")  # fmt: skip
    now = stamp(call.state.now)
    secret: dict[str, Any] = {
        "id": call.state.new_id(),
        "name": body.text("name"),
        **{name: body.text(name) for name in _FIELDS},
        "enabled": enabled,
        "created_at": now,
        "updated_at": now,
        "value": body.text("value"),
    }
    user.secrets[secret["name"]] = secret
    return answer(_shown(secret), 201)


def _clashes(body: Body, other: dict[str, Any]) -> bool:
    """Whether another secret has the same name, or goes to the same place."""
    places = ("name", "env_name", "file_path")
    return any(body.text(place) and body.text(place) == other[place] for place in places)


def _found(call: Call, action: str, verb: str) -> tuple[User, dict[str, Any]]:
    user = _owner(call, action, verb)
    secret = user.secrets.get(call.params["name"])
    if secret is None:
        raise missing()
    return user, secret


@routes("GET", _SECRETS + "/{name}")
def get_secret(call: Call) -> Reply:
    """Show a secret, without its value."""
    return answer(_shown(_found(call, "read", "fetching secret")[1]))


@routes("PATCH", _SECRETS + "/{name}")
def patch_secret(call: Call) -> Reply:
    """Change a secret."""
    _, secret = _found(call, "update", "updating secret")
    body = Body(call)
    for name in (*_FIELDS, "value"):
        if body.has(name):
            secret[name] = body.text(name)
    if body.has("enabled"):
        secret["enabled"] = body.truth("enabled")
    secret["updated_at"] = stamp(call.state.now)
    return answer(_shown(secret))


@routes("DELETE", _SECRETS + "/{name}")
def delete_secret(call: Call) -> Reply:
    """Delete a secret."""
    user, secret = _found(call, "delete", "deleting secret")
    del user.secrets[secret["name"]]
    return empty()
