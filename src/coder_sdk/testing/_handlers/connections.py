"""The connection log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._query import Page
from coder_sdk.testing._router import Routes
from coder_sdk.testing._search import search
from coder_sdk.testing._times import parse
from coder_sdk.testing._web import Call, Reply, answer, forbidden

if TYPE_CHECKING:
    from coder_sdk.testing._search import Search

routes = Routes()
_PAGE: Final = 100
_KEYS: Final = {
    "organization", "workspace_owner", "workspace_owner_email", "type", "username", "user_email",
    "connected_after", "connected_before", "workspace_id", "connection_id", "status",
}  # fmt: skip
_TYPES: Final = {
    "ssh", "vscode", "jetbrains", "reconnecting_pty", "workspace_app", "port_forwarding",
}  # fmt: skip


@routes("GET", "/api/v2/connectionlog", feature="connection_log")
def list_connections(call: Call) -> Reply:
    """List connections, the newest first; the count ends a little above its cap."""
    if not call.actor.can("connection_log", "read"):
        raise forbidden()
    page = Page(call)
    wanted = search("connection", call.get("q"), _KEYS, None)
    wanted.choice("type", _TYPES)
    wanted.choice("status", {"ongoing", "completed"})
    found = [entry for entry in call.state.connections if _fits(call, entry, wanted)]
    found.sort(key=lambda entry: entry["connect_time"], reverse=True)
    cap = call.state.audit_cap
    return answer(
        {
            "connection_logs": page.cut(found, _PAGE),
            "count": min(len(found), cap + 1),
            "count_cap": cap,
        }
    )


def _fits(call: Call, entry: dict[str, Any], wanted: Search) -> bool:
    owner = call.state.users[entry["workspace_owner_id"]]
    ssh: dict[str, Any] = entry.get("ssh_info") or {}
    web: dict[str, Any] = entry.get("web_info") or {}
    visitor: dict[str, Any] = web.get("user") or {}
    open_ = bool(ssh) and "disconnect_time" not in ssh
    values = {
        "organization": entry["organization"]["name"].lower(),
        "workspace_owner": owner.username.lower(),
        "workspace_owner_email": owner.email.lower(),
        "type": entry["type"],
        "workspace_id": entry["workspace_id"],
        "username": str(visitor.get("username", "")).lower(),
        "user_email": str(visitor.get("email", "")).lower(),
        "connection_id": str(ssh.get("connection_id", "")),
        "status": "ongoing" if open_ else "completed",
    }
    me = call.actor.user.username.lower()
    for key, value in values.items():
        asked = me if wanted.one(key) == "me" and key == "workspace_owner" else wanted.one(key)
        if asked and asked != value:
            return False
    return _in_time(entry, wanted)


def _in_time(entry: dict[str, Any], wanted: Search) -> bool:
    moment = parse(entry["connect_time"])
    after, before = wanted.moment("connected_after"), wanted.moment("connected_before")
    if moment is None or (after is not None and moment < after):
        return False
    return before is None or moment <= before
