"""Weekly schedules, as autostart takes them."""

from __future__ import annotations

from datetime import time
from typing import Final, Literal

from coder_sdk._errors.base import RequestValidationError

__all__ = ["weekly"]

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
