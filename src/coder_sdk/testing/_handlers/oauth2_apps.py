"""Applications that log in through the deployment, and what the token endpoints refuse."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._web import Call, Reply, answer, empty, forbidden, message, missing

routes = Routes()
_ALL: Final = "/api/v2/oauth2-provider/apps"
_ONE: Final = _ALL + "/{app}"
_SECRETS: Final = _ONE + "/secrets"
_SECRET_LENGTH: Final = 40
_SHOWN_LENGTH: Final = 6
# What a request for a token needs, in the order in which it is looked at.
_NEEDED: Final = ("grant_type", "client_id", "client_secret")


def _permit(call: Call, action: str, resource: str = "oauth2_app") -> None:
    if not call.actor.can(resource, action):
        raise forbidden()


def _found(call: Call) -> dict[str, Any]:
    app = call.state.oauth2_apps.get(call.params["app"])
    if app is None:
        raise missing()
    return app


def _shown(app: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in app.items() if name != "secrets"}


@routes("GET", _ALL)
def list_apps(call: Call) -> Reply:
    """List the applications."""
    _permit(call, "read")
    apps = sorted(call.state.oauth2_apps.values(), key=lambda app: app["name"])
    return answer([_shown(app) for app in apps])


@routes("POST", _ALL)
def create_app(call: Call) -> Reply:
    """Register an application."""
    _permit(call, "create")
    body = Body(call)
    body.require("name", "callback_url")
    body.finish()
    base = call.state.access_url
    app: dict[str, Any] = {
        "id": call.state.new_id(),
        "name": body.text("name"),
        "callback_url": body.text("callback_url"),
        "icon": body.text("icon"),
        "endpoints": {
            "authorization": f"{base}/oauth2/authorize",
            "token": f"{base}/oauth2/tokens",
            "token_revoke": f"{base}/oauth2/revoke",
            "device_authorization": "",
        },
        "secrets": {},
    }
    call.state.oauth2_apps[app["id"]] = app
    return answer(_shown(app), 201)


@routes("GET", _ONE)
def get_app(call: Call) -> Reply:
    """Show an application."""
    _permit(call, "read")
    return answer(_shown(_found(call)))


@routes("PUT", _ONE)
def put_app(call: Call) -> Reply:
    """Replace the settings of an application."""
    _permit(call, "update")
    app, body = _found(call), Body(call)
    body.require("name", "callback_url")
    body.finish()
    app.update({name: body.text(name) for name in ("name", "callback_url", "icon")})
    return answer(_shown(app))


@routes("DELETE", _ONE)
def delete_app(call: Call) -> Reply:
    """Remove an application with its secrets."""
    _permit(call, "delete")
    if call.state.oauth2_apps.pop(call.params["app"], None) is None:
        return message(404, "OAuth2 application not found.")
    return empty()


@routes("GET", _SECRETS)
def list_secrets(call: Call) -> Reply:
    """List the secrets, shortened."""
    _permit(call, "read", "oauth2_app_secret")
    return answer(
        [
            {"id": key, "last_used_at": None, "client_secret_truncated": secret[-_SHOWN_LENGTH:]}
            for key, secret in _found(call)["secrets"].items()
        ]
    )


@routes("POST", _SECRETS)
def create_secret(call: Call) -> Reply:
    """Make a secret; only this answer shows it."""
    _permit(call, "create", "oauth2_app_secret")
    secrets: dict[str, str] = _found(call)["secrets"]
    key, secret = call.state.new_id(), f"coder_{call.state.new_word(_SECRET_LENGTH)}"
    secrets[key] = secret
    return answer({"id": key, "client_secret_full": secret}, 201)


@routes("DELETE", _SECRETS + "/{secretID}")
def delete_secret(call: Call) -> Reply:
    """Remove a secret."""
    _permit(call, "delete", "oauth2_app_secret")
    if _found(call)["secrets"].pop(call.params["secretID"], None) is None:
        raise missing()
    return empty()


def _problem(kind: str, description: str, status: int = 400) -> Reply:
    """An error in the form of the standard."""
    headers = {"www-authenticate": 'Basic realm="coder"'} if status == 401 else None  # noqa: PLR2004 - a status
    return answer({"error": kind, "error_description": description}, status, headers)


@routes("GET", "/oauth2/authorize")
def authorize(call: Call) -> Reply:
    """Begin a login; a fake has no page for it."""
    if not call.get("client_id"):
        return _problem("invalid_request", "Missing client_id parameter")
    return _problem("invalid_client", "The client credentials are invalid", 401)


@routes("POST", "/oauth2/tokens", auth="none")
def tokens(call: Call) -> Reply:
    """Exchange a code for a token: no code is ever valid."""
    given = parse_qs(call.body.decode(errors="replace"))
    for name in _NEEDED:
        if name not in given:
            return _problem("invalid_request", f"Missing required parameter: {name}")
    return _problem("invalid_client", "The client credentials are invalid", 401)


@routes("DELETE", "/oauth2/tokens")
@routes("POST", "/oauth2/revoke", auth="none")
def revoke(call: Call) -> Reply:
    """Revoke a token: there is none."""
    del call
    return _problem("invalid_client", "The client credentials are invalid", 401)
