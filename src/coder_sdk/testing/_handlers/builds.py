"""Builds of workspaces."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._builds import add_build
from coder_sdk.testing._jobs import cancel_job
from coder_sdk.testing._logs import job_logs
from coder_sdk.testing._lookup import build_of, named_workspace, workspace_of
from coder_sdk.testing._parameters import build_parameters
from coder_sdk.testing._query import Body, Page
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import ZERO_UUID, parse, stamp
from coder_sdk.testing._views import build_wire, resource_wire
from coder_sdk.testing._web import Call, Reply, answer, empty, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.templates import Version
    from coder_sdk.testing._state.workspaces import Build, Workspace

routes = Routes()
_BUILD: Final = "/api/v2/workspacebuilds/{workspacebuild}"
_REASONS: Final = {
    "", "initiator", "autostart", "autostop", "dormancy", "dashboard", "cli", "ssh_connection",
    "vscode_connection", "jetbrains_connection", "task_manual_pause", "task_resume",
}  # fmt: skip
_ACTIONS: Final = {"start": "start", "stop": "stop", "delete": "delete"}


@routes("POST", "/api/v2/workspaces/{workspace}/builds")
def create_build(call: Call) -> Reply:
    """Start, stop or delete a workspace."""
    body = Body(call)
    body.choice("transition", set(_ACTIONS))
    if body.text("reason") not in _REASONS:
        body.fail("reason", "oneof", body.text("reason"))
    body.finish()
    transition = body.text("transition")
    workspace = workspace_of(call, deleted=True)
    if workspace.deleted:
        text = f"Cannot {transition} a deleted workspace!"
        detail = "This workspace has been deleted and cannot be modified."
        raise refuse(409, text, detail)
    workspace = workspace_of(call, _ACTIONS[transition])
    if body.truth("orphan") and transition != "delete":
        raise refuse(400, "Orphan is only permitted when deleting a workspace.")
    if body.truth("orphan") and not call.actor.can(
        "template", "update", organization=workspace.organization_id
    ):
        raise refuse(403, "Only template managers may provide custom state")
    _check_idle(call, workspace)
    version = _version(call, workspace, body)
    build = add_build(
        call.state,
        workspace,
        version,
        transition,
        call.actor.user.id,
        _parameters(workspace, version, body, transition),
        reason=body.text("reason") or "initiator",
        orphan=body.truth("orphan"),
        on_success=_follow_up(body),
        preset_id=body.text("template_version_preset_id") or None,
    )
    if transition == "start" and workspace.dormant_at is not None:
        workspace.dormant_at = workspace.deleting_at = None
    call.state.log_audit(
        call.actor.user, transition, "workspace_build", build.id, "",
        organization=call.state.organizations[workspace.organization_id], status=201,
        additional_fields={"workspace_name": workspace.name, "build_reason": build.reason},
    )  # fmt: skip
    return answer(build_wire(call.state, build, created=True), 201)


def _follow_up(body: Body) -> dict[str, Any] | None:
    """The build that is to follow this one."""
    wanted = Body.of(body.table("on_success"))
    if not wanted.values:
        return None
    wanted.choice("transition", set(_ACTIONS))
    wanted.finish()
    wanted.text("template_version_id")
    wanted.pairs("rich_parameter_values")
    return wanted.values


def _check_idle(call: Call, workspace: Workspace) -> None:
    latest = workspace.latest
    if latest.job.finished:
        return
    if latest.order > call.arrival:
        # Both looked before either wrote: the database refuses the second.
        raise refuse(
            409,
            "insert workspace build",
            'pq: duplicate key value violates unique constraint "workspace_builds_job_id_key"',
        )
    text = "A workspace build is already active."
    raise refuse(409, text, text)


def _version(call: Call, workspace: Workspace, body: Body) -> Version:
    state = call.state
    wanted = body.text("template_version_id")
    template = state.templates[workspace.template_id]
    if not wanted or wanted == ZERO_UUID:
        current = state.versions[workspace.latest.version_id]
        latest = body.text("transition") == "start" and workspace.automatic_updates == "always"
        if not latest and _must_be_active(call, workspace, current, body):
            raise refuse(403, "Unauthorized to use inactive template version.")
        return state.versions[template.active_version_id] if latest else current
    version = state.versions.get(wanted)
    if version is None or version.template_id != template.id:
        detail = "template version not found"
        problem = {"field": "template_version_id", "detail": detail}
        raise refuse(400, "Template version not found.", validations=[problem])
    if not version.job.finished:
        text = f"The provided template version is {version.job.status}. Wait for it to complete "
        raise refuse(406, text + "importing!")
    if version.job.status != "succeeded":
        text = f'The provided template version "{version.name}" has failed to import: '
        raise refuse(400, text + version.job.error)
    return version


def _must_be_active(call: Call, workspace: Workspace, version: Version, body: Body) -> bool:
    template = call.state.templates[workspace.template_id]
    return bool(
        template.settings["require_active_version"]
        and body.text("transition") == "start"
        and version.id != template.active_version_id
        and not call.actor.may("template", "update", owner=None,
                               organization=template.organization_id)
    )  # fmt: skip


def _parameters(
    workspace: Workspace, version: Version, body: Body, transition: str
) -> dict[str, str]:
    before = workspace.latest.parameters
    given = body.pairs("rich_parameter_values")
    if transition != "start":
        return dict(before)
    preset = body.text("template_version_preset_id") or None
    return build_parameters(version.spec, given, before, preset, first=False)


@routes("GET", "/api/v2/workspaces/{workspace}/builds")
def list_builds(call: Call) -> Reply:
    """List the builds, the newest first."""
    workspace = workspace_of(call, deleted=True)
    page = Page(call)
    since = parse(call.get("since")) if call.get("since") else None
    if call.get("since") and since is None:
        detail = 'Query param "since" must be a valid date format (2006-01-02T15:04:05Z07:00)'
        problem = {"field": "since", "detail": detail}
        raise refuse(400, "Query parameters have invalid values.", validations=[problem])
    builds = [
        build for build in reversed(workspace.builds) if since is None or build.created_at > since
    ]
    behind = page.after(builds, lambda build: build.id)
    if behind is None:
        raise refuse(400, f'Record at "after_id" ("{page.after_id}") does not exists.')
    return answer([build_wire(call.state, build) for build in page.cut(behind)])


@routes("GET", "/api/v2/users/{user}/workspace/{workspacename}/builds/{buildnumber}")
def build_by_number(call: Call) -> Reply:
    """Show a build by its number."""
    text = call.params["buildnumber"]
    workspace = named_workspace(call, deleted=True)
    if not text.isdigit():
        detail = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise refuse(400, "Failed to parse build number as integer.", detail)
    for build in workspace.builds:
        if build.number == int(text):
            return answer(build_wire(call.state, build))
    raise refuse(404, f'Workspace "{workspace.name}" Build {text} does not exist.')


@routes("GET", _BUILD)
def get_build(call: Call) -> Reply:
    """Show a build."""
    return answer(build_wire(call.state, build_of(call)))


@routes("PATCH", _BUILD + "/cancel")
def cancel_build(call: Call) -> Reply:
    """Cancel a build, if it is in the expected state."""
    build = build_of(call, "update")
    expected = call.get("expect_status")
    if expected and expected not in {"running", "pending"}:
        text = f"Invalid expect_status \"{expected}\". Only 'running' or 'pending' are allowed."
        raise refuse(400, text)
    _check_cancel(call, build)
    if build.job.finished:
        raise refuse(400, "Job has already completed!")
    if build.job.canceled_at is not None:
        raise refuse(400, "Job has already been marked as canceled!")
    if expected and build.job.status != expected:
        raise refuse(412, "Job is not in the expected state.")
    cancel_job(call.state, build.job)
    return message(200, "Job has been marked as canceled...")


def _check_cancel(call: Call, build: Build) -> None:
    workspace = call.state.workspaces[build.workspace_id]
    template = call.state.templates[workspace.template_id]
    permitted = template.settings["allow_user_cancel_workspace_jobs"]
    if not permitted and not call.actor.may(
        "template", "update", owner=None, organization=template.organization_id
    ):
        text = "User is not allowed to cancel workspace builds. Owner role is required."
        raise refuse(403, text)


@routes("GET", _BUILD + "/logs")
def build_logs(call: Call) -> Reply:
    """Show or stream the logs of a build."""
    return job_logs(call, build_of(call).job)


@routes("GET", _BUILD + "/parameters")
def build_parameter_values(call: Call) -> Reply:
    """List the values that a build used."""
    values = build_of(call).parameters
    return answer([{"name": name, "value": value} for name, value in values.items()])


@routes("GET", _BUILD + "/resources")
def build_resources(call: Call) -> Reply:
    """List what a build made."""
    build = build_of(call)
    if not build.job.finished:
        raise refuse(400, "Job hasn't completed!")
    return answer(
        [
            resource_wire(call.state, resource, build.job.id, build.transition)
            for resource in build.resources
        ]
    )


@routes("GET", _BUILD + "/state")
def get_state(call: Call) -> Reply:
    """Give back the state of Terraform, which may be nothing."""
    build = build_of(call)
    _check_state(call, build)
    return Reply(200, build.state, {"content-type": "application/json"})


@routes("PUT", _BUILD + "/state", since=(2, 29))
def put_state(call: Call) -> Reply:
    """Replace the state of Terraform."""
    build = build_of(call, "update")
    _check_state(call, build)
    try:
        build.state = base64.b64decode(Body(call).text("state"), validate=True)
    except binascii.Error:
        raise refuse(400, "Request body must be valid JSON.", "illegal base64 data") from None
    return empty()


def _check_state(call: Call, build: Build) -> None:
    organization = call.state.workspaces[build.workspace_id].organization_id
    if not call.actor.can("template", "update", organization=organization):
        raise missing()


@routes("GET", "/api/v2/workspaces/{workspace}/timings")
def workspace_timings(call: Call) -> Reply:
    """Show how long the parts of the latest build took."""
    return answer(_timings(workspace_of(call).latest))


@routes("GET", _BUILD + "/timings")
def build_timings(call: Call) -> Reply:
    """Show how long the parts of a build took."""
    return answer(_timings(build_of(call)))


def _timings(build: Build) -> dict[str, Any]:
    value: dict[str, Any] = {
        "provisioner_timings": [],
        "agent_script_timings": [],
        "agent_connection_timings": [],
    }
    if build.job.started_at is not None and build.job.completed_at is not None:
        value["provisioner_timings"].append(
            {
                "job_id": build.job.id,
                "started_at": stamp(build.job.started_at),
                "ended_at": stamp(build.job.completed_at),
                "stage": "apply",
                "source": "docker",
                "action": build.transition,
                "resource": "workspace",
            }
        )
    for agent in build.agents:
        if agent.first_connected_at is None:
            continue
        who = {"workspace_agent_id": agent.id, "workspace_agent_name": agent.spec.name}
        connected = stamp(agent.first_connected_at)
        value["agent_connection_timings"].append(
            {"started_at": stamp(agent.created_at), "ended_at": connected, "stage": "connect",
             **who}
        )  # fmt: skip
        if agent.ready_at is not None:
            failed = agent.spec.startup != "ready"
            value["agent_script_timings"].append(
                {
                    "started_at": connected,
                    "ended_at": stamp(agent.ready_at),
                    "exit_code": int(failed),
                    "stage": "start",
                    "status": "exit_failure" if failed else "ok",
                    "display_name": "Startup",
                    **who,
                }
            )
    return value
