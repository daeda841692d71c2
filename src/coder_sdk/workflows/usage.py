"""Reports about use, with their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from coder_sdk.workflows.tables import Report, Table
from coder_sdk.workflows.window import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime, tzinfo
    from uuid import UUID

    from coder_sdk.models import (
        TemplateInsightsReport,
        TemplateInsightsResponse,
        UserActivityInsightsReport,
        UserLatencyInsightsReport,
    )
    from coder_sdk.workflows.tables import Kind
    from coder_sdk.workflows.window import Interval, Window

    Row = tuple[tuple[Any, ...], Iterable[UUID]]

__all__ = [
    "StatusCount",
    "TemplateUsage",
    "UsageInterval",
    "UserActivityUsage",
    "UserLatencyUsage",
    "UserStatusUsage",
]


@attrs.frozen
class UsageInterval:
    """Use in one local day, week or month.

    Attributes:
        start: Its beginning in local time.
        end: Its end, which is not part of it.
        active_users: How many users were active.
        template_ids: The templates that were used.
    """

    start: datetime
    end: datetime
    active_users: int
    template_ids: tuple[UUID, ...] = attrs.field(repr=False)


@attrs.frozen
class Stretch:
    """Parts of a window that one request can report on.

    Attributes:
        window: All of them together.
        parts: Each of them.
        interval: What the server divides it into; `None` for a single part, as a whole.
    """

    window: Window
    parts: tuple[Window, ...]
    interval: Interval | None


def stretches(window: Window, interval: Interval) -> list[Stretch]:
    """Divide a window into true local days, weeks or months, for as few requests as possible.

    The server counts steps of 24 hours in the offset of the beginning: a stretch ends where the
    offset changes, and the part in which it does stands alone. Months are of several lengths and
    stand alone, too.
    """
    found: list[Stretch] = []
    run: list[Window] = []
    for part in window.split(interval):
        regular = interval != "month" and not part.has_clock_change
        if run and not (regular and _same_offset(run[-1], part)):
            found.append(_stretch(run, interval))
            run = []
        if regular:
            run.append(part)
        else:
            found.append(Stretch(part, (part,), None))
    return [*found, _stretch(run, interval)] if run else found


def _same_offset(one: Window, other: Window) -> bool:
    return one.start.utcoffset() == other.start.utcoffset()


def _stretch(run: list[Window], interval: Interval) -> Stretch:
    if len(run) == 1:
        return Stretch(run[0], (run[0],), None)
    whole = type(run[0])(run[0].start, run[-1].end, run[0].tz)
    return Stretch(whole, tuple(run), interval)


def halved(stretch: Stretch) -> list[Stretch]:
    """Two shorter stretches in place of one that is divided."""
    middle = len(stretch.parts) // 2
    halves = (stretch.parts[:middle], stretch.parts[middle:])
    return [_stretch(list(half), stretch.interval or "day") for half in halves]


def intervals_of(stretch: Stretch, answer: TemplateInsightsResponse) -> list[UsageInterval]:
    """The parts of a stretch with what the server counted in each."""
    if stretch.interval is None:
        total = answer.report
        return [] if total is None else [_interval(stretch.window, total)]
    # The server's own times are in one offset; the parts are the same instants.
    pairs = zip(stretch.parts, answer.interval_reports, strict=False)
    return [_interval(part, report) for part, report in pairs]


def _interval(window: Window, report: Any) -> UsageInterval:
    return UsageInterval(window.start, window.end, report.active_users, tuple(report.template_ids))


class _Usage(Report):
    """A report on a window, whose templates may have names."""

    window: Window
    template_names: Mapping[UUID, str] | None

    def _table(self, columns: dict[str, Kind], rows: Iterable[Row]) -> Table:
        """A table whose last columns are the templates, with their names where they are known."""
        columns = {**columns, "template_ids": "texts"}
        names = self.template_names
        if names is not None:
            columns["template_names"] = "texts"
        full: list[tuple[Any, ...]] = []
        for row, ids in rows:
            known = [] if names is None else [[names.get(item, str(item)) for item in ids]]
            full.append((*row, [str(item) for item in ids], *known))
        return Table(columns, tuple(full), self.window.tz)


class _UserUsage(_Usage):
    """A report with a row for each user, over a period and over the parts of it."""

    interval: Interval | None
    total: Any
    intervals: tuple[tuple[Window, Any], ...]

    _columns: ClassVar[dict[str, Kind]]

    def _rows(self, report: Any) -> list[Row]:
        raise NotImplementedError

    @property
    def tables(self) -> dict[str, Table]:
        """Every table by its name, the main one first."""
        users = {"users": self._table(dict(self._columns), self._rows(self.total))}
        if self.interval is None:
            return users
        rows = [
            ((part.start, part.end, *row), ids)
            for part, report in self.intervals
            for row, ids in self._rows(report)
        ]
        columns: dict[str, Kind] = {"start": "instant", "end": "instant", **self._columns}
        return {"intervals": self._table(columns, rows), **users}


@attrs.frozen
class TemplateUsage(_Usage):
    """How much templates and their applications were used.

    Its tables are `intervals` (only if it was divided), `apps` and `parameters`.

    Attributes:
        window: The period.
        interval: What it was divided into.
        total: Counts over the whole period; users who were active on several days count once.
        intervals: The days, weeks or months, in their order.
        template_names: Names of the templates by their ids, if they were asked for.
    """

    window: Window
    interval: Interval | None
    total: TemplateInsightsReport = attrs.field(repr=False)
    intervals: tuple[UsageInterval, ...] = attrs.field(repr=False)
    template_names: Mapping[UUID, str] | None = attrs.field(default=None, repr=False)

    @property
    def tables(self) -> dict[str, Table]:
        """Every table by its name, the main one first."""
        tables = {"apps": self._apps(), "parameters": self._parameters()}
        if self.interval is None:
            return tables
        columns: dict[str, Kind] = {"start": "instant", "end": "instant", "active_users": "integer"}
        rows = (((i.start, i.end, i.active_users), i.template_ids) for i in self.intervals)
        return {"intervals": self._table(columns, rows), **tables}

    def _apps(self) -> Table:
        columns: dict[str, Kind] = {
            "slug": "text",
            "display_name": "text",
            "type": "text",
            "seconds": "integer",
            "times_used": "integer",
        }
        return self._table(
            columns,
            (
                (
                    (app.slug, app.display_name, str(app.type), app.seconds, app.times_used),
                    app.template_ids,
                )
                for app in self.total.apps_usage
            ),
        )

    def _parameters(self) -> Table:
        columns: dict[str, Kind] = {
            "name": "text",
            "display_name": "text",
            "type": "text",
            "value": "text",
            "count": "integer",
        }
        return self._table(
            columns,
            (
                ((use.name, use.display_name, use.type, value.value, value.count), use.template_ids)
                for use in self.total.parameters_usage
                for value in use.values
            ),
        )


@attrs.frozen
class UserActivityUsage(_UserUsage):
    """How long each user was active.

    Its tables are `intervals` (only if it was divided) and `users`.

    Attributes:
        window: The period.
        total: The server's report.
        template_names: Names of the templates by their ids, if they were asked for.
        interval: What it was divided into.
        intervals: The days, weeks or months with the server's report on each, in their order.
    """

    window: Window
    total: UserActivityInsightsReport = attrs.field(repr=False)
    template_names: Mapping[UUID, str] | None = attrs.field(default=None, repr=False)
    interval: Interval | None = None
    intervals: tuple[tuple[Window, UserActivityInsightsReport], ...] = attrs.field(
        default=(), repr=False
    )

    _columns: ClassVar[dict[str, Kind]] = {
        "user_id": "text",
        "username": "text",
        "seconds": "integer",
    }

    def _rows(self, report: UserActivityInsightsReport) -> list[Row]:
        return [((str(u.user_id), u.username, u.seconds), u.template_ids) for u in report.users]


@attrs.frozen
class UserLatencyUsage(_UserUsage):
    """The connection latency of each user.

    Its tables are `intervals` (only if it was divided) and `users`.

    Attributes:
        window: The period.
        total: The server's report.
        template_names: Names of the templates by their ids, if they were asked for.
        interval: What it was divided into.
        intervals: The days, weeks or months with the server's report on each, in their order.
    """

    window: Window
    total: UserLatencyInsightsReport = attrs.field(repr=False)
    template_names: Mapping[UUID, str] | None = attrs.field(default=None, repr=False)
    interval: Interval | None = None
    intervals: tuple[tuple[Window, UserLatencyInsightsReport], ...] = attrs.field(
        default=(), repr=False
    )

    _columns: ClassVar[dict[str, Kind]] = {
        "user_id": "text",
        "username": "text",
        "p50_ms": "number",
        "p95_ms": "number",
    }

    def _rows(self, report: UserLatencyInsightsReport) -> list[Row]:
        return [
            ((str(u.user_id), u.username, u.latency_ms.p50, u.latency_ms.p95), u.template_ids)
            for u in report.users
        ]


@attrs.frozen
class StatusCount:
    """How many users had a status on a local day.

    Attributes:
        day: The day.
        status: The status.
        count: How many users.
    """

    day: date
    status: str
    count: int


@attrs.frozen
class UserStatusUsage(Report):
    """How many users had which status, day by day; its table is `days`.

    Attributes:
        counts: One for each day and status.
        tz: Time zone of the days.
    """

    counts: tuple[StatusCount, ...] = attrs.field(repr=False)
    tz: tzinfo

    @property
    def tables(self) -> dict[str, Table]:
        """Every table by its name."""
        columns: dict[str, Kind] = {"date": "date", "status": "text", "count": "integer"}
        rows = tuple((item.day, item.status, item.count) for item in self.counts)
        return {"days": Table(columns, rows, self.tz)}


def status_counts(
    answer: Mapping[str, Iterable[Any]], tz: tzinfo, window: Window | None
) -> tuple[StatusCount, ...]:
    """Counts by local day, those outside of the window left out."""
    found = [
        StatusCount(local(item.date, tz).date(), status, item.count)
        for status, items in sorted(answer.items())
        for item in items
        if window is None or item.date in window
    ]
    return tuple(sorted(found, key=lambda item: (item.day, item.status)))


def hours_of(moment: datetime) -> int | None:
    """The offset of a moment in whole hours; `None` if it has a fraction."""
    offset = moment.utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds() / 60)
    return None if minutes % 60 else minutes // 60
