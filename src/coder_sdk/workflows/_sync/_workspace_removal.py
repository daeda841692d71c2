# Derived from `src/coder_sdk/workflows/_async/_workspace_removal.py`
# by `python -m codegen colours`; edit that file.
"""Deleting workspaces."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Literal

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.base import CoderError, without_hint
from coder_sdk._errors.status import GoneError, NotFoundError
from coder_sdk._errors.work import BuildFailedError, DeletionFailedError
from coder_sdk._request import OMIT, Omit
from coder_sdk._suggestions import absence_expected
from coder_sdk.workflows._plans import ROUNDS, next_step
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._effort import Effort
from coder_sdk.workflows._sync._finding import read_workspace
from coder_sdk.workflows._sync._workspace_transitions import unsettled
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._refs import WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace, WorkspaceBuild
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._plans import WaitFor
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine


def remove(
    effort: Effort,
    workspace: Workspace,
    *,
    only_if: Callable[[Workspace], object] | None,
    orphan_on_failure: bool,
    **body: Any,
) -> Outcome[Workspace | None]:
    """Delete a workspace, whatever state it is in."""
    for _ in range(ROUNDS):
        latest = workspace.latest_build
        step = next_step(latest, "delete")
        if step == "done":
            return Outcome(workspace, "unchanged")
        skip = refusal(only_if, workspace)
        if skip is not None:
            return Outcome(workspace, skip)
        if step == "wait" and effort.mode is not None:
            workspace = effort.outlast(workspace)
            continue
        begun: tuple[WorkspaceBuild, bool] | None = (latest, False)
        if step != "join":
            begun = effort.attempt(workspace, "delete", **body)
        if begun is None:
            workspace = read_workspace(effort.client, workspace, deleted=True)
            continue
        build, ours = begun
        action = "deleted" if ours else "unchanged"
        if effort.mode is None:
            return Outcome(workspace, action)
        try:
            return Outcome(effort.complete(workspace, build), action)
        except BuildFailedError as failure:
            if not orphan_on_failure:
                raise
            return orphan(effort, workspace, failure)
    raise unsettled(workspace)


def orphan(
    effort: Effort, workspace: Workspace, failure: BuildFailedError
) -> Outcome[Workspace | None]:
    """Delete a workspace without its resources, after deleting both has failed."""
    try:
        workspace = read_workspace(effort.client, workspace, deleted=True)
        build, _ = effort.begin(workspace, "delete", orphan=True)
        return Outcome(effort.complete(workspace, build), "orphaned")
    except CoderError as refused:
        error = DeletionFailedError(
            f"{failure.message}. Deleting it without its resources did not work "
            f"either: {without_hint(refused)}",
            job=failure.job,
            error_code=failure.error_code,
            logs=failure.logs,
            hint="Only administrators of the template may drop a workspace that way.",
        )
        error.refusal = refused
        raise error from failure


class WorkspaceRemoval(SyncResource):
    """Deleting workspaces."""

    def delete(
        self,
        workspace: WorkspaceRef,
        *,
        orphan: bool = False,
        orphan_on_failure: bool = False,
        missing_ok: bool = False,
        only_if: Callable[[Workspace], object] | None = None,
        log_level: Literal["debug"] | Omit = OMIT,
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[Workspace | None]:
        """Delete a workspace with everything in it.

        A build that is under way is waited for, a deletion that is under way is joined.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            orphan: Drop it without destroying its resources; only for administrators.
            orphan_on_failure: Do so if destroying them fails.
            missing_ok: Take it for `unchanged` if there is no such workspace.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.
            log_level: `debug` for more lines in the log.
            wait: False to return at once.
            timeout: Seconds that all of it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The workspace as it was last, `None` if it was gone before, and `deleted`, `orphaned`
            (its resources may still exist), `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is none, unless `missing_ok`.
            BuildFailedError: It could not be deleted; the error has the end of the log.
            DeletionFailedError: Nor could it be dropped without its resources; it has both causes.
            WaitTimeoutError: Not in time; `last_state` is what was seen last.

        Example:
            >>> coder.workspaces.delete("dev", orphan_on_failure=True)
        """
        effort = Effort(
            self._client, "the deletion", wait=wait, timeout=timeout, poll_interval=poll_interval,
            on_log=on_log, on_progress=on_progress,
        )  # fmt: skip
        try:
            with absence_expected() if missing_ok else nullcontext():
                found = read_workspace(self._client, workspace)
        except GoneError:
            return Outcome(None, "unchanged")
        except NotFoundError:
            if not missing_ok:
                raise
            return Outcome(None, "unchanged")
        return remove(
            effort,
            found,
            only_if=only_if,
            orphan_on_failure=orphan_on_failure,
            orphan=orphan or OMIT,
            log_level=log_level,
        )
