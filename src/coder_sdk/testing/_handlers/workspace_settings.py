"""What can be set on a workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._builds import watch_deadline, watch_dormancy
from coder_sdk.testing._handlers.workspaces import ttl_complaint
from coder_sdk.testing._lookup import workspace_of
from coder_sdk.testing._query import Body, is_uuid, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._schedule import schedule_complaint
from coder_sdk.testing._times import parse, stamp
from coder_sdk.testing._views import group_wire, workspace_wire
from coder_sdk.testing._web import Call, Reply, answer, empty, invalid, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.workspaces import Workspace

routes = Routes()
_WORKSPACE: Final = "/api/v2/workspaces/{workspace}"
_LEVELS: Final = {"owner", "authenticated", "organization", "public"}


@routes("PATCH", _WORKSPACE)
def rename(call: Call) -> Reply:
    """Rename a workspace, where the deployment allows it."""
    found = workspace_of(call, "update")
    body = Body(call)
    name = body.text("name")
    if name and not valid_name(name):
        body.fail("name", "workspace_name", name)
    body.finish()
    if not name or name == found.name:
        return empty()
    if not call.state.settings.get("allow_renames"):
        raise refuse(400, "Workspace renames are not allowed.")
    for other in call.state.live_workspaces():
        if other.owner_id == found.owner_id and other.name.lower() == name.lower():
            detail = "This value is already in use and should be unique."
            problem = {"field": "name", "detail": detail}
            raise refuse(409, f'The workspace "{name}" already exists.', validations=[problem])
    found.name = name
    found.changed()
    return empty()


@routes("PUT", _WORKSPACE + "/autostart")
def put_autostart(call: Call) -> Reply:
    """Set when a workspace starts by itself; null clears it."""
    found = workspace_of(call, "update")
    schedule = Body(call).text("schedule") or None
    if schedule is not None:
        complaint = schedule_complaint(schedule)
        if complaint:
            raise invalid("schedule", complaint, "Invalid autostart schedule.")
        if not call.state.templates[found.template_id].settings["allow_user_autostart"]:
            text = "Autostart is not allowed for workspaces using this template."
            raise invalid("schedule", text, text)
    found.autostart = schedule
    found.changed()
    return empty()


@routes("PUT", _WORKSPACE + "/ttl")
def put_ttl(call: Call) -> Reply:
    """Set after what time a workspace stops by itself; null clears it."""
    found = workspace_of(call, "update")
    body = Body(call)
    milliseconds = body.number("ttl_ms")
    complaint = ttl_complaint(milliseconds)
    if complaint:
        raise invalid("ttl_ms", complaint, "Error updating workspace time until shutdown.")
    found.ttl_ms = milliseconds or None
    latest = found.latest
    if found.ttl_ms is None and latest.transition == "start":
        latest.deadline = None
    found.changed()
    return empty()


@routes("PUT", _WORKSPACE + "/autoupdates")
def put_autoupdates(call: Call) -> Reply:
    """Set whether a start takes the active version."""
    found = workspace_of(call, "update")
    wanted = Body(call).text("automatic_updates")
    if wanted not in {"always", "never"}:
        raise invalid("automatic_updates", "must be always or never", "Invalid request")
    found.automatic_updates = wanted
    return empty()


@routes("PUT", _WORKSPACE + "/favorite")
def put_favorite(call: Call) -> Reply:
    """Mark a workspace of one's own."""
    return _favorite(call, marked=True)


@routes("DELETE", _WORKSPACE + "/favorite")
def delete_favorite(call: Call) -> Reply:
    """Take the mark away."""
    return _favorite(call, marked=False)


def _favorite(call: Call, *, marked: bool) -> Reply:
    found = workspace_of(call)
    if found.owner_id != call.actor.user.id:
        raise refuse(403, "You can only favorite workspaces that you own.")
    found.favorite = marked
    return empty()


@routes("PUT", _WORKSPACE + "/dormant")
def put_dormant(call: Call) -> Reply:
    """Put a workspace to sleep, or wake it; 304 if nothing changes."""
    found = workspace_of(call, "update")
    dormant = Body(call).truth("dormant")
    if dormant == (found.dormant_at is not None):
        return Reply(304)
    found.dormant_at = call.state.now if dormant else None
    found.deleting_at = None
    if dormant:
        watch_dormancy(call.state, found)
    else:
        found.last_used_at = call.state.now
    found.changed()
    return answer(workspace_wire(call.state, found, call.actor.user.id))


@routes("PUT", _WORKSPACE + "/extend")
def extend(call: Call) -> Reply:
    """Move the deadline of the running build."""
    found = workspace_of(call, "update")
    deadline = parse(Body(call).text("deadline"))
    latest = found.latest
    if latest.transition != "start":
        raise refuse(409, f"Workspace must be started, current status: {latest.transition}")
    if latest.job.active:
        raise refuse(409, f"Workspace must be started, current status: {latest.status}")
    if latest.deadline is None:
        raise refuse(409, "Workspace shutdown is manual.")
    if deadline is None or deadline < call.state.now + timedelta(minutes=30):
        reason = "new deadline must be at least 30 minutes in the future"
        raise invalid("deadline", reason, f"Cannot extend workspace: {reason}")
    latest.deadline = deadline
    watch_deadline(call.state, found, latest, deadline)
    found.changed()
    return message(200, f"Deadline updated to {stamp(deadline)}.")


