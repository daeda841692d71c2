# Derived from `src/coder_sdk/workflows/_async/_following.py`
# by `python -m codegen colours`; edit that file.
"""Follows a build to its end, and the agents until they are ready."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from uuid import UUID

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import NotFoundError, ServerError
from coder_sdk._errors.transport import TransportError
from coder_sdk._errors.work import BuildCanceledError
from coder_sdk._io._sync.primitives import settled
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
from coder_sdk.workflows._sync._provider_links import add_hint, unseen_links
from coder_sdk.workflows._sync._waiting import look_again
from coder_sdk.workflows.log_line import LogLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._client import Client
    from coder_sdk.models import Workspace, WorkspaceAgent, WorkspaceBuild
    from coder_sdk.workflows._waits import Wait


class Reports:
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

    def progress(self, progress: Progress) -> None:
        """Report progress, unless it is the same as before."""
        if self._on_progress is not None and progress != self._last:
            self._last = progress
            settled(self._on_progress(progress))

    def build_logs(self, client: Client, build: WorkspaceBuild) -> None:
        """Report the lines that a build has written since."""
        if self._on_log is None:
            return
        try:
            found = client.builds.logs(build.id, after=self._after.get(build.id, 0))
        except (TransportError, ServerError):
            # The next look brings the lines, unless this was the last one.
            if ended(build.job):
                raise
            return
        for log in found:
            self._report(build.id, log.id, LogLine(line_text(log), log=log))

    def agent_logs(self, client: Client, agent: WorkspaceAgent) -> None:
        """Report the lines that an agent's startup has written since."""
        if self._on_log is None:
            return
        try:
            found = client.agents.logs(agent.id, after=self._after.get(agent.id, 0))
        except (TransportError, ServerError, NotFoundError):
            # Another build may have taken the agent away, which is found out by who waits for it.
            if is_ready(agent):
                raise
            return
        for log in found:
            line = LogLine(log.output, log=log, agent=agent.name)
            self._report(agent.id, log.id, line)

    def _report(self, source: UUID, number: int, line: LogLine) -> None:
        self._after[source] = number
        self._tail.setdefault(source, deque(maxlen=LINES_KEPT)).append(str(line))
        if self._on_log is not None:
            settled(self._on_log(line))

    def tail(self, identifier: UUID) -> tuple[str, ...] | None:
        """The last lines of a build or agent, if they were read."""
        kept = self._tail.get(identifier)
        return None if kept is None else tuple(kept)


def build_tail(client: Client, build: WorkspaceBuild, reports: Reports) -> tuple[str, ...]:
    """The last lines of a build's log; none if they cannot be read, so that an error survives."""
    known = reports.tail(build.id)
    if known is not None:
        return known
    try:
        logs = client.builds.logs(build.id)
    except CoderError:
        return ()
    return tuple(line_text(log) for log in logs[-LINES_KEPT:])


def agent_tail(client: Client, agent: WorkspaceAgent, reports: Reports) -> tuple[str, ...]:
    """The last lines of an agent's log; none if they cannot be read, so that an error survives."""
    known = reports.tail(agent.id)
    if known is not None:
        return known
    try:
        logs = client.agents.logs(agent.id)
    except CoderError:
        return ()
    return tuple(log.output for log in logs[-LINES_KEPT:])


def settle_build(
    client: Client, state: WorkspaceBuild, wait: Wait, reports: Reports
) -> WorkspaceBuild:
    """Wait until a build, as it was just read, has ended in whatever way.

    Raises:
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """

    def read() -> WorkspaceBuild:
        return client.builds.get(state.id)

    def decide(seen: WorkspaceBuild) -> bool:
        progress = Progress("build", seen, wait.elapsed)
        wait.progress = str(progress)
        error = provisioner_error(seen.job, seen.matched_provisioners, build_title(seen))
        if error is not None:
            raise error
        return ended(seen.job)

    while True:
        reports.progress(Progress("build", state, wait.elapsed))
        reports.build_logs(client, state)
        wait.last_state = state
        if decide(state):
            return state
        state = look_again(wait, read)


def finish_build(
    client: Client, build: WorkspaceBuild, wait: Wait, reports: Reports
) -> WorkspaceBuild:
    """Wait until a build, as it was just read, has succeeded.

    Raises:
        BuildFailedError: It failed.
        BuildCanceledError: It was canceled.
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """
    state = settle_build(client, build, wait, reports)
    if state.job.status != "succeeded":
        error = build_error(state, build_tail(client, state, reports))
        if error is not None:
            raise add_hint(error, unseen_links(client, state))
    return state


def become_ready(client: Client, workspace: Workspace, wait: Wait, reports: Reports) -> Workspace:
    """Wait until every agent is connected and its startup scripts are done.

    A build without agents is looked at for some seconds more: they may appear late.

    Raises:
        AgentError: An agent will not become ready by itself.
        BuildCanceledError: Another build took the agents away.
        WaitTimeoutError: Not in time; `last_state` is the workspace.
    """
    begin, late = wait.elapsed, LateAgents()

    def read() -> Workspace:
        return client.workspaces.get(workspace.id)

    while True:
        wait.last_state = workspace
        agents = agents_of(workspace.latest_build)
        progress = Progress("agents", workspace.latest_build, wait.elapsed, agents)
        wait.progress = str(progress)
        reports.progress(progress)
        for agent in agents:
            reports.agent_logs(client, agent)
        _check_build(workspace)
        for agent in agents:
            _check_agent(client, workspace, agent, reports)
            error = late.error(agent, full_name(workspace), wait.elapsed)
            if error is not None:
                raise error
        appeared = bool(agents) or wait.elapsed - begin >= APPEARANCE_GRACE
        if appeared and all(is_ready(agent) for agent in agents):
            return workspace
        workspace = look_again(wait, read)


def _check_build(workspace: Workspace) -> None:
    build = workspace.latest_build
    if build.transition != "start":
        raise BuildCanceledError(
            f"{full_name(workspace)} does not become ready: "
            f"a later build ({build.transition}) took over.",
            job=build.job,
        )


def _check_agent(
    client: Client, workspace: Workspace, agent: WorkspaceAgent, reports: Reports
) -> None:
    name = full_name(workspace)
    if agent_error(agent, name) is not None:
        error = agent_error(agent, name, agent_tail(client, agent, reports))
        if error is not None:
            raise add_hint(error, unseen_links(client, workspace.latest_build))
