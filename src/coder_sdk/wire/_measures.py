"""Reads a number that counts units as the duration or the instant that it means."""

from datetime import datetime, timedelta, timezone
from typing import Final, overload

from coder_sdk.wire._values import Unit

__all__ = ["duration", "instant"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_PER_SECOND: Final = {
    Unit.SECONDS: 1,
    Unit.MILLISECONDS: 1_000,
    Unit.MICROSECONDS: 1_000_000,
    Unit.NANOSECONDS: 1_000_000_000,
}


@overload
def duration(number: float, unit: Unit) -> timedelta: ...
@overload
def duration(number: float | None, unit: Unit) -> timedelta | None: ...
def duration(number: float | None, unit: Unit) -> timedelta | None:
    """Read a number as a duration, down to whole microseconds.

    Args:
        number: How many units.
        unit: What it counts.

    Returns:
        The duration, or the longest that there is if it would be longer; `None` for `None`.
    """
    if number is None:
        return None
    per_second = _PER_SECOND[unit]
    try:
        if isinstance(number, int):
            return timedelta(microseconds=number * 1_000_000 // per_second)
        return timedelta(seconds=number / per_second)
    except OverflowError:
        return timedelta.max if number > 0 else timedelta.min


@overload
def instant(number: float) -> datetime: ...
@overload
def instant(number: float | None) -> datetime | None: ...
def instant(number: float | None) -> datetime | None:
    """Read seconds since 1970 as an instant in UTC.

    Args:
        number: The seconds.

    Returns:
        The instant; `None` for `None`.
    """
    return None if number is None else _EPOCH + duration(number, Unit.SECONDS)
