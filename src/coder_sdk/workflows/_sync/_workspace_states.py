# Derived from `src/coder_sdk/workflows/_async/_workspace_states.py`
# by `python -m codegen colours`; edit that file.
"""Starting, stopping, restarting and updating workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from coder_sdk._endpoint import SyncResource
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._given import check_functions, check_mappings
from coder_sdk.workflows._plans import has_active_version, version_to_start
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._effort import Effort
from coder_sdk.workflows._sync._finding import read_workspace
from coder_sdk.workflows._sync._workspace_transitions import (
    after_others,
    bring_down,
    bring_up,
    check_change,
    renew,
    stop_fully,
)
from coder_sdk.workflows.outcome import Outcome, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from coder_sdk._refs import WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._plans import WaitFor
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine
    from coder_sdk.workflows.parameters import ParameterValue


class WorkspaceStates(SyncResource):
    """Starting, stopping, restarting and updating workspaces."""

    def start(
        self,
        workspace: WorkspaceRef,
        *,
        parameters: Mapping[str, ParameterValue] | None = None,
        preset: UUID | str | Omit = OMIT,
        force: bool = False,
        only_if: Callable[[Workspace], object] | None = None,
        log_level: Literal["debug"] | Omit = OMIT,
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Workspace]:
        """Start a workspace, unless it runs already.

        A dormant one is woken first, what a failed start left is stopped first, and a start that is
        under way is joined. Parameters that are not given keep their values.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            parameters: Values by name, also those that count for this build only.
            preset: Name or UUID of a preset.
            force: Make a new build although it runs.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.
            log_level: `debug` for more lines in the log.
            wait: False to return at once, `ready` to wait for the agents too.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace, and `started`, `woken`, `unchanged` or `skipped`.

        Raises:
            RequestValidationError: A parameter or the preset does not fit; nothing was changed.
            BuildFailedError: The build failed; it has the end of the log.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> workspace, action = coder.workspaces.start("old", wait="ready")
            >>> action
            'started'
        """
        check_mappings(parameters=parameters)
        check_functions(only_if=only_if)
        effort = Effort(
            self._client, "the start", wait=wait, timeout=timeout, poll_interval=poll_interval,
            on_log=on_log, on_progress=on_progress,
        )  # fmt: skip
        found = read_workspace(self._client, workspace)
        return bring_up(
            effort, found, force=force, only_if=only_if, parameters=parameters, preset=preset,
            log_level=log_level,
        )  # fmt: skip

    def stop(
        self,
        workspace: WorkspaceRef,
        *,
        force: bool = False,
        only_if: Callable[[Workspace], object] | None = None,
        log_level: Literal["debug"] | Omit = OMIT,
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Workspace]:
        """Stop a workspace, unless it is stopped already.

        A stop that is under way is joined; another build that is under way is waited for.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            force: Make a new build although it is stopped.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.
            log_level: `debug` for more lines in the log.
            wait: False to return at once.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace, and `stopped`, `unchanged` or `skipped`.

        Raises:
            BuildFailedError: The build failed; it has the end of the log.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> workspace, action = coder.workspaces.stop("dev")
            >>> action
            'stopped'
        """
        effort = Effort(
            self._client, "the stop", wait=wait, timeout=timeout, poll_interval=poll_interval,
            on_log=on_log, on_progress=on_progress,
        )  # fmt: skip
        found = read_workspace(self._client, workspace)
        return bring_down(effort, found, force=force, only_if=only_if, log_level=log_level)

    def restart(
        self,
        workspace: WorkspaceRef,
        *,
        parameters: Mapping[str, ParameterValue] | None = None,
        only_if: Callable[[Workspace], object] | None = None,
        wait: Literal["build", "ready"] | bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Workspace]:
        """Stop a workspace and start it again; one that is stopped is only started.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            parameters: Values by name for the start, also those that count for one build only.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.
            wait: False to return once the start is under way, `ready` to wait for the agents too.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace, and `restarted`, `started`, `woken` or `skipped`.

        Raises:
            RequestValidationError: A parameter does not fit; nothing was changed.
            BuildFailedError: A build failed; it has the end of the log.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> coder.workspaces.restart("dev", wait="ready")
        """
        check_mappings(parameters=parameters)
        check_functions(only_if=only_if)
        effort = Effort(
            self._client, "the restart", wait=wait, timeout=timeout, poll_interval=poll_interval,
            on_log=on_log, on_progress=on_progress,
        )  # fmt: skip
        found = read_workspace(self._client, workspace)
        found, skip = after_others(effort, found, only_if)
        if skip is not None:
            return Outcome(found, skip)
        if parameters:
            check_change(self._client, found, version_to_start(found), parameters)
        stopped, action = stop_fully(effort, found, only_if)
        if isinstance(action, Skip):
            return Outcome(stopped, action)
        done, start = bring_up(effort, stopped, parameters=parameters)
        return Outcome(done, "restarted" if action == "stopped" else start)

    def update(
        self,
        workspace: WorkspaceRef,
        *,
        parameters: Mapping[str, ParameterValue] | None = None,
        only_if: Callable[[Workspace], object] | None = None,
        wait: Literal["build", "ready"] | bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Workspace]:
        """Take a workspace to the active version of its template, and start it with that.

        A running one is stopped first. If the new version has parameters that need a value and get
        none, nothing is changed: the action is `skipped`, and its `parameters` are their names.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            parameters: Values by name, for what the new version asks or to change others.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.
            wait: False to return once the start is under way, `ready` to wait for the agents too.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the logs.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            RequestValidationError: A parameter does not fit; nothing was changed.
            BuildFailedError: A build failed; it has the end of the log.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> workspace, action = coder.workspaces.update("dev")
            >>> if action == "skipped":
            ...     print(action.reason, action.parameters)
        """
        check_mappings(parameters=parameters)
        check_functions(only_if=only_if)
        effort = Effort(
            self._client, "the update", wait=wait, timeout=timeout, poll_interval=poll_interval,
            on_log=on_log, on_progress=on_progress,
        )  # fmt: skip
        found = read_workspace(self._client, workspace)
        if parameters or not has_active_version(found):
            found, skip = after_others(effort, found, only_if)
        else:
            skip = refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        return renew(effort, found, parameters, only_if)
