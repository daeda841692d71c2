"""Pauses tasks, and resumes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._endpoint import AsyncResource
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._async._conditions import refusal
from coder_sdk.workflows._async._following import AsyncReports
from coder_sdk.workflows._async.tasks_steps import (
    finish,
    read_task,
    resumed,
    task_wait,
    until_idle,
)
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._refs import TaskRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Task
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine


class AsyncTaskPausing(AsyncResource):
    """Pausing and resuming tasks."""

    async def pause(
        self,
        task: TaskRef,
        *,
        only_if: Callable[[Task], object] | None = None,
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> Outcome[Task]:
        """Pause a task: stop its workspace.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            only_if: Called with the task as just read; it is skipped unless that returns true.
            wait: Wait until it is paused.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The task, and `paused`, `skipped`, or `unchanged` if it was.

        Raises:
            BuildFailedError: Its workspace could not be stopped.
            WaitTimeoutError: Not in time.

        Example:
            >>> task, action = coder.tasks.pause("fix-the-flaky-test")  # doctest: +SKIP
        """
        limit = task_wait(self._client, timeout, poll_interval)
        state = await read_task(self._client, task)
        skip = await refusal(only_if, state)
        if skip is not None:
            return Outcome(state, skip)
        if state.status == "paused":
            return Outcome(state, "unchanged")
        begun = await self._client.tasks.request_pause(str(state.owner_id), str(state.id))
        if wait:
            await finish(self._client, begun.workspace_build, limit, AsyncReports())
        return Outcome(await read_task(self._client, state), "paused")

    async def resume(
        self,
        task: TaskRef,
        *,
        only_if: Callable[[Task], object] | None = None,
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
    ) -> Outcome[Task]:
        """Resume a paused task: start its workspace.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            only_if: Called with the task as just read; it is skipped unless that returns true.
            wait: Wait until its agent is idle.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.

        Returns:
            The task, and `resumed`, `skipped`, or `unchanged` if it was not paused.

        Raises:
            BuildFailedError: Its workspace could not be started.
            WaitTimeoutError: Not in time; `last_state` is the task.

        Example:
            >>> task, action = coder.tasks.resume("fix-the-flaky-test")  # doctest: +SKIP
        """
        limit = task_wait(self._client, timeout, poll_interval)
        reports = AsyncReports(on_log)
        state = await read_task(self._client, task)
        skip = await refusal(only_if, state)
        if skip is not None:
            return Outcome(state, skip)
        if state.status != "paused":
            return Outcome(state, "unchanged")
        if not wait:
            await self._client.tasks.request_resume(str(state.owner_id), str(state.id))
            return Outcome(await read_task(self._client, state), "resumed")
        state = await resumed(self._client, state, limit, reports)
        return Outcome(await until_idle(self._client, state, limit, reports), "resumed")
