"""Waiting for workspaces, and watching them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from coder_sdk._endpoint import AsyncResource
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._async._following import AsyncReports, become_ready, finish_build
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._readiness import full_name
from coder_sdk.workflows._waits import Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._io._async.streams import AsyncStream
    from coder_sdk._refs import WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine


class AsyncWorkspaceWaits(AsyncResource):
    """Waiting for workspaces, and watching them."""

    async def wait(
        self,
        workspace: WorkspaceRef,
        *,
        until: Literal["build", "ready"] = "ready",
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Workspace:
        """Wait until the latest build has succeeded and, by default, its agents are ready.

        Ready means that every agent is connected and its startup scripts are done. A workspace
        whose latest build stopped it has no agents to wait for.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            until: `build` not to wait for the agents.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the build's and of the agents' logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace as it is then.

        Raises:
            JobError: The build did not succeed; the class says how.
            AgentError: An agent will not become ready; the class says why.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> await coder.workspaces.wait("me/dev", on_log=print)
        """
        found = await self._client.workspaces.get(workspace)
        wait = Wait(
            clock_of(self._client), full_name(found), timeout=timeout, poll_interval=poll_interval
        )
        reports = AsyncReports(on_log, on_progress)
        build = found.latest_build
        finished = await finish_build(self._client, build, wait, reports)
        if finished is not build:
            found = await self._client.workspaces.get(found.id)
        if until == "build" or found.latest_build.transition != "start":
            return found
        return await become_ready(self._client, found, wait, reports)

    def watch(self, workspace: WorkspaceRef) -> AsyncStream[Workspace]:
        """Watch a workspace: its present state, and again after each change.

        The stream is a WebSocket or server-sent events, whichever this server has.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.

        Returns:
            A stream of the whole workspace; close it, or use it in a `with` block.

        Example:
            >>> async for state in coder.workspaces.watch("me/dev"):  # doctest: +SKIP
            ...     print(state.latest_build.status)

        See:
            https://coder.com/docs/reference/api/workspaces#watch-workspace-by-id-via-websockets
        """
        return self._client.workspaces.watch_ws(workspace)
