"""Lengths of time and instants as arguments: a `timedelta` or seconds, a `datetime`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, overload

from coder_sdk._arguments import Omit
from coder_sdk._errors.base import RequestValidationError

if TYPE_CHECKING:
    from coder_sdk._arguments import Seconds


@overload
def span(name: str, value: Seconds) -> timedelta: ...
@overload
def span(name: str, value: Seconds | None) -> timedelta | None: ...
@overload
def span(name: str, value: Seconds | Omit | None) -> timedelta | Omit | None: ...
def span(name: str, value: object) -> timedelta | Omit | None:
    """Read a number as seconds; what is no length of time at all is refused.

    Args:
        name: The argument.
        value: What was given for it; `OMIT` and `None` pass through.

    Raises:
        RequestValidationError: It is neither a number nor a `timedelta`, or too large for one.
    """
    if isinstance(value, (timedelta, Omit)) or value is None:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return timedelta(seconds=value)
        except (OverflowError, ValueError):
            pass
    raise RequestValidationError(
        f"`{name}` has to be a `timedelta` or a number of seconds, not {value!r}.", parameter=name
    )


def check_instant(name: str, value: object) -> None:
    """Refuse what is no instant: a length of time, for example.

    Args:
        name: The argument.
        value: What was given for it.

    Raises:
        RequestValidationError: It is no `datetime`, or one without a time zone.
    """
    if not isinstance(value, datetime):
        text = f"`{name}` has to be an instant, not {value!r}."
        hint = "Add a length of time to the present: `datetime.now(timezone.utc) + timedelta(...)`."
        raise RequestValidationError(text, parameter=name, hint=hint)
    if value.utcoffset() is None:
        raise RequestValidationError(f"`{name}` has no time zone.", parameter=name)
