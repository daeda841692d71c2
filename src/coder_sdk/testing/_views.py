"""Workspaces, builds and templates as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk.testing._builds import build_cost
from coder_sdk.testing._schedule import next_start
from coder_sdk.testing._times import stamp, stamp_or_null

if TYPE_CHECKING:
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.organizations import Group
    from coder_sdk.testing._state.templates import Template
    from coder_sdk.testing._state.users import User
    from coder_sdk.testing._state.workspaces import Build, Resource, Workspace


def resource_wire(
    state: Deployment, resource: Resource, job_id: str, transition: str
) -> dict[str, Any]:
    """A resource."""
    value: dict[str, Any] = {
        "id": resource.id,
        "created_at": stamp(resource.created_at),
        "job_id": job_id,
        "workspace_transition": transition,
        "type": resource.kind,
        "name": resource.name,
        "hide": False,
        "icon": "",
        "daily_cost": resource.daily_cost,
    }
    if resource.agents:
        value["agents"] = [agent.wire(state.version_text) for agent in resource.agents]
    return value


def build_wire(state: Deployment, build: Build, *, created: bool = False) -> dict[str, Any]:
    """A build; the answer to its creation lacks the name of the version."""
    workspace = state.workspaces[build.workspace_id]
    owner = state.users[workspace.owner_id]
    version = state.versions[build.version_id]
    initiator = state.users[build.initiator_id]
    count, available = build.matched if build.job.status == "pending" else (0, 0)
    value: dict[str, Any] = {
        "id": build.id,
        "created_at": stamp(build.created_at),
        "updated_at": stamp(build.updated_at),
        "workspace_id": workspace.id,
        "workspace_name": workspace.name,
        "workspace_owner_id": owner.id,
        "workspace_owner_name": owner.username,
        "template_version_id": version.id,
        "template_version_name": "" if created else version.name,
        "build_number": build.number,
        "transition": build.transition,
        "initiator_id": initiator.id,
        "initiator_name": initiator.username,
        "job": build.job.wire(),
        "reason": build.reason,
        "resources": [
            resource_wire(state, resource, build.job.id, build.transition)
            for resource in build.resources
        ],
        "deadline": stamp_or_null(build.deadline),
        "max_deadline": stamp_or_null(build.max_deadline),
        "status": build.status,
        "daily_cost": build_cost(state, build),
        "matched_provisioners": {
            "count": count,
            "available": available,
            "most_recently_seen": stamp(state.now) if count else None,
        },
        "template_version_preset_id": build.preset_id,
    }
    if build.job.status == "succeeded":
        value["has_ai_task"] = version.spec.ai_task
        value["has_external_agent"] = version.spec.external_agent
    return value


def workspace_wire(
    state: Deployment, workspace: Workspace, viewer: str | None, *, created: bool = False
) -> dict[str, Any]:
    """A workspace as a user sees it: only the owner sees that it is a favourite."""
    owner = state.users[workspace.owner_id]
    organization = state.organizations[workspace.organization_id]
    template = state.templates[workspace.template_id]
    latest = workspace.latest
    failing = [agent.id for agent in latest.agents if not agent.healthy]
    settings = template.settings
    value: dict[str, Any] = {
        "id": workspace.id,
        "created_at": stamp(workspace.created_at),
        "updated_at": stamp(workspace.updated_at),
        "owner_id": owner.id,
        "owner_name": owner.username,
        "owner_avatar_url": owner.avatar_url,
        "organization_id": organization.id,
        "organization_name": organization.name,
        "template_id": template.id,
        "template_name": template.name,
        "template_display_name": settings["display_name"],
        "template_icon": settings["icon"],
        "template_allow_user_cancel_workspace_jobs": settings["allow_user_cancel_workspace_jobs"],
        "template_active_version_id": template.active_version_id,
        "template_require_active_version": settings["require_active_version"],
        "template_use_classic_parameter_flow": settings["use_classic_parameter_flow"],
        "latest_build": build_wire(state, latest, created=created),
        "latest_app_status": workspace.app_status,
        "outdated": latest.version_id != template.active_version_id,
        "name": workspace.name,
        "last_used_at": stamp(workspace.last_used_at),
        "deleting_at": stamp_or_null(workspace.deleting_at),
        "dormant_at": stamp_or_null(workspace.dormant_at),
        "health": {"healthy": not failing, "failing_agents": failing},
        "automatic_updates": workspace.automatic_updates,
        "allow_renames": bool(state.settings.get("allow_renames")),
        "favorite": workspace.favorite and viewer == workspace.owner_id,
        "next_start_at": _next_start(state, workspace),
        "is_prebuild": False,
        "task_id": workspace.task_id,
    }
    if workspace.autostart is not None:
        value["autostart_schedule"] = workspace.autostart
    if workspace.ttl_ms:
        value["ttl_ms"] = workspace.ttl_ms
    if workspace.user_acl or workspace.group_acl:
        value["shared_with"] = shared_with(state, workspace)
    return value


def _next_start(state: Deployment, workspace: Workspace) -> str | None:
    if workspace.autostart is None or workspace.dormant_at is not None:
        return None
    moment = next_start(workspace.autostart, state.now)
    return stamp_or_null(moment)


def shared_with(state: Deployment, workspace: Workspace) -> list[dict[str, Any]]:
    """Whom a workspace is shared with, as its entry in a list says."""
    actors: list[dict[str, Any]] = []
    for identifier, role in workspace.group_acl.items():
        name = state.groups[identifier].name if identifier in state.groups else ""
        actors.append({"id": identifier, "actor_type": "group", "name": name, "roles": [role]})
    for identifier, role in workspace.user_acl.items():
        name = state.users[identifier].username if identifier in state.users else ""
        actors.append({"id": identifier, "actor_type": "user", "name": name, "roles": [role]})
    return actors


def template_wire(state: Deployment, template: Template) -> dict[str, Any]:
    """A template."""
    organization = state.organizations[template.organization_id]
    nothing = {"P50": None, "P95": None}
    users = {item.owner_id for item in state.live_workspaces() if item.template_id == template.id}
    stats = {name: dict(nothing) for name in ("delete", "start", "stop")}
    message = str(template.settings["deprecation_message"])
    return {
        "id": template.id,
        "created_at": stamp(template.created_at),
        "updated_at": stamp(template.updated_at),
        "organization_id": organization.id,
        "organization_name": organization.name,
        "organization_display_name": organization.display_name,
        "organization_icon": organization.icon,
        "name": template.name,
        "provisioner": template.provisioner,
        "active_version_id": template.active_version_id,
        "active_user_count": len(users),
        "build_time_stats": stats,
        "deprecated": bool(message),
        "deleted": template.deleted,
        "created_by_id": template.creator.id,
        "created_by_name": template.creator.username,
        **template.settings,
    }


def members_of(state: Deployment, group: Group) -> list[User]:
    """The users of a group; of that of everybody, all of its organization."""
    if group.id == group.organization_id:
        return [user for user in state.users.values() if group.id in user.organizations]
    return [state.users[item] for item in group.members]


def group_wire(state: Deployment, group: Group, *, members: bool = True) -> dict[str, Any]:
    """A group."""
    organization = state.organizations[group.organization_id]
    everyone = members_of(state, group)
    return {
        "id": group.id,
        "name": group.name,
        "display_name": group.display_name,
        "organization_id": organization.id,
        "members": [user.reduced() for user in everyone] if members else [],
        "total_member_count": len(everyone),
        "avatar_url": group.avatar_url,
        "quota_allowance": group.quota_allowance,
        "source": group.source,
        "organization_name": organization.name,
        "organization_display_name": organization.display_name,
    }
