"""Workspaces and their builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from coder_sdk.testing._state.agents import Agent
    from coder_sdk.testing._state.jobs import Job

_STATUS: Final[dict[str, dict[str, str]]] = {
    "start": {"running": "starting", "succeeded": "running"},
    "stop": {"running": "stopping", "succeeded": "stopped"},
    "delete": {"running": "deleting", "succeeded": "deleted"},
}


@define(eq=False)
class Resource:
    """A resource that a build made."""

    id: str
    name: str
    kind: str
    created_at: datetime
    daily_cost: int
    agents: list[Agent] = field(factory=list["Agent"])


@define(eq=False)
class Build:
    """A build of a workspace.

    Attributes:
        order: Place among everything that was handled; tells what happened at the same time.
    """

    id: str
    number: int
    workspace_id: str
    version_id: str
    transition: str
    initiator_id: str
    job: Job
    created_at: datetime
    parameters: dict[str, str]
    reason: str = "initiator"
    preset_id: str | None = None
    deadline: datetime | None = None
    max_deadline: datetime | None = None
    resources: list[Resource] = field(factory=list[Resource])
    updated_at: datetime = field(init=False)
    matched: tuple[int, int] = (0, 0)
    on_success: dict[str, Any] | None = None
    orphan: bool = False
    state: bytes = b""
    order: int = 0

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def status(self) -> str:
        """Status of the workspace that follows from the job and the transition."""
        return _STATUS[self.transition].get(self.job.status, self.job.status)

    @property
    def agents(self) -> list[Agent]:
        """Agents of all resources."""
        return [agent for resource in self.resources for agent in resource.agents]


@define(eq=False)
class Workspace:
    """A workspace.

    Attributes:
        order: Place among everything that was handled; tells what happened at the same time.
        waiters: Called on every change.
    """

    id: str
    name: str
    owner_id: str
    organization_id: str
    template_id: str
    created_at: datetime
    last_used_at: datetime
    order: int = 0
    builds: list[Build] = field(factory=list[Build])
    autostart: str | None = None
    ttl_ms: int | None = None
    automatic_updates: str = "never"
    dormant_at: datetime | None = None
    deleting_at: datetime | None = None
    favorite: bool = False
    deleted: bool = False
    updated_at: datetime = field(init=False)
    user_acl: dict[str, str] = field(factory=dict[str, str])
    group_acl: dict[str, str] = field(factory=dict[str, str])
    shares: dict[tuple[str, int], dict[str, Any]] = field(
        factory=dict["tuple[str, int]", "dict[str, Any]"]
    )
    task_id: str | None = None
    app_status: dict[str, Any] | None = None
    waiters: list[Callable[[], None]] = field(factory=list["Callable[[], None]"])

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def latest(self) -> Build:
        """The newest build."""
        return self.builds[-1]

    def changed(self) -> None:
        """Tell those that watch."""
        for waiter in list(self.waiters):
            waiter()
