"""Dry runs of template versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk.testing._handlers.versions import planned_resources
from coder_sdk.testing._jobs import WORKER, cancel_job, matching, queue_job
from coder_sdk.testing._logs import job_logs
from coder_sdk.testing._lookup import version_of
from coder_sdk.testing._query import Body, uuid_param
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.jobs import Job
    from coder_sdk.testing._state.templates import Version

routes = Routes()
_RUNS: Final = "/api/v2/templateversions/{templateversion}/dry-run"
_RUN: Final = _RUNS + "/{jobID}"


@routes("POST", _RUNS)
def create_dry_run(call: Call) -> Reply:
    """Plan a workspace without making it."""
    version = version_of(call)
    body = Body(call)
    if not version.job.finished:
        raise refuse(425, "Template version import job hasn't completed!")
    given = body.pairs("rich_parameter_values")
    complaints = [
        f"parameter {name}: {parameter.complaint(value)}"
        for name, value in given.items()
        if (parameter := version.spec.parameter(name)) and parameter.complaint(value)
    ]
    job = queue_job(
        call.state,
        "template_version_dry_run",
        organization_id=version.organization_id,
        initiator_id=call.actor.user.id,
        file_id=version.file_id,
        inputs={"template_version_id": version.id},
        tags=version.job.tags,
        plan=[
            ("Setting up", "provisioner_daemon", "info", ""),
            ("Detecting persistent resources", WORKER, "info", "Planning"),
            ("Cleaning Up", "provisioner_daemon", "info", ""),
        ],
        seconds=call.state.timing.import_,
        outcome=(complaints[0], "") if complaints else None,
    )
    version.dry_runs[job.id] = job
    return answer(job.wire(), 201)


def _run(call: Call) -> tuple[Version, Job]:
    version = version_of(call)
    job = version.dry_runs.get(uuid_param(call, "jobID"))
    if job is None:
        raise missing()
    return version, job


@routes("GET", _RUN)
def get_dry_run(call: Call) -> Reply:
    """Show a dry run."""
    return answer(_run(call)[1].wire())


@routes("GET", _RUN + "/logs")
def dry_run_logs(call: Call) -> Reply:
    """Show or stream the logs of a dry run."""
    return job_logs(call, _run(call)[1])


@routes("GET", _RUN + "/resources")
def dry_run_resources(call: Call) -> Reply:
    """List what the workspace would have."""
    version, job = _run(call)
    if not job.finished:
        raise refuse(400, "Job hasn't completed!")
    return answer(planned_resources(call, version, job.id) if job.status == "succeeded" else [])


@routes("GET", _RUN + "/matched-provisioners")
def dry_run_provisioners(call: Call) -> Reply:
    """Count the provisioners that could run it."""
    count = matching(call.state, _run(call)[1].tags)
    seen = stamp(call.state.now) if count else None
    return answer({"count": count, "available": count, "most_recently_seen": seen})


@routes("PATCH", _RUN + "/cancel")
def cancel_dry_run(call: Call) -> Reply:
    """Cancel a dry run."""
    _, job = _run(call)
    if job.finished:
        raise refuse(400, "Job has already completed.")
    if job.canceled_at is not None:
        raise refuse(400, "Job has already been marked as canceled.")
    cancel_job(call.state, job)
    return message(200, "Job has been marked as canceled.")
