"""What the state of a job means, and the error for one that did not end well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.work import (
    BuildCanceledError,
    BuildFailedError,
    JobError,
    NoProvisionerError,
    job_error_class,
)

if TYPE_CHECKING:
    from coder_sdk.models import (
        MatchedProvisioners,
        ProvisionerJob,
        TemplateVersion,
        WorkspaceAgent,
        WorkspaceBuild,
    )

DONE: Final = frozenset({"succeeded", "failed", "canceled"})
ACTIVE: Final = frozenset({"pending", "running", "canceling"})
LINES_KEPT: Final = 200


def ended(job: ProvisionerJob) -> bool:
    """Whether a job has ended; a state that this release does not know has not."""
    return job.status in DONE


def was_canceled(job: ProvisionerJob) -> bool:
    """Whether a job ended because somebody canceled it.

    A server has `canceled` only for a job that had not begun: one that ran has failed then, and
    keeps the moment at which that was asked.
    """
    return job.status == "canceled" or (job.status == "failed" and job.canceled_at is not None)


def line_text(log: Any) -> str:
    """One line of a job's log; a change of stage has no output of its own."""
    return log.output or f"==> {log.stage}"


def provisioner_error(
    job: ProvisionerJob, matched: MatchedProvisioners | None, what: str
) -> NoProvisionerError | None:
    """The error for a job that nobody can take; `None` if somebody can, or already has.

    A server that does not say how many provisioners match gets the benefit of the doubt.
    """
    if job.status != "pending" or matched is None or matched.count > 0:
        return None
    tags = ", ".join(f"{key}={value}" for key, value in sorted(job.tags.items())) or "none"
    return NoProvisionerError(
        f"No provisioner can take {what[:1].lower()}{what[1:]}: none matches its tags ({tags}).",
        job=job,
        hint="Start a provisioner with these tags, then try again; the job is still queued.",
    )


def job_error(
    job: ProvisionerJob, what: str, logs: tuple[str, ...], default: type[JobError]
) -> JobError:
    """The error for a job that failed."""
    code = None if job.error_code is None else str(job.error_code)
    reason = job.error or "the server gives no reason"
    return job_error_class(code, default)(
        f"{what} failed: {reason}", job=job, error_code=code, logs=logs
    )


def build_title(build: WorkspaceBuild) -> str:
    """How errors name a build."""
    kind = "deletion" if build.transition == "delete" else str(build.transition)
    return (
        f"The {kind} of {build.workspace_owner_name}/{build.workspace_name} "
        f"(build {build.build_number})"
    )


def build_error(build: WorkspaceBuild, logs: tuple[str, ...]) -> JobError | None:
    """The error for a build that ended badly; `None` for one that succeeded or still runs."""
    if was_canceled(build.job):
        return BuildCanceledError(
            f"{build_title(build)} was canceled.", job=build.job, error_code=None, logs=logs
        )
    if build.job.status == "failed":
        return job_error(build.job, build_title(build), logs, BuildFailedError)
    return None


class Progress:
    """What a workflow reports while it runs.

    Attributes:
        phase: `build`, `agents`, or `import` of a template version.
        status: State of the job, or of the agents.
        queue_position: Place in the queue of the provisioners; 0 once the job runs.
        queue_size: Length of that queue.
        provisioners: How many provisioners can take the job; `None` if the server does not say.
        elapsed: Seconds since the beginning.
        build: The build, or the template version, as it is now.
        agents: The agents as they are now.
    """

    __slots__ = (
        "agents", "build", "elapsed", "phase", "provisioners", "queue_position", "queue_size",
        "status",
    )  # fmt: skip

    def __init__(
        self,
        phase: str,
        build: WorkspaceBuild | TemplateVersion,
        elapsed: float,
        agents: tuple[WorkspaceAgent, ...] = (),
    ) -> None:
        job, matched = build.job, build.matched_provisioners
        self.phase: str = phase
        self.build: WorkspaceBuild | TemplateVersion = build
        self.agents: tuple[WorkspaceAgent, ...] = agents
        self.elapsed: float = elapsed
        self.status: str = _states(agents) if phase == "agents" else str(job.status)
        self.queue_position: int = job.queue_position if job.status == "pending" else 0
        self.queue_size: int = job.queue_size
        self.provisioners: int | None = None if matched is None else matched.count

    def __str__(self) -> str:
        text = f"{self.phase}: {self.status}"
        if self.queue_position:
            text += f", place {self.queue_position} of {self.queue_size} in the queue"
        if self.status == "pending" and self.provisioners is not None:
            text += f", {self.provisioners} matching provisioners"
        return text

    def __repr__(self) -> str:
        return f"<Progress {self}>"

    def _seen(self) -> tuple[Any, ...]:
        return self.phase, self.status, self.queue_position, self.queue_size, self.build.id

    def __eq__(self, other: object) -> bool:
        """Whether nothing worth a report differs; the time alone is not."""
        return isinstance(other, Progress) and self._seen() == other._seen()

    def __hash__(self) -> int:
        return hash(self._seen())


def _states(agents: tuple[WorkspaceAgent, ...]) -> str:
    if not agents:
        return "no agent yet"
    return ", ".join(f"{agent.name} {agent.status}/{agent.lifecycle_state}" for agent in agents)
