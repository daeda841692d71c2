# Derived from `src/coder_sdk/workflows/_async/_workspace_temporary.py`
# by `python -m codegen colours`; edit that file.
"""Workspaces that exist only as long as a block runs."""

from __future__ import annotations

from contextlib import contextmanager
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, cast

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.base import CoderError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._readiness import full_name
from coder_sdk.workflows._sync._concurrency import pause, shelter
from coder_sdk.workflows._sync._effort import Effort
from coder_sdk.workflows._sync._finding import find_workspace
from coder_sdk.workflows._sync._workspace_creation import Blueprint, create_new

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from typing import Literal
    from uuid import UUID

    from coder_sdk._refs import TemplateRef, TemplateVersionRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._plans import WaitFor
    from coder_sdk.workflows._targets import Target
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine
    from coder_sdk.workflows.parameters import ParameterValue

logger: Final = getLogger("coder_sdk.workflows")
_CLEANING: Final = 1800.0
# A server goes on with a request for a moment although nobody waits for the answer any more.
_LOOKS: Final = 3
_BETWEEN: Final = 0.5


class TemporaryWorkspaces(SyncResource):
    """Workspaces that exist only as long as a block runs."""

    @contextmanager
    def temporary(
        self,
        name: str | Omit = OMIT,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        name_prefix: str | Omit = OMIT,
        owner: str | Omit = OMIT,
        parameters: Mapping[str, ParameterValue] | None = None,
        preset: UUID | str | Omit = OMIT,
        ttl: Seconds | Omit = OMIT,
        autostart: str | Omit = OMIT,
        automatic_updates: Literal["always", "never"] | Omit = OMIT,
        orphan_on_failure: bool = False,
        wait: WaitFor = "ready",
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Generator[Workspace]:
        """Have a workspace for as long as a `with` block runs.

        It is deleted on every way out: also if it does not become ready, the block raises, or it is
        cancelled. If the block has raised, an error of the deletion is only logged.

        Args:
            name: `name`, or `owner/name`; it must not exist.
            template: What it is made from: a model, a UUID, `name`, or `organization/name`.
            template_version: Another version than the active one, also one never promoted.
            name_prefix: In place of a name: a free one that begins so is picked; `tmp` by default.
            owner: User name of another owner.
            parameters: Values by name: numbers, truth values, texts, lists of texts.
            preset: Name or UUID of a preset.
            ttl: How long it runs at most, should the program be killed.
            autostart: When it starts by itself, as `weekly` writes it.
            automatic_updates: `always` to take the active version with each start.
            orphan_on_failure: Drop it without its resources if destroying them fails.
            wait: False to enter at once, `build` not to wait for the agents.
            timeout: Seconds until it is ready, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Yields:
            The workspace.

        Raises:
            RequestValidationError: The name, a parameter or the preset does not fit.
            ConflictError: It exists; it is left alone.
            ExternalAuthRequiredError: The template needs a link with a provider; nothing was made.
            JobError: A build did not succeed; it has the end of the log.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> with coder.workspaces.temporary(template="docker") as ws:
            ...     result = coder.workspaces.run(ws, "pytest -q", check=True)
        """
        if isinstance(name, Omit) and isinstance(name_prefix, Omit):
            name_prefix = "tmp"
        plan = Blueprint(
            template=template, template_version=template_version, parameters=parameters,
            preset=preset, ttl=ttl, autostart=autostart, automatic_updates=automatic_updates,
        )  # fmt: skip
        effort = Effort(
            self._client, "the workspace", wait=wait, timeout=timeout, on_log=on_log,
            poll_interval=poll_interval, on_progress=on_progress,
        )  # fmt: skip
        removal: dict[str, Any] = {
            "orphan_on_failure": orphan_on_failure,
            "poll_interval": poll_interval,
        }
        try:
            made = create_new(effort, plan, name, name_prefix, owner, careful=True)
            if effort.mode is not None:
                made = effort.complete(made, made.latest_build)
            yield made
        except BaseException:
            self._discard(plan, **removal)
            raise
        try:
            with shelter(_CLEANING):
                self._remove(plan, **removal)
        except CoderError:
            raise
        except BaseException:
            self._discard(plan, wait=False)
            raise

    def _discard(self, plan: Blueprint, **options: Any) -> None:
        """Delete what was made while another exception is on its way, which is the one to see.

        An interruption of this, too, only ends the wait for the deletion.
        """
        try:
            with shelter(_CLEANING):
                self._remove(plan, **options)
        except CoderError:
            name = plan.asked if plan.made is None else full_name(plan.made)
            logger.exception("%s was not deleted", name)
        except BaseException:
            if options.get("wait", True):
                self._discard(plan, wait=False)
            raise

    def _remove(self, plan: Blueprint, **options: Any) -> None:
        """Delete what was made, or may have been."""
        made = plan.made or self._strayed(plan.asked)
        if made is not None:
            self._client.workspaces.delete(made, **options)

    def _strayed(self, asked: Target | None) -> Workspace | None:
        """What the server made of a request whose answer nobody heard; it may come late."""
        found, clock = None, clock_of(self._client)
        for look in range(_LOOKS if asked is not None else 0):
            if look:
                pause(clock, _BETWEEN)
            found = find_workspace(self._client, cast("Target", asked))
            if found is not None:
                break
        return found
