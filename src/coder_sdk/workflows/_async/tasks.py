"""Tasks: creating, talking to the agent, waiting for it."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.status import ConflictError, FeatureUnavailableError
from coder_sdk._errors.work import AgentError
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import tasks as generated
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._async._finding import read_preset, read_template, read_version
from coder_sdk.workflows._async._following import AsyncReports, finish_build
from coder_sdk.workflows._async._waiting import wait_until
from coder_sdk.workflows._clients import clock_of, remembered
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.task_states import (
    ERROR_GRACE,
    OLD_ROOT,
    ROOT,
    SILENCE,
    is_building,
    is_idle,
    state_of,
    target_of,
    written_at,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from coder_sdk._refs import TaskRef, TemplateRef, TemplateVersionRef, UserRef
    from coder_sdk._request import Request, Seconds
    from coder_sdk.models import Task, TaskLogEntry, WorkspaceBuild
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine

_OLD: Final = ("tasks", "experimental path")
_NO_ROUTE: Final = 404


class AsyncTasks(generated.AsyncTasks):
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
        if memory.get(_OLD):
            return await send(older)
        try:
            return await send(request)
        except FeatureUnavailableError as error:
            if error.status != _NO_ROUTE:
                raise
            try:
                answer = await send(older)
            except FeatureUnavailableError:
                raise error from None
        memory[_OLD] = True
        return answer

    async def create(
        self,
        prompt: str,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        preset: UUID | str | Omit = OMIT,
        name: str | Omit = OMIT,
        display_name: str | Omit = OMIT,
        owner: UserRef = "me",
        wait: bool = False,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Task:
        """Create a task: a workspace in which an agent begins to work on a prompt.

        Args:
            prompt: What the agent shall do.
            template: The template, whose active version is taken; it must have an AI task.
            template_version: Another version than the active one.
            preset: Name or UUID of the preset whose parameter values are taken.
            name: The name of the task; the server makes one of the prompt by default.
            display_name: The name that is shown to people.
            owner: Who owns it.
            wait: Wait until the agent is idle.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The task.

        Raises:
            BadRequestError: The template has no AI task.
            BuildFailedError: Its workspace could not be built.
            WaitTimeoutError: The agent is not idle in time; `last_state` is the task.

        Example:
            >>> coder.tasks.create("Fix the flaky test", template="ai")  # doctest: +SKIP
        """
        if isinstance(template_version, Omit):
            if isinstance(template, Omit):
                raise TypeError("`create` needs a `template` or a `template_version`.")
            version_id = (await read_template(self._client, template)).active_version_id
        else:
            version_id = (await read_version(self._client, template_version, template)).id
        preset_id: Any = OMIT
        if not isinstance(preset, Omit):
            preset_id = (await read_preset(self._client, version_id, preset)).id
        task = await self.create_for_user(
            owner,
            input=prompt,
            name=name,
            display_name=display_name,
            template_version_id=version_id,
            template_version_preset_id=preset_id,
        )
        if not wait:
            return task
        return await self.wait(
            task,
            timeout=timeout,
            poll_interval=poll_interval,
            on_log=on_log,
            on_progress=on_progress,
        )

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
        wait = self._wait(timeout, poll_interval)
        reports = AsyncReports(on_log, on_progress)
        return await self._until_idle(await self._read(task), wait, reports)

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
        limit = self._wait(timeout, poll_interval)
        reports = AsyncReports(on_log)
        state = await self._read(task)
        while True:
            if state.status == "paused" and resume:
                state = await self._resumed(state, limit, reports)
            if state.status != "paused":
                state = await self._until_idle(state, limit, reports)
            try:
                await self.send_input(str(state.owner_id), str(state.id), input=text)
            except ConflictError:
                # It began to work on something else, or was paused, since it was read.
                if not resume and state.status == "paused":
                    raise
                await pause(limit.clock, limit.interval())
                state = await self._read(state)
                continue
            break
        return await self._after(state, limit, reports) if wait else await self._read(state)

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
        wait = self._wait(timeout, poll_interval)
        state = await self._come_up(await self._read(task), wait, AsyncReports())
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
                state = await self._read(state)
                wait.last_state = state

    async def pause(
        self,
        task: TaskRef,
        *,
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> Outcome[Task]:
        """Pause a task: stop its workspace.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            wait: Wait until it is paused.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The task, and `paused`, or `unchanged` if it was.

        Raises:
            BuildFailedError: Its workspace could not be stopped.
            WaitTimeoutError: Not in time.

        Example:
            >>> task, action = coder.tasks.pause("fix-the-flaky-test")  # doctest: +SKIP
        """
        limit = self._wait(timeout, poll_interval)
        state = await self._read(task)
        if state.status == "paused":
            return Outcome(state, "unchanged")
        begun = await self.request_pause(str(state.owner_id), str(state.id))
        if wait:
            await self._finish(begun.workspace_build, limit, AsyncReports())
        return Outcome(await self._read(state), "paused")

    async def resume(
        self,
        task: TaskRef,
        *,
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
    ) -> Outcome[Task]:
        """Resume a paused task: start its workspace.

        Args:
            task: The task: a model, a UUID, `name` for one of your own, or `owner/name`.
            wait: Wait until its agent is idle.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.

        Returns:
            The task, and `resumed`, or `unchanged` if it was not paused.

        Raises:
            BuildFailedError: Its workspace could not be started.
            WaitTimeoutError: Not in time; `last_state` is the task.

        Example:
            >>> task, action = coder.tasks.resume("fix-the-flaky-test")  # doctest: +SKIP
        """
        limit = self._wait(timeout, poll_interval)
        reports = AsyncReports(on_log)
        state = await self._read(task)
        if state.status != "paused":
            return Outcome(state, "unchanged")
        if not wait:
            await self.request_resume(str(state.owner_id), str(state.id))
            return Outcome(await self._read(state), "resumed")
        state = await self._resumed(state, limit, reports)
        return Outcome(await self._until_idle(state, limit, reports), "resumed")

    # -- steps

    def _wait(self, timeout: Seconds | Omit | None, poll_interval: PollInterval | Omit) -> Wait:
        clock = clock_of(self._client)
        return Wait(clock, "the task", timeout=timeout, poll_interval=poll_interval)

    async def _read(self, task: TaskRef) -> Task:
        target = target_of(task)
        return await self.get(target.owner, target.task)

    async def _finish(
        self, build: WorkspaceBuild | None, wait: Wait, reports: AsyncReports
    ) -> None:
        if build is not None:
            await finish_build(self._client, build, wait, reports)

    async def _resumed(self, state: Task, wait: Wait, reports: AsyncReports) -> Task:
        try:
            begun = await self.request_resume(str(state.owner_id), str(state.id))
        except ConflictError:
            pass  # somebody else was faster
        else:
            await self._finish(begun.workspace_build, wait, reports)
        return await self._read(state)

    async def _come_up(self, state: Task, wait: Wait, reports: AsyncReports) -> Task:
        """Wait for the build of the workspace, which says why if it fails."""
        if not is_building(state) or state.workspace_id is None:
            return state
        workspace = await self._client.workspaces.get(state.workspace_id)
        await self._finish(workspace.latest_build, wait, reports)
        return await self._read(state)

    async def _until_idle(self, state: Task, wait: Wait, reports: AsyncReports) -> Task:
        state = await self._come_up(state, wait, reports)
        begin = wait.elapsed

        async def read() -> Task:
            return await self._read(state)

        def decide(seen: Task) -> bool:
            wait.progress = f"{seen.status}, {state_of(seen) or 'silent'}"
            if seen.status == "error" and wait.elapsed - begin >= ERROR_GRACE:
                raise AgentError(f"The task {seen.owner_name}/{seen.name} is in the state `error`.")
            return is_idle(seen, wait.elapsed - begin)

        return await wait_until(wait, read, decide, state)

    async def _after(self, before: Task, wait: Wait, reports: AsyncReports) -> Task:
        """Wait until the agent has taken notice of what was said, and is idle again."""
        begin, said = wait.elapsed, written_at(before)

        async def read() -> Task:
            return await self._read(before)

        def decide(seen: Task) -> bool:
            wait.progress = f"{seen.status}, {state_of(seen) or 'silent'}"
            noticed = state_of(seen) == "working" or written_at(seen) != said
            return noticed or wait.elapsed - begin >= SILENCE

        return await self._until_idle(await wait_until(wait, read, decide), wait, reports)
