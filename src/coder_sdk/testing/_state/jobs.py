"""Provisioner jobs: they run on the clock and write logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from coder_sdk.testing._times import ZERO_UUID, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from coder_sdk.testing._clock import Event

FINISHED: Final = frozenset({"succeeded", "failed", "canceled"})


@define
class JobLog:
    """A line of a job."""

    id: int
    created_at: datetime
    source: str
    level: str
    stage: str
    output: str

    def wire(self) -> dict[str, Any]:
        """The line as the API shows it."""
        return {
            "id": self.id,
            "created_at": stamp(
                self.created_at.replace(microsecond=self.created_at.microsecond // 1000 * 1000)
            ),
            "log_source": self.source,
            "log_level": self.level,
            "stage": self.stage,
            "output": self.output,
        }

    def text(self) -> str:
        """The line as plain text."""
        moment = stamp(self.created_at.replace(microsecond=0))
        return f"{moment} [{self.level}] [provisioner|{self.stage}] {self.output}"


@define(eq=False)
class Job:
    """One run of a provisioner.

    Attributes:
        plan: Stages with their lines, (stage, source, level, output), in the order of writing.
        outcome: Error and its code if the job is going to fail.
        hangs: It runs until it is canceled.
        on_end: Called once when it is over.
        waiters: Called on every change.
        seconds: How long it runs.
    """

    id: str
    kind: str
    organization_id: str
    initiator_id: str
    file_id: str
    created_at: datetime
    input: dict[str, Any]
    tags: dict[str, str]
    plan: list[tuple[str, str, str, str]] = field(factory=list["tuple[str, str, str, str]"])
    outcome: tuple[str, str] | None = None
    hangs: bool = False
    on_end: Callable[[Job], None] | None = None
    status: str = "pending"
    error: str = ""
    error_code: str = ""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    worker_id: str | None = None
    logs: list[JobLog] = field(factory=list[JobLog])
    steps: list[Event] = field(factory=list["Event"])
    waiters: list[Callable[[], None]] = field(factory=list["Callable[[], None]"])
    metadata: dict[str, Any] = field(factory=dict[str, Any])
    queue: tuple[int, int] = (0, 0)
    seconds: float = 0.0

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in FINISHED

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return not self.finished

    def changed(self) -> None:
        """Tell those that follow."""
        for waiter in list(self.waiters):
            waiter()

    def wire(self) -> dict[str, Any]:
        """The job as the API shows it."""
        value: dict[str, Any] = {
            "id": self.id,
            "created_at": stamp(self.created_at),
            "status": self.status,
            "file_id": self.file_id,
            "tags": self.tags,
            "queue_position": self.queue[0] if self.status == "pending" else 0,
            "queue_size": self.queue[1] if self.status == "pending" else 0,
            "organization_id": self.organization_id,
            "initiator_id": self.initiator_id,
            "input": self.input,
            "type": self.kind,
            "metadata": {
                "template_version_name": "",
                "template_id": ZERO_UUID,
                "template_name": "",
                "template_display_name": "",
                "template_icon": "",
                **self.metadata,
            },
            "logs_overflowed": False,
        }
        for name in ("started_at", "completed_at", "canceled_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None:
                value[name] = stamp(moment)
        for name in ("error", "error_code", "worker_id"):
            if getattr(self, name):
                value[name] = getattr(self, name)
        return value
