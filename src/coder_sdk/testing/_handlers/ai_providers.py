"""AI providers, with their keys masked."""

from __future__ import annotations

from typing import Any, Final

from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, forbidden, missing, refuse

routes = Routes()
_ALL: Final = "/api/v2/ai/providers"
_ONE: Final = _ALL + "/{idOrName}"
_REQUIRED: Final = ("type", "name", "base_url")
_CHANGEABLE: Final = ("display_name", "icon", "base_url")


def _permit(call: Call, action: str) -> None:
    if not call.actor.can("ai_provider", action):
        raise forbidden()


def _masked(call: Call, secret: str) -> dict[str, Any]:
    text = f"{secret[:1]}...{secret[-1:]}"
    return {"id": call.state.new_id(), "masked": text, "created_at": stamp(call.state.now)}


def _found(call: Call) -> dict[str, Any]:
    wanted = call.params["idOrName"]
    for provider in call.state.ai_providers.values():
        if wanted in {provider["id"], provider["name"]}:
            return provider
    raise missing()


@routes("GET", _ALL)
def list_providers(call: Call) -> Reply:
    """List the providers."""
    _permit(call, "read")
    return answer(list(call.state.ai_providers.values()))


@routes("POST", _ALL)
def create_provider(call: Call) -> Reply:
    """Add a provider."""
    _permit(call, "create")
    body = Body(call)
    problems = [
        {"field": name, "detail": f"{name} is required"}
        for name in _REQUIRED
        if not body.text(name)
    ]
    if problems:
        raise refuse(400, "Invalid AI provider request.", validations=problems)
    now = stamp(call.state.now)
    provider: dict[str, Any] = {
        "id": call.state.new_id(),
        "type": body.text("type"),
        "name": body.text("name"),
        "display_name": body.text("display_name"),
        "icon": body.text("icon"),
        "enabled": body.truth("enabled"),
        "base_url": body.text("base_url"),
        "api_keys": [_masked(call, key) for key in body.strings("api_keys")],
        "settings": body.table("settings") or None,
        "created_at": now,
        "updated_at": now,
    }
    call.state.ai_providers[provider["id"]] = provider
    return answer(provider, 201)


@routes("GET", _ONE)
def get_provider(call: Call) -> Reply:
    """Show a provider."""
    _permit(call, "read")
    return answer(_found(call))


@routes("PATCH", _ONE)
def patch_provider(call: Call) -> Reply:
    """Change what is given; keys that are not listed go."""
    _permit(call, "update")
    provider, body = _found(call), Body(call)
    for name in _CHANGEABLE:
        if body.has(name):
            provider[name] = body.text(name)
    if body.has("enabled"):
        provider["enabled"] = body.truth("enabled")
    if body.has("settings"):
        provider["settings"] = body.table("settings") or None
    if body.has("api_keys"):
        kept = {key["id"]: key for key in provider["api_keys"]}
        provider["api_keys"] = [
            kept[item["id"]] if item.get("id") in kept else _masked(call, item.get("api_key", ""))
            for item in body.objects("api_keys")
        ]
    provider["updated_at"] = stamp(call.state.now)
    return answer(provider)


@routes("DELETE", _ONE)
def delete_provider(call: Call) -> Reply:
    """Remove a provider."""
    _permit(call, "delete")
    del call.state.ai_providers[_found(call)["id"]]
    return empty()
