"""Follows a build to its end, and the agents until they are ready."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from uuid import UUID

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import NotFoundError, ServerError
from coder_sdk._errors.transport import TransportError
from coder_sdk._errors.work import BuildCanceledError
from coder_sdk._io._async.primitives import settled
from coder_sdk.workflows._async._provider_links import add_hint, unseen_links
from coder_sdk.workflows._async._waiting import look_again
from coder_sdk.workflows._given import check_functions
from coder_sdk.workflows._jobs import (
    LINES_KEPT,
    Progress,
    build_error,
    build_title,
    ended,
    line_text,
    provisioner_error,
)
from coder_sdk.workflows._readiness import (
    APPEARANCE_GRACE,
    LateAgents,
    agent_error,
    agents_of,
    full_name,
    is_ready,
)
from coder_sdk.workflows.log_line import LogLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._async_client import AsyncClient
    from coder_sdk.models import Workspace, WorkspaceAgent, WorkspaceBuild
    from coder_sdk.workflows._waits import Wait


class AsyncReports:
    """Where a workflow reports to, and what it has reported."""

    def __init__(
        self,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> None:
        check_functions(on_log=on_log, on_progress=on_progress)
        self._on_log = on_log
        self._on_progress = on_progress
        self._last: Progress | None = None
        self._after: dict[UUID, int] = {}
        self._tail: dict[UUID, deque[str]] = {}

    async def progress(self, progress: Progress) -> None:
        """Report progress, unless it is the same as before."""
        if self._on_progress is not None and progress != self._last:
            self._last = progress
            await settled(self._on_progress(progress))

    async def build_logs(self, client: AsyncClient, build: WorkspaceBuild) -> None:
        """Report the lines that a build has written since."""
        if self._on_log is None:
            return
        try:
            found = await client.builds.logs(build.id, after=self._after.get(build.id, 0))
        except (TransportError, ServerError):
            # The next look brings the lines, unless this was the last one.
            if ended(build.job):
                raise
            return
        for log in found:
            await self._report(build.id, log.id, LogLine(line_text(log), log=log))

    async def agent_logs(self, client: AsyncClient, agent: WorkspaceAgent) -> None:
        """Report the lines that an agent's startup has written since."""
        if self._on_log is None:
            return
        try:
            found = await client.agents.logs(agent.id, after=self._after.get(agent.id, 0))
        except (TransportError, ServerError, NotFoundError):
            # Another build may have taken the agent away, which is found out by who waits for it.
            if is_ready(agent):
                raise
            return
        for log in found:
            line = LogLine(log.output, log=log, agent=agent.name)
            await self._report(agent.id, log.id, line)

    async def _report(self, source: UUID, number: int, line: LogLine) -> None:
        self._after[source] = number
        self._tail.setdefault(source, deque(maxlen=LINES_KEPT)).append(str(line))
        if self._on_log is not None:
            await settled(self._on_log(line))

    def tail(self, identifier: UUID) -> tuple[str, ...] | None:
        """The last lines of a build or agent, if they were read."""
        kept = self._tail.get(identifier)
        return None if kept is None else tuple(kept)


async def build_tail(
    client: AsyncClient, build: WorkspaceBuild, reports: AsyncReports
) -> tuple[str, ...]:
    """The last lines of a build's log; none if they cannot be read, so that an error survives."""
    known = reports.tail(build.id)
    if known is not None:
        return known
    try:
        logs = await client.builds.logs(build.id)
    except CoderError:
        return ()
    return tuple(line_text(log) for log in logs[-LINES_KEPT:])


async def agent_tail(
    client: AsyncClient, agent: WorkspaceAgent, reports: AsyncReports
) -> tuple[str, ...]:
    """The last lines of an agent's log; none if they cannot be read, so that an error survives."""
    known = reports.tail(agent.id)
    if known is not None:
        return known
    try:
        logs = await client.agents.logs(agent.id)
    except CoderError:
        return ()
    return tuple(log.output for log in logs[-LINES_KEPT:])


async def settle_build(
    client: AsyncClient, state: WorkspaceBuild, wait: Wait, reports: AsyncReports
) -> WorkspaceBuild:
    """Wait until a build, as it was just read, has ended in whatever way.

    Raises:
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """

    async def read() -> WorkspaceBuild:
        return await client.builds.get(state.id)

    def decide(seen: WorkspaceBuild) -> bool:
        progress = Progress("build", seen, wait.elapsed)
        wait.progress = str(progress)
        error = provisioner_error(seen.job, seen.matched_provisioners, build_title(seen))
        if error is not None:
            raise error
        return ended(seen.job)

    while True:
        await reports.progress(Progress("build", state, wait.elapsed))
        await reports.build_logs(client, state)
        wait.last_state = state
        if decide(state):
            return state
        state = await look_again(wait, read)


async def finish_build(
    client: AsyncClient, build: WorkspaceBuild, wait: Wait, reports: AsyncReports
) -> WorkspaceBuild:
    """Wait until a build, as it was just read, has succeeded.

    Raises:
        BuildFailedError: It failed.
        BuildCanceledError: It was canceled.
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """
    state = await settle_build(client, build, wait, reports)
    if state.job.status != "succeeded":
        error = build_error(state, await build_tail(client, state, reports))
        if error is not None:
            raise add_hint(error, unseen_links(client, state))
    return state


async def become_ready(
    client: AsyncClient, workspace: Workspace, wait: Wait, reports: AsyncReports
) -> Workspace:
    """Wait until every agent is connected and its startup scripts are done.

    A build without agents is looked at for some seconds more: they may appear late.

    Raises:
        AgentError: An agent will not become ready by itself.
        BuildCanceledError: Another build took the agents away.
        WaitTimeoutError: Not in time; `last_state` is the workspace.
    """
    begin, late = wait.elapsed, LateAgents()

    async def read() -> Workspace:
        return await client.workspaces.get(workspace.id)

    while True:
        wait.last_state = workspace
        agents = agents_of(workspace.latest_build)
        progress = Progress("agents", workspace.latest_build, wait.elapsed, agents)
        wait.progress = str(progress)
        await reports.progress(progress)
        for agent in agents:
            await reports.agent_logs(client, agent)
        _check_build(workspace)
        for agent in agents:
            await _check_agent(client, workspace, agent, reports)
            error = late.error(agent, full_name(workspace), wait.elapsed)
            if error is not None:
                raise error
        appeared = bool(agents) or wait.elapsed - begin >= APPEARANCE_GRACE
        if appeared and all(is_ready(agent) for agent in agents):
            return workspace
        workspace = await look_again(wait, read)


def _check_build(workspace: Workspace) -> None:
    build = workspace.latest_build
    if build.transition != "start":
        raise BuildCanceledError(
            f"{full_name(workspace)} does not become ready: "
            f"a later build ({build.transition}) took over.",
            job=build.job,
        )


async def _check_agent(
    client: AsyncClient, workspace: Workspace, agent: WorkspaceAgent, reports: AsyncReports
) -> None:
    name = full_name(workspace)
    if agent_error(agent, name) is not None:
        error = agent_error(agent, name, await agent_tail(client, agent, reports))
        if error is not None:
            raise add_hint(error, unseen_links(client, workspace.latest_build))
