"""Workspace proxies, none of which ever comes up, and the regions that they are."""

from __future__ import annotations

from typing import Any, Final

from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import YEAR_ONE, stamp
from coder_sdk.testing._web import Call, Reply, answer, invalid, message, missing, refuse

routes = Routes()
_ALL: Final = "/api/v2/workspaceproxies"
_ONE: Final = _ALL + "/{workspaceproxy}"
_PRIMARY: Final = "primary"
_SECRET_LENGTH: Final = 64
_REGION: Final = (
    "id", "name", "display_name", "icon_url", "healthy", "path_app_url", "wildcard_hostname",
)  # fmt: skip


def _primary(call: Call) -> dict[str, Any]:
    """The deployment itself."""
    return {
        "id": call.state.settings["deployment_id"],
        "name": _PRIMARY,
        "display_name": "Default",
        "icon_url": "/emojis/1f3e1.png",
        "healthy": True,
        "path_app_url": call.state.access_url,
        "wildcard_hostname": call.state.settings["app_host"],
    }


def _status(call: Call, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "report": {"errors": [], "warnings": []},
        "checked_at": stamp(call.state.now),
    }


def _permit(call: Call, action: str) -> None:
    if not call.actor.can("workspace_proxy", action):
        raise missing()


def _found(call: Call, action: str) -> dict[str, Any]:
    _permit(call, action)
    wanted = call.params["workspaceproxy"].lower()
    for proxy in call.state.workspace_proxies.values():
        if wanted in {proxy["id"], proxy["name"]}:
            return proxy
    raise missing()


def _check_name(call: Call, name: str, own: str = "") -> None:
    if name == _PRIMARY:
        detail = "The deployment itself has this name."
        raise invalid("name", detail, text_="The name is reserved.")
    taken = (item for item in call.state.workspace_proxies.values() if item["id"] != own)
    if any(item["name"] == name for item in taken):
        raise refuse(409, f"There is a workspace proxy {name!r} already.")


def _secret(call: Call, proxy: dict[str, Any]) -> str:
    return f"{proxy['id']}:{call.state.new_word(_SECRET_LENGTH)}"


@routes("GET", "/api/v2/regions")
def regions(call: Call) -> Reply:
    """List the regions: the deployment itself, and the proxies that one may see."""
    shown = [_primary(call)]
    if call.actor.can("workspace_proxy", "read"):
        shown += [
            {name: proxy[name] for name in _REGION}
            for proxy in call.state.workspace_proxies.values()
        ]
    return answer({"regions": shown})


@routes("GET", _ALL)
def list_proxies(call: Call) -> Reply:
    """List the proxies, the deployment itself first."""
    _permit(call, "read")
    created = stamp(call.state.default_organization.created_at)
    primary = {
        **_primary(call),
        "derp_enabled": True,
        "derp_only": False,
        "status": _status(call, "ok"),
        "created_at": created,
        "updated_at": created,
        "deleted": False,
        "version": call.state.version_text,
    }
    return answer({"regions": [primary, *call.state.workspace_proxies.values()]})


@routes("GET", _ONE)
def get_proxy(call: Call) -> Reply:
    """Show a proxy by its id or name."""
    return answer(_found(call, "read"))


@routes("POST", _ALL)
def create_proxy(call: Call) -> Reply:
    """Register a proxy; its token is shown only now."""
    _permit(call, "create")
    body = Body(call)
    body.require("name")
    body.finish()
    name = body.text("name").lower()
    _check_name(call, name)
    now = stamp(call.state.now)
    proxy: dict[str, Any] = {
        "id": call.state.new_id(),
        "name": name,
        "display_name": body.text("display_name"),
        "icon_url": body.text("icon"),
        "healthy": False,
        "path_app_url": "",
        "wildcard_hostname": "",
        "derp_enabled": True,
        "derp_only": False,
        "status": {**_status(call, "unregistered"), "checked_at": YEAR_ONE},
        "created_at": now,
        "updated_at": now,
        "deleted": False,
        "version": "",
    }
    call.state.workspace_proxies[proxy["id"]] = proxy
    return answer({"proxy": proxy, "proxy_token": _secret(call, proxy)}, 201)


@routes("PATCH", _ONE)
def patch_proxy(call: Call) -> Reply:
    """Rename a proxy, and perhaps give it another token."""
    proxy, body = _found(call, "update"), Body(call)
    name = body.text("name").lower() or proxy["name"]
    _check_name(call, name, proxy["id"])
    proxy["name"] = name
    proxy["display_name"] = body.text("display_name") or proxy["display_name"]
    proxy["icon_url"] = body.text("icon") or proxy["icon_url"]
    proxy["updated_at"] = stamp(call.state.now)
    token = _secret(call, proxy) if body.truth("regenerate_token") else ""
    return answer({"proxy": proxy, "proxy_token": token})


@routes("DELETE", _ONE)
def delete_proxy(call: Call) -> Reply:
    """Remove a proxy."""
    proxy = _found(call, "delete")
    del call.state.workspace_proxies[proxy["id"]]
    return message(200, "The proxy is gone.")
