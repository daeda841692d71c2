"""Workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk.testing._logs import upgrade_required
from coder_sdk.testing._lookup import (
    named_user,
    named_workspace,
    organization_of,
    sees_template,
    sees_workspace,
    workspace_of,
)
from coder_sdk.testing._parameters import build_parameters
from coder_sdk.testing._query import Body, Page, flag, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._schedule import schedule_complaint
from coder_sdk.testing._times import ZERO_UUID
from coder_sdk.testing._views import workspace_wire
from coder_sdk.testing._watch import AllBuildsSession, ConnectionSession, WorkspaceSession
from coder_sdk.testing._web import Call, Reply, answer, invalid, missing, refuse
from coder_sdk.testing._workspaces import add_workspace, fits, workspace_search

if TYPE_CHECKING:
    from coder_sdk.testing._state.templates import Template, Version
    from coder_sdk.testing._state.users import User
    from coder_sdk.testing._state.workspaces import Workspace

routes = Routes()
_WORKSPACE: Final = "/api/v2/workspaces/{workspace}"
_MINUTE_MS: Final = 60_000
_MONTH_MS: Final = 30 * 24 * 60 * _MINUTE_MS


@routes("GET", "/api/v2/workspaces")
def list_workspaces(call: Call) -> Reply:
    """List the workspaces that the caller sees: favourites first, then those that run."""
    page = Page(call)
    wanted = workspace_search(call.get("q"))
    # The organization is checked even where there is no workspace at all.
    deleted = wanted.one("status") == "deleted"
    found = [
        item
        for item in call.state.workspaces.values()
        if item.deleted == deleted
        and sees_workspace(call, item)
        and fits(call.state, call.actor, item, wanted)
    ]
    me = call.actor.user.id
    found.sort(key=lambda item: _rank(call, item, me))
    shown = [workspace_wire(call.state, item, me) for item in page.cut(found)]
    return answer({"workspaces": shown, "count": len(found)})


def _rank(call: Call, item: Workspace, me: str) -> tuple[bool, bool, str, str]:
    owner = call.state.users[item.owner_id].username.lower()
    favorite = item.favorite and item.owner_id == me
    return not favorite, item.latest.status != "running", owner, item.name.lower()


@routes("GET", _WORKSPACE)
def get_workspace(call: Call) -> Reply:
    """Show a workspace."""
    found = workspace_of(call, deleted=flag(call, "include_deleted"))
    return answer(workspace_wire(call.state, found, call.actor.user.id))


@routes("GET", "/api/v2/users/{user}/workspace/{workspacename}")
def get_named_workspace(call: Call) -> Reply:
    """Show a workspace by owner and name."""
    found = named_workspace(call, deleted=flag(call, "include_deleted"))
    return answer(workspace_wire(call.state, found, call.actor.user.id))


@routes("POST", "/api/v2/users/{user}/workspaces")
def create_workspace(call: Call) -> Reply:
    """Make a workspace for a user."""
    return _create(call, named_user(call), None)


@routes("POST", "/api/v2/organizations/{organization}/members/{user}/workspaces")
def create_member_workspace(call: Call) -> Reply:
    """Make a workspace for a member of an organization."""
    organization = organization_of(call)
    return _create(call, named_user(call), organization.id)


def _create(call: Call, owner: User, organization_id: str | None) -> Reply:
    body = Body(call)
    _check(body)
    template, version = _template(call, body)
    may = call.actor.can(
        "workspace", "create", owner=owner.id, organization=version.organization_id
    )
    if not may or organization_id not in {None, version.organization_id}:
        raise missing()
    name = body.text("name")
    check_free(call, owner, name)
    _check_schedule(body)
    if template.settings["require_active_version"] and (
        version.id != template.active_version_id and not call.actor.is_owner
    ):
        raise refuse(403, "Unauthorized to create workspace from inactive template version.")
    _check_version(version)
    preset = body.text("template_version_preset_id") or None
    values = build_parameters(
        version.spec, body.pairs("rich_parameter_values"), {}, preset, first=True
    )
    ttl: int | None = body.number("ttl_ms") or template.settings["default_ttl_ms"] or None
    workspace = add_workspace(
        call.state,
        owner,
        call.actor.user,
        template.id,
        version,
        name,
        values,
        ttl_ms=ttl,
        autostart=body.text("autostart_schedule") or None,
        automatic_updates=body.text("automatic_updates") or "never",
        preset_id=preset,
    )
    call.state.log_audit(
        call.actor.user, "create", "workspace", workspace.id, name,
        organization=call.state.organizations[workspace.organization_id], status=201,
    )  # fmt: skip
    return answer(workspace_wire(call.state, workspace, call.actor.user.id, created=True), 201)


def _check(body: Body) -> None:
    template, version = body.text("template_id"), body.text("template_version_id")
    if not template and not version:
        body.fail("template_id", "required_without", ZERO_UUID)
        body.fail("template_version_id", "required_without", ZERO_UUID)
    elif template and version:
        body.fail("template_id", "excluded_with", template)
        body.fail("template_version_id", "excluded_with", version)
    if not valid_name(body.text("name")):
        body.fail("name", "workspace_name", body.text("name"))
    body.finish()


def _template(call: Call, body: Body) -> tuple[Template, Version]:
    state = call.state
    template_id, version_id = body.text("template_id"), body.text("template_version_id")
    if version_id:
        version = state.versions.get(version_id)
        if version is None or version.template_id is None:
            text = f'Template version "{version_id}" doesn\'t exist.'
            raise invalid("template_version_id", "template version not found", text)
        template_id = version.template_id
    template = state.templates.get(template_id)
    if template is None or template.deleted or not sees_template(call, template):
        text = f'Template "{template_id}" doesn\'t exist.'
        raise invalid("template_id", "template not found", text)
    if template.settings["deprecation_message"]:
        raise refuse(
            400,
            f'Template "{template.name}" has been deprecated, and cannot be used to create a new '
            "workspace.",
            str(template.settings["deprecation_message"]),
        )
    return template, state.versions[version_id or template.active_version_id]


def check_free(call: Call, owner: User, name: str) -> None:
    """Refuse a name that a workspace of the owner has."""
    for other in call.state.live_workspaces():
        if other.owner_id != owner.id or other.name.lower() != name.lower():
            continue
        if other.order > call.arrival:
            # Both looked before either wrote: the database refuses the second.
            raise refuse(
                500,
                "Internal server error",
                "insert workspace: pq: duplicate key value violates unique constraint "
                '"workspaces_owner_id_lower_idx"',
            )
        detail = "This value is already in use and should be unique."
        problem = {"field": "name", "detail": detail}
        raise refuse(409, f'Workspace "{other.name}" already exists.', validations=[problem])


def _check_schedule(body: Body) -> None:
    schedule = body.text("autostart_schedule")
    complaint = schedule_complaint(schedule) if schedule else ""
    if complaint:
        raise invalid("schedule", complaint, "Invalid Autostart Schedule.")
    if body.has("ttl_ms"):
        complaint = ttl_complaint(body.number("ttl_ms"))
        if complaint:
            raise invalid("ttl_ms", complaint, "Invalid Workspace Time to Shutdown.")


def ttl_complaint(milliseconds: int) -> str:
    """What is wrong with a time until shutdown; empty if nothing is."""
    if 0 < milliseconds < _MINUTE_MS:
        return "time until shutdown must be at least one minute"
    if milliseconds > _MONTH_MS:
        return "time until shutdown must be less than 30 days"
    return ""


def _check_version(version: Version) -> None:
    status = version.job.status
    if status in {"pending", "running", "canceling"}:
        word = "running" if status != "canceling" else status
        raise refuse(
            406,
            f"The provided template version is {word}. Wait for it to complete importing!",
        )
    if status == "failed":
        text = f"The provided template version {version.name!r} has failed to import: "
        raise refuse(400, (text + version.job.error).replace("'", '"'))
    if status == "canceled":
        raise refuse(400, "The provided template version was canceled during import.")


@routes("GET", _WORKSPACE + "/watch")
def watch(call: Call) -> Reply:
    """Stream a workspace as server-sent events."""
    session = WorkspaceSession(call, workspace_of(call), envelope=False)
    return Reply(200, session=session)


@routes("GET", _WORKSPACE + "/watch-ws", since=(2, 21))
def watch_socket(call: Call) -> Reply:
    """Stream a workspace over a WebSocket."""
    found = workspace_of(call)
    if not call.upgrade:
        return upgrade_required(
            "Internal error setting up server-sent events.", "cannot establish connection: "
        )
    return Reply(101, session=WorkspaceSession(call, found, envelope=True))


@routes("GET", _WORKSPACE + "/agent-connection-watch", since=(2, 34))
def watch_connection(call: Call) -> Reply:
    """Stream what stands between a workspace and a connection to its agent."""
    found = workspace_of(call)
    if not call.upgrade:
        return upgrade_required()
    return Reply(101, session=ConnectionSession(call, found))


@routes("GET", "/api/experimental/watch-all-workspacebuilds", since=(2, 34))
def watch_builds(call: Call) -> Reply:
    """Stream the states of all builds."""
    if "workspace-build-updates" not in call.state.experiments:
        raise refuse(
            403,
            "workspace-build-updates functionality requires enabling the "
            "'workspace-build-updates' experiment.",
        )
    if not call.actor.can("workspace", "read"):
        raise missing()
    if not call.upgrade:
        return upgrade_required()
    return Reply(101, session=AllBuildsSession(call))
