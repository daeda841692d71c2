# Derived from `src/coder_sdk/workflows/_async/template_versions_imports.py`
# by `python -m codegen colours`; edit that file.
"""Follows the import of a template version, or a dry run of one, to its end."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.work import MissingVariablesError, TemplateImportError
from coder_sdk._io._sync.primitives import settled
from coder_sdk._io._sync.shield import shielded
from coder_sdk.workflows._jobs import (
    LINES_KEPT,
    Progress,
    ended,
    job_error,
    line_text,
    provisioner_error,
    was_canceled,
)
from coder_sdk.workflows._sync._concurrency import pause
from coder_sdk.workflows._sync._waiting import wait_until
from coder_sdk.workflows.log_line import LogLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coder_sdk._client import Client
    from coder_sdk.models import ProvisionerJob, ProvisionerJobLog, TemplateVersion
    from coder_sdk.workflows._waits import Wait

_CANCEL_SECONDS = 10.0


class JobLog:
    """The log of a job, as it is read and reported.

    Args:
        read: Reads the lines after one of them.
        on_log: Called with each line.
    """

    def __init__(
        self,
        read: Callable[[int], list[ProvisionerJobLog]],
        on_log: Callable[[LogLine], object] | None,
    ) -> None:
        self._read = read
        self._on_log = on_log
        self._after = 0
        self._tail: deque[str] = deque(maxlen=LINES_KEPT)

    def report(self) -> None:
        """Report the lines that were written since, if anybody wants them."""
        if self._on_log is not None:
            self._fetch()

    def tail(self) -> tuple[str, ...]:
        """The last lines; none if they cannot be read, so that an error survives."""
        if self._on_log is None:
            try:
                self._fetch()
            except CoderError:
                return ()
        return tuple(self._tail)

    def _fetch(self) -> None:
        for log in self._read(self._after):
            self._after = log.id
            self._tail.append(line_text(log))
            if self._on_log is not None:
                settled(self._on_log(LogLine(line_text(log), log=log)))


def title(version: TemplateVersion) -> str:
    """How errors name an import."""
    return f"The import of the template version `{version.name}`"


def settle_import(
    client: Client,
    state: TemplateVersion,
    wait: Wait,
    log: JobLog,
    on_progress: Callable[[Progress], object] | None = None,
) -> TemplateVersion:
    """Wait until the import of a version, as it was just read, has ended in whatever way.

    Raises:
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """
    last: Progress | None = None

    def read() -> TemplateVersion:
        return client.template_versions.get(state.id)

    while True:
        progress = Progress("import", state, wait.elapsed)
        wait.last_state, wait.progress = state, str(progress)
        if on_progress is not None and progress != last:
            settled(on_progress(progress))
        last = progress
        log.report()
        error = provisioner_error(state.job, state.matched_provisioners, title(state))
        if error is not None:
            raise error
        if ended(state.job):
            return state
        pause(wait.clock, wait.interval())
        state = wait_until(wait, read, lambda _: True)


def finish_import(
    client: Client,
    version: TemplateVersion,
    wait: Wait,
    *,
    given: Mapping[str, str] | None = None,
    on_log: Callable[[LogLine], object] | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> TemplateVersion:
    """Wait until a version, as it was just read, is imported.

    Raises:
        MissingVariablesError: It needs variables that were not given.
        TemplateImportError: The import failed or was canceled.
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """

    def read(after: int) -> list[ProvisionerJobLog]:
        return client.template_versions.logs(version.id, after=after)

    log = JobLog(read, on_log)
    state = settle_import(client, version, wait, log, on_progress)
    if state.job.status == "succeeded":
        return state
    what, lines = title(state), log.tail()
    if was_canceled(state.job):
        raise TemplateImportError(f"{what} was canceled.", job=state.job, logs=lines)
    error = job_error(state.job, what, lines, TemplateImportError)
    if isinstance(error, MissingVariablesError):
        error.variables = _missing(client, state, given or {})
        if error.variables:
            error.hint = f"Pass `variables` with {', '.join(error.variables)}."
    raise error


def _missing(client: Client, version: TemplateVersion, given: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the variables that have no value; none if they cannot be read."""
    try:
        variables = client.template_versions.variables(version.id)
    except CoderError:
        return ()
    return tuple(
        item.name
        for item in variables
        if item.required and not item.value and item.name not in given
    )


def cancel_quietly(cancel: Callable[[], object]) -> None:
    """Cancel a job that nobody waits for any more; whoever interrupted us hears of that."""
    with shielded(_CANCEL_SECONDS):
        try:
            cancel()
        except CoderError:
            # It has ended, or the server is away: the interruption is what matters.
            return


def finish_dry_run(
    client: Client,
    version: TemplateVersion,
    job: ProvisionerJob,
    wait: Wait,
    on_log: Callable[[LogLine], object] | None = None,
) -> ProvisionerJob:
    """Wait until a dry run has succeeded; it is canceled on an interruption.

    Raises:
        TemplateImportError: It failed or was canceled.
        WaitTimeoutError: It has not ended in time.
    """
    try:
        return _finish_dry_run(client, version, job, wait, on_log)
    except Exception:
        raise
    except BaseException:
        cancel_quietly(lambda: client.dry_runs.request_cancel(version.id, job.id))
        raise


def _finish_dry_run(
    client: Client,
    version: TemplateVersion,
    job: ProvisionerJob,
    wait: Wait,
    on_log: Callable[[LogLine], object] | None,
) -> ProvisionerJob:

    def read() -> ProvisionerJob:
        return client.dry_runs.get(version.id, job.id)

    def read_log(after: int) -> list[ProvisionerJobLog]:
        return client.dry_runs.logs(version.id, job.id, after=after)

    log = JobLog(read_log, on_log)
    while True:
        wait.last_state = job
        log.report()
        if ended(job):
            break
        pause(wait.clock, wait.interval())
        job = wait_until(wait, read, lambda _: True)
    if job.status != "succeeded":
        what = f"The dry run of the template version `{version.name}`"
        lines = log.tail()
        if was_canceled(job):
            raise TemplateImportError(f"{what} was canceled.", job=job, logs=lines)
        raise job_error(job, what, lines, TemplateImportError)
    return job
