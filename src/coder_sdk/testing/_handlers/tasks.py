"""Tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._builds import add_build, app_status
from coder_sdk.testing._handlers.workspaces import check_free
from coder_sdk.testing._lookup import named_user, sees_workspace
from coder_sdk.testing._parameters import build_parameters
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._search import search
from coder_sdk.testing._state.tasks import Task
from coder_sdk.testing._times import stamp
from coder_sdk.testing._views import build_wire
from coder_sdk.testing._web import Call, Reply, answer, empty, missing, refuse
from coder_sdk.testing._workspaces import add_workspace

if TYPE_CHECKING:
    from coder_sdk.testing._state.agents import Agent
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.templates import Version
    from coder_sdk.testing._state.workspaces import Workspace

routes = Routes()
_TASK: Final = "/api/v2/tasks/{user}/{task}"
_OLD: Final = "/api/experimental/tasks/{user}/{task}"
_STATUS: Final = {"pending", "initializing", "active", "paused", "unknown", "error"}
_WORK_SECONDS: Final = 5.0
_NAME_LENGTH: Final = 25


def _agent(state: Deployment, task: Task) -> Agent | None:
    agents = state.workspaces[task.workspace_id].latest.agents
    return agents[0] if agents else None


def _status(state: Deployment, task: Task) -> str:
    latest = state.workspaces[task.workspace_id].latest
    job = latest.job.status
    if job in {"failed", "canceled"}:
        return "error"
    if latest.transition != "start":
        return "paused"
    if job != "succeeded":
        return "pending" if job == "pending" else "initializing"
    agent = _agent(state, task)
    if agent is None or agent.lifecycle in {"created", "starting"}:
        return "initializing"
    return "active" if agent.lifecycle == "ready" else "unknown"


def _wire(state: Deployment, task: Task) -> dict[str, Any]:
    workspace = state.workspaces[task.workspace_id]
    template = state.templates[task.template_id]
    agent = _agent(state, task)
    status = _status(state, task)
    current: dict[str, Any] | None = None
    if status in {"initializing", "active"}:
        words = task.message or ("Working on it" if task.state == "working" else "Done")
        current = {
            "timestamp": stamp(task.updated_at),
            "state": task.state if status == "active" else "working",
            "message": words if status == "active" else "Agent is connecting",
            "uri": "",
        }
    value: dict[str, Any] = {
        "id": task.id,
        "organization_id": task.organization_id,
        "owner_id": task.owner_id,
        "owner_name": state.users[task.owner_id].username,
        "name": task.name,
        "display_name": task.display_name,
        "template_id": template.id,
        "template_version_id": task.version_id,
        "template_name": template.name,
        "template_display_name": template.settings["display_name"],
        "template_icon": template.settings["icon"],
        "workspace_id": workspace.id,
        "workspace_name": workspace.name,
        "workspace_status": workspace.latest.status,
        "workspace_build_number": workspace.latest.number,
        "workspace_agent_id": agent.id if agent else None,
        "workspace_agent_lifecycle": agent.lifecycle if agent else None,
        "workspace_agent_health": None,
        "workspace_app_id": agent.app_ids.get(task.app_slug) if agent else None,
        "initial_prompt": task.prompt,
        "status": status,
        "current_state": current,
        "created_at": stamp(task.created_at),
        "updated_at": stamp(task.updated_at),
    }
    if agent is not None:
        reason = agent.health_reason
        health = {"healthy": False, "reason": reason} if reason else {"healthy": True}
        value["workspace_agent_health"] = health
    return value


def _sees(call: Call, task: Task) -> bool:
    return not task.deleted and sees_workspace(call, call.state.workspaces[task.workspace_id])


@routes("GET", "/api/v2/tasks")
@routes("GET", "/api/experimental/tasks")
def list_tasks(call: Call) -> Reply:
    """List tasks."""
    wanted = search("task", call.get("q"), {"owner", "organization", "status"}, "owner")
    wanted.choice("status", _STATUS)
    owner = wanted.one("owner")
    if owner == "me":
        owner = call.actor.user.username.lower()
    organization = wanted.one("organization")
    found = [
        _wire(call.state, task)
        for task in reversed(list(call.state.tasks.values()))
        if _sees(call, task)
        and owner in {"", call.state.users[task.owner_id].username.lower()}
        and (not organization or _is_in(call.state, task, organization))
        and wanted.one("status") in {"", _status(call.state, task)}
    ]
    return answer({"tasks": found, "count": len(found)})


def _is_in(state: Deployment, task: Task, name: str) -> bool:
    found = state.find_organization(name)
    return found is not None and found.id == task.organization_id


def _task(call: Call, *, write: bool = False) -> Task:
    owner = named_user(call)
    name = call.params["task"]
    for task in call.state.tasks.values():
        if task.owner_id == owner.id and name in {task.id, task.name} and _sees(call, task):
            workspace = call.state.workspaces[task.workspace_id]
            if write and not sees_workspace(call, workspace, "update"):
                break
            found: Task = task
            return found
    raise missing()


@routes("GET", _TASK)
@routes("GET", _OLD)
def get_task(call: Call) -> Reply:
    """Show a task by id or name."""
    return answer(_wire(call.state, _task(call)))


@routes("POST", "/api/v2/tasks/{user}")
@routes("POST", "/api/experimental/tasks/{user}")
def create_task(call: Call) -> Reply:
    """Make a task, with the workspace that it runs in."""
    owner = named_user(call)
    body = Body(call)
    state = call.state
    version = state.versions.get(body.text("template_version_id"))
    if version is None or version.template_id is None:
        raise refuse(400, "Template version not found or you do not have access to this resource")
    if not version.spec.ai_task:
        raise refuse(400, 'Template does not have a valid "coder_ai_task" resource.')
    if not call.actor.can("task", "create", owner=owner.id, organization=version.organization_id):
        raise missing()
    if body.text("name"):
        check_free(call, owner, body.text("name"))
    return answer(_wire(state, _add(call, body, version, owner.id)), 201)


def _add(call: Call, body: Body, version: Version, owner_id: str) -> Task:
    state = call.state
    prompt = body.text("input")
    words = "-".join(re.findall(r"[a-z0-9]+", prompt.lower()))[:_NAME_LENGTH].strip("-")
    name = body.text("name") or f"{words or 'task'}-{len(state.tasks):04d}"
    preset = body.text("template_version_preset_id") or None
    workspace = add_workspace(
        state,
        state.users[owner_id],
        call.actor.user,
        version.template_id or "",
        version,
        name,
        build_parameters(version.spec, {}, {}, preset, first=True),
        preset_id=preset,
    )
    agents = version.spec.agents
    apps = agents[0].apps if agents else ()
    task = Task(
        id=state.new_id(),
        name=name,
        display_name=body.text("display_name") or prompt[:64],
        owner_id=owner_id,
        organization_id=version.organization_id,
        template_id=version.template_id or "",
        version_id=version.id,
        workspace_id=workspace.id,
        prompt=prompt,
        created_at=state.now,
        app_slug=apps[0].slug if apps else "",
    )
    workspace.task_id = task.id
    state.tasks[task.id] = task
    _say(state, task, prompt, "input")
    return task


def _say(state: Deployment, task: Task, text: str, kind: str) -> None:
    task.messages.append(
        {"id": len(task.messages), "content": text, "type": kind, "time": stamp(state.now)}
    )
    task.updated_at = state.now


@routes("DELETE", _TASK)
@routes("DELETE", _OLD)
def delete_task(call: Call) -> Reply:
    """Delete a task and its workspace."""
    task = _task(call, write=True)
    workspace = call.state.workspaces[task.workspace_id]
    task.deleted = True
    if workspace.latest.job.finished:
        _build(call, workspace, "delete", "initiator")
    return Reply(202)


def _build(call: Call, workspace: Workspace, transition: str, reason: str) -> dict[str, Any]:
    if workspace.latest.job.active:
        text = "A workspace build is already active."
        raise refuse(409, text, text)
    latest = workspace.latest
    version = call.state.versions[latest.version_id]
    user = call.actor.user.id
    values = dict(latest.parameters)
    build = add_build(call.state, workspace, version, transition, user, values, reason=reason)
    return build_wire(call.state, build, created=True)


@routes("POST", _TASK + "/pause")
def pause(call: Call) -> Reply:
    """Stop the workspace of a task."""
    task = _task(call, write=True)
    if _status(call.state, task) == "paused":
        raise refuse(409, "Task is already paused.")
    workspace = call.state.workspaces[task.workspace_id]
    return answer({"workspace_build": _build(call, workspace, "stop", "task_manual_pause")}, 202)


@routes("POST", _TASK + "/resume")
def resume(call: Call) -> Reply:
    """Start the workspace of a task again."""
    task = _task(call, write=True)
    if _status(call.state, task) != "paused":
        raise refuse(409, "Task is not paused.")
    workspace = call.state.workspaces[task.workspace_id]
    task.state = "working"
    return answer({"workspace_build": _build(call, workspace, "start", "task_resume")}, 202)


def _need_active(call: Call, task: Task) -> None:
    status = _status(call.state, task)
    if status == "paused":
        raise refuse(409, "Task is paused.", "Resume the task to send messages.")
    if status in {"pending", "initializing"}:
        raise refuse(
            409,
            f"Task is {status}.",
            "The task is resuming. Wait for the task to become active before sending messages.",
        )
    if status != "active":
        raise refuse(409, f"Task is in {status} state.")


@routes("POST", _TASK + "/send")
@routes("POST", _OLD + "/send")
def send(call: Call) -> Reply:
    """Say something to the agent, which works on it for a while."""
    task = _task(call, write=True)
    text = Body(call).text("input")
    if not text:
        raise refuse(400, "Task input is required.")
    _need_active(call, task)
    if task.state == "working":
        raise refuse(409, "Task app is not ready to accept input.", "Status: running")
    _say(call.state, task, text, "input")
    task.state = "working"
    state = call.state
    state.clock.schedule(_WORK_SECONDS, lambda: _answer(state, task, text))
    return empty()


def _answer(state: Deployment, task: Task, text: str) -> None:
    _say(state, task, f"You said: {text}", "output")
    task.state = "idle"
    agent = _agent(state, task)
    if agent is not None and task.app_slug in agent.app_ids:
        report = {"state": "idle", "message": "Done"}
        workspace = state.workspaces[task.workspace_id]
        app_status(state, workspace, agent, task.app_slug, report)


@routes("PATCH", _TASK + "/input")
def update_input(call: Call) -> Reply:
    """Change the prompt of a paused task."""
    task = _task(call, write=True)
    text = Body(call).text("input").strip()
    if not text:
        raise refuse(400, "Task input is required.")
    if _status(call.state, task) != "paused":
        raise refuse(
            409,
            "Unable to update task input, task must be paused.",
            "Please stop the task's workspace before updating the input.",
        )
    task.prompt = text
    return empty()


@routes("GET", _TASK + "/logs")
@routes("GET", _OLD + "/logs")
def task_logs(call: Call) -> Reply:
    """Show what was said; while the task rests it is a snapshot."""
    task = _task(call)
    status = _status(call.state, task)
    if status in {"error", "unknown"}:
        raise refuse(
            409, "Cannot fetch logs for task in current state.", f"Task status is {status}."
        )
    value: dict[str, Any] = {"logs": list(task.messages)}
    if status != "active":
        value.update(snapshot=True, snapshot_at=stamp(task.updated_at))
    return answer(value)
