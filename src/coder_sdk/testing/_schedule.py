"""Autostart schedules: five cron fields with a zone before them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_WRONG_FIELDS: Final = (
    "validate weekly schedule: expected schedule to consist of 5 fields with an optional "
    "CRON_TZ=<timezone> prefix"
)
_FIELDS: Final = 5
_WEEK: Final = 8


def schedule_complaint(schedule: str) -> str:
    """What is wrong with a schedule; empty if nothing is."""
    fields = schedule.split()
    if fields and fields[0].startswith("CRON_TZ="):
        if _zone(fields[0]) is None:
            return f"parse schedule: provided bad location {fields[0].partition('=')[2]}"
        fields = fields[1:]
    if len(fields) != _FIELDS:
        return _WRONG_FIELDS
    if fields[2] != "*" or fields[3] != "*":
        return "validate weekly schedule: expected month and dom to be *"
    if not fields[0].isdigit() or not fields[1].isdigit():
        return "parse schedule: failed to parse int"
    return "" if _days(fields[4]) else "parse schedule: end of range above maximum"


def next_start(schedule: str, now: datetime) -> datetime | None:
    """When a schedule is due next; `None` for one that is wrong."""
    if schedule_complaint(schedule):
        return None
    fields = schedule.split()
    zone: tzinfo = timezone.utc
    if fields[0].startswith("CRON_TZ="):
        zone = _zone(fields[0]) or zone
        fields = fields[1:]
    minute, hour, days = int(fields[0]), int(fields[1]), _days(fields[4])
    local = now.astimezone(zone)
    for offset in range(_WEEK):
        day = local.date() + timedelta(days=offset)
        due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        if due > now and day.isoweekday() % 7 in days:
            return due.astimezone(timezone.utc)
    return None


def _zone(field: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(field.partition("=")[2])
    except (KeyError, ValueError, OSError):
        return None


def _days(field: str) -> set[int]:
    names = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    days: set[int] = set()
    for part in field.lower().split(","):
        ends = [str(names.index(end)) if end in names else end for end in part.split("-")]
        if part == "*":
            days.update(range(7))
        elif all(end.isdigit() for end in ends):
            days.update(day % 7 for day in range(int(ends[0]), int(ends[-1]) + 1))
    return days
