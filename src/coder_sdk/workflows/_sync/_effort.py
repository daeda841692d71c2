# Derived from `src/coder_sdk/workflows/_async/_effort.py`
# by `python -m codegen colours`; edit that file.
"""One workflow's effort: its clock and deadline, its reports, and what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import ConflictError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._jobs import ended
from coder_sdk.workflows._plans import mode_of
from coder_sdk.workflows._sync._concurrency import pause
from coder_sdk.workflows._sync._finding import read_workspace
from coder_sdk.workflows._sync._following import (
    Reports,
    become_ready,
    finish_build,
    settle_build,
)
from coder_sdk.workflows._unclear import is_lost, is_unclear
from coder_sdk.workflows._waits import Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._client import Client
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace, WorkspaceBuild
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._plans import Transition, WaitFor
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine


class Effort:
    """What the steps of one workflow share.

    Attributes:
        client: The client.
        mode: `build` or `ready`; `None` not to wait.
        wait: Clock and deadline.
        reports: Where lines and progress go.
    """

    def __init__(
        self,
        client: Client,
        what: str,
        *,
        wait: WaitFor = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> None:
        self.client = client
        self.mode = mode_of(wait)
        self.wait = Wait(clock_of(client), what, timeout=timeout, poll_interval=poll_interval)
        self.reports = Reports(on_log, on_progress)

    def begin(
        self, workspace: Workspace, transition: Transition, **body: Any
    ) -> tuple[WorkspaceBuild, bool]:
        """Begin a build, or find the one that somebody else has begun meanwhile.

        Returns:
            The build, and whether it is ours.

        Raises:
            ConflictError: Somebody else's build does something else.
        """
        try:
            return self.client.builds.create(workspace.id, transition=transition, **body), True
        except CoderError as error:
            if not is_unclear(error):
                raise
            fresh = read_workspace(self.client, workspace, deleted=True)
            latest = fresh.latest_build
            is_new = latest.build_number > workspace.latest_build.build_number
            if not is_new or latest.transition != transition:
                raise
            return latest, is_lost(error)

    def attempt(
        self, workspace: Workspace, transition: Transition, **body: Any
    ) -> tuple[WorkspaceBuild, bool] | None:
        """Likewise; `None` if another build is under way, which a new plan has to wait for."""
        try:
            return self.begin(workspace, transition, **body)
        except ConflictError:
            if self.mode is None:
                raise
            # The other build may not be visible yet.
            pause(self.wait.clock, self.wait.interval())
            return None

    def complete(self, workspace: Workspace, build: WorkspaceBuild) -> Workspace:
        """Wait for a build as it was asked for, and read the workspace as it is then."""
        if self.mode is not None:
            build = finish_build(self.client, build, self.wait, self.reports)
        fresh = read_workspace(self.client, workspace, deleted=build.transition == "delete")
        return self.ready(fresh)

    def ready(self, workspace: Workspace) -> Workspace:
        """Wait for the agents, if that was asked for."""
        if self.mode != "ready" or workspace.latest_build.transition != "start":
            return workspace
        return become_ready(self.client, workspace, self.wait, self.reports)

    def outlast(self, workspace: Workspace) -> Workspace:
        """Wait until the build that is under way has ended, in whatever way."""
        if not ended(workspace.latest_build.job):
            settle_build(self.client, workspace.latest_build, self.wait, self.reports)
        return read_workspace(self.client, workspace, deleted=True)

    def clean(self, workspace: Workspace) -> Workspace | None:
        """Stop what a failed start left; `None` if another build came first."""
        begun = self.attempt(workspace, "stop")
        if begun is None:
            return None
        finish_build(self.client, begun[0], self.wait, self.reports)
        return read_workspace(self.client, workspace)
