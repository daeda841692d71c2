"""Accounts of users at other services."""

from __future__ import annotations

from typing import Any, Final

from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import YEAR_ONE, stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, missing, refuse

routes = Routes()
_ONE: Final = "/api/v2/external-auth/{externalauth}"
_POLL_SECONDS: Final = 5
_EXPIRES_SECONDS: Final = 900
# How often a fake user has to be asked before the code is typed in.
_PATIENCE: Final = 2


@routes("GET", "/api/v2/external-auth")
def list_external_auth(call: Call) -> Reply:
    """List the services, and those that the caller is linked with."""
    providers = [
        {
            "id": name,
            "type": name,
            "device": True,
            "display_name": name.title(),
            "display_icon": f"/icon/{name}.svg",
            "allow_refresh": True,
            "allow_validate": True,
            "supports_revocation": True,
            "code_challenge_methods_supported": ["S256"],
        }
        for name in call.state.settings["external_auth"]
    ]
    links = [
        {
            "provider_id": name,
            "created_at": stamp(link["created_at"]),
            "updated_at": stamp(link["created_at"]),
            "has_refresh_token": False,
            "expires": YEAR_ONE,
            "authenticated": True,
            "validate_error": "",
        }
        for (user, name), link in call.state.links.items()
        if user == call.actor.user.id
    ]
    return answer({"providers": providers, "links": links})


def _name(call: Call) -> str:
    name = call.params["externalauth"]
    if name not in call.state.settings["external_auth"]:
        raise missing()
    return name


@routes("GET", _ONE)
def get_external_auth(call: Call) -> Reply:
    """Show whether the caller is linked with a service."""
    name = _name(call)
    linked = (call.actor.user.id, name) in call.state.links
    user: dict[str, Any] = {
        "id": 1,
        "login": call.actor.user.username,
        "avatar_url": "",
        "profile_url": "",
        "name": call.actor.user.name,
    }
    return answer(
        {
            "authenticated": linked,
            "device": True,
            "display_name": name.title(),
            "supports_revocation": False,
            "user": user if linked else None,
            "app_installable": False,
            "installations": [],
            "app_install_url": "",
        }
    )


@routes("DELETE", _ONE)
def delete_external_auth(call: Call) -> Reply:
    """Take a link away."""
    key = (call.actor.user.id, call.params["externalauth"])
    if key not in call.state.links:
        raise missing()
    del call.state.links[key]
    return answer({"token_revoked": False, "token_revocation_error": ""})


@routes("GET", _ONE + "/device")
def device(call: Call) -> Reply:
    """Begin a login with a code that is typed in elsewhere."""
    name = _name(call)
    code = call.state.new_word(20)
    codes: dict[str, int] = call.state.settings.setdefault("device_codes", {})
    codes[code] = 0
    return answer(
        {
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": f"https://{name}.test/login/device",
            "expires_in": _EXPIRES_SECONDS,
            "interval": _POLL_SECONDS,
        }
    )


@routes("POST", _ONE + "/device")
def exchange(call: Call) -> Reply:
    """Ask whether the code was typed in: yes, the third time."""
    name = _name(call)
    code = Body(call).text("device_code")
    codes: dict[str, int] = call.state.settings.setdefault("device_codes", {})
    if codes.get(code, 0) < _PATIENCE:
        codes[code] = codes.get(code, -_EXPIRES_SECONDS) + 1
        raise refuse(400, "Failed to exchange device code.", "authorization_pending")
    del codes[code]
    call.state.links[(call.actor.user.id, name)] = {
        "token": call.state.new_word(20),
        "created_at": call.state.now,
    }
    return empty()
