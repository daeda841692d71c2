"""What the workflows of tasks have in common: reading, building, waiting for the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._errors.status import ConflictError
from coder_sdk._errors.work import AgentError
from coder_sdk.workflows._async._following import finish_build
from coder_sdk.workflows._async._waiting import wait_until
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.task_states import (
    ERROR_GRACE,
    SILENCE,
    is_building,
    is_idle,
    state_of,
    target_of,
    written_at,
)

if TYPE_CHECKING:
    from coder_sdk._async_client import AsyncClient
    from coder_sdk._refs import TaskRef
    from coder_sdk._request import Omit, Seconds
    from coder_sdk.models import Task, WorkspaceBuild
    from coder_sdk.workflows._async._following import AsyncReports
    from coder_sdk.workflows._waits import PollInterval


def task_wait(
    client: AsyncClient, timeout: Seconds | Omit | None, poll_interval: PollInterval | Omit
) -> Wait:
    """The clock and the deadline of one workflow."""
    return Wait(clock_of(client), "the task", timeout=timeout, poll_interval=poll_interval)


async def read_task(client: AsyncClient, task: TaskRef) -> Task:
    """Read a task by one request."""
    target = target_of(task)
    return await client.tasks.get(target.owner, target.task)


async def finish(
    client: AsyncClient, build: WorkspaceBuild | None, wait: Wait, reports: AsyncReports
) -> None:
    """Wait for a build of the workspace, if there is one."""
    if build is not None:
        await finish_build(client, build, wait, reports)


async def resumed(client: AsyncClient, state: Task, wait: Wait, reports: AsyncReports) -> Task:
    """Start the workspace of a paused task, and wait for that."""
    try:
        begun = await client.tasks.request_resume(str(state.owner_id), str(state.id))
    except ConflictError:
        pass  # somebody else was faster
    else:
        await finish(client, begun.workspace_build, wait, reports)
    return await read_task(client, state)


async def come_up(client: AsyncClient, state: Task, wait: Wait, reports: AsyncReports) -> Task:
    """Wait for the build of the workspace, which says why if it fails."""
    if not is_building(state) or state.workspace_id is None:
        return state
    workspace = await client.workspaces.get(state.workspace_id)
    await finish(client, workspace.latest_build, wait, reports)
    return await read_task(client, state)


async def until_idle(client: AsyncClient, state: Task, wait: Wait, reports: AsyncReports) -> Task:
    """Wait until the agent does nothing any more."""
    state = await come_up(client, state, wait, reports)
    begin = wait.elapsed

    async def read() -> Task:
        return await read_task(client, state)

    def decide(seen: Task) -> bool:
        wait.progress = f"{seen.status}, {state_of(seen) or 'silent'}"
        if seen.status == "error" and wait.elapsed - begin >= ERROR_GRACE:
            raise AgentError(f"The task {seen.owner_name}/{seen.name} is in the state `error`.")
        return is_idle(seen, wait.elapsed - begin)

    return await wait_until(wait, read, decide, state)


async def until_noticed(
    client: AsyncClient, before: Task, wait: Wait, reports: AsyncReports
) -> Task:
    """Wait until the agent has taken notice of what was said, and is idle again."""
    begin, said = wait.elapsed, written_at(before)

    async def read() -> Task:
        return await read_task(client, before)

    def decide(seen: Task) -> bool:
        wait.progress = f"{seen.status}, {state_of(seen) or 'silent'}"
        noticed = state_of(seen) == "working" or written_at(seen) != said
        return noticed or wait.elapsed - begin >= SILENCE

    return await until_idle(client, await wait_until(wait, read, decide), wait, reports)
