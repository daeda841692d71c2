"""Finds what a path names, as far as the caller may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk.testing._query import is_uuid, uuid_param
from coder_sdk.testing._web import Call, forbidden, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.agents import Agent
    from coder_sdk.testing._state.organizations import Group, Organization
    from coder_sdk.testing._state.templates import Template, Version
    from coder_sdk.testing._state.users import User
    from coder_sdk.testing._state.workspaces import Build, Workspace


def user_of(call: Call, action: str = "read", resource: str = "user") -> User:
    """The user of the path, if the caller may act on what belongs to them.

    Raises:
        Refusal: There is none, or the caller may not know.
    """
    found = named_user(call)
    if not call.actor.can(resource, action, owner=found.id):
        raise missing()
    return found


def named_user(call: Call) -> User:
    """The user of the path, whoever asks."""
    name = call.params["user"]
    found = call.actor.user if name == "me" else call.state.find_user(name)
    if found is None:
        raise missing()
    return found


def organization_of(call: Call, action: str = "read") -> Organization:
    """The organization of the path."""
    found = call.state.find_organization(call.params["organization"])
    if found is None or not call.actor.can("organization", "read", organization=found.id):
        raise missing()
    if action != "read" and not call.actor.can("organization", action, organization=found.id):
        raise forbidden()
    return found


def member_of(call: Call, organization: Organization) -> User:
    """The member of an organization that the path names."""
    found = named_user(call)
    if organization.id not in found.organizations or not call.actor.can(
        "organization_member", "read", owner=found.id, organization=organization.id
    ):
        raise missing()
    return found


def template_of(call: Call, action: str = "read") -> Template:
    """The template of the path."""
    found = call.state.templates.get(uuid_param(call, "template"))
    if found is None or found.deleted or not sees_template(call, found):
        raise missing()
    if action != "read" and not call.actor.can(
        "template", action, organization=found.organization_id, identifier=found.id
    ):
        raise missing()
    return found


def sees_template(call: Call, template: Template) -> bool:
    """Whether the caller sees a template: as who looks after it, or because it is for them."""
    actor, organization = call.actor, template.organization_id
    if not actor.can("template", "read", organization=organization, identifier=template.id):
        return False
    return (
        actor.may("template", "read", owner=None, organization=None)
        or actor.may("template", "update", owner=None, organization=organization)
        or actor.user.id in template.user_acl
        or any(_is_in(call, group) for group in template.group_acl)
    )


def _is_in(call: Call, group_id: str) -> bool:
    user, group = call.actor.user, call.state.groups.get(group_id)
    # The group of everybody has the id of its organization, and no list of members.
    return group_id in user.organizations or (group is not None and user.id in group.members)


def version_of(call: Call, action: str = "read") -> Version:
    """The template version of the path."""
    found = call.state.versions.get(uuid_param(call, "templateversion"))
    if found is None or not call.actor.can(
        "template", action, organization=found.organization_id, identifier=found.template_id
    ):
        raise missing()
    template = call.state.templates.get(found.template_id or "")
    if template is not None and not sees_template(call, template):
        raise missing()
    return found


def sees_workspace(call: Call, workspace: Workspace, action: str = "read") -> bool:
    """Whether the caller may act on a workspace, as owner, by role or because it is shared."""
    actor = call.actor
    if actor.can(
        "workspace",
        action,
        owner=workspace.owner_id,
        organization=workspace.organization_id,
        identifier=workspace.id,
    ):
        return True
    role = workspace.user_acl.get(actor.user.id, "")
    if not role or not actor.in_scope("workspace", action):
        return False
    return role == "admin" or action in {"read", "ssh", "application_connect", "start", "stop"}


def workspace_of(call: Call, action: str = "read", *, deleted: bool = False) -> Workspace:
    """The workspace of the path; a deleted one is gone unless it is asked for."""
    found = call.state.workspaces.get(uuid_param(call, "workspace"))
    if found is None or not sees_workspace(call, found):
        raise missing()
    if action != "read" and not sees_workspace(call, found, action):
        raise missing()
    if found.deleted and not deleted:
        raise refuse(
            410,
            f'Workspace "{found.id}" was deleted, you can view this workspace by specifying '
            "'?include_deleted=true' and trying again.",
        )
    return found


def named_workspace(call: Call, *, deleted: bool = False) -> Workspace:
    """The workspace that the path names by owner and name."""
    owner = named_user(call)
    name = call.params["workspacename"].lower()
    for item in reversed(list(call.state.workspaces.values())):
        fits = item.owner_id == owner.id and item.name.lower() == name
        if fits and item.deleted <= deleted and sees_workspace(call, item):
            return item
    raise missing()


def build_of(call: Call, action: str = "read") -> Build:
    """The build of the path."""
    found = call.state.builds.get(uuid_param(call, "workspacebuild"))
    if found is None or not sees_workspace(call, call.state.workspaces[found.workspace_id], action):
        raise missing()
    return found


def agent_of(call: Call, action: str = "read") -> Agent:
    """The agent of the path; those of stopped workspaces are gone."""
    found = call.state.agents.get(uuid_param(call, "workspaceagent"))
    if (
        found is None
        or found.gone
        or not sees_workspace(call, call.state.workspaces[found.workspace_id], action)
    ):
        text = "Agent doesn't exist with that id, or you do not have access to it."
        raise refuse(404, text)
    return found


def group_of(call: Call, action: str = "read") -> Group:
    """The group of the path."""
    name = call.params["group"]
    found = call.state.groups.get(name.lower()) if is_uuid(name) else None
    if found is None and not is_uuid(name):
        uuid_param(call, "group")
    if found is None or not call.actor.can("group", action, organization=found.organization_id):
        raise missing()
    return found
