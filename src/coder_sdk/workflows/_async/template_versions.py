"""Template versions: their imports, trial runs and differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import BadRequestError
from coder_sdk._errors.transport import CallError
from coder_sdk._reconnect import is_absent
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import template_versions as generated
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._async._finding import check_parameters
from coder_sdk.workflows._async._waiting import wait_until
from coder_sdk.workflows._async.archive_threads import offloaded
from coder_sdk.workflows._async.template_versions_imports import finish_dry_run, finish_import
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import check_functions, check_mappings, check_paths
from coder_sdk.workflows._jobs import ended, was_canceled
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.archive import diff_files, unpack
from coder_sdk.workflows.archive_folders import read_source
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from os import PathLike

    from coder_sdk._refs import TemplateVersionRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import ProvisionerJobLog, TemplateVersion, WorkspaceResource
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.archive import ArchiveDiff, TemplateFile
    from coder_sdk.workflows.log_line import LogLine
    from coder_sdk.workflows.parameters import ParameterValue


class AsyncTemplateVersions(generated.AsyncTemplateVersions):
    """Versions of templates: import, parameters, presets, variables and logs."""

    async def follow_logs(
        self,
        version: TemplateVersionRef,
        *,
        after: int = 0,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> AsyncIterator[ProvisionerJobLog]:
        """Yield the log lines of an import, from its beginning until it ends.

        No line is lost or repeated, across lost connections too. Where a WebSocket cannot be
        opened, the lines are fetched again and again.

        Args:
            version: The version: a model, a UUID, `template/version`, or
                `organization/template/version`.
            after: Number of the last line that is known; later ones are yielded.
            poll_interval: Seconds between two looks where there is no WebSocket.

        Yields:
            Line after line, with its stage and its level.

        Raises:
            StreamError: The stream was lost for good.
            APIStatusError: The server refuses the request.

        Example:
            >>> for line in coder.template_versions.follow_logs(version):  # doctest: +SKIP
            ...     print(line.stage, line.output)

        See:
            https://coder.com/docs/reference/api/templates#get-logs-by-template-version
        """
        last = after
        try:
            async with self.stream_logs(version, after=last) as stream:
                async for line in stream:
                    last = line.id
                    yield line
                return
        except CallError as error:
            if not is_absent(error, "websocket"):
                raise
        wait = Wait(clock_of(self._client), "the log", timeout=None, poll_interval=poll_interval)
        done = False
        while not done:
            done = ended((await self.get(version)).job)
            for line in await self.logs(version, after=last):
                last = line.id
                yield line
            if not done:
                await pause(wait.clock, wait.interval())

    async def wait(
        self,
        version: TemplateVersionRef,
        *,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> TemplateVersion:
        """Wait until a version is imported.

        Args:
            version: The version: a model, a UUID, `template/version`, or
                `organization/template/version`.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The version with its import done.

        Raises:
            TemplateImportError: The import failed; the error has the end of the log.
            MissingVariablesError: It needs variables that were not given; `variables` names them.
            NoProvisionerError: No provisioner can take it.
            WaitTimeoutError: It has not ended in time; `last_state` is the version.

        Example:
            >>> coder.template_versions.wait("docker/v9", on_log=print)  # doctest: +SKIP
        """
        found = await self.get(version)
        wait = Wait(
            clock_of(self._client), f"the import of `{found.name}`", timeout=timeout,
            poll_interval=poll_interval,
        )  # fmt: skip
        return await finish_import(
            self._client, found, wait, on_log=on_log, on_progress=on_progress
        )

    async def cancel(
        self,
        version: TemplateVersionRef,
        *,
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> Outcome[TemplateVersion]:
        """Cancel an import.

        Args:
            version: The version: a model, a UUID, `template/version`, or
                `organization/template/version`.
            wait: Wait until the job has ended.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The version, and `canceled`; `unchanged` if its import had ended before.

        Raises:
            WaitTimeoutError: It has not ended in time.

        Example:
            >>> coder.template_versions.cancel("docker/v9")  # doctest: +SKIP
        """
        state = await self.get(version)
        limit = Wait(
            clock_of(self._client), "the end of the import", timeout=timeout,
            poll_interval=poll_interval,
        )  # fmt: skip
        if ended(state.job):
            return Outcome(state, "unchanged")
        try:
            await self.request_cancel(state.id)
        except BadRequestError:
            # It has ended, or somebody else has asked already.
            state = await self.get(state.id)
            if not ended(state.job) and state.job.canceled_at is None:
                raise

        async def read() -> TemplateVersion:
            return await self.get(state.id)

        if wait:
            state = await wait_until(limit, read, lambda seen: ended(seen.job))
        left = ended(state.job) and not was_canceled(state.job)
        return Outcome(state, "unchanged" if left else "canceled")

    async def dry_run(
        self,
        version: TemplateVersionRef,
        *,
        parameters: Mapping[str, ParameterValue] | None = None,
        variables: Mapping[str, str] | None = None,
        workspace_name: str | Omit = OMIT,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
    ) -> list[WorkspaceResource]:
        """Find out what a workspace of a version would be made of, without making one.

        Args:
            version: The version: a model, a UUID, `template/version`, or
                `organization/template/version`.
            parameters: Values of its parameters; checked before anything is sent.
            variables: Values of its Terraform variables.
            workspace_name: Name that the workspace would have.
            timeout: Seconds that it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the log.

        Returns:
            The resources with their agents.

        Raises:
            RequestValidationError: A parameter is unknown, or its value does not fit.
            TemplateImportError: The dry run failed; the error has the end of the log.
            WaitTimeoutError: It has not ended in time.

        Example:
            >>> resources = coder.template_versions.dry_run(
            ...     "docker/v9", parameters={"cpu": 4}
            ... )  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/templates#create-template-version-dry-run
        """
        check_mappings(parameters=parameters, variables=variables)
        check_functions(on_log=on_log)
        found = await self.get(version)
        wait = Wait(
            clock_of(self._client), f"the dry run of `{found.name}`", timeout=timeout,
            poll_interval=poll_interval,
        )  # fmt: skip
        values = await check_parameters(self._client, found.id, parameters)
        given = [{"name": name, "value": value} for name, value in (variables or {}).items()]
        job = await self._client.dry_runs.create(
            found.id,
            rich_parameter_values=values,
            user_variable_values=given or OMIT,
            workspace_name=workspace_name,
        )
        job = await finish_dry_run(self._client, found, job, wait, on_log)
        return await self._client.dry_runs.resources(found.id, job.id)

    async def diff(
        self,
        version: TemplateVersionRef,
        other: TemplateVersionRef | None = None,
        *,
        directory: str | PathLike[str] | None = None,
    ) -> ArchiveDiff:
        """Compare the files of a version with those of another, or of a directory.

        Args:
            version: The version: a model, a UUID, `template/version`, or
                `organization/template/version`.
            other: The version that it is compared with.
            directory: The directory that it is compared with instead.

        Returns:
            Which files were added, removed and changed, and how; false if none.

        Raises:
            RequestValidationError: Neither or both are given.

        Example:
            >>> print(coder.template_versions.diff("docker/v8", "docker/v9"))  # doctest: +SKIP
        """
        check_paths(directory=directory)
        if (other is None) == (directory is None):
            raise RequestValidationError(
                "Give either another version or a `directory`.", parameter="other"
            )
        if other is None:
            after = await offloaded(lambda: read_source(directory, None, terraform=False))
        else:
            after = await self._files(other)
        return diff_files(await self._files(version), after)

    async def _files(self, version: TemplateVersionRef) -> list[TemplateFile]:
        found = await self.get(version)
        return unpack(await self._client.files.download(found.job.file_id))
