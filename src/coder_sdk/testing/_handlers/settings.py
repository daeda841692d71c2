"""Settings of the full build: identity providers, sharing, appearance, licences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._lookup import organization_of
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, forbidden, message, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.organizations import Organization

routes = Routes()
_SITE: Final = "/api/v2/settings/idpsync"
_ORG: Final = "/api/v2/organizations/{organization}/settings"
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "organization": {"field": "", "mapping": {}, "organization_assign_default": True},
    "groups": {
        "field": "",
        "mapping": {},
        "regex_filter": None,
        "auto_create_missing_groups": False,
    },
    "roles": {"field": "", "mapping": {}},
}
_SHORT: Final = {"assign_default": "organization_assign_default"}


def _need(call: Call, organization: Organization | None = None) -> None:
    where = None if organization is None else organization.id
    if not call.actor.can("idpsync_settings", "read", organization=where):
        raise forbidden()


def _site(call: Call) -> dict[str, Any]:
    _need(call)
    settings: dict[str, Any] = call.state.settings.setdefault(
        "idpsync", {**_DEFAULTS["organization"], "mapping": {}}
    )
    return settings


def _org(call: Call, kind: str) -> dict[str, Any]:
    organization = organization_of(call)
    _need(call, organization)
    default: dict[str, Any] = {**_DEFAULTS[kind], "mapping": {}}
    return organization.settings.setdefault(kind, default)


def _check_regex(body: Body) -> None:
    """Refuse a broken expression, as Go does while it decodes."""
    try:
        re.compile(body.text("regex_filter"))
    except re.error as error:
        detail = f"error parsing regexp: {error}"
        raise refuse(400, "Request body must be valid JSON.", detail) from None


def _replace(call: Call, settings: dict[str, Any]) -> Reply:
    """Take every field; what is not sent becomes empty."""
    body = Body(call)
    _check_regex(body)
    for name, value in list(settings.items()):
        settings[name] = body.like(name, value)
        if name == "regex_filter":
            settings[name] = body.text(name) if body.has(name) else None
    return answer(settings)


def _configure(call: Call, settings: dict[str, Any]) -> Reply:
    """Take every field but the mapping."""
    body = Body(call)
    _check_regex(body)
    for name, value in body.values.items():
        wire = _SHORT.get(name, name)
        if wire in settings and wire != "mapping":
            settings[wire] = None if value is None else body.like(name, settings[wire])
    return answer(settings)


def _map(call: Call, settings: dict[str, Any]) -> Reply:
    """Add and remove entries of the mapping."""
    body = Body(call)
    mapping: dict[str, list[str]] = settings["mapping"] or {}
    for entry in body.objects("remove"):
        given, gone = str(entry.get("given", "")), entry.get("gets", "")
        left = [item for item in mapping.pop(given, []) if item != gone]
        if left:
            mapping[given] = left
    for entry in body.objects("add"):
        gets = mapping.setdefault(str(entry.get("given", "")), [])
        if entry.get("gets", "") not in gets:
            gets.append(str(entry.get("gets", "")))
    settings["mapping"] = dict(sorted(mapping.items()))
    return answer(settings)


@routes("GET", _SITE + "/organization", enterprise=True)
def get_organization(call: Call) -> Reply:
    """Show how users get into organizations."""
    return answer(_site(call))


@routes("PATCH", _SITE + "/organization", enterprise=True)
def patch_organization(call: Call) -> Reply:
    """Replace how users get into organizations."""
    return _replace(call, _site(call))


@routes("PATCH", _SITE + "/organization/config", enterprise=True)
def patch_organization_config(call: Call) -> Reply:
    """Change that but for the mapping."""
    return _configure(call, _site(call))


@routes("PATCH", _SITE + "/organization/mapping", enterprise=True)
def patch_organization_mapping(call: Call) -> Reply:
    """Change the mapping."""
    return _map(call, _site(call))


@routes("GET", _SITE + "/available-fields", enterprise=True)
def available_fields(call: Call) -> Reply:
    """List the claims that were seen; none is null."""
    _need(call)
    return answer(None)


@routes("GET", _SITE + "/field-values", enterprise=True)
def field_values(call: Call) -> Reply:
    """List the values that were seen of a claim."""
    _need(call)
    return answer([])


@routes("GET", _ORG + "/idpsync/available-fields", enterprise=True)
def organization_fields(call: Call) -> Reply:
    """Likewise, of the members of an organization."""
    _need(call, organization_of(call))
    return answer(None)


@routes("GET", _ORG + "/idpsync/field-values", enterprise=True)
def organization_values(call: Call) -> Reply:
    """Likewise, of the members of an organization."""
    _need(call, organization_of(call))
    return answer([])


@routes("GET", _ORG + "/idpsync/groups", enterprise=True)
def get_groups(call: Call) -> Reply:
    """Show how members get into groups."""
    return answer(_org(call, "groups"))


@routes("PATCH", _ORG + "/idpsync/groups", enterprise=True)
def patch_groups(call: Call) -> Reply:
    """Replace how members get into groups."""
    return _replace(call, _org(call, "groups"))


@routes("PATCH", _ORG + "/idpsync/groups/config", enterprise=True)
def patch_groups_config(call: Call) -> Reply:
    """Change that but for the mapping."""
    return _configure(call, _org(call, "groups"))


@routes("PATCH", _ORG + "/idpsync/groups/mapping", enterprise=True)
def patch_groups_mapping(call: Call) -> Reply:
    """Change the mapping."""
    return _map(call, _org(call, "groups"))


@routes("GET", _ORG + "/idpsync/roles", enterprise=True)
def get_roles(call: Call) -> Reply:
    """Show how members get roles."""
    return answer(_org(call, "roles"))


@routes("PATCH", _ORG + "/idpsync/roles", enterprise=True)
def patch_roles(call: Call) -> Reply:
    """Replace how members get roles."""
    return _replace(call, _org(call, "roles"))


@routes("PATCH", _ORG + "/idpsync/roles/config", enterprise=True)
def patch_roles_config(call: Call) -> Reply:
    """Change that but for the mapping."""
    return _configure(call, _org(call, "roles"))


@routes("PATCH", _ORG + "/idpsync/roles/mapping", enterprise=True)
def patch_roles_mapping(call: Call) -> Reply:
    """Change the mapping."""
    return _map(call, _org(call, "roles"))


def _sharing(organization: Organization) -> dict[str, Any]:
    disabled = bool(organization.settings.get("sharing", {}).get("disabled"))
    return {
        "sharing_globally_disabled": False,
        "sharing_disabled": disabled,
        "shareable_workspace_owners": "none" if disabled else "everyone",
    }


@routes("GET", _ORG + "/workspace-sharing", enterprise=True)
def get_sharing(call: Call) -> Reply:
    """Show whether workspaces may be shared."""
    return answer(_sharing(organization_of(call)))


@routes("PATCH", _ORG + "/workspace-sharing", enterprise=True)
def patch_sharing(call: Call) -> Reply:
    """Decide whether workspaces may be shared."""
    organization = organization_of(call, "update")
    organization.settings["sharing"] = {"disabled": Body(call).truth("sharing_disabled")}
    return answer(_sharing(organization))


@routes("GET", "/api/v2/appearance", enterprise=True)
def get_appearance(call: Call) -> Reply:
    """Show how the dashboard looks."""
    default = _appearance(Body.of({}))
    return answer({**default, **call.state.settings.get("appearance", {}), "docs_url": "",
                   "support_links": []})  # fmt: skip


def _appearance(body: Body) -> dict[str, Any]:
    return {
        "application_name": body.text("application_name"),
        "logo_url": body.text("logo_url"),
        "service_banner": _banner(body.table("service_banner")),
        "announcement_banners": [_banner(item) for item in body.objects("announcement_banners")],
    }


def _banner(given: dict[str, Any]) -> dict[str, Any]:
    """A banner as it is shown: what is empty is left out, what is not known is dropped."""
    body = Body.of(given)
    texts = {name: body.text(name) for name in ("message", "background_color") if body.text(name)}
    return {"enabled": body.truth("enabled"), **texts}


@routes("PUT", "/api/v2/appearance", enterprise=True)
def put_appearance(call: Call) -> Reply:
    """Change how the dashboard looks."""
    if not call.actor.can("deployment_config", "update"):
        raise forbidden()
    call.state.settings["appearance"] = _appearance(Body(call))
    return answer(call.state.settings["appearance"])


@routes("POST", "/api/v2/licenses", enterprise=True)
def add_license(call: Call) -> Reply:
    """Take a licence; what it says does not matter here."""
    if not call.actor.is_owner:
        raise forbidden()
    token = Body(call).text("license")
    if token.count(".") != 2:  # noqa: PLR2004 - header, claims, signature
        raise refuse(400, "Invalid license", "token contains an invalid number of segments")
    licenses: list[dict[str, Any]] = call.state.settings["licenses"]
    added: dict[str, Any] = {
        "id": len(licenses) + 1,
        "uuid": call.state.new_id(),
        "uploaded_at": stamp(call.state.now),
        "claims": {},
    }
    licenses.append(added)
    call.state.edition = "licensed"
    return answer(added, 201)


@routes("DELETE", "/api/v2/licenses/{id}", enterprise=True)
def delete_license(call: Call) -> Reply:
    """Take a licence away."""
    if not call.actor.is_owner:
        raise forbidden()
    licenses: list[dict[str, Any]] = call.state.settings["licenses"]
    for item in licenses:
        if str(item["id"]) == call.params["id"]:
            licenses.remove(item)
            return Reply(200)
    raise refuse(404, "Unknown license ID")


@routes("POST", "/api/v2/licenses/refresh-entitlements", enterprise=True)
def refresh(call: Call) -> Reply:
    """Read the licences again, not too often."""
    if not call.actor.is_owner:
        raise forbidden()
    last: float = call.state.settings.get("refreshed", 0.0)
    wait = 60 - (call.state.clock.time() - last)
    if wait > 0:
        text = "Entitlements already recently refreshed, please wait "
        raise refuse(400, f"{text}{wait:.0f} seconds to force a new refresh")
    call.state.settings["refreshed"] = call.state.clock.time()
    return message(200, "Entitlements updated")
