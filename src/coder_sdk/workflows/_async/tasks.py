"""Tasks: creating, talking to the agent, waiting for it."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.status import ConflictError, FeatureUnavailableError
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import tasks as generated
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._async._following import AsyncReports
from coder_sdk.workflows._async.tasks_making import AsyncTaskMaking
from coder_sdk.workflows._async.tasks_pausing import AsyncTaskPausing
from coder_sdk.workflows._async.tasks_steps import (
    come_up,
    read_task,
    resumed,
    task_wait,
    until_idle,
    until_noticed,
)
from coder_sdk.workflows._clients import remembered
from coder_sdk.workflows._given import check_texts
from coder_sdk.workflows.task_states import OLD_ROOT, ROOT, is_idle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from coder_sdk._refs import TaskRef
    from coder_sdk._request import Request, Seconds
    from coder_sdk.models import Task, TaskLogEntry
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine

_OLD: Final = ("tasks", "experimental path")
_NO_ROUTE: Final = 404


class AsyncTasks(AsyncTaskMaking, AsyncTaskPausing, generated.AsyncTasks):
    """Tasks: workspaces in which an AI agent works on a prompt.

    Servers before 2.29 have them under an experimental path, which is found with the first call.
    """

    def _dispatch(self, how: str, request: Request[Any]) -> Any:
        return self._sent(how, request)

    async def _sent(self, how: str, request: Request[Any]) -> Any:
        """Send to the path that this server has."""
        send = getattr(self._client, how)
        memory = remembered(self._client)
        older = copy(request)
        older.path_template = request.path_template.replace(ROOT, OLD_ROOT, 1)
        if memory.get(_OLD) and _was_there(older):
            return await send(older)
        try:
            return await send(request)
        except FeatureUnavailableError as error:
            if error.status != _NO_ROUTE or not _was_there(older):
                raise
            try:
                answer = await send(older)
            except FeatureUnavailableError:
                raise error from None
        memory[_OLD] = True
        return answer

    async def wait(
        self,
        task: TaskRef,
        *,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Task:
        """Wait until the agent of a task does nothing any more.

        That is so when it says that it is idle, complete or failed, when the task is paused, and
        when an active task has said nothing at all for half a minute.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The task as it is then; `current_state` says how it ended.

        Raises:
            BuildFailedError: Its workspace could not be built.
            AgentError: The task stays in the state `error`.
            WaitTimeoutError: Not in time; `last_state` is the task.

        Example:
            >>> task = coder.tasks.wait("fix-the-flaky-test")  # doctest: +SKIP
            >>> print(task.current_state.state, task.current_state.message)  # doctest: +SKIP
        """
        wait = task_wait(self._client, timeout, poll_interval)
        reports = AsyncReports(on_log, on_progress)
        return await until_idle(self._client, await read_task(self._client, task), wait, reports)

    async def send(
        self,
        task: TaskRef,
        text: str,
        *,
        wait: bool = False,
        resume: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
    ) -> Task:
        """Say something to the agent of a task, as soon as it listens.

        A paused task is resumed first, and what the agent works on is waited for.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            text: What is said.
            wait: Wait also until the agent is idle again.
            resume: Resume a paused task; otherwise that is the server's error.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.

        Returns:
            The task as it is then.

        Raises:
            ConflictError: The task is paused, and `resume` is false.
            BuildFailedError: Its workspace could not be built.
            WaitTimeoutError: Not in time; `last_state` is the task.

        Example:
            >>> coder.tasks.send("flaky-test", "Add a test", wait=True)  # doctest: +SKIP
        """
        limit = task_wait(self._client, timeout, poll_interval)
        reports = AsyncReports(on_log)
        check_texts(text=text)
        state = await read_task(self._client, task)
        while True:
            if state.status == "paused" and resume:
                state = await resumed(self._client, state, limit, reports)
            if state.status != "paused":
                state = await until_idle(self._client, state, limit, reports)
            try:
                await self.send_input(str(state.owner_id), str(state.id), input=text)
            except ConflictError:
                # It began to work on something else, or was paused, since it was read.
                if not resume and state.status == "paused":
                    raise
                await pause(limit.clock, limit.interval())
                state = await read_task(self._client, state)
                continue
            break
        return (
            await until_noticed(self._client, state, limit, reports)
            if wait
            else await read_task(self._client, state)
        )

    async def stream(
        self,
        task: TaskRef,
        *,
        after: int | None = None,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> AsyncIterator[TaskLogEntry]:
        """Yield what is said in a task, from its beginning until the agent is idle.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            after: Number of the last entry that is known; later ones are yielded.
            timeout: Seconds that it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Yields:
            Entry after entry: `type` says whether it went in or came out.

        Raises:
            BuildFailedError: Its workspace could not be built.
            WaitTimeoutError: Not in time; `last_state` is the task.

        Example:
            >>> for entry in coder.tasks.stream("fix-the-flaky-test"):  # doctest: +SKIP
            ...     print(entry.type, entry.content)
        """
        wait = task_wait(self._client, timeout, poll_interval)
        state = await come_up(
            self._client, await read_task(self._client, task), wait, AsyncReports()
        )
        begin, last, done = wait.elapsed, after, False
        while not done:
            done = is_idle(state, wait.elapsed - begin)
            if state.status in {"active", "paused"}:
                for entry in (await self.logs(str(state.owner_id), str(state.id))).logs:
                    if last is None or entry.id > last:
                        last = entry.id
                        yield entry
            if not done:
                await pause(wait.clock, wait.interval())
                state = await read_task(self._client, state)
                wait.last_state = state


def _was_there(request: Request[Any]) -> bool:
    """Whether a release had this under the experimental path."""
    from coder_sdk.resources._operations import OPERATIONS  # noqa: PLC0415 - for older servers

    return f"{request.method} {request.path_template}" in OPERATIONS
