"""Runs provisioner jobs on the clock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._state.jobs import Job, JobLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.spec import TemplateSpec

DAEMON: Final = "provisioner_daemon"
WORKER: Final = "provisioner"
Plan = list[tuple[str, str, str, str]]

_MISSING_VARIABLES: Final = "REQUIRED_TEMPLATE_VARIABLES"


def import_plan() -> Plan:
    """What an import writes."""
    lines: Plan = [
        ("Setting up", DAEMON, "info", ""),
        ("Parsing template parameters", DAEMON, "info", ""),
    ]
    for stage in ("Detecting persistent resources", "Detecting ephemeral resources"):
        lines.append((stage, DAEMON, "info", ""))
        lines.append((stage, WORKER, "info", "Planning"))
    return [*lines, ("Cleaning Up", DAEMON, "info", "")]


def build_plan(transition: str, name: str, cost: int, quota: tuple[int, int]) -> Plan:
    """What a build writes."""
    stage = {
        "start": "Starting workspace",
        "stop": "Stopping workspace",
        "delete": "Deleting workspace",
    }[transition]
    consumed, budget = quota
    return [
        ("Setting up", DAEMON, "info", ""),
        ("Planning Infrastructure", WORKER, "info", "Planning"),
        ("Commit quota", WORKER, "info", f"Build cost       \u2014   {cost}"),
        ("Commit quota", WORKER, "info", f"Budget           \u2014   {budget}"),
        ("Commit quota", WORKER, "info", f"Credits consumed \u2014   {consumed}"),
        (stage, DAEMON, "info", ""),
        (stage, WORKER, "info", "Applying"),
        (stage, WORKER, "info", f"{transition} {name}"),
        ("Cleaning Up", DAEMON, "info", ""),
    ]


def import_outcome(spec: TemplateSpec, given: dict[str, str]) -> tuple[str, str] | None:
    """How an import ends: error and code, or `None`."""
    for variable in spec.variables:
        if variable.required and not given.get(variable.name):
            return "required template variables need values", _MISSING_VARIABLES
    return spec.import_error


def queue_job(  # noqa: PLR0913 - what a job is made of
    state: Deployment,
    kind: str,
    *,
    organization_id: str,
    initiator_id: str,
    file_id: str,
    inputs: dict[str, Any],
    tags: dict[str, str],
    plan: Plan,
    seconds: float,
    outcome: tuple[str, str] | None = None,
    hangs: bool = False,
    on_end: Callable[[Job], None] | None = None,
) -> Job:
    """Queue a job; it runs as soon as a provisioner accepts its tags."""
    job = Job(
        id=state.new_id(),
        kind=kind,
        organization_id=organization_id,
        initiator_id=initiator_id,
        file_id=file_id,
        created_at=state.now,
        input=inputs,
        tags=tags,
        plan=plan,
        outcome=outcome,
        hangs=hangs,
        on_end=on_end,
    )
    state.jobs[job.id] = job
    job.seconds = seconds
    if matching(state, tags):
        _start_later(state, job)
    else:
        waiting = [item for item in state.jobs.values() if item.status == "pending"]
        job.queue = (len(waiting), len(waiting))
    return job


def _start_later(state: Deployment, job: Job) -> None:
    begin = partial(_start, state, job, job.seconds)
    job.queue = (0, 0)
    job.steps.append(state.clock.schedule(state.timing.queue, begin))


def wake_jobs(state: Deployment) -> None:
    """Start the jobs that waited for a provisioner which is there now."""
    for job in state.jobs.values():
        if job.status == "pending" and not job.steps and matching(state, job.tags):
            _start_later(state, job)


def matching(state: Deployment, tags: dict[str, str]) -> int:
    """How many provisioners accept a job with these tags."""
    return sum(
        all(daemon.get(key) == value for key, value in tags.items())
        for daemon in state.provisioners
    )


def job_tags(given: dict[str, str] | None = None) -> dict[str, str]:
    """Tags of a job, those that every job has included."""
    return {"owner": "", "scope": "organization", **(given or {})}


def _start(state: Deployment, job: Job, seconds: float) -> None:
    job.status = "running"
    job.started_at = state.now
    job.worker_id = state.new_id()
    lines = _lines(job)
    for number, line in enumerate(lines):
        delay = seconds * (number + 0.5) / len(lines)
        write = partial(_write, state, job, line)
        job.steps.append(state.clock.schedule(delay, write))
    if not job.hangs:
        job.steps.append(state.clock.schedule(seconds, lambda: _finish(state, job)))
    job.changed()


def _lines(job: Job) -> Plan:
    if job.hangs:
        return job.plan[:-1]
    if job.outcome is None:
        return job.plan
    stage = job.plan[-2][0]
    return [*job.plan[:-1], (stage, WORKER, "error", job.outcome[0]), job.plan[-1]]


def _write(state: Deployment, job: Job, line: tuple[str, str, str, str]) -> None:
    stage, source, level, output = line
    job.logs.append(JobLog(state.new_log_id(), state.now, source, level, stage, output))
    job.changed()


def _finish(state: Deployment, job: Job) -> None:
    job.completed_at = state.now
    if job.canceled_at is not None:
        # What had begun fails, and says at which step.
        begun = job.started_at is not None
        job.status, job.error = ("failed", _canceled(job)) if begun else ("canceled", "")
    elif job.outcome is not None:
        job.status = "failed"
        job.error, job.error_code = job.outcome
    else:
        job.status = "succeeded"
    if job.on_end is not None:
        job.on_end(job)
    job.changed()


def _canceled(job: Job) -> str:
    if job.kind == "template_version_import":
        step = "plan during template import provision error"
        return f"template import provision for start: {step}: canceled"
    return "canceled"


def cancel_job(state: Deployment, job: Job) -> None:
    """Mark a job as canceled; a running one takes a while to end."""
    for step in job.steps:
        step.cancel()
    job.canceled_at = state.now
    if job.status == "pending":
        _finish(state, job)
        return
    job.status = "canceling"
    job.steps.append(state.clock.schedule(state.timing.cancel, lambda: _finish(state, job)))
    job.changed()


def complete_job(state: Deployment, job: Job) -> None:
    """Bring a job to its end at once, with its logs."""
    for step in job.steps:
        step.cancel()
    job.status, job.started_at, job.worker_id = "running", state.now, state.new_id()
    for line in _lines(job):
        _write(state, job, line)
    _finish(state, job)
