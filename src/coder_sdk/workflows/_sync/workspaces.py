# Derived from `src/coder_sdk/workflows/_async/workspaces.py`
# by `python -m codegen colours`; edit that file.
"""Workspaces, brought to the state that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import workspaces as generated
from coder_sdk.workflows._readiness import full_name
from coder_sdk.workflows._spans import span
from coder_sdk.workflows._sync._effort import Effort
from coder_sdk.workflows._sync._workspace_creation import (
    Blueprint,
    create_new,
    ensure_workspace,
    new_target,
)
from coder_sdk.workflows._sync._workspace_links import WorkspaceLinks
from coder_sdk.workflows._sync._workspace_removal import WorkspaceRemoval
from coder_sdk.workflows._sync._workspace_run import WorkspaceRun
from coder_sdk.workflows._sync._workspace_settings import (
    WorkspaceSettings,
    apply_automatic_updates,
    apply_autostart,
    apply_ttl,
)
from coder_sdk.workflows._sync._workspace_states import WorkspaceStates
from coder_sdk.workflows._sync._workspace_temporary import TemporaryWorkspaces
from coder_sdk.workflows._sync._workspace_waits import WorkspaceWaits
from coder_sdk.workflows._targets import target_of
from coder_sdk.workflows.outcome import Outcome, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk._refs import TemplateRef, TemplateVersionRef, WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._plans import WaitFor
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine
    from coder_sdk.workflows.parameters import ParameterValue


class Workspaces(
    WorkspaceStates,
    WorkspaceRemoval,
    WorkspaceSettings,
    WorkspaceRun,
    WorkspaceWaits,
    WorkspaceLinks,
    TemporaryWorkspaces,
    generated.Workspaces,
):
    """Workspaces: create, start, stop, update, share, watch and delete them."""

    def create(
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
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Workspace:
        """Create a workspace that must not exist, and start it.

        Names and values of parameters are checked before anything is sent.

        Args:
            name: `name`, or `owner/name`.
            template: The template: a model, a UUID, `name`, or `organization/name`.
            template_version: Another version than the active one, also one never promoted: a
                model, a UUID, `template/version`, or its name beside `template`.
            name_prefix: In place of a name: a free one that begins so is picked.
            owner: User name of another owner.
            parameters: Values by name: numbers, truth values, texts, lists of texts.
            preset: Name or UUID of a preset.
            ttl: How long it runs after each start.
            autostart: When it starts by itself, as `weekly` writes it.
            automatic_updates: `always` to take the active version with each start.
            wait: False to return at once, `ready` to wait for the agents too.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace.

        Raises:
            RequestValidationError: The name, a parameter or the preset does not fit; nothing was
                sent.
            ConflictError: It exists.
            ExternalAuthRequiredError: The template needs a link with a provider; nothing was made.
            BuildFailedError: The build failed; it has the end of the log. The workspace exists.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> made = coder.workspaces.create("new-one", template="docker")
            >>> print(made.name, made.latest_build.status)
            new-one running

        See:
            https://coder.com/docs/reference/api/workspaces#create-user-workspace
        """
        plan = Blueprint(
            template=template, template_version=template_version, parameters=parameters,
            preset=preset, ttl=ttl, autostart=autostart, automatic_updates=automatic_updates,
        )  # fmt: skip
        effort = Effort(
            self._client, "the workspace", wait=wait, timeout=timeout, on_log=on_log,
            poll_interval=poll_interval, on_progress=on_progress,
        )  # fmt: skip
        made = create_new(effort, plan, name, name_prefix, owner)
        if effort.mode is None:
            return made
        return effort.complete(made, made.latest_build)

    def ensure(
        self,
        workspace: WorkspaceRef,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        owner: str | Omit = OMIT,
        parameters: Mapping[str, ParameterValue] | None = None,
        preset: UUID | str | Omit = OMIT,
        ttl: Seconds | Omit = OMIT,
        autostart: str | Omit = OMIT,
        automatic_updates: Literal["always", "never"] | Omit = OMIT,
        update: bool = False,
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Workspace]:
        """Have a workspace run: create it, start it, wake it, change it, or leave it as it is.

        Several callers at once make one workspace and one build. A build that is under way is
        waited for, what a failed start left is stopped first, and the version is kept unless
        `update` says otherwise. A parameter that differs makes a build with the new value.

        Args:
            workspace: `name`, `owner/name`, a model, or a UUID.
            template: What it is made from: a model, a UUID, `name`, or `organization/name`.
            template_version: Another version than the active one, also one never promoted.
            owner: User name of another owner.
            parameters: Values by name: numbers, truth values, texts, lists of texts.
            preset: Name or UUID of a preset, for a new workspace.
            ttl: How long it runs after each start.
            autostart: When it starts by itself, as `weekly` writes it.
            automatic_updates: `always` to take the active version with each start.
            update: Take the active version if it has another one.
            wait: False to return at once, `ready` to wait for the agents too.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace, and `created`, `started`, `woken`, `updated` or `unchanged`; `skipped` if
            `update` found parameters that need a value; nothing was changed then.

        Raises:
            RequestValidationError: The name, a parameter or the preset does not fit, or a parameter
                differs that cannot change; nothing was changed.
            ConflictError: It exists and is made from another template; nothing was changed.
            ExternalAuthRequiredError: The template needs a link with a provider; nothing was made.
            JobError: A build did not succeed; it has the end of the log.
            AgentError: An agent does not become ready.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> workspace, action = coder.workspaces.ensure(
            ...     "me/dev", template="docker", parameters={"cpu": 4}, wait="ready"
            ... )
            >>> action
            'updated'
        """
        plan = Blueprint(
            template=template, template_version=template_version, parameters=parameters,
            preset=preset, ttl=ttl, autostart=autostart, automatic_updates=automatic_updates,
        )  # fmt: skip
        effort = Effort(
            self._client, "the workspace", wait=wait, timeout=timeout, on_log=on_log,
            poll_interval=poll_interval, on_progress=on_progress,
        )  # fmt: skip
        named = isinstance(workspace, str)
        target = new_target(str(workspace), owner) if named else target_of(workspace)
        outcome = ensure_workspace(effort, target, plan, update=update)
        if outcome.action in {"created", "skipped"}:
            return outcome
        return _with_settings(self._client, outcome, ttl, autostart, automatic_updates)

    def provision(
        self,
        workspace: WorkspaceRef,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        owner: str | Omit = OMIT,
        parameters: Mapping[str, ParameterValue] | None = None,
        preset: UUID | str | Omit = OMIT,
        ttl: Seconds | Omit = OMIT,
        autostart: str | Omit = OMIT,
        automatic_updates: Literal["always", "never"] | Omit = OMIT,
        update: bool = False,
        wait: WaitFor = "ready",
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Workspace:
        """Have a workspace ready for use, created or started first if need be.

        This is `ensure` that waits until every agent is connected and its startup scripts are done,
        and that returns the workspace alone.

        Args:
            workspace: `name`, `owner/name`, a model, or a UUID.
            template: What it is made from: a model, a UUID, `name`, or `organization/name`.
            template_version: Another version than the active one, also one never promoted.
            owner: User name of another owner.
            parameters: Values by name: numbers, truth values, texts, lists of texts.
            preset: Name or UUID of a preset, for a new workspace.
            ttl: How long it runs after each start.
            autostart: When it starts by itself, as `weekly` writes it.
            automatic_updates: `always` to take the active version with each start.
            update: Take the active version if it has another one.
            wait: False to return at once, `build` not to wait for the agents.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace.

        Raises:
            RequestValidationError: The name, a parameter or the preset does not fit, or `update`
                found parameters that need a value; nothing was changed.
            ConflictError: It exists and is made from another template; nothing was changed.
            ExternalAuthRequiredError: The template needs a link with a provider; nothing was made.
            JobError: A build did not succeed; it has the end of the log.
            AgentError: An agent does not become ready.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> coder.workspaces.provision(
            ...     "me/dev", template="docker", parameters={"cpu": 4}, on_log=print, timeout=900
            ... )
        """
        outcome = self.ensure(
            workspace, template=template, template_version=template_version, owner=owner,
            parameters=parameters, preset=preset, ttl=ttl, autostart=autostart,
            automatic_updates=automatic_updates, update=update, wait=wait, timeout=timeout,
            poll_interval=poll_interval, on_log=on_log, on_progress=on_progress,
        )  # fmt: skip
        found, action = outcome
        if isinstance(action, Skip):
            raise RequestValidationError(
                f"{full_name(found)} was not updated: {action.reason}.",
                parameter=action.parameters[0] if len(action.parameters) == 1 else None,
                hint="Pass them in `parameters`, or leave the version as it is.",
            )
        return found


def _with_settings(
    client: Client,
    outcome: Outcome[Workspace],
    ttl: Seconds | Omit,
    autostart: str | Omit,
    automatic_updates: Literal["always", "never"] | Omit,
) -> Outcome[Workspace]:
    """Apply the settings that differ to a workspace that existed."""
    found, action = outcome
    changed = False
    if not isinstance(ttl, Omit):
        found, did = apply_ttl(client, found, span("ttl", ttl))
        changed |= did == "updated"
    if not isinstance(autostart, Omit):
        found, did = apply_autostart(client, found, autostart)
        changed |= did == "updated"
    if not isinstance(automatic_updates, Omit):
        found, did = apply_automatic_updates(client, found, automatic_updates)
        changed |= did == "updated"
    return Outcome(found, "updated" if changed and action == "unchanged" else action)
