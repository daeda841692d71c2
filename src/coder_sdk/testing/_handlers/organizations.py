"""Organizations, their members, roles and provisioners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._actor import ORGANIZATION_ROLES
from coder_sdk.testing._builds import quota_of
from coder_sdk.testing._lookup import member_of, named_user, organization_of
from coder_sdk.testing._query import Body, Page, only, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._state.organizations import Group, Organization
from coder_sdk.testing._times import ZERO_UUID, stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, forbidden, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.jobs import Job

routes = Routes()
_JOB_STATUS: Final = {
    "pending", "running", "succeeded", "canceling", "canceled", "failed", "unknown",
}  # fmt: skip


@routes("GET", "/api/v2/organizations")
def list_organizations(call: Call) -> Reply:
    """List the organizations that the caller sees."""
    found = [
        item.wire()
        for item in call.state.organizations.values()
        if not item.deleted and call.actor.can("organization", "read", organization=item.id)
    ]
    return answer(found)


@routes("GET", "/api/v2/organizations/{organization}")
def get_organization(call: Call) -> Reply:
    """Show an organization."""
    return answer(organization_of(call).wire())


@routes("POST", "/api/v2/organizations", feature="multiple_organizations")
def create_organization(call: Call) -> Reply:
    """Create an organization, with the caller as its administrator."""
    if not call.actor.can("organization", "create"):
        raise missing()
    body = Body(call)
    name = body.text("name")
    if not valid_name(name):
        body.fail("name", "organization_name" if name else "required", name)
    body.finish()
    _check_name(call, name, None)
    made = add_organization(call, name, body)
    return answer(made.wire(), 201)


def add_organization(call: Call, name: str, body: Body) -> Organization:
    """Make an organization with its group of everybody."""
    state = call.state
    made = Organization(
        id=state.new_id(),
        name=name,
        created_at=state.now,
        display_name=body.text("display_name") or name,
        description=body.text("description"),
        icon=body.text("icon"),
    )
    state.organizations[made.id] = made
    state.groups[made.id] = Group(made.id, "Everyone", made.id)
    call.actor.user.organizations[made.id] = ["organization-admin"]
    state.log_audit(
        call.actor.user, "create", "organization", made.id, name, organization=made, status=201
    )
    return made


def _check_name(call: Call, name: str, own: Organization | None) -> None:
    if name == "default":
        text = 'Organization name "default" is reserved.'
        raise refuse(400, text)
    found = call.state.find_organization(name)
    if found is not None and found is not own:
        raise refuse(409, "Organization already exists with that name.")


@routes("PATCH", "/api/v2/organizations/{organization}", feature="multiple_organizations")
def patch_organization(call: Call) -> Reply:
    """Change an organization."""
    found = organization_of(call, "update")
    body = Body(call)
    if body.text("name"):
        _check_name(call, body.text("name"), found)
        found.name = body.text("name")
    for field in ("display_name", "description", "icon"):
        if body.has(field):
            setattr(found, field, body.text(field))
    if body.has("default_org_member_roles"):
        found.default_roles = body.strings("default_org_member_roles")
    found.updated_at = call.state.now
    return answer(found.wire())


@routes("DELETE", "/api/v2/organizations/{organization}", feature="multiple_organizations")
def delete_organization(call: Call) -> Reply:
    """Delete an organization that holds nothing."""
    found = organization_of(call, "delete")
    if found.is_default:
        raise refuse(400, "Default organization cannot be deleted.")
    if any(item.organization_id == found.id for item in call.state.live_templates()):
        raise refuse(400, "Organization must be empty to be deleted.")
    found.deleted = True
    for user in call.state.users.values():
        user.organizations.pop(found.id, None)
    return message(200, "Organization has been deleted.")


@routes("GET", "/api/v2/organizations/{organization}/members")
def list_members(call: Call) -> Reply:
    """List every member."""
    return answer(_members(call))


def _members(call: Call) -> list[dict[str, Any]]:
    found = organization_of(call)
    users = [
        user
        for user in call.state.users.values()
        if found.id in user.organizations
        and call.actor.can("organization_member", "read", owner=user.id, organization=found.id)
    ]
    users.sort(key=lambda user: user.username.lower())
    return [user.membership(found.id) for user in users]


@routes("GET", "/api/v2/organizations/{organization}/paginated-members")
def paginated_members(call: Call) -> Reply:
    """List members page by page."""
    page = Page(call)
    members = page.after(_members(call), lambda member: str(member["user_id"])) or []
    shown = page.cut(members)
    return answer({"members": shown, "count": len(members) if shown else 0})


@routes("GET", "/api/v2/organizations/{organization}/members/{user}")
def get_member(call: Call) -> Reply:
    """Show a member."""
    found = organization_of(call)
    return answer(member_of(call, found).membership(found.id))


@routes("POST", "/api/v2/organizations/{organization}/members/{user}")
def add_member(call: Call) -> Reply:
    """Add a user to an organization."""
    found = organization_of(call)
    user = named_user(call)
    if not call.actor.can("organization_member", "create", organization=found.id):
        raise missing()
    if found.id in user.organizations:
        raise refuse(400, "User is already an organization member")
    user.organizations[found.id] = []
    return answer(user.slim_membership(found.id))


@routes("DELETE", "/api/v2/organizations/{organization}/members/{user}")
def remove_member(call: Call) -> Reply:
    """Take a user out of an organization."""
    found = organization_of(call)
    user = member_of(call, found)
    if not call.actor.can("organization_member", "delete", organization=found.id):
        raise missing()
    if user is call.actor.user:
        raise refuse(400, "cannot remove self from an organization")
    del user.organizations[found.id]
    return empty()


@routes("PUT", "/api/v2/organizations/{organization}/members/{user}/roles")
def put_member_roles(call: Call) -> Reply:
    """Replace the roles of a member."""
    found = organization_of(call)
    user = member_of(call, found)
    if not call.actor.can("assign_org_role", "assign", organization=found.id):
        raise missing()
    if user is call.actor.user:
        raise refuse(400, "You cannot change your own organization roles.")
    roles = Body(call).strings("roles")
    for role in roles:
        if role not in ORGANIZATION_ROLES and role not in found.custom_roles:
            raise refuse(400, f'"{role}:{found.id}" is not a supported role')
    user.organizations[found.id] = list(dict.fromkeys(roles))
    return answer(user.slim_membership(found.id))


@routes("GET", "/api/v2/organizations/{organization}/members/roles")
def member_roles(call: Call) -> Reply:
    """List the roles of an organization."""
    found = organization_of(call)
    assignable = call.actor.can("assign_org_role", "assign", organization=found.id)
    built_in: list[dict[str, Any]] = [
        {
            "name": name,
            "organization_id": found.id,
            "display_name": title,
            "site_permissions": [],
            "user_permissions": [],
            "organization_permissions": [],
            "organization_member_permissions": [],
            "assignable": assignable,
            "built_in": True,
        }
        for name, title in ORGANIZATION_ROLES.items()
    ]
    own = [
        {**role, "assignable": assignable, "built_in": False}
        for role in found.custom_roles.values()
    ]
    return answer([*built_in, *own])


@routes("POST", "/api/v2/organizations/{organization}/members/roles", feature="custom_roles")
@routes("PUT", "/api/v2/organizations/{organization}/members/roles", feature="custom_roles")
def put_custom_role(call: Call) -> Reply:
    """Make or change a role of one's own."""
    found = organization_of(call)
    if not call.actor.can("assign_org_role", "create", organization=found.id):
        raise forbidden()
    body = Body(call)
    name = body.text("name")
    if not valid_name(name) or name in ORGANIZATION_ROLES:
        raise refuse(400, "Invalid role name.", f'"{name}" is not permitted')
    exists = name in found.custom_roles
    if exists == (call.method == "POST"):
        raise refuse(409 if exists else 404, f'Role "{name}" {"exists" if exists else "missing"}.')
    found.custom_roles[name] = {
        "name": name,
        "organization_id": found.id,
        "display_name": body.text("display_name"),
        "site_permissions": [],
        "user_permissions": _permissions(body, "user_permissions"),
        "organization_permissions": _permissions(body, "organization_permissions"),
        "organization_member_permissions": _permissions(body, "organization_member_permissions"),
    }
    return answer(found.custom_roles[name])


