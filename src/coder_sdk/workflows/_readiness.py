"""When a workspace is ready, and what is wrong with an agent that never will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk._errors.work import (
    AgentError,
    AgentNotConnectedError,
    AgentStartError,
    AgentTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from coder_sdk.models import Workspace, WorkspaceAgent, WorkspaceBuild

# How long an agent is waited for that has not connected in the time that its template allows.
CONNECTION_GRACE: Final = 300.0
# How long a workspace without agents is looked at again, in case they appear late.
APPEARANCE_GRACE: Final = 5.0
_LEAVING: Final = frozenset({"shutting_down", "shutdown_timeout", "shutdown_error", "off"})
_USABLE: Final = frozenset({"ready", "start_error", "start_timeout"})
_SETTLED: Final = _USABLE | _LEAVING


def agents_of(build: WorkspaceBuild) -> tuple[WorkspaceAgent, ...]:
    """The agents of a build; those of dev containers, which start later, are left out."""
    return tuple(agent for agent in all_agents(build) if agent.parent_id is None)


def all_agents(build: WorkspaceBuild) -> Iterator[WorkspaceAgent]:
    """The agents of a build, those of dev containers too."""
    for resource in build.resources:
        yield from resource.agents


def is_connected(agent: WorkspaceAgent) -> bool:
    """Whether an agent is connected."""
    return agent.status == "connected"


def is_ready(agent: WorkspaceAgent) -> bool:
    """Whether an agent is connected and its startup scripts are done."""
    return is_connected(agent) and agent.lifecycle_state == "ready"


def is_usable(agent: WorkspaceAgent) -> bool:
    """Whether commands can run: the startup scripts have ended, if not well."""
    return is_connected(agent) and agent.lifecycle_state in _USABLE


def is_settled(agent: WorkspaceAgent) -> bool:
    """Whether the startup of an agent has ended, in whatever way; unknown states have not."""
    return agent.lifecycle_state in _SETTLED


def agent_error(
    agent: WorkspaceAgent, workspace: str, logs: tuple[str, ...] = ()
) -> AgentError | None:
    """The error for an agent that will not become ready by itself; `None` if it may."""
    where = f"Agent `{agent.name}`{f' of {workspace}' if workspace else ''}"
    state = agent.lifecycle_state
    hint = _advice(agent)
    if state == "start_error":
        text = f"{where} is usable, but a startup script of it failed."
        return AgentStartError(text, agent=agent, logs=logs, hint=hint)
    if state == "start_timeout":
        text = f"{where} is usable, but its startup scripts take longer than the template allows."
        return AgentTimeoutError(text, agent=agent, logs=logs, hint=hint)
    if state in _LEAVING:
        text = f"{where} shuts down or is off ({state})."
        hint = "`start` the workspace again, once it is stopped."
        return AgentNotConnectedError(text, agent=agent, logs=logs, hint=hint)
    return None


def connection_error(agent: WorkspaceAgent, workspace: str) -> AgentNotConnectedError:
    """The error for an agent that has not connected for much longer than the template allows."""
    url = agent.troubleshooting_url
    return AgentNotConnectedError(
        f"Agent `{agent.name}`{f' of {workspace}' if workspace else ''} has not connected: the "
        f"template allows {agent.connection_timeout_seconds} s, which were over long ago.",
        agent=agent,
        hint="Look whether its machine runs and reaches the deployment"
        + (f"; {url} says what else to look at." if url else "."),
    )


class LateAgents:
    """Notes since when agents have been overdue; slow machines do connect after the limit.

    Args:
        grace: Seconds for which one that is overdue is waited for.
    """

    def __init__(self, grace: float = CONNECTION_GRACE) -> None:
        self._grace = grace
        self._since: dict[UUID, float] = {}

    def error(
        self, agent: WorkspaceAgent, workspace: str, now: float
    ) -> AgentNotConnectedError | None:
        """The error for an agent that is overdue for too long; `None` if it is not."""
        if agent.status != "timeout":
            self._since.pop(agent.id, None)
            return None
        since = self._since.setdefault(agent.id, now)
        return connection_error(agent, workspace) if now - since >= self._grace else None


def _advice(agent: WorkspaceAgent) -> str:
    """What to do about an agent that does not start."""
    url = agent.troubleshooting_url
    more = f"; {url} says what else to look at" if url else ""
    return f"Read the last lines of its startup scripts with `log_tail()`{more}."


def not_ready(agent: WorkspaceAgent, workspace: str) -> AgentNotConnectedError:
    """The error for something that needs a ready agent now."""
    return AgentNotConnectedError(
        f"Agent `{agent.name}` of {workspace} is not ready: it is {agent.status}, "
        f"its startup is `{agent.lifecycle_state}`.",
        agent=agent,
        hint="Pass `wait=True` to wait for it.",
    )


def full_name(workspace: Workspace) -> str:
    """`owner/name` of a workspace."""
    return f"{workspace.owner_name}/{workspace.name}"
