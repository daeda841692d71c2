"""Periods of whole local days."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._days import check_interval, check_number, later, refused
from coder_sdk.workflows._near import near

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Interval", "Window"]

Interval = Literal["day", "week", "month"]
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_WEEK: Final = 7
_MONTHS: Final = 12
# A last week counts as one if it has at least so many days; so the server says, too.
_LEAST_OF_A_WEEK: Final = 6


def zone(tz: str | tzinfo) -> tzinfo:
    """A time zone by its name.

    Raises:
        RequestValidationError: There is none of that name.
    """
    if isinstance(tz, tzinfo):
        return tz
    # The type is checked as typed callers cannot be trusted to be typed.
    if not isinstance(tz, str):
        raise refused("tz", "the name of a time zone, or a `tzinfo`", tz)
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from zoneinfo import available_timezones  # noqa: PLC0415 - reads many files

        known = available_timezones()
        hint = near(tz, known) or "Use an IANA name such as `Europe/Berlin`."
        if not known:
            hint = "This system has no time zones: run `pip install tzdata`."
        raise RequestValidationError(
            f"There is no time zone {tz!r}.", parameter="tz", hint=hint
        ) from None


def checked(window: Window) -> Window:
    """The window, if it is one.

    Raises:
        RequestValidationError: It is something else, such as a length of time.
    """
    if isinstance(window, Window):
        return window
    raise refused("window", "a `Window`, as `Window.last(days=7)`", window)


def zone_name(tz: tzinfo) -> str:
    """IANA name of a zone, else how it describes itself."""
    return getattr(tz, "key", None) or str(tz)


@attrs.frozen
class _Anchor:
    """How a window was counted back from now."""

    days: int
    include_today: bool


@attrs.frozen(repr=False)
class Window:
    """A period in the days of a time zone.

    Args:
        start: Its beginning; without a time zone it is local time.
        end: Its end, which is not part of it.
        tz: The time zone: its IANA name or a `tzinfo`.

    Raises:
        RequestValidationError: The zone is unknown, or the end is not after the start.

    Attributes:
        start: Its beginning in local time.
        end: Its end in local time.
        tz: The time zone.

    Example:
        >>> from datetime import date
        >>> from coder_sdk import Window
        >>> window = Window.dates(date(2026, 10, 19), date(2026, 11, 1), tz="Europe/Berlin")
        >>> window.start.isoformat(), window.end.isoformat()
        ('2026-10-19T00:00:00+02:00', '2026-11-02T00:00:00+01:00')
        >>> len(window.split("day")), window.duration
        (14, datetime.timedelta(days=14, seconds=3600))
    """

    start: datetime
    end: datetime
    tz: tzinfo = attrs.field(default=timezone.utc, converter=zone)
    _anchor: _Anchor | None = attrs.field(default=None, init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Express both in local time."""
        begin, stop = local(self.start, self.tz), local(self.end, self.tz)
        if instant(begin) >= instant(stop):
            raise RequestValidationError(
                f"The window begins on {begin.isoformat()} and ends on {stop.isoformat()}: its end "
                "must come after its beginning.",
                parameter="window",
            )
        object.__setattr__(self, "start", begin)
        object.__setattr__(self, "end", stop)

    @classmethod
    def last(
        cls,
        *,
        days: int = 0,
        weeks: int = 0,
        tz: str | tzinfo = "UTC",
        include_today: bool = False,
        now: datetime | None = None,
    ) -> Self:
        """The last whole local days or weeks.

        Args:
            days: How many days.
            weeks: How many times seven days; added to `days`.
            tz: The time zone: its IANA name or a `tzinfo`.
            include_today: Count today as the last day, up to the next full hour; by default the
                last midnight is the end.
            now: The present.

        Raises:
            RequestValidationError: Less than a day was asked for, or the zone is unknown.

        Example:
            >>> from datetime import datetime, timezone
            >>> now = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
            >>> Window.last(weeks=1, tz="Europe/Berlin", now=now)
            Window(2026-10-26 to 2026-11-01, Europe/Berlin)
        """
        for name, number in (("days", days), ("weeks", weeks)):
            check_number(name, number)
        if not isinstance(include_today, bool):
            raise refused("include_today", "True or False", include_today)
        count = days + _WEEK * weeks
        if count < 1:
            raise RequestValidationError(
                f"A window of {count} days is empty: ask for at least one day or week.",
                parameter="days",
            )
        anchor = _Anchor(count, include_today)
        return cls._last(anchor, zone(tz), datetime.now(timezone.utc) if now is None else now)

    @classmethod
    def _last(cls, anchor: _Anchor, tz: tzinfo, now: datetime) -> Self:
        moment = local(now, tz)
        today = moment.date()
        end = midnight(today, tz)
        if anchor.include_today:
            end = local(next_hour(moment), tz)
            today += _DAY
        self = cls(midnight(later(today, -anchor.days), tz), end, tz)
        object.__setattr__(self, "_anchor", anchor)
        return self

    @classmethod
    def dates(cls, first: date, last: date, tz: str | tzinfo = "UTC") -> Self:
        """Whole local days, the last one included.

        Args:
            first: The first day.
            last: The last day.
            tz: The time zone: its IANA name or a `tzinfo`.

        Raises:
            RequestValidationError: The last day comes before the first, or the zone is unknown.

        Example:
            >>> Window.dates(date(2026, 7, 1), date(2026, 7, 31))
            Window(2026-07-01 to 2026-07-31, UTC)
        """
        for name, day in (("first", first), ("last", last)):
            if not isinstance(day, date):
                raise refused(name, "a date, as `date(2026, 11, 1)`", day)
        found = zone(tz)
        return cls(midnight(first, found), midnight(later(last, 1), found), found)

    @classmethod
    def month(cls, year: int, month: int, tz: str | tzinfo = "UTC") -> Self:
        """A calendar month.

        Args:
            year: The year.
            month: Its month, from 1 to 12.
            tz: The time zone: its IANA name or a `tzinfo`.

        Raises:
            RequestValidationError: There is no such month, or the zone is unknown.

        Example:
            >>> Window.month(2026, 2, tz="Asia/Tokyo")
            Window(2026-02-01 to 2026-02-28, Asia/Tokyo)
        """
        for name, number in (("year", year), ("month", month)):
            check_number(name, number)
        if not (date.min.year <= year < date.max.year and 1 <= month <= _MONTHS):
            raise RequestValidationError(
                f"There is no month {month} of the year {year}: months are 1 to {_MONTHS}.",
                parameter="month",
            )
        first = date(year, month, 1)
        return cls.dates(first, next_month(first) - _DAY, tz)

    def __repr__(self) -> str:
        name = zone_name(self.tz)
        if is_midnight(self.start) and is_midnight(self.end):
            return f"Window({self.first_day} to {self.last_day}, {name})"
        return f"Window({self.start.isoformat()} to {self.end.isoformat()}, {name})"

    @property
    def first_day(self) -> date:
        """The first local day."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last local day, of which it may cover only a part."""
        return self.end.date() - _DAY if is_midnight(self.end) else self.end.date()

    @property
    def days(self) -> int:
        """How many local days it touches."""
        return (self.last_day - self.first_day).days + 1

    @property
    def duration(self) -> timedelta:
        """The time that passes in it; a day on which clocks change is no 24 hours long."""
        return instant(self.end) - instant(self.start)

    @property
    def has_clock_change(self) -> bool:
        """Whether the offset from UTC is another at its end than at its beginning."""
        return self.start.utcoffset() != self.end.utcoffset()

    def __contains__(self, moment: datetime) -> bool:
        """Whether an instant lies in it; what has no zone is local time."""
        return instant(self.start) <= instant(local(moment, self.tz)) < instant(self.end)

    def split(self, interval: Interval | int) -> list[Window]:
        """Divide it into local days, weeks, calendar months, or spans of so many days.

        Args:
            interval: `day`, `week`, `month`, or a number of days. Weeks are counted from the first
                day. The last part may be shorter.

        Returns:
            The parts, without gaps.

        Raises:
            RequestValidationError: The interval is none of these.
        """
        check_interval(interval, days=True)
        parts: list[Window] = []
        begin = self.start
        while instant(begin) < instant(self.end):
            end = midnight(_following(begin.date(), interval), self.tz)
            end = end if instant(end) < instant(self.end) else self.end
            parts.append(Window(begin, end, self.tz))
            begin = end
        return parts

    def anchored(self, now: datetime) -> Window:
        """The same window counted back from another present, if it was counted back from now."""
        return self if self._anchor is None else Window._last(self._anchor, self.tz, now)

    def check(self, interval: Interval | None = None, *, now: datetime | None = None) -> None:
        """Check that the server can report on it.

        Args:
            interval: What it is divided into.
            now: The present.

        Raises:
            RequestValidationError: It does not fit; the message names the nearest that does.
        """
        if interval is not None:
            check_interval(interval)
        moment = local(datetime.now(timezone.utc) if now is None else now, self.tz)
        problem = self._problem(moment) or self._week_problem(interval)
        if problem:
            raise RequestValidationError(
                f"{self!r} cannot be reported on: {problem}.",
                parameter="window",
                hint=f"The nearest that fits is {self.nearest(interval, now=moment)!r}.",
            )

    def _problem(self, now: datetime) -> str | None:
        if not is_midnight(self.start):
            return "it must begin at local midnight"
        if instant(self.end) > instant(next_hour(now)):
            return "it must not end in the future"
        today = self.end.date() == now.date()
        if today and (self.end.minute or self.end.second or self.end.microsecond):
            return "it must end at a full hour"
        if not today and not is_midnight(self.end):
            return "it must end at local midnight, or at a full hour of today"
        return None

    def _week_problem(self, interval: Interval | None) -> str | None:
        rest = self.days % _WEEK
        if interval != "week" or rest in {0, _LEAST_OF_A_WEEK}:
            return None
        return f"divided into weeks, its {self.days} days leave a last week of {rest}"

    def nearest(self, interval: Interval | None = None, *, now: datetime | None = None) -> Window:
        """The nearest window that the server can report on.

        Args:
            interval: What it is divided into.
            now: The present.
        """
        moment = local(now or datetime.now(timezone.utc), self.tz)
        last = min(self.last_day, moment.date() - _DAY)
        first = min(self.first_day, last)
        if interval == "week":
            count = max(1, round(((last - first).days + 1) / _WEEK))
            first = last - (count * _WEEK - 1) * _DAY
        return Window.dates(first, last, self.tz)


