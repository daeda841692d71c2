"""Follows the import of a template version, or a dry run of one, to its end."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.work import MissingVariablesError, TemplateImportError
from coder_sdk._io._async.primitives import settled
from coder_sdk._io._async.shield import shielded
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._async._waiting import wait_until
from coder_sdk.workflows._jobs import (
    LINES_KEPT,
    Progress,
    ended,
    job_error,
    line_text,
    provisioner_error,
    was_canceled,
)
from coder_sdk.workflows.log_line import LogLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from coder_sdk._async_client import AsyncClient
    from coder_sdk.models import ProvisionerJob, ProvisionerJobLog, TemplateVersion
    from coder_sdk.workflows._waits import Wait

_CANCEL_SECONDS = 10.0


class AsyncJobLog:
    """The log of a job, as it is read and reported.

    Args:
        read: Reads the lines after one of them.
        on_log: Called with each line.
    """

    def __init__(
        self,
        read: Callable[[int], Awaitable[list[ProvisionerJobLog]]],
        on_log: Callable[[LogLine], object] | None,
    ) -> None:
        self._read = read
        self._on_log = on_log
        self._after = 0
        self._tail: deque[str] = deque(maxlen=LINES_KEPT)

    async def report(self) -> None:
        """Report the lines that were written since, if anybody wants them."""
        if self._on_log is not None:
            await self._fetch()

    async def tail(self) -> tuple[str, ...]:
        """The last lines; none if they cannot be read, so that an error survives."""
        if self._on_log is None:
            try:
                await self._fetch()
            except CoderError:
                return ()
        return tuple(self._tail)

    async def _fetch(self) -> None:
        for log in await self._read(self._after):
            self._after = log.id
            self._tail.append(line_text(log))
            if self._on_log is not None:
                await settled(self._on_log(LogLine(line_text(log), log=log)))


def title(version: TemplateVersion) -> str:
    """How errors name an import."""
    return f"The import of the template version `{version.name}`"


async def settle_import(
    client: AsyncClient,
    state: TemplateVersion,
    wait: Wait,
    log: AsyncJobLog,
    on_progress: Callable[[Progress], object] | None = None,
) -> TemplateVersion:
    """Wait until the import of a version, as it was just read, has ended in whatever way.

    Raises:
        NoProvisionerError: No provisioner can take it.
        WaitTimeoutError: It has not ended in time.
    """
    last: Progress | None = None

    async def read() -> TemplateVersion:
        return await client.template_versions.get(state.id)

    while True:
        progress = Progress("import", state, wait.elapsed)
        wait.last_state, wait.progress = state, str(progress)
        if on_progress is not None and progress != last:
            await settled(on_progress(progress))
        last = progress
        await log.report()
        error = provisioner_error(state.job, state.matched_provisioners, title(state))
        if error is not None:
            raise error
        if ended(state.job):
            return state
        await pause(wait.clock, wait.interval())
        state = await wait_until(wait, read, lambda _: True)


async def finish_import(
    client: AsyncClient,
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

    async def read(after: int) -> list[ProvisionerJobLog]:
        return await client.template_versions.logs(version.id, after=after)

    log = AsyncJobLog(read, on_log)
    state = await settle_import(client, version, wait, log, on_progress)
    if state.job.status == "succeeded":
        return state
    what, lines = title(state), await log.tail()
    if was_canceled(state.job):
        raise TemplateImportError(f"{what} was canceled.", job=state.job, logs=lines)
    error = job_error(state.job, what, lines, TemplateImportError)
    if isinstance(error, MissingVariablesError):
        error.variables = await _missing(client, state, given or {})
        if error.variables:
            error.hint = f"Pass `variables` with {', '.join(error.variables)}."
    raise error


async def _missing(
    client: AsyncClient, version: TemplateVersion, given: Mapping[str, str]
) -> tuple[str, ...]:
    """Names of the variables that have no value; none if they cannot be read."""
    try:
        variables = await client.template_versions.variables(version.id)
    except CoderError:
        return ()
    return tuple(
        item.name
        for item in variables
        if item.required and not item.value and item.name not in given
    )


async def cancel_quietly(cancel: Callable[[], Awaitable[object]]) -> None:
    """Cancel a job that nobody waits for any more; whoever interrupted us hears of that."""
    with shielded(_CANCEL_SECONDS):
        try:
            await cancel()
        except CoderError:
            # It has ended, or the server is away: the interruption is what matters.
            return


async def finish_dry_run(
    client: AsyncClient,
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
        return await _finish_dry_run(client, version, job, wait, on_log)
    except Exception:
        raise
    except BaseException:
        await cancel_quietly(lambda: client.dry_runs.request_cancel(version.id, job.id))
        raise


async def _finish_dry_run(
    client: AsyncClient,
    version: TemplateVersion,
    job: ProvisionerJob,
    wait: Wait,
    on_log: Callable[[LogLine], object] | None,
) -> ProvisionerJob:

    async def read() -> ProvisionerJob:
        return await client.dry_runs.get(version.id, job.id)

    async def read_log(after: int) -> list[ProvisionerJobLog]:
        return await client.dry_runs.logs(version.id, job.id, after=after)

    log = AsyncJobLog(read_log, on_log)
    while True:
        wait.last_state = job
        await log.report()
        if ended(job):
            break
        await pause(wait.clock, wait.interval())
        job = await wait_until(wait, read, lambda _: True)
    if job.status != "succeeded":
        what = f"The dry run of the template version `{version.name}`"
        lines = await log.tail()
        if was_canceled(job):
            raise TemplateImportError(f"{what} was canceled.", job=job, logs=lines)
        raise job_error(job, what, lines, TemplateImportError)
    return job
