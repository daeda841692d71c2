"""Builds workspaces and brings their agents up."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._jobs import build_plan, complete_job, job_tags, matching, queue_job
from coder_sdk.testing._state.agents import Agent
from coder_sdk.testing._state.workspaces import Build, Resource, Workspace
from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.jobs import Job
    from coder_sdk.testing._state.spec import AgentSpec, TemplateSpec
    from coder_sdk.testing._state.templates import Version

# The server looks for what is due once a minute.
_DORMANCY_STOP: Final = 60.0
_QUOTA: Final = ("insufficient quota", "INSUFFICIENT_QUOTA")


def add_build(  # noqa: PLR0913, PLR0917 - what a build is made of
    state: Deployment,
    workspace: Workspace,
    version: Version,
    transition: str,
    initiator_id: str,
    parameters: dict[str, str],
    *,
    reason: str = "initiator",
    orphan: bool = False,
    on_success: dict[str, Any] | None = None,
    preset_id: str | None = None,
) -> Build:
    """Queue a build of a workspace."""
    build_id = state.new_id()
    spec = version.spec
    cost = spec.daily_cost if transition == "start" else 0
    outcome = _outcome(state, workspace, spec, transition, orphan=orphan)
    job = queue_job(
        state,
        "workspace_build",
        organization_id=workspace.organization_id,
        initiator_id=initiator_id,
        file_id=version.file_id,
        inputs={"workspace_build_id": build_id},
        tags=job_tags({k: v for k, v in version.job.tags.items() if k not in {"owner", "scope"}}),
        plan=build_plan(transition, workspace.name, cost, quota(state, workspace)),
        seconds=state.timing.build,
        outcome=outcome,
        hangs=spec.hangs and transition == "start",
    )
    build = Build(
        id=build_id,
        number=len(workspace.builds) + 1,
        workspace_id=workspace.id,
        version_id=version.id,
        transition=transition,
        initiator_id=initiator_id,
        job=job,
        created_at=job.created_at,
        parameters=parameters,
        reason=reason,
        preset_id=preset_id,
        on_success=on_success,
        orphan=orphan,
        order=state.next_order(),
    )
    count = matching(state, job.tags)
    build.matched = (count, count)
    _attach(state, workspace, build)
    return build


def _attach(state: Deployment, workspace: Workspace, build: Build) -> None:
    for old in workspace.builds[-1:]:
        retire_agents(old)
    workspace.builds.append(build)
    state.builds[build.id] = build
    last = [build.job.status]

    def changed() -> None:
        if build.job.status != last[0]:
            last[0] = build.job.status
            announce(state, workspace, build)

    build.job.waiters.insert(0, changed)
    build.job.on_end = lambda job: _ended(state, workspace, build, job)
    announce(state, workspace, build)


def announce(state: Deployment, workspace: Workspace, build: Build) -> None:
    """Tell those that watch a workspace, or all of them."""
    workspace.changed()
    update = {
        "workspace_id": workspace.id,
        "workspace_name": workspace.name,
        "build_id": build.id,
        "transition": build.transition,
        "job_status": build.job.status,
        "build_number": build.number,
    }
    for waiter in list(state.build_waiters):
        waiter(update)


def _outcome(
    state: Deployment, workspace: Workspace, spec: TemplateSpec, transition: str, *, orphan: bool
) -> tuple[str, str] | None:
    if state.next_failures and not orphan:
        return state.next_failures.popleft()
    if transition != "start":
        return None
    consumed, budget = quota(state, workspace)
    if budget >= 0 and consumed + spec.daily_cost > budget:
        return _QUOTA
    return spec.build_error


def quota(state: Deployment, workspace: Workspace) -> tuple[int, int]:
    """Credits that an owner uses and may use in the organization of a workspace."""
    return quota_of(state, workspace.owner_id, workspace.organization_id)


def quota_of(state: Deployment, user_id: str, organization_id: str) -> tuple[int, int]:
    """Credits that a user uses and may use in an organization; -1 is no limit."""
    consumed = sum(
        build_cost(state, item.latest)
        for item in state.live_workspaces()
        if item.owner_id == user_id and item.organization_id == organization_id and item.builds
    )
    if not state.has_feature("template_rbac"):
        return consumed, -1
    allowed = [
        group.quota_allowance
        for group in state.groups.values()
        if group.organization_id == organization_id
        and (user_id in group.members or group.id == organization_id)
    ]
    return consumed, sum(allowed)


def build_cost(state: Deployment, build: Build) -> int:
    """Daily cost of what a build made."""
    if build.transition != "start" or build.job.status != "succeeded":
        return 0
    return state.versions[build.version_id].spec.daily_cost


def _ended(state: Deployment, workspace: Workspace, build: Build, job: Job) -> None:
    now = state.now
    build.updated_at = now
    if job.status != "succeeded":
        return
    spec = state.versions[build.version_id].spec
    if build.transition == "delete":
        workspace.deleted = True
        workspace.updated_at = now
    else:
        build.resources = _resources(state, workspace, spec, build.transition)
    if build.transition == "start":
        _set_deadline(state, workspace, build)
        for agent in build.agents:
            _connect_later(state, workspace, agent)
    if build.on_success is not None:
        _follow_up(state, workspace, build)


def _follow_up(state: Deployment, workspace: Workspace, build: Build) -> None:
    wanted = build.on_success or {}
    version = state.versions[wanted.get("template_version_id") or build.version_id]
    transition = str(wanted["transition"])
    parameters = {**build.parameters}
    given: list[dict[str, str]] = wanted.get("rich_parameter_values") or []
    for item in given:
        parameters[item["name"]] = item["value"]
    start = lambda: _start_follow_up(  # noqa: E731 - one use
        state, workspace, version, transition, build, parameters
    )
    state.clock.schedule(0, start)


def _start_follow_up(  # noqa: PLR0913, PLR0917 - what a build is made of
    state: Deployment,
    workspace: Workspace,
    version: Version,
    transition: str,
    build: Build,
    parameters: dict[str, str],
) -> None:
    if workspace.latest is build:
        add_build(state, workspace, version, transition, build.initiator_id, parameters)


def _set_deadline(state: Deployment, workspace: Workspace, build: Build) -> None:
    if not workspace.ttl_ms:
        return
    build.deadline = state.now + timedelta(milliseconds=workspace.ttl_ms)
    watch_deadline(state, workspace, build, build.deadline)


def watch_deadline(
    state: Deployment, workspace: Workspace, build: Build, deadline: datetime
) -> None:
    """Stop the workspace when its deadline passes, unless that was moved."""
    stop = lambda: _autostop(state, workspace, build, deadline)  # noqa: E731 - one use
    delay = (deadline - state.now).total_seconds()
    state.clock.schedule(delay, stop, background=True)


def _autostop(state: Deployment, workspace: Workspace, build: Build, deadline: datetime) -> None:
    if workspace.latest is build and build.deadline == deadline and not workspace.deleted:
        _build_by_itself(state, workspace, "stop", "autostop")


def watch_dormancy(state: Deployment, workspace: Workspace) -> None:
    """Stop a workspace that became dormant, and delete it when its template says so."""
    since = workspace.dormant_at
    settings = state.templates[workspace.template_id].settings
    autodelete = timedelta(milliseconds=settings["time_til_dormant_autodelete_ms"])
    steps = [(_DORMANCY_STOP, "stop", "dormancy")]
    if since is not None and autodelete:
        workspace.deleting_at = since + autodelete
        steps.append((autodelete.total_seconds(), "delete", "dormancy"))

    def due(transition: str, reason: str) -> None:
        still = workspace.dormant_at == since and not workspace.deleted
        if still and not workspace.latest.job.active and workspace.latest.transition != transition:
            _build_by_itself(state, workspace, transition, reason)

    for delay, transition, reason in steps:
        state.clock.schedule(delay, partial(due, transition, reason), background=True)


def _build_by_itself(state: Deployment, workspace: Workspace, transition: str, reason: str) -> None:
    latest = workspace.latest
    add_build(
        state,
        workspace,
        state.versions[latest.version_id],
        transition,
        workspace.owner_id,
        dict(latest.parameters),
        reason=reason,
    )


def _resources(
    state: Deployment, workspace: Workspace, spec: TemplateSpec, transition: str
) -> list[Resource]:
    resource = Resource(
        id=state.new_id(),
        name="workspace",
        kind=spec.resource_type,
        created_at=state.now,
        daily_cost=spec.daily_cost if transition == "start" else 0,
    )
    if transition == "start":
        resource.agents = [make_agent(state, workspace.id, resource, item) for item in spec.agents]
    return [resource]


def make_agent(state: Deployment, workspace_id: str, resource: Resource, spec: AgentSpec) -> Agent:
    """A new agent, which is not connected yet."""
    agent = Agent(
        id=state.new_id(),
        spec=spec,
        resource_id=resource.id,
        workspace_id=workspace_id,
        source_id=state.new_id(),
        script_id=state.new_id(),
        token=state.new_id(),
        created_at=state.now,
        app_ids={app.slug: state.new_id() for app in spec.apps},
    )
    state.agents[agent.id] = agent
    return agent


def _connect_later(state: Deployment, workspace: Workspace, agent: Agent) -> None:
    if agent.spec.connects:
        connect = lambda: _connect(state, workspace, agent)  # noqa: E731 - one use
        delay = state.timing.connect + agent.spec.delay
        agent.steps.append(state.clock.schedule(delay, connect))
    else:
        give_up = lambda: _time_out(workspace, agent)  # noqa: E731 - one use
        agent.steps.append(state.clock.schedule(120, give_up))


def _time_out(workspace: Workspace, agent: Agent) -> None:
    agent.status = "timeout"
    agent.changed()
    workspace.changed()


def _connect(state: Deployment, workspace: Workspace, agent: Agent) -> None:
    agent.status, agent.lifecycle = "connected", "starting"
    agent.first_connected_at = agent.last_connected_at = agent.started_at = state.now
    agent.updated_at = state.now
    agent.changed()
    workspace.changed()
    lines = agent.spec.startup_logs
    for number, line in enumerate(lines):
        delay = state.timing.startup * (number + 0.5) / len(lines)
        write = partial(_print, state, agent, line)
        agent.steps.append(state.clock.schedule(delay, write))
    done = lambda: _started(state, workspace, agent)  # noqa: E731 - one use
    agent.steps.append(state.clock.schedule(state.timing.startup, done))


def _print(state: Deployment, agent: Agent, line: str) -> None:
    agent.add_log(state.now, line)


def _started(state: Deployment, workspace: Workspace, agent: Agent) -> None:
    agent.lifecycle = agent.spec.startup
    if agent.lifecycle != "start_timeout":
        agent.ready_at = state.now
    agent.updated_at = state.now
    if agent.lifecycle == "start_error":
        agent.add_log(state.now, "startup script failed: exit status 1", "error")
    task = state.tasks.get(workspace.task_id or "")
    if task is not None and (not task.app_slug or task.app_slug in agent.app_ids):
        # Without an application of its own the agent of the workspace does the work.
        task.state = "idle"
    agent.changed()
    workspace.changed()


def retire_agents(build: Build) -> None:
    """Take the agents of a build away: another build came."""
    for agent in build.agents:
        for step in agent.steps:
            step.cancel()
        agent.gone = True
        agent.status, agent.lifecycle = "disconnected", "off"
        agent.changed()
        for session in list(agent.sessions.values()):
            session.hang_up()


def app_status(
    state: Deployment, workspace: Workspace, agent: Agent, slug: str, report: dict[str, Any]
) -> None:
    """Note what an application of an agent says that it does."""
    status = {
        "id": state.new_id(),
        "created_at": stamp(state.now),
        "workspace_id": workspace.id,
        "agent_id": agent.id,
        "app_id": agent.app_ids[slug],
        "state": report.get("state", ""),
        "message": report.get("message", ""),
        "uri": report.get("uri", ""),
        "icon": "",
        "needs_user_attention": False,
    }
    agent.app_statuses.setdefault(slug, []).insert(0, status)
    workspace.app_status = status
    workspace.changed()


def complete_build(state: Deployment, build: Build) -> None:
    """Bring a build to its end at once, and its agents up."""
    complete_job(state, build.job)
    workspace = state.workspaces[build.workspace_id]
    for agent in build.agents:
        for step in agent.steps:
            step.cancel()
        agent.steps.clear()
        if agent.spec.connects:
            _connect(state, workspace, agent)
            for step in agent.steps:
                step.cancel()
            for line in agent.spec.startup_logs:
                agent.add_log(state.now, line)
            _started(state, workspace, agent)
