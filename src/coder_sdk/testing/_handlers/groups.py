"""Groups, which need a licence."""

from __future__ import annotations

from typing import Final

from coder_sdk.testing._lookup import group_of, organization_of
from coder_sdk.testing._query import Body, Page, only, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._state.organizations import Group
from coder_sdk.testing._views import group_wire, members_of
from coder_sdk.testing._web import Call, Reply, answer, invalid, message, missing, refuse

routes = Routes()
_FEATURE: Final = "template_rbac"


def _visible(call: Call, group: Group) -> bool:
    if call.actor.can("group", "read", organization=group.organization_id):
        return True
    return call.actor.in_scope("group", "read") and call.actor.user in members_of(call.state, group)


@routes("GET", "/api/v2/groups", feature=_FEATURE)
def list_groups(call: Call) -> Reply:
    """List groups of all organizations."""
    only(call, "organization", "has_member", "group_ids")
    found = [group for group in call.state.groups.values() if _visible(call, group)]
    if call.get("organization"):
        organization = call.state.find_organization(call.get("organization"))
        if organization is None:
            raise missing()
        found = [group for group in found if group.organization_id == organization.id]
    if call.get("has_member"):
        user = call.state.find_user(call.get("has_member"))
        found = [group for group in found if user in members_of(call.state, group)]
    if call.values("group_ids"):
        found = [group for group in found if group.id in call.values("group_ids")]
    return answer([group_wire(call.state, group) for group in found])


@routes("GET", "/api/v2/organizations/{organization}/groups", feature=_FEATURE)
def organization_groups(call: Call) -> Reply:
    """List the groups of an organization."""
    organization = organization_of(call)
    return answer(
        [
            group_wire(call.state, group)
            for group in call.state.groups.values()
            if group.organization_id == organization.id and _visible(call, group)
        ]
    )


@routes("POST", "/api/v2/organizations/{organization}/groups", feature=_FEATURE)
def create_group(call: Call) -> Reply:
    """Create a group."""
    organization = organization_of(call)
    if not call.actor.can("group", "create", organization=organization.id):
        raise missing()
    body = Body(call)
    name = body.text("name")
    if not valid_name(name):
        body.fail("name", "group_name" if name else "required", name)
    body.finish()
    _check_name(call, organization.id, name)
    group = Group(
        id=call.state.new_id(),
        name=name,
        organization_id=organization.id,
        display_name=body.text("display_name"),
        avatar_url=body.text("avatar_url"),
        quota_allowance=body.number("quota_allowance"),
    )
    call.state.groups[group.id] = group
    return answer(group_wire(call.state, group), 201)


def _check_name(call: Call, organization_id: str, name: str) -> None:
    if name.lower() == "everyone":
        text = f'"{name}" is a reserved name and cannot be used for a group name.'
        raise invalid("name", text, text)
    for other in call.state.groups.values():
        if other.organization_id == organization_id and other.name == name:
            detail = "A group with this name already exists"
            raise refuse(
                409,
                f"A group named {name!r} already exists.",
                validations=[{"field": "name", "detail": detail}],
            )


def _by_name(call: Call) -> Group:
    organization = organization_of(call)
    for group in call.state.groups.values():
        named = group.name == call.params["groupName"]
        if group.organization_id == organization.id and named and _visible(call, group):
            return group
    raise missing()


@routes("GET", "/api/v2/organizations/{organization}/groups/{groupName}", feature=_FEATURE)
def group_by_name(call: Call) -> Reply:
    """Show a group by its name."""
    return answer(group_wire(call.state, _by_name(call), members=not call.get("exclude_members")))


@routes("GET", "/api/v2/groups/{group}", feature=_FEATURE)
def get_group(call: Call) -> Reply:
    """Show a group."""
    return answer(group_wire(call.state, group_of(call), members=not call.get("exclude_members")))


@routes("GET", "/api/v2/groups/{group}/members", feature=_FEATURE)
def group_members(call: Call) -> Reply:
    """List members page by page."""
    return _page_of_members(call, group_of(call))


@routes("GET", "/api/v2/organizations/{organization}/groups/{groupName}/members", feature=_FEATURE)
def named_group_members(call: Call) -> Reply:
    """List members of a named group page by page."""
    return _page_of_members(call, _by_name(call))


def _page_of_members(call: Call, group: Group) -> Reply:
    page = Page(call)
    users = sorted(members_of(call.state, group), key=lambda user: user.username)
    behind = page.after(users, lambda user: user.id) or []
    shown = page.cut(behind)
    count = len(behind) if shown else 0
    return answer({"users": [user.reduced() for user in shown], "count": count})


@routes("PATCH", "/api/v2/groups/{group}", feature=_FEATURE)
def patch_group(call: Call) -> Reply:
    """Change a group and its members."""
    group = group_of(call, "update")
    body = Body(call)
    everyone = group.id == group.organization_id
    name = body.text("name")
    if name and name != group.name:
        if everyone:
            raise refuse(400, 'Cannot rename the "Everyone" group!')
        _check_name(call, group.organization_id, name)
    added = [_member(call, group, item) for item in body.strings("add_users")]
    removed = [_member(call, group, item) for item in body.strings("remove_users")]
    if everyone and (added or removed):
        raise refuse(400, 'Cannot add or remove users from the "Everyone" group!')
    group.name = name or group.name
    for field in ("display_name", "avatar_url"):
        if body.has(field):
            setattr(group, field, body.text(field))
    if body.has("quota_allowance"):
        group.quota_allowance = body.number("quota_allowance")
    members = [item for item in group.members if item not in removed]
    group.members = list(dict.fromkeys([*members, *added]))
    return answer(group_wire(call.state, group))


def _member(call: Call, group: Group, identifier: str) -> str:
    user = call.state.users.get(identifier)
    if user is None or group.organization_id not in user.organizations:
        raise refuse(400, f'User "{identifier}" must be a member of organization "{group.name}"')
    return user.id


@routes("DELETE", "/api/v2/groups/{group}", feature=_FEATURE)
def delete_group(call: Call) -> Reply:
    """Delete a group."""
    group = group_of(call, "delete")
    if group.id == group.organization_id:
        raise refuse(400, 'Cannot delete the "Everyone" group!')
    del call.state.groups[group.id]
    return message(200, "Successfully deleted group!")
