"""Streams that show how something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._session import PING_SECONDS, EventSession, Session
from coder_sdk.testing._views import workspace_wire

if TYPE_CHECKING:
    from coder_sdk.testing._state.agents import Agent
    from coder_sdk.testing._state.workspaces import Workspace
    from coder_sdk.testing._web import Call

_METADATA_SECONDS: Final = 5.0


class WorkspaceSession(EventSession):
    """A workspace: a sign of life, the whole of it at once, and again with every change."""

    def __init__(self, call: Call, workspace: Workspace, *, envelope: bool) -> None:
        super().__init__(call.state.clock, envelope=envelope)
        self._call = call
        self._workspace = workspace
        self.ping()
        self._show()
        self.follow(workspace.waiters, self._show)
        self.every(PING_SECONDS, self.ping)

    def _show(self) -> None:
        viewer = self._call.actor.user.id
        self.data(workspace_wire(self._call.state, self._workspace, viewer))


class MetadataSession(EventSession):
    """Metadata of an agent: at once, and every few seconds."""

    def __init__(self, call: Call, agent: Agent, *, envelope: bool) -> None:
        super().__init__(call.state.clock, envelope=envelope)
        self._agent = agent
        self._show()
        self.follow(agent.waiters, self._changed)
        self._shown = self._values()
        self.every(_METADATA_SECONDS, self._show)

    def _values(self) -> dict[str, dict[str, Any]]:
        return {key: dict(value) for key, value in self._agent.metadata.items()}

    def _changed(self) -> None:
        if self._values() != self._shown:
            self._shown = self._values()
            self._show()

    def _show(self) -> None:
        self.data(self._agent.metadata_wire(self.clock.now()))


class ConnectionSession(Session):
    """What happens until an agent is connected: its build, then its life cycle."""

    def __init__(self, call: Call, workspace: Workspace) -> None:
        super().__init__(call.state.clock)
        self._workspace = workspace
        self._name = call.get("agent_name")
        self._build: tuple[str, str] | None = None
        self._agent: tuple[str, str] | None = None
        self._look()
        if self.close is None:
            self.follow(workspace.waiters, self._look)

    def _look(self) -> None:
        build = self._workspace.latest
        current = (build.transition, build.job.status)
        if current != self._build:
            self._build = current
            update = {"transition": build.transition, "job_status": build.job.status}
            self.send({"error": None, "build_update": update})
        if current == ("start", "succeeded"):
            self._look_at_agents(build.agents)

    def _look_at_agents(self, agents: list[Agent]) -> None:
        named = [agent for agent in agents if self._name in {"", agent.spec.name}]
        if not named:
            self._fail(2 if agents else 3, f"no agent named {self._name!r}")
        elif len(named) > 1:
            self._fail(1, "more than one agent")
        elif (named[0].id, named[0].lifecycle) != self._agent:
            self._agent = (named[0].id, named[0].lifecycle)
            update = {"lifecycle": named[0].lifecycle, "id": named[0].id}
            self.send({"error": None, "agent_update": update})

    def _fail(self, code: int, text: str) -> None:
        self.send({"error": {"code": code, "retryable": False, "message": text}})
        self.end(1000)


class AllBuildsSession(Session):
    """The states of all builds from now on."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.state.clock)
        self.follow(call.state.build_waiters, self.send)


class InboxSession(Session):
    """Notifications of a user from now on."""

    def __init__(self, call: Call, wanted: dict[str, list[str]]) -> None:
        super().__init__(call.state.clock)
        self._wanted = wanted
        self._state = call.state
        self._user_id = call.actor.user.id
        waiters = call.state.inbox_waiters.setdefault(self._user_id, [])
        self.follow(waiters, self._arrived)

    def _arrived(self, notification: dict[str, Any]) -> None:
        templates = self._wanted["templates"]
        if templates and notification["template_id"] not in templates:
            return
        targets = self._wanted["targets"]
        if targets and not set(targets) <= set(notification["targets"] or []):
            return
        inbox = self._state.inbox[self._user_id]
        unread = sum(item["read_at"] is None for item in inbox)
        self.send({"notification": notification, "unread_count": unread})
