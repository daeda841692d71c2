"""Errors of what takes long: jobs, agents, commands, streams, waits, and many calls at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.transport import CallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._errors.context import CallContext


class JobError(CoderError):
    """A job of a provisioner failed, or ended another way than wanted.

    Attributes:
        job: The job as it was last seen.
        error_code: The server's name for the cause, where it has one.
        logs: The lines that the job wrote, the oldest ones left out if there are many.
    """

    def __init__(
        self,
        message: str = "",
        *,
        job: Any = None,
        error_code: str | None = None,
        logs: tuple[str, ...] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.job = job
        self.error_code = error_code
        self.logs = logs

    def log_tail(self, n: int = 20) -> list[str]:
        """The last lines that the job wrote."""
        return list(self.logs[-n:]) if n > 0 else []


class BuildFailedError(JobError):
    """The build of a workspace failed."""

    _advice = "Read the last lines of the build with `log_tail()`, mend the cause, and try again."


class BuildCanceledError(JobError):
    """The build of a workspace was canceled."""

    _advice = "Start it again, if that was not meant."


class TemplateImportError(JobError):
    """A template version could not be imported."""

    _advice = (
        "Read the last lines of the import with `log_tail()`, mend the template, and push it again."
    )


class MissingVariablesError(TemplateImportError):
    """The template needs variables that were not given.

    Attributes:
        variables: Their names, where they are known.
    """

    variables: tuple[str, ...] = ()


class QuotaExceededError(BuildFailedError):
    """The owner of the workspace has used up the quota."""

    _advice = (
        "Stop or delete other workspaces of the owner, or have the allowance of a group raised."
    )


class DeletionFailedError(BuildFailedError):
    """A workspace could not be deleted, and the server refused to drop it without its resources.

    Attributes:
        refusal: Why it was refused.
    """

    refusal: CoderError | None = None


class NoProvisionerError(JobError):
    """No provisioner takes the job: none is there, or none has the tags that it needs."""


class ExternalAuthRequiredError(CoderError):
    """A template needs links of the caller with external providers; nothing was made.

    Attributes:
        providers: Where the caller makes each missing link, by the ID of the provider.
    """

    def __init__(
        self,
        message: str = "",
        *,
        providers: Mapping[str, str] | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.providers: dict[str, str] = dict(providers or {})


JOB_ERRORS: dict[str, type[JobError]] = {
    "INSUFFICIENT_QUOTA": QuotaExceededError,
    "REQUIRED_TEMPLATE_VARIABLES": MissingVariablesError,
}


def job_error_class(error_code: str | None, default: type[JobError]) -> type[JobError]:
    """Class of the error for a known `error_code`, else the one for the kind of job."""
    return JOB_ERRORS.get(error_code or "", default)


class AgentError(CoderError):
    """An agent of a workspace is not as wanted.

    Attributes:
        agent: The agent as it was last seen.
        logs: The lines that its startup scripts wrote last.
    """

    def __init__(
        self,
        message: str = "",
        *,
        agent: Any = None,
        logs: tuple[str, ...] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.agent = agent
        self.logs = logs

    def log_tail(self, n: int = 20) -> list[str]:
        """The last lines that the startup scripts wrote."""
        return list(self.logs[-n:]) if n > 0 else []


class AgentStartError(AgentError):
    """A startup script of the agent failed."""


class AgentTimeoutError(AgentError):
    """A startup script of the agent ran longer than its template allows."""


class AgentNotConnectedError(AgentError):
    """The agent has not connected, or has lost its connection."""


class CommandError(CoderError):
    """A command in a workspace ended with a status that is not 0.

    Attributes:
        returncode: The status; `None` if it is unknown.
        output: What the command wrote.
        command: The command.
    """

    _SHOWN: ClassVar[int] = 2048

    def __init__(
        self,
        message: str = "",
        *,
        returncode: int | None = None,
        output: str = "",
        command: str = "",
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.returncode = returncode
        self.output = output
        self.command = command

    def _describe(self) -> str:
        tail = self.output[-self._SHOWN :].rstrip()
        return f"{self.message}\n{tail}" if tail else self.message


class StreamError(CallError):
    """A stream or socket was lost for good, after what could be done about it.

    Attributes:
        last_event: What it yielded last; `None` if that was nothing.
        close_code: Code that a WebSocket was closed with, 1006 for a connection that was lost.
        close_reason: The reason that came with it.
    """

    _advice = "Open it again, if what came meanwhile is not needed; `last_event` is what came last."

    def __init__(  # noqa: PLR0913 - all of it is what was seen
        self,
        message: str = "",
        *,
        last_event: Any = None,
        close_code: int | None = None,
        close_reason: str = "",
        hint: str | None = None,
        context: CallContext | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.last_event = last_event
        self.close_code = close_code
        self.close_reason = close_reason


class CommandLostError(CommandError):
    """The connection to a command was lost for good; whether it goes on is not known."""

    _advice = "Look whether it still runs before running it again; `output` is what came."


class WaitTimeoutError(CoderError, TimeoutError):
    """What was waited for did not happen in time.

    Attributes:
        last_state: The state as it was last seen.
        elapsed: Seconds that were waited.
    """

    def __init__(
        self,
        message: str = "",
        *,
        last_state: Any = None,
        elapsed: float = 0.0,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.last_state = last_state
        self.elapsed = elapsed


class CommandTimeoutError(WaitTimeoutError):
    """A command took too long; it was interrupted.

    Attributes:
        output: What it wrote so far.
        command: The command.
    """

    output: str = ""
    command: str = ""


class ChatFailedError(CoderError):
    """The agent of a chat failed.

    Attributes:
        chat: The chat as it was last seen.
        kind: The server's name for the cause, such as `rate_limit` or `usage_limit`.
        retryable: Whether the server says that another try may help.
    """

    def __init__(
        self,
        message: str = "",
        *,
        chat: Any = None,
        kind: str | None = None,
        retryable: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.chat = chat
        self.kind = kind
        self.retryable = retryable


class BulkError(CoderError):
    """Some of many calls failed.

    Attributes:
        report: What happened to each.
    """

    def __init__(self, message: str = "", *, report: Any = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.report = report
