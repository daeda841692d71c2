"""Settings of workspaces: written only on a difference, and read back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

from coder_sdk._endpoint import AsyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ConflictError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._async._conditions import refusal
from coder_sdk.workflows._async._finding import read_workspace
from coder_sdk.workflows._differences import dropped
from coder_sdk.workflows._readiness import full_name
from coder_sdk.workflows._spans import check_instant, span
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.schedule import schedule_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._async_client import AsyncClient
    from coder_sdk._refs import WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace
    from coder_sdk.workflows.schedule import WorkspaceSchedule

_MILLISECOND = timedelta(milliseconds=1)
_TOLERANCE = timedelta(seconds=1)


async def apply_ttl(
    client: AsyncClient, workspace: Workspace, ttl: timedelta | None
) -> Outcome[Workspace]:
    """Set the time to live of a workspace that was just read."""
    wanted = None if not ttl else ttl // _MILLISECOND
    if wanted is not None and wanted < 0:
        raise RequestValidationError(f"`ttl` is {ttl}: it cannot be negative.", parameter="ttl")
    if (workspace.ttl_ms or None) == wanted:
        return Outcome(workspace, "unchanged")
    await client.workspaces.update_ttl(workspace.id, ttl_ms=wanted)
    fresh = await read_workspace(client, workspace)
    if (fresh.ttl_ms or None) != wanted:
        raise dropped("ttl_ms", wanted, fresh.ttl_ms)
    return Outcome(fresh, "updated")


async def apply_autostart(
    client: AsyncClient, workspace: Workspace, schedule: str | None
) -> Outcome[Workspace]:
    """Set the schedule of a workspace that was just read."""
    if (workspace.autostart_schedule or None) == (schedule or None):
        return Outcome(workspace, "unchanged")
    await client.workspaces.update_autostart(workspace.id, schedule=schedule or OMIT)
    fresh = await read_workspace(client, workspace)
    if (fresh.autostart_schedule or None) != (schedule or None):
        raise dropped("autostart_schedule", schedule, fresh.autostart_schedule)
    return Outcome(fresh, "updated")


async def apply_automatic_updates(
    client: AsyncClient, workspace: Workspace, automatic_updates: Literal["always", "never"]
) -> Outcome[Workspace]:
    """Set whether a workspace that was just read takes new versions by itself."""
    if workspace.automatic_updates == automatic_updates:
        return Outcome(workspace, "unchanged")
    await client.workspaces.update_automatic_updates(
        workspace.id, automatic_updates=automatic_updates
    )
    fresh = await read_workspace(client, workspace)
    if fresh.automatic_updates != automatic_updates:
        raise dropped("automatic_updates", automatic_updates, str(fresh.automatic_updates))
    return Outcome(fresh, "updated")


def _check_instant(moment: datetime | None, name: str = "deadline") -> None:
    """Refuse what is no instant.

    Raises:
        RequestValidationError: It has no time zone, or is `None`.
    """
    if moment is None:
        raise RequestValidationError(
            f"`{name}` is None: a deadline cannot be taken away.",
            parameter=name,
            hint="`set_ttl` with `None` lets the next start go without one.",
        )
    check_instant(name, moment)


class AsyncWorkspaceSettings(AsyncResource):
    """Settings of workspaces."""

    async def schedule(self, workspace: WorkspaceRef) -> WorkspaceSchedule:
        """Get when a workspace starts and stops by itself.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.

        Returns:
            Durations and instants; `None` for never.

        Example:
            >>> schedule = await coder.workspaces.schedule("dev")
            >>> schedule.ttl
            datetime.timedelta(seconds=28800)
        """
        return schedule_of(await read_workspace(self._client, workspace))

    async def set_ttl(
        self,
        workspace: WorkspaceRef,
        ttl: Seconds | None,
        *,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Set how long a workspace runs after each start.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            ttl: The time, or its seconds; `None` to let it run.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server accepted the setting and did not keep it.
            APIStatusError: The server refuses it.

        Example:
            >>> await coder.workspaces.set_ttl("dev", timedelta(hours=8))
        """
        time = span("ttl", ttl)
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        return await apply_ttl(self._client, found, time)

    async def set_autostart(
        self,
        workspace: WorkspaceRef,
        schedule: str | None,
        *,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Set when a workspace starts by itself.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            schedule: As `weekly` of `coder_sdk.workflows.schedule` writes it; `None` for never.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server accepted the setting and did not keep it.
            APIStatusError: The server refuses it.

        Example:
            >>> from coder_sdk.workflows.schedule import weekly
            >>> from datetime import time
            >>> at_nine = weekly(time(9), tz="Europe/Berlin")
            >>> await coder.workspaces.set_autostart("dev", at_nine)
        """
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        return await apply_autostart(self._client, found, schedule)

    async def set_automatic_updates(
        self,
        workspace: WorkspaceRef,
        automatic_updates: Literal["always", "never"],
        *,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Set whether a workspace takes the active version of its template with each start.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            automatic_updates: `always` or `never`.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server accepted the setting and did not keep it.
            APIStatusError: The server refuses it.

        Example:
            >>> await coder.workspaces.set_automatic_updates("dev", "always")
        """
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        return await apply_automatic_updates(self._client, found, automatic_updates)

    async def set_favorite(
        self,
        workspace: WorkspaceRef,
        favorite: bool,  # noqa: FBT001 - the setting itself
        *,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Set whether a workspace is a favorite of its owner.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            favorite: Whether it is.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            APIStatusError: The server refuses it: only the owner may choose.

        Example:
            >>> await coder.workspaces.set_favorite("dev", True)
        """
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        if found.favorite == favorite:
            return Outcome(found, "unchanged")
        if favorite:
            await self._client.workspaces.add_favorite(found.id)
        else:
            await self._client.workspaces.remove_favorite(found.id)
        return Outcome(await read_workspace(self._client, found), "updated")

    async def set_dormant(
        self,
        workspace: WorkspaceRef,
        dormant: bool,  # noqa: FBT001 - the setting itself
        *,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Make a workspace dormant, or wake it without starting it.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            dormant: Whether it is.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server accepted the setting and did not keep it.
            APIStatusError: The server refuses it.

        Example:
            >>> await coder.workspaces.set_dormant("old", True)
        """
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        if (found.dormant_at is not None) == dormant:
            return Outcome(found, "unchanged")
        await self._client.workspaces.update_dormancy(found.id, dormant=dormant)
        fresh = await read_workspace(self._client, found)
        if (fresh.dormant_at is not None) != dormant:
            raise dropped("dormant", dormant, fresh.dormant_at)
        return Outcome(fresh, "updated")

    async def set_deadline(
        self,
        workspace: WorkspaceRef,
        deadline: datetime,
        *,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Set when a running workspace stops by itself this time.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            deadline: The instant, in half an hour at the earliest.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            RequestValidationError: The instant has no time zone.
            ConflictError: It does not run, or runs without a deadline.
            FeatureUnavailableError: The server accepted the instant and did not keep it.
            APIStatusError: The server refuses it, as for an instant past the template's limit.

        Example:
            >>> later = datetime.now(timezone.utc) + timedelta(hours=4)
            >>> workspace, action = await coder.workspaces.set_deadline("dev", later)
        """
        _check_instant(deadline)
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        return await self._apply_deadline(found, deadline)

    async def extend(
        self,
        workspace: WorkspaceRef,
        by: Seconds,
        *,
        at_most: datetime | Omit = OMIT,
        only_if: Callable[[Workspace], object] | None = None,
    ) -> Outcome[Workspace]:
        """Let a running workspace run longer this time.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.
            by: How much later than its present deadline it stops by itself.
            at_most: The latest instant.
            only_if: Called with the workspace as just read; it is skipped unless that returns true.

        Returns:
            The workspace, and `updated`, `unchanged` or `skipped`.

        Raises:
            ConflictError: It does not run, or runs without a deadline.
            FeatureUnavailableError: The server accepted the instant and did not keep it.
            APIStatusError: The server refuses it, as for an instant past the template's limit.

        Example:
            >>> await coder.workspaces.extend("dev", timedelta(hours=2))
        """
        if not isinstance(at_most, Omit):
            _check_instant(at_most, "at_most")
        longer = span("by", by)
        found = await read_workspace(self._client, workspace)
        skip = await refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        deadline = found.latest_build.deadline
        if deadline is None:
            raise ConflictError(
                f"{full_name(found)} has no deadline: it is {found.latest_build.status}.",
                status=409,
                hint="`set_ttl` gives it one with the next start.",
            )
        later = deadline + longer
        if not isinstance(at_most, Omit):
            later = min(later, at_most)
        return await self._apply_deadline(found, later)

    async def _apply_deadline(self, found: Workspace, deadline: datetime) -> Outcome[Workspace]:
        present = found.latest_build.deadline
        if present is not None and abs(present - deadline) < _TOLERANCE:
            return Outcome(found, "unchanged")
        instant = deadline.astimezone(timezone.utc)
        await self._client.workspaces.update_deadline(found.id, new_deadline=instant)
        fresh = await read_workspace(self._client, found)
        kept = fresh.latest_build.deadline
        if kept is None or abs(kept - deadline) >= _TOLERANCE:
            raise dropped("deadline", instant.isoformat(), kept and kept.isoformat())
        return Outcome(fresh, "updated")
