# Derived from `src/coder_sdk/workflows/_async/_workspace_run.py`
# by `python -m codegen colours`; edit that file.
"""Running commands in workspaces, through a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import APIStatusError
from coder_sdk._errors.transport import CallError
from coder_sdk._errors.work import AgentNotConnectedError, CommandLostError, CommandTimeoutError
from coder_sdk._io._sync.primitives import settled
from coder_sdk._io._sync.shield import shielded
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._leaves import Ended, Missing
from coder_sdk.workflows._readiness import agent_error, agents_of, full_name, is_usable, not_ready
from coder_sdk.workflows._sync._concurrency import Feed, pause
from coder_sdk.workflows._sync._finding import read_workspace
from coder_sdk.workflows._sync._waiting import wait_until
from coder_sdk.workflows._targets import chosen_agent, target_of
from coder_sdk.workflows._terminal import HEIGHT, INTERRUPT, WIDTH, Script, Transcript
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.command import CommandResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk._io._sync.sockets import Socket
    from coder_sdk._refs import WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import ReconnectingPTYRequest, Workspace, WorkspaceAgent
    from coder_sdk.workflows._waits import PollInterval

_PARTING: Final = 5.0  # seconds to interrupt a command after a cancellation
_REUNIONS: Final = 5  # connections in a row without a sign of life
_SIGN_OF_LIFE: Final = 60.0  # seconds between two reports that the workspace is in use


class Terminal:
    """A command that runs in a terminal, across lost connections."""

    def __init__(
        self,
        client: Client,
        workspace: Workspace,
        agent: WorkspaceAgent,
        *,
        script: Script,
        wait: Wait,
        on_output: Callable[[str], object] | None,
    ) -> None:
        self._client = client
        self._agent = agent
        self._workspace = workspace
        self._script = script
        self._wait = wait
        self._on_output = on_output
        self._transcript: Transcript = script.transcript()
        self._session: UUID = uuid4()
        self._typed = False

    def run(self) -> CommandResult:
        """Run the command to its end.

        Raises:
            CommandTimeoutError: It takes too long; it was interrupted.
            CommandLostError: The connection was lost for good.
        """
        seen = self._transcript
        losses = 0
        while True:
            size, cause = len(seen.output), self._attached(again=losses > 0)
            if seen.returncode is not None:
                return CommandResult(seen.returncode, seen.output, self._script.text)
            losses = 1 if len(seen.output) > size else losses + 1
            if seen.gone or losses > _REUNIONS:
                self._emit(seen.flush())
                raise self._lost() from cause
            seen.resume()
            pause(self._wait.clock, min(2.0 ** (losses - 1), self._wait.interval_left()))

    def _attached(self, *, again: bool) -> CoderError | None:
        """Be connected for as long as it goes; returns why it did not go on."""
        try:
            with self._client.agents.open_pty(
                self._agent.id,
                reconnect=self._session,
                width=WIDTH,
                height=HEIGHT,
                command=self._script.probe if again else self._script.line,
                backend_type="buffered",
            ) as socket:
                self._listen(socket)
        except APIStatusError as error:
            if not again:
                raise
            return error
        except CallError as error:
            return error
        return None

    def _listen(self, socket: Socket[ReconnectingPTYRequest, bytes]) -> None:
        feed: Feed[bytes] = Feed(socket, self._wait.clock)
        with feed:
            try:
                while self._transcript.returncode is None and not self._transcript.gone:
                    data = feed.next(self._patience())
                    self._check_time()
                    if data is Ended:
                        return
                    if isinstance(data, bytes):
                        self._take(socket, data)
                    elif data is Missing:
                        self._live()
            except CallError:
                raise
            except BaseException:
                self._interrupt(socket)
                raise

    def _patience(self) -> float:
        left = self._wait.left
        return _SIGN_OF_LIFE if left is None else min(_SIGN_OF_LIFE, max(left, 0.05))

    def _take(self, socket: Socket[ReconnectingPTYRequest, bytes], data: bytes) -> None:
        self._emit(self._transcript.feed(data))
        if self._transcript.ready and not self._typed:
            self._typed = True
            for keys in self._script.typed:
                self._send(socket, keys)

    def _emit(self, text: str) -> None:
        if text and self._on_output is not None:
            settled(self._on_output(text))

    def _send(self, socket: Socket[ReconnectingPTYRequest, bytes], keys: str) -> None:
        from coder_sdk.models import ReconnectingPTYRequest  # noqa: PLC0415 - the core has none

        socket.send(ReconnectingPTYRequest(data=keys))

    def _live(self) -> None:
        """Report that the workspace is in use, so that it is not stopped meanwhile."""
        try:
            self._client.workspaces.report_usage(
                self._workspace.id, agent_id=self._agent.id, app_name="reconnecting-pty"
            )
        except CoderError:
            return  # only a courtesy: the command itself is what counts

    def _interrupt(self, socket: Socket[ReconnectingPTYRequest, bytes]) -> None:
        """Interrupt the command, whatever ended the wait for it."""
        with shielded(_PARTING):
            try:
                self._send(socket, INTERRUPT)
            except CoderError:
                return  # the connection is gone, and the terminal will not outlive it for long

    def _check_time(self) -> None:
        if self._wait.left != 0.0:
            return
        self._emit(self._transcript.flush())
        expired = self._wait.expired()
        error = CommandTimeoutError(
            expired.message, last_state=self._agent, elapsed=expired.elapsed, hint=expired.hint
        )
        error.output, error.command = self._transcript.output, self._script.text
        raise error

    def _lost(self) -> CommandLostError:
        gone = self._transcript.gone
        how = "its terminal is gone" if gone else "the connection was lost again and again"
        return CommandLostError(
            f"The command in {full_name(self._workspace)} was lost: {how}.",
            output=self._transcript.output,
            command=self._script.text,
        )


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
            >>> coder.workspaces.run("dev", "pytest -q", timeout=600).check()  # doctest: +SKIP
            >>> coder.workspaces.run("dev", ["cat"], stdin="text").output  # doctest: +SKIP
            'text'
        """
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
