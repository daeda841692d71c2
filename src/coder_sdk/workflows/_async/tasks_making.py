"""Makes tasks, or finds the one that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._endpoint import AsyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ConflictError, NotFoundError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._async._ensuring import created_or_found
from coder_sdk.workflows._async._finding import read_preset, read_template, read_version
from coder_sdk.workflows._async._following import AsyncReports
from coder_sdk.workflows._async._provider_links import check_links
from coder_sdk.workflows._async.tasks_steps import come_up, resumed, task_wait, until_idle
from coder_sdk.workflows._plans import mode_of, require_version
from coder_sdk.workflows.names import check_name
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.task_states import check_prompt, check_same, target_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from coder_sdk._refs import TemplateRef, TemplateVersionRef, UserRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Task
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._plans import WaitFor, WaitMode
    from coder_sdk.workflows._waits import PollInterval, Wait
    from coder_sdk.workflows.log_line import LogLine


class AsyncTaskMaking(AsyncResource):
    """Making tasks."""

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
        wait: WaitFor = "ready",
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Task:
        """Create a task, and wait until its agent has done what it was told.

        Args:
            prompt: What the agent shall do.
            template: The template, whose active version is taken; it must have an AI task.
            template_version: Another version than the active one.
            preset: Name or UUID of the preset whose parameter values are taken.
            name: The name of the task; the server makes one of the prompt by default.
            display_name: The name that is shown to people.
            owner: Who owns it.
            wait: False to return at once, `build` to wait only for its workspace.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The task.

        Raises:
            RequestValidationError: The name does not fit, or no template is named; nothing was
                sent.
            ConflictError: There is a task of that name.
            BadRequestError: The template has no AI task.
            ExternalAuthRequiredError: The template needs a link with a provider; nothing was made.
            BuildFailedError: Its workspace could not be built.
            WaitTimeoutError: The agent is not idle in time; `last_state` is the task.

        Example:
            >>> coder.tasks.create("Fix the flaky test", template="ai")  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/tasks#create-a-new-ai-task
        """
        check_prompt(prompt)
        mode = mode_of(wait)
        limit = task_wait(self._client, timeout, poll_interval)
        reports = AsyncReports(on_log, on_progress)
        if not isinstance(name, Omit):
            check_name(name, "task")
        body = await self._body(
            owner, prompt, template=template, template_version=template_version, preset=preset,
            display_name=display_name,
        )  # fmt: skip
        if isinstance(name, Omit):
            task, ours = await self._client.tasks.create_for_user(owner, **body), True
        else:
            task, ours = await self._made(owner, name, body)
        if not ours:
            raise ConflictError(
                f"There is a task {task.owner_name}/{task.name} already.",
                status=409,
                hint="`ensure` takes it as it is.",
            )
        return await self._awaited(task, mode, limit, reports)

    async def ensure(
        self,
        task: str,
        prompt: str,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        preset: UUID | str | Omit = OMIT,
        display_name: str | Omit = OMIT,
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Task]:
        """Have a task of this name and prompt at work: create it, resume it, or leave it.

        Args:
            task: `name`, or `owner/name`.
            prompt: What the agent shall do.
            template: The template, whose active version is taken; it must have an AI task.
            template_version: Another version than the active one, for a new task.
            preset: Name or UUID of the preset whose parameter values are taken, for a new task.
            display_name: The name that is shown to people, for a new task.
            wait: False to return at once, `ready` to wait until the agent is idle too.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The task, and `created`, `resumed` or `unchanged`.

        Raises:
            RequestValidationError: The name does not fit, or no template is named; nothing was
                changed.
            ConflictError: It exists with another prompt or template; nothing was changed.
            BadRequestError: The template has no AI task.
            ExternalAuthRequiredError: The template needs a link with a provider; nothing was made.
            BuildFailedError: Its workspace could not be built.
            WaitTimeoutError: Not in time; `last_state` is the task.

        Example:
            >>> task, action = coder.tasks.ensure(  # doctest: +SKIP
            ...     "flaky", "Fix the flaky test", template="ai"
            ... )
        """
        check_prompt(prompt)
        mode = mode_of(wait)
        limit = task_wait(self._client, timeout, poll_interval)
        reports = AsyncReports(on_log, on_progress)
        owner, name = target_of(task)
        check_name(name, "task")
        found, created = await self._find(owner, name), False
        if found is None:
            body = await self._body(
            owner, prompt, template=template, template_version=template_version, preset=preset,
            display_name=display_name,
        )  # fmt: skip
            found, created = await self._made(owner, name, body)
        if created:
            return Outcome(await self._awaited(found, mode, limit, reports), "created")
        check_same(found, prompt, None if isinstance(template, Omit) else template)
        if found.status != "paused":
            return Outcome(await self._awaited(found, mode, limit, reports), "unchanged")
        if mode is None:
            await self._client.tasks.request_resume(str(found.owner_id), str(found.id))
            return Outcome(found, "resumed")
        found = await resumed(self._client, found, limit, reports)
        return Outcome(await self._awaited(found, mode, limit, reports), "resumed")

    async def _body(
        self,
        owner: UserRef,
        prompt: str,
        *,
        template: TemplateRef | Omit,
        template_version: TemplateVersionRef | Omit,
        preset: UUID | str | Omit,
        display_name: str | Omit,
    ) -> dict[str, Any]:
        """What is sent, with everything checked that can be."""
        if not isinstance(template_version, Omit):
            version_id = (await read_version(self._client, template_version, template)).id
        elif not isinstance(template, Omit):
            found = await read_template(self._client, template)
            require_version(found)
            version_id = found.active_version_id
        else:
            raise RequestValidationError(
                "A new task needs a `template` or a `template_version`.", parameter="template"
            )
        await check_links(self._client, version_id, owner)
        preset_id: Any = OMIT
        if not isinstance(preset, Omit):
            preset_id = (await read_preset(self._client, version_id, preset)).id
        return {
            "input": prompt,
            "display_name": display_name,
            "template_version_id": version_id,
            "template_version_preset_id": preset_id,
        }

    async def _find(self, owner: UserRef, name: str) -> Task | None:
        try:
            return await self._client.tasks.get(owner, name)
        except NotFoundError:
            return None

    async def _made(self, owner: UserRef, name: str, body: dict[str, Any]) -> tuple[Task, bool]:
        """A new task, or the one that somebody else made meanwhile."""

        async def make() -> Task:
            return await self._client.tasks.create_for_user(owner, name=name, **body)

        async def find() -> Task | None:
            return await self._find(owner, name)

        return await created_or_found(make, find)

    async def _awaited(
        self, task: Task, mode: WaitMode | None, wait: Wait, reports: AsyncReports
    ) -> Task:
        """The task once that is so which is waited for."""
        if mode is None:
            return task
        if mode == "build":
            return await come_up(self._client, task, wait, reports)
        return await until_idle(self._client, task, wait, reports)
