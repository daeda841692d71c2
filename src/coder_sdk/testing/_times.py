"""Times and durations as Go writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

YEAR_ONE: Final = "0001-01-01T00:00:00Z"
EPOCH: Final = "1970-01-01T00:00:00Z"
ZERO_UUID: Final = "00000000-0000-0000-0000-000000000000"

_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")


def stamp(moment: datetime) -> str:
    """RFC 3339 with as many digits of the second as are needed."""
    local = moment.strftime("%Y-%m-%dT%H:%M:%S")
    # Years before 1000 have no leading zeros in some C libraries.
    local = local.zfill(19)
    if moment.microsecond:
        local += f".{moment.microsecond:06d}".rstrip("0")
    offset = moment.utcoffset() or timedelta()
    return local + ("Z" if not offset else _offset(offset))


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def stamp_or_null(moment: datetime | None) -> str | None:
    """RFC 3339, or JSON's null."""
    return None if moment is None else stamp(moment)


def stamp_or_never(moment: datetime | None) -> str:
    """RFC 3339, or Go's zero time."""
    return YEAR_ONE if moment is None else stamp(moment)


def parse(value: str) -> datetime | None:
    """An RFC 3339 time with an offset; `None` for anything else."""
    found = _RFC3339.fullmatch(value)
    if found is None:
        return None
    day, clock, fraction, offset = found.groups()
    offset = "+00:00" if offset in {"Z", "z"} else offset
    digits = (fraction or ".0")[1:7].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{digits}{offset}")
    except ValueError:
        return None


def go_utc(moment: datetime) -> str:
    """The form that Go prints a time in, as seen in messages."""
    text = moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    if moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    return text + " +0000 UTC"


def go_duration(span: timedelta) -> str:
    """The form that Go prints a duration of whole seconds in: `168h0m0s`."""
    seconds = round(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
