"""When workspaces start and stop by themselves."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from coder_sdk._errors.base import RequestValidationError

if TYPE_CHECKING:
    from coder_sdk.models import Workspace

__all__ = ["WorkspaceSchedule", "weekly"]

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

# As cron counts them.
_DAYS: Final = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_WORKDAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri")


def weekly(at: time, *, tz: str, days: tuple[Day, ...] | list[Day] | set[Day] = _WORKDAYS) -> str:
    """Write a schedule for `set_autostart`.

    Args:
        at: Time of the day, to the minute.
        tz: Time zone by its IANA name.
        days: Days of the week; Monday to Friday by default.

    Returns:
        The schedule as the server keeps it.

    Raises:
        RequestValidationError: A day or the zone is unknown, or the time is no whole minute.

    Example:
        >>> weekly(time(9, 30), tz="Europe/Berlin")
        'CRON_TZ=Europe/Berlin 30 9 * * 1-5'
        >>> weekly(time(7), tz="UTC", days=["sat", "sun"])
        'CRON_TZ=UTC 0 7 * * 0,6'
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - off the import path

    unknown = [day for day in days if day not in _DAYS]
    if unknown or not days:
        raise RequestValidationError(
            f"`days` is {days!r}: it has to name some of {', '.join(_DAYS)}.", parameter="days"
        )
    if at.second or at.microsecond or at.tzinfo is not None:
        raise RequestValidationError(
            f"`at` is {at.isoformat()}: it has to be a whole minute, and the zone stands in `tz`.",
            parameter="at",
        )
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        raise RequestValidationError(f"There is no time zone {tz!r}.", parameter="tz") from None
    numbers = sorted({_DAYS[day] for day in days})
    row = list(range(numbers[0], numbers[-1] + 1))
    listed = ",".join(str(number) for number in numbers)
    text = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 2 and numbers == row else listed  # noqa: PLR2004 - two are no range
    return f"CRON_TZ={tz} {at.minute} {at.hour} * * {text}"


class WorkspaceSchedule(NamedTuple):
    """When a workspace starts and stops by itself.

    Attributes:
        ttl: How long it runs after each start; `None` for no limit.
        autostart: Its weekly schedule; `None` for never.
        next_start: When it starts by itself next.
        deadline: When this run ends by itself.
        max_deadline: The latest that the deadline can be moved to.
        dormant_since: When it became dormant.
        deleted_at: When it will be deleted for being dormant.
    """

    ttl: timedelta | None
    autostart: str | None
    next_start: datetime | None
    deadline: datetime | None
    max_deadline: datetime | None
    dormant_since: datetime | None
    deleted_at: datetime | None


def schedule_of(workspace: Workspace) -> WorkspaceSchedule:
    """Read the schedule of a workspace."""
    build = workspace.latest_build
    return WorkspaceSchedule(
        timedelta(milliseconds=workspace.ttl_ms) if workspace.ttl_ms else None,
        workspace.autostart_schedule or None,
        workspace.next_start_at,
        build.deadline,
        build.max_deadline,
        workspace.dormant_at,
        workspace.deleting_at,
    )
