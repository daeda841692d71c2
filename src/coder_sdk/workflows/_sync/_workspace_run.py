# Derived from `src/coder_sdk/workflows/_async/_workspace_run.py`
# by `python -m codegen colours`; edit that file.
"""Running commands in workspaces, through a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.work import AgentNotConnectedError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import check_functions
from coder_sdk.workflows._readiness import agent_error, agents_of, full_name, is_usable, not_ready
from coder_sdk.workflows._sync._finding import read_workspace
from coder_sdk.workflows._sync._waiting import wait_until
from coder_sdk.workflows._targets import chosen_agent, target_of
from coder_sdk.workflows._waits import Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from coder_sdk._refs import WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace, WorkspaceAgent
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.command import CommandResult


class WorkspaceRun(SyncResource):
    """Running commands in workspaces."""

    def run(
        self,
        workspace: WorkspaceRef,
        command: str | Sequence[str],
        *,
        agent: str | Omit = OMIT,
        stdin: str | bytes | None = None,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        shell: str = "sh",
        check: bool = False,
        on_output: Callable[[str], object] | None = None,
        wait: bool = False,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> CommandResult:
        """Run a command in a workspace and return its status and output.

        The output is what a terminal shows: standard output and error together. A lost connection
        is taken up again; the command goes on meanwhile and is never run twice. A timeout, an error
        of `on_output` and a cancellation interrupt the command. While it runs, the workspace counts
        as used.

        Args:
            workspace: The workspace: a model, a UUID, `name`, `owner/name`, or
                `owner/name.agent` where it has several agents.
            command: What the shell runs, of any length; or a list of words.
            agent: Name of the agent, beside a model or a UUID.
            stdin: What the command reads; nothing by default.
            cwd: Folder in which it runs; the agent's own by default.
            env: Variables that it gets.
            shell: The shell that runs it.
            check: Raise if its status is not 0.
            on_output: Called with each piece of the output as it comes.
            wait: Wait until the agent is ready; by default it has to be.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks at the agent.

        Returns:
            `returncode` and `output`; `check()` raises if the status is not 0.

        Raises:
            AgentNotConnectedError: The workspace does not run, or its agent is not ready.
            AmbiguousError: There are several agents, and none was named.
            CommandError: The status is not 0, with `check`.
            CommandTimeoutError: It took too long; the error has the output so far.
            CommandLostError: The connection was lost for good; the error has the output so far.

        Example:
            >>> result = coder.workspaces.run("dev", "pytest -q", timeout=600, check=True)
            >>> print(result.output)
            3 passed
            >>> coder.workspaces.run("dev", ["cat"], stdin="text")
            CommandResult(returncode=0, output='text', command='cat')
        """
        # Loaded with the first command: lists and starts need nothing of this.
        from coder_sdk.workflows._sync._terminals import Terminal  # noqa: PLC0415
        from coder_sdk.workflows._terminal import Script  # noqa: PLC0415

        check_functions(on_output=on_output)
        script = Script(command, stdin=stdin, cwd=cwd, env=env, shell=shell)
        limit = Wait(
            clock_of(self._client), "the command", timeout=timeout, poll_interval=poll_interval
        )
        target = target_of(workspace, agents=True)
        found = read_workspace(self._client, target)
        name = target.agent if isinstance(agent, Omit) else agent
        if wait:
            found = self._awaited(found, name, limit)
        chosen = usable_agent(found, name)
        terminal = Terminal(
            self._client, found, chosen, script=script, wait=limit, on_output=on_output
        )
        result = terminal.run()
        return result.check() if check else result

    def _awaited(self, found: Workspace, name: str, limit: Wait) -> Workspace:
        """Wait until the agent can be used."""

        def read() -> Workspace:
            return read_workspace(self._client, found)

        def decide(seen: Workspace) -> bool:
            build = seen.latest_build
            if build.transition != "start" or build.job.status in {"failed", "canceled"}:
                return True  # nothing will change by itself; what is wrong is said below
            if not agents_of(build):
                return False
            agent = chosen_agent(seen, name)
            return is_usable(agent) or agent_error(agent, full_name(seen)) is not None

        return wait_until(limit, read, decide, found)


def usable_agent(workspace: Workspace, name: str) -> WorkspaceAgent:
    """The agent of that name, or the only one, if a command can run there now.

    Raises:
        AgentNotConnectedError: The workspace does not run, or the agent is not ready.
    """
    build = workspace.latest_build
    if build.transition != "start" or not agents_of(build):
        raise AgentNotConnectedError(
            f"{full_name(workspace)} has no agent now: it is {build.status}.",
            hint="`start` it, or `provision` it to be sure.",
        )
    agent = chosen_agent(workspace, name)
    if not is_usable(agent):
        raise not_ready(agent, full_name(workspace))
    return agent
