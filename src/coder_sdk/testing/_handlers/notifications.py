"""Notifications and the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._logs import upgrade_required
from coder_sdk.testing._lookup import user_of
from coder_sdk.testing._query import BAD_QUERY, Body, is_uuid, only
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._watch import InboxSession
from coder_sdk.testing._web import Call, Reply, answer, empty, forbidden, invalid, message, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.deployment import Deployment

routes = Routes()
_PAGE: Final = 25
_CUSTOM: Final = "39b1e189-c857-4b0c-877a-511144c18516"
_TEST: Final = "c425f63e-716a-4bf4-ae24-78348f706c3f"
_METHODS: Final = ("smtp", "webhook", "inbox")
_SYSTEM: Final[dict[str, tuple[str, str]]] = {
    "f517da0b-cdc9-410f-ab89-a86107c420ed": ("Workspace Deleted", "Workspace Events"),
    "381df2a9-c0c0-4749-420f-80a9280c66f9": ("Workspace Autobuild Failed", "Workspace Events"),
    "0ea69165-ec14-4314-91f1-69566ac3c5a0": ("Workspace Marked as Dormant", "Workspace Events"),
    "4e19c0ac-94e1-4532-9515-d1801aa283b2": ("User account created", "User Events"),
    "f44d9314-ad03-4bc8-95d0-5cad491da6b6": ("User account deleted", "User Events"),
    "29a09665-2a4c-403f-9648-54301670e7be": ("Template Deleted", "Template Events"),
}


def notify(
    state: Deployment, user_id: str, template_id: str, title: str, content: str
) -> dict[str, Any]:
    """Put a notification into an inbox."""
    notification: dict[str, Any] = {
        "id": state.new_id(),
        "user_id": user_id,
        "template_id": template_id,
        "targets": None,
        "title": title,
        "content": content,
        "icon": "DEFAULT_ICON_OTHER",
        "actions": [],
        "read_at": None,
        "created_at": stamp(state.now),
    }
    state.inbox.setdefault(user_id, []).insert(0, notification)
    for waiter in list(state.inbox_waiters.get(user_id, [])):
        waiter(notification)
    return notification


def _template(identifier: str, name: str, group: str, kind: str, state: Deployment) -> Any:
    methods: dict[str, str] = state.settings.get("notification_methods", {})
    return {
        "id": identifier,
        "name": name,
        "title_template": name,
        "body_template": name,
        "actions": "[]",
        "group": group,
        "method": methods.get(identifier, ""),
        "kind": kind,
        "enabled_by_default": True,
    }


@routes("GET", "/api/v2/notifications/templates/system")
def system_templates(call: Call) -> Reply:
    """List what the deployment notifies of."""
    found = sorted(_SYSTEM.items(), key=lambda item: item[1][0])
    return answer(
        [_template(key, name, group, "system", call.state) for key, (name, group) in found]
    )


@routes("GET", "/api/v2/notifications/templates/custom")
def custom_templates(call: Call) -> Reply:
    """List the template of messages of one's own."""
    return answer(
        [_template(_CUSTOM, "Custom Notification", "Custom Events", "custom", call.state)]
    )


@routes("PUT", "/api/v2/notifications/templates/{notification_template}/method", enterprise=True)
def put_method(call: Call) -> Reply:
    """Choose how something is notified of; 304 if that does not change."""
    _need_admin(call)
    method = Body(call).text("method")
    if method not in _METHODS:
        detail = (
            f'"{method}" is not a valid method; {", ".join(_METHODS)} are the available options'
        )
        title = "Invalid request to update notification template method"
        raise invalid("method", detail, title)
    methods: dict[str, str] = call.state.settings.setdefault("notification_methods", {})
    key = call.params["notification_template"]
    if methods.get(key) == method:
        return Reply(304)
    methods[key] = method
    return message(200, "Successfully updated notification template method.")


def _need_admin(call: Call) -> None:
    if not call.actor.can("deployment_config", "update"):
        raise forbidden()


@routes("GET", "/api/v2/notifications/dispatch-methods")
def dispatch_methods(call: Call) -> Reply:
    """List how notifications can be sent."""
    del call
    return answer({"available": ["smtp", "webhook"], "default": "smtp"})


@routes("GET", "/api/v2/notifications/settings")
def get_settings(call: Call) -> Reply:
    """Show whether notifications are on."""
    return answer({"notifier_paused": bool(call.state.settings.get("notifier_paused"))})


@routes("PUT", "/api/v2/notifications/settings")
def put_settings(call: Call) -> Reply:
    """Turn notifications on or off; 304 if that does not change."""
    _need_admin(call)
    paused = Body(call).truth("notifier_paused")
    if paused == bool(call.state.settings.get("notifier_paused")):
        return Reply(304)
    call.state.settings["notifier_paused"] = paused
    return answer({"notifier_paused": paused})


