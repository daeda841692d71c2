# Derived from `src/coder_sdk/workflows/_async/_terminals.py`
# by `python -m codegen colours`; edit that file.
"""One command in a terminal, across lost connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import APIStatusError
from coder_sdk._errors.transport import CallError
from coder_sdk._errors.work import CommandLostError, CommandTimeoutError
from coder_sdk._io._sync.primitives import settled
from coder_sdk.workflows._leaves import Ended, Missing
from coder_sdk.workflows._readiness import full_name
from coder_sdk.workflows._sync._concurrency import pause, shelter
from coder_sdk.workflows._sync._feeds import Feed
from coder_sdk.workflows._terminal import HEIGHT, INTERRUPT, WIDTH
from coder_sdk.workflows.command import CommandResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk._io._sync.sockets import Socket
    from coder_sdk.models import ReconnectingPTYRequest, Workspace, WorkspaceAgent
    from coder_sdk.workflows._terminal import Script, Transcript
    from coder_sdk.workflows._waits import Wait

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
        with shelter(_PARTING):
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
