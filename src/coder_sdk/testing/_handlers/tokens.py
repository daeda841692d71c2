"""Keys and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coder_sdk.testing._actor import public_scopes
from coder_sdk.testing._lookup import user_of
from coder_sdk.testing._query import Body, flag
from coder_sdk.testing._router import Routes
from coder_sdk.testing._sessions import new_key, new_session
from coder_sdk.testing._times import go_duration
from coder_sdk.testing._web import Call, Reply, answer, empty, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.tokens import ApiKey
    from coder_sdk.testing._state.users import User

routes = Routes()
_SESSION_DAYS: Final = 7
_SCOPES: Final = (2, 27)
_ALLOW_LISTS: Final = (2, 28)
_LEGACY: Final = {"all": "coder:all", "application_connect": "coder:application_connect"}
_UNMARSHAL: Final = (
    "json: cannot unmarshal object into Go struct field CreateTokenRequest.allow_list of type "
    "string"
)


def _longest(call: Call, user: User) -> timedelta:
    owner = "owner" in user.roles
    days = call.state.max_owner_lifetime_days if owner else call.state.max_lifetime_days
    return timedelta(days=days)


def _nanoseconds(span: timedelta) -> int:
    return round(span.total_seconds()) * 10**9


@routes("POST", "/api/v2/users/{user}/keys")
def create_key(call: Call) -> Reply:
    """Make a key as the command line does at its login."""
    user = user_of(call, "create", "api_key")
    key = new_session(call.state, user, _SESSION_DAYS)
    key.login_type = "password"
    return answer({"key": key.token}, 201)


@routes("GET", "/api/v2/users/{user}/keys/tokens/tokenconfig")
def token_config(call: Call) -> Reply:
    """Tell how long tokens may live."""
    user = user_of(call, "read", "api_key")
    return answer({"max_token_lifetime": _nanoseconds(_longest(call, user))})


@routes("GET", "/api/v2/users/{user}/keys/tokens")
def list_tokens(call: Call) -> Reply:
    """List the tokens of a user, or everybody's; none is null."""
    user = user_of(call, "read", "api_key")
    everybody = flag(call, "include_all")
    now = call.state.now
    found = [
        key
        for key in call.state.keys.values()
        if key.login_type == "token"
        and (key.user_id == user.id or everybody)
        and call.actor.can("api_key", "read", owner=key.user_id)
        and (key.expires_at > now or flag(call, "include_expired"))
    ]
    found.sort(key=lambda key: key.name)
    users = call.state.users
    value = [{**key.wire(), "username": users[key.user_id].username} for key in found]
    return answer(value or None)


@routes("POST", "/api/v2/users/{user}/keys/tokens")
def create_token(call: Call) -> Reply:
    """Make a token; its secret is shown only here."""
    user = user_of(call, "create", "api_key")
    body = Body(call)
    release = call.state.version[:2]
    # What came later is not known to older servers, and ignored like everything unknown.
    allow_list = body.items("allow_list") if release >= _ALLOW_LISTS else []
    if any(isinstance(entry, dict) for entry in allow_list):
        raise refuse(400, "Request body must be valid JSON.", _UNMARSHAL)
    scopes = _scopes(body) if release >= _SCOPES else []
    lifetime = _lifetime(call, user, body.number("lifetime"))
    name = body.text("token_name") or _free_name(call)
    if _named(call, user, name) is not None:
        detail = "This value is already in use and should be unique."
        raise refuse(
            409,
            f'A token with name "{name}" already exists.',
            validations=[{"field": "name", "detail": detail}],
        )
    key = new_key(
        call.state,
        user,
        lifetime,
        name=name,
        scopes=scopes,
        allow_list=[str(entry) for entry in allow_list],
    )
    call.state.log_audit(call.actor.user, "create", "api_key", user.id, "", status=201)
    return answer({"key": key.token}, 201)


def _scopes(body: Body) -> list[str]:
    given = body.strings("scopes")
    if not given and body.text("scope"):
        given = [body.text("scope")]
    scopes = [_LEGACY.get(scope, scope) for scope in given]
    for scope in scopes:
        if scope not in public_scopes():
            detail = f'invalid or unsupported API key scope: "{scope}"'
            raise refuse(400, "Failed to create API key.", detail)
    return scopes


def _lifetime(call: Call, user: User, nanoseconds: int) -> timedelta:
    longest = _longest(call, user)
    if nanoseconds == 0:
        return min(longest, timedelta(days=7))
    lifetime = timedelta(microseconds=nanoseconds / 1000)
    text = "Failed to validate create API key request."
    if nanoseconds < 0:
        raise refuse(400, text, "lifetime must be positive number greater than 0")
    if lifetime > longest:
        raise refuse(400, text, f"lifetime must be less than {go_duration(longest)}")
    return lifetime


def _free_name(call: Call) -> str:
    return f"token-{call.state.new_word(8).lower()}"


def _named(call: Call, user: User, name: str) -> ApiKey | None:
    for key in call.state.keys.values():
        if key.user_id == user.id and key.name == name and key.login_type == "token":
            return key
    return None


@routes("GET", "/api/v2/users/{user}/keys/tokens/{keyname}")
def get_token(call: Call) -> Reply:
    """Show a token by name."""
    user = user_of(call, "read", "api_key")
    key = _named(call, user, call.params["keyname"])
    if key is None:
        raise missing()
    return answer(key.wire())


def _key(call: Call, action: str) -> ApiKey:
    user = user_of(call, "read", "api_key")
    key = call.state.keys.get(call.params["keyid"])
    if key is None or not call.actor.can("api_key", action, owner=key.user_id):
        raise missing()
    if key.user_id != user.id and not call.actor.is_owner:
        raise missing()
    return key


@routes("GET", "/api/v2/users/{user}/keys/{keyid}")
def get_key(call: Call) -> Reply:
    """Show a key by its id."""
    return answer(_key(call, "read").wire())


@routes("DELETE", "/api/v2/users/{user}/keys/{keyid}")
def delete_key(call: Call) -> Reply:
    """Delete a key."""
    key = _key(call, "delete")
    del call.state.keys[key.id]
    call.state.log_audit(call.actor.user, "delete", "api_key", key.user_id, "", status=204)
    return empty()


@routes("PUT", "/api/v2/users/{user}/keys/{keyid}/expire", since=(2, 29))
def expire_key(call: Call) -> Reply:
    """Let a key expire now."""
    key = _key(call, "update")
    key.expires_at = key.updated_at = call.state.now
    return empty()
