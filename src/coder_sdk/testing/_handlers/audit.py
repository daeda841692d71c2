"""The audit log."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._query import Body, Page
from coder_sdk.testing._router import Routes
from coder_sdk.testing._search import search
from coder_sdk.testing._times import parse
from coder_sdk.testing._web import Call, Reply, answer, empty, forbidden

if TYPE_CHECKING:
    from coder_sdk.testing._search import Search

routes = Routes()
_KEYS: Final = {
    "request_id", "resource_id", "resource_target", "username", "email", "date_from", "date_to",
    "organization", "action", "build_reason",
}  # fmt: skip
_TYPES: Final = {
    "api_key", "convert_login", "custom_role", "git_ssh_key", "group", "health_settings",
    "license", "notification_template", "notifications_settings", "organization",
    "organization_member", "template", "template_version", "user", "workspace", "workspace_agent",
    "workspace_app", "workspace_build", "workspace_proxy", "task", "user_secret",
}  # fmt: skip
_ACTIONS: Final = {
    "create", "write", "delete", "start", "stop", "login", "logout", "register",
    "request_password_reset", "connect", "disconnect", "open", "close",
}  # fmt: skip
_PAGE: Final = 100


@routes("GET", "/api/v2/audit")
def list_audit(call: Call) -> Reply:
    """List entries, the newest first; the count ends a little above its cap."""
    if not call.actor.can("audit_log", "read"):
        raise forbidden()
    page = Page(call)
    wanted = search("audit", call.get("q"), _KEYS, "resource_type")
    wanted.choice("resource_type", _TYPES)
    wanted.choice("action", _ACTIONS)
    found = [entry for entry in call.state.audit if _fits(call, entry, wanted)]
    found.sort(key=_moment, reverse=True)
    cap = call.state.audit_cap
    return answer(
        {
            "audit_logs": page.cut(found, _PAGE),
            "count": min(len(found), cap + 1),
            "count_cap": cap,
        }
    )


def _moment(entry: dict[str, Any]) -> datetime:
    found = parse(entry["time"])
    return found or datetime(1, 1, 1, tzinfo=timezone.utc)


def _fits(call: Call, entry: dict[str, Any], wanted: Search) -> bool:
    exact = ("resource_type", "action", "resource_id", "request_id")
    if any(wanted.has(key) and entry[key] != wanted.one(key) for key in exact):
        return False
    if wanted.one("resource_target") not in entry["resource_target"].lower():
        return False
    reason = wanted.one("build_reason")
    if reason and entry["additional_fields"].get("build_reason") != reason:
        return False
    return _is_by(call, entry, wanted) and _is_in(call, entry, wanted) and _in_days(entry, wanted)


def _is_by(call: Call, entry: dict[str, Any], wanted: Search) -> bool:
    user: dict[str, Any] = entry["user"] or {}
    name = wanted.one("username")
    if name == "me":
        name = call.actor.user.username.lower()
    if name and user.get("username", "").lower() != name:
        return False
    return not wanted.has("email") or user.get("email", "").lower() == wanted.one("email")


def _is_in(call: Call, entry: dict[str, Any], wanted: Search) -> bool:
    if not wanted.has("organization"):
        return True
    organization = call.state.find_organization(wanted.one("organization"))
    return organization is not None and organization.id == entry["organization_id"]


def _in_days(entry: dict[str, Any], wanted: Search) -> bool:
    moment = _moment(entry)
    first, last = _day(wanted, "date_from"), _day(wanted, "date_to")
    if first is not None and moment < first:
        return False
    return last is None or moment < last + timedelta(days=1)


def _day(wanted: Search, key: str) -> datetime | None:
    value = wanted.one(key)
    if not value:
        return None
    found = parse(f"{value}T00:00:00Z")
    if found is None:
        detail = f'Query param "{key}" must be a valid date format (2006-01-02)'
        raise wanted.refusal(key, detail)
    return found


@routes("POST", "/api/v2/audit/testgenerate")
def generate(call: Call) -> Reply:
    """Write an entry for tests."""
    if not call.actor.can("audit_log", "create"):
        raise forbidden()
    body = Body(call)
    extra = body.values.get("additional_fields")
    call.state.log_audit(
        call.actor.user,
        body.text("action") or "write",
        body.text("resource_type") or "user",
        body.text("resource_id") or call.state.new_id(),
        call.actor.user.username,
        moment=parse(body.text("time")),
        additional_fields=extra,
    )
    return empty()