def local(moment: datetime, tz: tzinfo) -> datetime:
    """An instant in local time; what has no zone is local time already.

    Raises:
        RequestValidationError: It is no instant.
    """
    if not isinstance(moment, datetime):
        raise RequestValidationError(
            f"A window begins and ends at instants, not at {moment!r}.",
            parameter="window",
            hint="`Window.dates(first, last)` takes days, the last one included.",
        )
    return moment.replace(tzinfo=tz) if moment.tzinfo is None else _moved(moment, tz)


def _moved(moment: datetime, tz: tzinfo) -> datetime:
    # A midnight that clocks skip stays written as it is: its own day begins at that instant.
    return moment if moment.tzinfo is tz else moment.astimezone(tz)


def instant(moment: datetime) -> datetime:
    """A moment in UTC: within one zone, Python compares what clocks show, not instants."""
    return moment.astimezone(timezone.utc)


def midnight(day: date, tz: tzinfo) -> datetime:
    """The instant at which a local day begins, written as its midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=tz)


def is_midnight(moment: datetime) -> bool:
    """Whether clocks show 00:00:00."""
    return not (moment.hour or moment.minute or moment.second or moment.microsecond)


def next_hour(moment: datetime) -> datetime:
    """The next full hour."""
    return instant(moment.replace(minute=0, second=0, microsecond=0)) + _HOUR


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _following(day: date, interval: Interval | int) -> date:
    if isinstance(interval, int):
        return day + interval * _DAY
    if interval == "month":
        return next_month(day)
    return day + (_WEEK if interval == "week" else 1) * _DAY


def fixed(moment: datetime) -> datetime:
    """The same moment with its offset alone, as it is sent."""
    offset = moment.utcoffset() or timedelta()
    return moment.replace(tzinfo=timezone(offset), fold=0)
