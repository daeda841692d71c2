"""Checks of what windows are made of: days, numbers of them, and intervals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from coder_sdk._errors.base import RequestValidationError

_INTERVALS: Final = frozenset({"day", "week", "month"})


def refused(name: str, what: str, value: object) -> RequestValidationError:
    """The error for an argument that cannot be what it stands for."""
    text = f"`{name}` has to be {what}, not {value!r}."
    return RequestValidationError(text, parameter=name)


def check_number(name: str, value: object) -> None:
    """Refuse what counts nothing.

    Raises:
        RequestValidationError: It is no whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(name, "a whole number", value)


def check_interval(value: object, *, days: bool = False) -> None:
    """Refuse what a window cannot be divided into.

    Args:
        value: The name of an interval.
        days: Take a number of days as well.

    Raises:
        RequestValidationError: It is neither.
    """
    if isinstance(value, str) and value in _INTERVALS:
        return
    if days and isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return
    what = "`day`, `week` or `month`"
    raise refused("interval", f"{what}, or a number of days" if days else what, value)


def later(day: date, days: int) -> date:
    """The day that comes so many days after.

    Raises:
        RequestValidationError: The calendar has no such day.
    """
    try:
        return date(day.year, day.month, day.day) + timedelta(days=days)
    except OverflowError:
        raise RequestValidationError(
            f"{days} days from {day} is no day of the calendar.", parameter="days"
        ) from None