def _permissions(body: Body, name: str) -> list[dict[str, Any]]:
    """What a role permits; fields that are not known are dropped."""
    given = [Body.of(item) for item in body.objects(name)]
    return [
        {
            "negate": item.truth("negate"),
            "resource_type": item.text("resource_type"),
            "action": item.text("action"),
        }
        for item in given
    ]


@routes(
    "DELETE",
    "/api/v2/organizations/{organization}/members/roles/{rolename}",
    feature="custom_roles",
)
def delete_custom_role(call: Call) -> Reply:
    """Delete a role of one's own."""
    found = organization_of(call)
    if call.params["rolename"] not in found.custom_roles:
        raise missing()
    del found.custom_roles[call.params["rolename"]]
    for user in call.state.users.values():
        roles = user.organizations.get(found.id, [])
        if call.params["rolename"] in roles:
            roles.remove(call.params["rolename"])
    return empty()


@routes("GET", "/api/v2/organizations/{organization}/members/{user}/workspace-quota",
        enterprise=True)  # fmt: skip
def member_quota(call: Call) -> Reply:
    """Show what a member uses and may use."""
    found = organization_of(call)
    consumed, budget = quota_of(call.state, member_of(call, found).id, found.id)
    return answer({"credits_consumed": consumed, "budget": budget})