@routes("POST", _WORKSPACE + "/usage")
def post_usage(call: Call) -> Reply:
    """Note that a workspace is used."""
    found = workspace_of(call)
    found.last_used_at = call.state.now
    latest = found.latest
    bump = call.state.templates[found.template_id].settings["activity_bump_ms"]
    if latest.deadline is not None and bump:
        later = call.state.now + timedelta(milliseconds=bump)
        if later > latest.deadline:
            latest.deadline = later
            watch_deadline(call.state, found, latest, later)
    return empty()


@routes("GET", _WORKSPACE + "/resolve-autostart")
def resolve_autostart(call: Call) -> Reply:
    """Tell whether the active version needs other parameters."""
    found = workspace_of(call)
    template = call.state.templates[found.template_id]
    spec = call.state.versions[template.active_version_id].spec
    missing_names = [
        item.name
        for item in spec.parameters
        if item.required and item.name not in found.latest.parameters
    ]
    return answer({"parameter_mismatch": bool(missing_names)})


@routes("GET", _WORKSPACE + "/acl", since=(2, 26))
def get_acl(call: Call) -> Reply:
    """Show whom a workspace is shared with."""
    found = workspace_of(call)
    state = call.state
    users = [{**state.users[key].minimal(), "role": role} for key, role in found.user_acl.items()]
    groups = [
        {**group_wire(state, state.groups[key], members=False), "role": role}
        for key, role in found.group_acl.items()
    ]
    return answer({"users": users, "group": groups})


@routes("PATCH", _WORKSPACE + "/acl", since=(2, 26))
def patch_acl(call: Call) -> Reply:
    """Share a workspace, or no longer."""
    found = workspace_of(call, "update")
    body = Body(call)
    text = "Invalid request to update workspace ACL"
    for field, acl in (("user_roles", found.user_acl), ("group_roles", found.group_acl)):
        known: dict[str, Any] = dict(
            call.state.users if field == "user_roles" else call.state.groups
        )
        for key, role in body.texts(field).items():
            if not is_uuid(key):
                raise invalid(field, f"{key} is not a valid UUID.", text)
            if key not in known:
                raise invalid(field, f"user with ID {key} does not exist", text)
            if role not in {"use", "admin", ""}:
                raise invalid(field, f'role "{role}" is not a valid workspace role', text)
            if role:
                acl[key] = role
            else:
                acl.pop(key, None)
    return empty()


@routes("DELETE", _WORKSPACE + "/acl", since=(2, 26))
def delete_acl(call: Call) -> Reply:
    """Share a workspace with nobody."""
    found = workspace_of(call, "update")
    found.user_acl.clear()
    found.group_acl.clear()
    return empty()


@routes("GET", _WORKSPACE + "/port-share")
def list_shares(call: Call) -> Reply:
    """List the shared ports."""
    return answer({"shares": list(workspace_of(call).shares.values())})


@routes("POST", _WORKSPACE + "/port-share")
def put_share(call: Call) -> Reply:
    """Share a port, or change how."""
    found = workspace_of(call, "update")
    body = Body(call)
    body.require("agent_name")
    body.choice("share_level", _LEVELS)
    body.choice("protocol", {"http", "https"})
    body.finish()
    _check_agent(found, body.text("agent_name"))
    share: dict[str, Any] = {
        "workspace_id": found.id,
        "agent_name": body.text("agent_name"),
        "port": body.number("port"),
        "share_level": body.text("share_level"),
        "protocol": body.text("protocol"),
    }
    found.shares[(share["agent_name"], share["port"])] = share
    return answer(share)


def _check_agent(found: Workspace, name: str) -> None:
    if not any(agent.spec.name == name for agent in found.latest.agents):
        raise refuse(404, "Agent not found.")


@routes("DELETE", _WORKSPACE + "/port-share")
def delete_share(call: Call) -> Reply:
    """Share a port no longer."""
    found = workspace_of(call, "update")
    body = Body(call)
    key = (body.text("agent_name"), body.number("port"))
    if key not in found.shares:
        raise refuse(404, "Port share not found.")
    del found.shares[key]
    return Reply(200)


@routes("GET", _WORKSPACE + "/external-agent/{agent}/credentials",
        feature="workspace_external_agent")  # fmt: skip
def external_credentials(call: Call) -> Reply:
    """Show what an agent outside needs to connect."""
    found = workspace_of(call, "update")
    for agent in found.latest.agents:
        if agent.spec.name == call.params["agent"]:
            command = f"curl -fsSL {call.state.access_url}/api/v2/init-script/linux/amd64 | sh"
            value = {
                "command": f"CODER_AGENT_TOKEN={agent.token} {command}",
                "agent_token": agent.token,
            }
            return answer(value)
    raise missing()