@routes("POST", "/api/v2/notifications/test")
def send_test(call: Call) -> Reply:
    """Send oneself a notification."""
    _need_admin(call)
    text = "This is a test notification."
    notify(call.state, call.actor.user.id, _TEST, "A test notification", text)
    return empty()


@routes("POST", "/api/v2/notifications/custom")
def send_custom(call: Call) -> Reply:
    """Send oneself a message."""
    content = Body(call).table("content")
    title, text = content.get("title"), content.get("message")
    if not title or not text:
        detail = "provide a non-empty 'content.title' and 'content.message'"
        raise refuse(400, "Invalid request body", detail)
    notify(call.state, call.actor.user.id, _CUSTOM, str(title), str(text))
    return empty()


def _preferences(call: Call) -> Reply:
    user = user_of(call, "read_personal")
    found = [
        {"id": key, "disabled": disabled, "updated_at": stamp(moment)}
        for key, (disabled, moment) in user.disabled_notifications.items()
    ]
    return answer(found or None)


@routes("GET", "/api/v2/users/{user}/notifications/preferences")
def get_preferences(call: Call) -> Reply:
    """Show what a user turned off; nothing is null."""
    return _preferences(call)


@routes("PUT", "/api/v2/users/{user}/notifications/preferences")
def put_preferences(call: Call) -> Reply:
    """Turn notifications of a user on or off."""
    user = user_of(call, "update_personal")
    for key, disabled in Body(call).table("template_disabled_map").items():
        if not is_uuid(key):
            detail = f"invalid UUID length: {len(key)}"
            raise refuse(400, "Unable to parse notification template UUID.", detail)
        user.disabled_notifications[key] = (bool(disabled), call.state.now)
    return _preferences(call)


def _wanted(call: Call) -> dict[str, list[str]]:
    only(call, "targets", "templates", "read_status", "starting_before", "format",
         "coder_session_token")  # fmt: skip
    status = call.get("read_status")
    if status not in {"", "all", "read", "unread"}:
        text = "starting_before query parameter should be any of 'all', 'read', 'unread'."
        raise refuse(400, text)
    before = call.get("starting_before")
    if before and not is_uuid(before):
        detail = 'Query param "starting_before" must be a valid uuid'
        problem = {"field": "starting_before", "detail": detail}
        raise refuse(400, BAD_QUERY, validations=[problem])
    return {"targets": call.values("targets"), "templates": call.values("templates")}


@routes("GET", "/api/v2/notifications/inbox")
def list_inbox(call: Call) -> Reply:
    """List the newest notifications, or those before one."""
    wanted = _wanted(call)
    inbox = call.state.inbox.get(call.actor.user.id, [])
    before = call.get("starting_before")
    ids = [item["id"] for item in inbox]
    found = inbox[ids.index(before) + 1 :] if before in ids else inbox
    if before and before not in ids:
        found = []
    status = call.get("read_status")
    shown = [
        item
        for item in found
        if (status not in {"read", "unread"} or (item["read_at"] is None) == (status == "unread"))
        and (not wanted["templates"] or item["template_id"] in wanted["templates"])
        and set(wanted["targets"]) <= set(item["targets"] or [])
    ]
    unread = sum(item["read_at"] is None for item in inbox)
    return answer({"notifications": shown[:_PAGE], "unread_count": unread})


@routes("PUT", "/api/v2/notifications/inbox/mark-all-as-read")
def mark_all(call: Call) -> Reply:
    """Mark everything as read."""
    for item in call.state.inbox.get(call.actor.user.id, []):
        item["read_at"] = item["read_at"] or stamp(call.state.now)
    return empty()


@routes("PUT", "/api/v2/notifications/inbox/{id}/read-status")
def put_read(call: Call) -> Reply:
    """Mark one notification as read or unread; an unknown one is an internal error."""
    inbox = call.state.inbox.get(call.actor.user.id, [])
    read = Body(call).truth("is_read")
    for item in inbox:
        if item["id"] == call.params["id"]:
            item["read_at"] = stamp(call.state.now) if read else None
            unread = sum(other["read_at"] is None for other in inbox)
            return answer({"notification": item, "unread_count": unread})
    detail = "sql: no rows in result set"
    raise refuse(500, "Failed to update inbox notification read status.", detail)


@routes("GET", "/api/v2/notifications/inbox/watch")
def watch_inbox(call: Call) -> Reply:
    """Stream notifications."""
    wanted = _wanted(call)
    if not call.upgrade:
        return upgrade_required("Failed to upgrade connection to websocket.")
    return Reply(101, session=InboxSession(call, wanted))
