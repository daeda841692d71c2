"""Builds: following, waiting, canceling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._errors.status import (
    BadRequestError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
)
from coder_sdk._errors.transport import CallError
from coder_sdk._reconnect import is_absent
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import builds as generated
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._async._following import AsyncReports, finish_build
from coder_sdk.workflows._async._waiting import wait_until
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._jobs import ended, was_canceled
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.outcome import Outcome, Skip

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Literal
    from uuid import UUID

    from coder_sdk._refs import BuildRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import (
        ProvisionerJobLog,
        Workspace,
        WorkspaceBuild,
        WorkspaceBuildUpdate,
    )
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine


class AsyncBuilds(generated.AsyncBuilds):
    """Workspace builds: the runs that start, stop and delete workspaces."""

    async def follow_logs(
        self, build: BuildRef, *, after: int = 0, poll_interval: PollInterval | Omit = OMIT
    ) -> AsyncIterator[ProvisionerJobLog]:
        """Yield the log lines of a build, from its beginning until it ends.

        No line is lost or repeated, across lost connections too. Where a WebSocket cannot be
        opened, the lines are fetched again and again. A build that failed ends the iteration as
        any other does: read it, or `wait` for it.

        Args:
            build: The build: a model, a UUID, `workspace/number`, or `owner/workspace/number`.
            after: Number of the last line that is known; later ones are yielded.
            poll_interval: Seconds between two looks where there is no WebSocket.

        Yields:
            Line after line, with its stage and its level.

        Raises:
            StreamError: The stream was lost for good.
            APIStatusError: The server refuses the request.

        Example:
            >>> async for line in coder.builds.follow_logs(workspace.latest_build):
            ...     print(line.stage, line.output)

        See:
            https://coder.com/docs/reference/api/builds#get-workspace-build-logs
        """
        last = after
        try:
            async with self.stream_logs(build, after=last) as stream:
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
            done = ended((await self.get(build)).job)
            for line in await self.logs(build, after=last):
                last = line.id
                yield line
            if not done:
                await pause(wait.clock, wait.interval())

    async def wait(
        self,
        build: BuildRef,
        *,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> WorkspaceBuild:
        """Wait until a build has succeeded.

        Args:
            build: The build: a model, a UUID, `workspace/number`, or `owner/workspace/number`.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with the text of every log line.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The build as it ended.

        Raises:
            BuildFailedError: It failed; `QuotaExceededError` if for want of credits.
            BuildCanceledError: It was canceled.
            NoProvisionerError: No provisioner can take it.
            WaitTimeoutError: It has not ended in time; `last_state` is the build.

        Example:
            >>> await coder.builds.wait(workspace.latest_build, on_log=print)
        """
        wait = Wait(
            clock_of(self._client), "the build", timeout=timeout, poll_interval=poll_interval
        )
        reports = AsyncReports(on_log, on_progress)
        return await finish_build(self._client, await self.get(build), wait, reports)

    async def cancel(
        self,
        build: BuildRef,
        *,
        only_if: Literal["pending", "running"] | Omit = OMIT,
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> Outcome[WorkspaceBuild]:
        """Cancel a build.

        Args:
            build: The build: a model, a UUID, `workspace/number`, or `owner/workspace/number`.
            only_if: Cancel only while the job is in this state, which the server checks.
            wait: Wait until the job has ended.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The build, and `canceled`; `unchanged` if it had ended before, `skipped` if it was not
            in the state of `only_if`.

        Raises:
            PermissionDeniedError: The template does not let its users cancel.
            WaitTimeoutError: It has not ended in time.

        Example:
            >>> build, action = await coder.builds.cancel("dev/1", only_if="pending")
        """
        clock = clock_of(self._client)
        limit = Wait(clock, "the end of the build", timeout=timeout, poll_interval=poll_interval)
        state = await self.get(build)
        if ended(state.job):
            return Outcome(state, "unchanged")
        if not isinstance(only_if, Omit) and state.job.status != only_if:
            return Outcome(state, Skip(f"the job is {state.job.status}, not {only_if}"))
        try:
            await self.request_cancel(state.id, expect_status=only_if)
        except PreconditionFailedError as error:
            return Outcome(await self.get(state.id), Skip(error.message))
        except BadRequestError:
            state = await self.get(state.id)
            if ended(state.job):
                return Outcome(state, "unchanged")
            if state.job.canceled_at is None:
                raise

        async def read() -> WorkspaceBuild:
            return await self.get(state.id)

        if wait:
            state = await wait_until(limit, read, lambda seen: ended(seen.job))
        left = ended(state.job) and not was_canceled(state.job)
        return Outcome(state, "unchanged" if left else "canceled")

    async def watch(
        self, *, poll_interval: PollInterval | Omit = OMIT
    ) -> AsyncIterator[WorkspaceBuildUpdate]:
        """Watch the builds of all workspaces that the caller sees: one update with each change.

        Where the server has no such stream, or not for this caller, the list of workspaces is read
        again and again; states that last shorter than that interval are not seen then.

        Args:
            poll_interval: Seconds between two looks where there is no stream.

        Yields:
            Workspace, build, transition and state of the job.

        Raises:
            StreamError: The stream was lost for good.

        Example:
            >>> async for update in coder.builds.watch():  # doctest: +SKIP
            ...     print(update.workspace_name, update.transition, update.job_status)
        """
        try:
            async with self.watch_all() as stream:
                async for update in stream:
                    yield update
                return
        except (PermissionDeniedError, NotFoundError):
            pass  # no experiment, no right, or a release without the stream
        except CallError as error:
            if not is_absent(error, "websocket"):
                raise
        wait = Wait(clock_of(self._client), "builds", timeout=None, poll_interval=poll_interval)
        seen: dict[UUID, tuple[UUID, str]] | None = None
        while True:
            found = [item async for item in self._client.workspaces.list()]
            states = {
                item.id: (item.latest_build.id, str(item.latest_build.job.status)) for item in found
            }
            for item in found if seen is not None else ():
                if seen is not None and seen.get(item.id) != states[item.id]:
                    yield update_of(item)
            seen = states
            await pause(wait.clock, wait.interval())


def update_of(workspace: Workspace) -> WorkspaceBuildUpdate:
    """The update that the stream would have sent for a workspace's latest build."""
    from coder_sdk.models import WorkspaceBuildUpdate  # noqa: PLC0415 - the core has none

    build = workspace.latest_build
    return WorkspaceBuildUpdate(
        build_id=build.id,
        build_number=build.build_number,
        job_status=str(build.job.status),
        transition=str(build.transition),
        workspace_id=workspace.id,
        workspace_name=workspace.name,
    )