@routes("GET", "/api/v2/workspace-quota/{user}", enterprise=True)
def default_quota(call: Call) -> Reply:
    """Show the quota of a user in the default organization."""
    found = call.state.default_organization
    consumed, budget = quota_of(call.state, member_of(call, found).id, found.id)
    return answer({"credits_consumed": consumed, "budget": budget})


@routes("GET", "/api/v2/organizations/{organization}/provisionerdaemons")
def daemons(call: Call) -> Reply:
    """List the provisioners."""
    found = organization_of(call)
    only(call, "limit", "ids", "status", "tags", "offline", "max_age", "q",
         title="Invalid query parameters.")  # fmt: skip
    if not call.actor.may("provisioner_jobs", "read", owner=None, organization=found.id):
        raise missing()
    page = Page(call)
    shown = [
        _daemon(call, found, number, tags) for number, tags in enumerate(call.state.provisioners)
    ]
    return answer(page.cut(shown, 50))


def _daemon(
    call: Call, organization: Organization, number: int, tags: dict[str, str]
) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "organization_id": organization.id,
        "key_id": "00000000-0000-0000-0000-000000000001",
        "created_at": stamp(organization.created_at),
        "last_seen_at": stamp(call.state.now),
        "name": f"provisioner-{number}",
        "version": call.state.version_text,
        "api_version": "1.18",
        "provisioners": ["terraform"],
        "tags": tags,
        "key_name": "built-in",
        "status": "idle",
        "current_job": None,
        "previous_job": None,
    }


@routes("GET", "/api/v2/organizations/{organization}/provisionerjobs")
def jobs(call: Call) -> Reply:
    """List jobs, the newest first."""
    found = organization_of(call)
    only(call, "limit", "ids", "status", "tags", "initiator", title="Invalid query parameters.")
    page = Page(call)
    status = call.values("status")
    for value in status:
        if value not in _JOB_STATUS:
            detail = f'Query param "status" has invalid values: "{value}" is not a valid value'
            problem = {"field": "status", "detail": detail}
            raise refuse(400, "Invalid query parameters.", validations=[problem])
    ids = call.values("ids")
    shown = [
        _job(call, job)
        for job in reversed(list(call.state.jobs.values()))
        if job.organization_id == found.id
        and _sees_jobs(call, found)
        and (not status or job.status in status)
        and (not ids or job.id in ids)
    ]
    return answer(page.cut(shown, 50))


def _sees_jobs(call: Call, found: Organization) -> bool:
    return call.actor.can("provisioner_jobs", "read", organization=found.id)


@routes("GET", "/api/v2/organizations/{organization}/provisionerjobs/{job}")
def get_job(call: Call) -> Reply:
    """Show a job."""
    found = organization_of(call)
    job = call.state.jobs.get(call.params["job"])
    if job is None or job.organization_id != found.id or not _sees_jobs(call, found):
        raise missing()
    return answer(_job(call, job))


def _job(call: Call, job: Job) -> dict[str, Any]:
    value = job.wire()
    version = call.state.versions.get(job.input.get("template_version_id", ""))
    build = call.state.builds.get(job.input.get("workspace_build_id", ""))
    if build is not None:
        version = call.state.versions[build.version_id]
        workspace = call.state.workspaces[build.workspace_id]
        value["metadata"].update(workspace_id=workspace.id, workspace_name=workspace.name)
    if version is not None:
        template = call.state.templates.get(version.template_id or "")
        value["metadata"].update(
            template_version_name=version.name,
            template_id=version.template_id or ZERO_UUID,
            template_name=template.name if template else "",
            template_display_name=template.settings["display_name"] if template else "",
            template_icon=template.settings["icon"] if template else "",
        )
    return value
