"""Agents: logs, startup, metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from coder_sdk._errors.transport import CallError
from coder_sdk._reconnect import is_absent
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import agents as generated
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._async._following import AsyncReports, agent_tail
from coder_sdk.workflows._async._waiting import wait_until
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._readiness import (
    LateAgents,
    agent_error,
    is_connected,
    is_ready,
    is_settled,
)
from coder_sdk.workflows._waits import Wait

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from coder_sdk._io._async.streams import AsyncStream
    from coder_sdk._refs import AgentRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import WorkspaceAgent, WorkspaceAgentLog, WorkspaceAgentMetadata
    from coder_sdk.workflows._waits import PollInterval


class AsyncAgents(generated.AsyncAgents):
    """Workspace agents: state, logs, ports, containers and terminals."""

    async def follow_logs(
        self,
        agent: AgentRef,
        *,
        until: Literal["ready"] | None = None,
        after: int = 0,
        timeout: Seconds | Omit | None = None,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> AsyncIterator[WorkspaceAgentLog]:
        """Yield the log lines of an agent.

        No line is lost or repeated, across lost connections too.

        Args:
            agent: The agent: a model, a UUID, `workspace`, `workspace.agent`, or
                `owner/workspace.agent`.
            until: `ready` to end once the startup scripts are done, well or badly; by default the
                iteration goes on until the agent is gone.
            after: Number of the last line that is known; later ones are yielded.
            timeout: Seconds that the startup may take; no limit by default.
            poll_interval: Seconds between two looks at the startup.

        Yields:
            Line after line.

        Raises:
            StreamError: The stream was lost for good.
            WaitTimeoutError: The startup has not ended in time.

        Example:
            >>> async for line in coder.agents.follow_logs("dev", until="ready"):
            ...     print(line.output)

        See:
            https://coder.com/docs/reference/api/agents#get-logs-by-workspace-agent
        """
        last = after
        if until is None:
            try:
                async with self.stream_logs(agent, after=last) as stream:
                    async for batch in stream:
                        for line in batch:
                            last = line.id
                            yield line
                    return
            except CallError as error:
                if not is_absent(error, "websocket"):
                    raise
        wait = Wait(
            clock_of(self._client), "the startup", timeout=timeout, poll_interval=poll_interval
        )
        done = False
        while not done:
            state = await self.get(agent)
            wait.last_state = state
            done = until == "ready" and is_settled(state)
            for line in await self.logs(state.id, after=last):
                last = line.id
                yield line
            if not done:
                await pause(wait.clock, wait.interval())

    async def lifecycle(
        self,
        agent: AgentRef,
        *,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> AsyncIterator[WorkspaceAgent]:
        """Yield an agent as it is now, and again with each change, until its startup has ended.

        Args:
            agent: The agent: a model, a UUID, `workspace`, `workspace.agent`, or
                `owner/workspace.agent`.
            timeout: Seconds that the startup may take, half an hour by default; `None` for no
                limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Yields:
            The agent, each time with another `status` or `lifecycle_state`.

        Raises:
            WaitTimeoutError: The startup has not ended in time.

        Example:
            >>> async for agent in coder.agents.lifecycle("dev"):
            ...     print(agent.status, agent.lifecycle_state)
        """
        wait = Wait(
            clock_of(self._client), "the startup", timeout=timeout, poll_interval=poll_interval
        )
        seen = None
        while True:
            state = await self.get(agent)
            wait.last_state = state
            if seen != (seen := (state.status, state.lifecycle_state)):
                yield state
            if is_settled(state):
                return
            await pause(wait.clock, wait.interval())

    async def wait(
        self,
        agent: AgentRef,
        *,
        until: Literal["connected", "ready"] = "ready",
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> WorkspaceAgent:
        """Wait until an agent is connected and, by default, its startup scripts are done.

        Args:
            agent: The agent: a model, a UUID, `workspace`, `workspace.agent`, or
                `owner/workspace.agent`.
            until: `connected` not to wait for the scripts.
            timeout: Seconds that the wait may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The agent.

        Raises:
            AgentStartError: A startup script failed.
            AgentTimeoutError: The startup scripts take longer than the template allows.
            AgentNotConnectedError: The agent shuts down, is off, or has not connected minutes after
                the limit that the template has for it.
            WaitTimeoutError: Not in time; `last_state` is the agent.

        Example:
            >>> await coder.agents.wait("dev", timeout=300)
        """
        wait = Wait(
            clock_of(self._client), "the agent", timeout=timeout, poll_interval=poll_interval
        )
        wanted, late = is_ready if until == "ready" else is_connected, LateAgents()

        async def read() -> WorkspaceAgent:
            return await self.get(agent)

        def decide(seen: WorkspaceAgent) -> bool:
            wait.progress = f"{seen.name} {seen.status}/{seen.lifecycle_state}"
            error = late.error(seen, "", wait.elapsed)
            if error is not None:
                raise error
            return wanted(seen) or agent_error(seen, "") is not None

        state = await wait_until(wait, read, decide)
        if not wanted(state):
            error = agent_error(state, "", await agent_tail(self._client, state, AsyncReports()))
            if error is not None:
                raise error
        return state

    async def metadata(self, agent: AgentRef) -> list[WorkspaceAgentMetadata]:
        """Get the metadata of an agent once.

        Args:
            agent: The agent: a model, a UUID, `workspace`, `workspace.agent`, or
                `owner/workspace.agent`.

        Returns:
            Each item with its value and its description; none if the template has none.

        Raises:
            StreamError: The stream was lost before anything came.

        Example:
            >>> for item in await coder.agents.metadata("dev"):
            ...     print(item.description.display_name, item.result.value)
        """
        async with self.watch_metadata(agent) as stream:
            async for batch in stream:
                return batch
        return []

    def watch_metadata(self, agent: AgentRef) -> AsyncStream[list[WorkspaceAgentMetadata]]:
        """Watch the metadata of an agent: the present values, and again what changes.

        The stream is a WebSocket or server-sent events, whichever this server has.

        Args:
            agent: The agent: a model, a UUID, `workspace`, `workspace.agent`, or
                `owner/workspace.agent`.

        Returns:
            A stream of lists of items; close it, or use it in a `with` block.

        Example:
            >>> async for batch in coder.agents.watch_metadata("dev"):  # doctest: +SKIP
            ...     print({item.description.key: item.result.value for item in batch})

        See:
            https://coder.com/docs/reference/api/agents#watch-workspace-agent-metadata-updates-via-websockets
        """
        return self.watch_metadata_ws(agent)
