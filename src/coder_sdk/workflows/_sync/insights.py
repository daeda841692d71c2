# Derived from `src/coder_sdk/workflows/_async/insights.py`
# by `python -m codegen colours`; edit that file.
"""Usage reports over windows of local time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import UUID

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import BadRequestError, UnavailableError
from coder_sdk._errors.transport import RequestTimeoutError
from coder_sdk._request import OMIT, Omit, is_uuid
from coder_sdk.resources import insights as generated
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import several
from coder_sdk.workflows._leaves import is_virtual
from coder_sdk.workflows._sync._concurrency import mapped
from coder_sdk.workflows._sync._finding import read_template
from coder_sdk.workflows.usage import (
    Stretch,
    TemplateUsage,
    UserActivityUsage,
    UserLatencyUsage,
    UserStatusUsage,
    halved,
    hours_of,
    intervals_of,
    status_counts,
    stretches,
)
from coder_sdk.workflows.window import checked, fixed, zone, zone_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from typing import Literal

    from coder_sdk._refs import TemplateRef
    from coder_sdk.models import (
        GetUserStatusCountsResponse,
        TemplateInsightsReport,
        UserActivityInsightsReport,
        UserLatencyInsightsReport,
    )
    from coder_sdk.workflows.usage import UsageInterval
    from coder_sdk.workflows.window import Interval, Window

    Counted = tuple[TemplateInsightsReport | None, list[UsageInterval]]
    Section = Literal["interval_reports", "report"]


class Insights(generated.Insights):
    """Usage reports: active users, time by application and template, latency."""

    def templates(
        self,
        window: Window,
        *,
        interval: Interval | None = None,
        templates: Iterable[TemplateRef] | Omit = OMIT,
        names: bool = False,
        concurrency: int = 5,
    ) -> TemplateUsage:
        """Report how much templates and their applications were used.

        Days, weeks and months are those of the window's time zone, also where clocks change within
        it: such a day has 23 or 25 hours. The server divides a period into steps of 24 hours, so
        that a window with a change takes a few requests instead of one. Stretches that the server
        does not answer in time are halved.

        Args:
            window: The period.
            interval: Divide it into local `day`s, `week`s counted from its first day, or calendar
                `month`s.
            templates: Only these templates.
            names: Look up the names of the templates in the report.
            concurrency: How many requests run at once.

        Returns:
            The report; `to_records()` and `to_frame()` give its tables.

        Raises:
            RequestValidationError: The window does not fit; the hint names the nearest that does.
            NotFoundError: The deployment collects no statistics, or there is no such template.

        Example:
            >>> from coder_sdk import Window
            >>> window = Window.last(weeks=13, tz="Europe/Berlin")  # doctest: +SKIP
            >>> report = coder.insights.templates(window, interval="week")  # doctest: +SKIP
            >>> frame = report.to_frame()  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/insights#get-insights-about-templates
        """
        window = self._fitting(window, interval)
        ids = self._ids(templates)
        parts = [] if interval is None else stretches(window, interval)
        whole = Stretch(window, (window,), None)
        # One request answers the total and the parts, if there is but one.
        asks = parts if len(parts) == 1 else [whole, *parts]

        def ask(stretch: Stretch) -> Counted:
            return self._counted(stretch, ids, everything=len(asks) == 1)

        answers = mapped(ask, asks, concurrency=concurrency)
        total = answers[0][0] or (self._counted(whole, ids, everything=False))[0]
        if total is None:
            raise RequestValidationError("The server's answer holds no report.", parameter="window")
        counted = answers[len(asks) - len(parts) :]
        intervals = tuple(item for _, found in counted for item in found)
        return TemplateUsage(window, interval, total, intervals, self._names(wanted=names))

    def _counted(
        self, stretch: Stretch, ids: list[UUID | str] | Omit, *, everything: bool
    ) -> Counted:
        """The total and the parts of a stretch; one that takes too long is halved."""
        section: Section = "report" if stretch.interval is None else "interval_reports"
        try:
            answer = self.template_report(
                start_time=fixed(stretch.window.start),
                end_time=fixed(stretch.window.end),
                interval=_server_interval(stretch.interval),
                template_ids=ids,
                sections=OMIT if everything else [section],
            )
        except (UnavailableError, RequestTimeoutError):
            if len(stretch.parts) == 1:
                raise
            halves = [self._counted(half, ids, everything=False) for half in halved(stretch)]
            return None, [item for _, found in halves for item in found]
        return answer.report, intervals_of(stretch, answer)

    def user_activity(
        self,
        window: Window,
        *,
        interval: Interval | None = None,
        templates: Iterable[TemplateRef] | Omit = OMIT,
        names: bool = False,
        concurrency: int = 5,
    ) -> UserActivityUsage:
        """Report how long each user was active.

        The server counts a whole period. Divided, it is asked once for each part.

        Args:
            window: The period.
            interval: Divide it into local `day`s, `week`s counted from its first day, or calendar
                `month`s.
            templates: Only these templates.
            names: Look up the names of the templates in the report.
            concurrency: How many requests run at once.

        Returns:
            The report; `to_records()` and `to_frame()` give its tables.

        Raises:
            RequestValidationError: The window does not fit; the hint names the nearest that does.
            NotFoundError: The deployment collects no statistics, or there is no such template.

        Example:
            >>> from coder_sdk import Window
            >>> window = Window.last(days=7, include_today=True)  # doctest: +SKIP
            >>> for row in coder.insights.user_activity(window).to_records():  # doctest: +SKIP
            ...     print(row["username"], row["seconds"])

        See:
            https://coder.com/docs/reference/api/insights#get-insights-about-user-activity
        """
        window = self._fitting(window, interval)
        ids = self._ids(templates)

        def ask(part: Window) -> UserActivityInsightsReport:
            answer = self.user_activity_report(
                start_time=fixed(part.start), end_time=fixed(part.end), template_ids=ids
            )
            return answer.report

        parts = [] if interval is None else window.split(interval)
        total, *found = mapped(ask, [window, *parts], concurrency=concurrency)
        known = self._names(wanted=names)
        return UserActivityUsage(
            window, total, known, interval, tuple(zip(parts, found, strict=True))
        )

    def user_latency(
        self,
        window: Window,
        *,
        interval: Interval | None = None,
        templates: Iterable[TemplateRef] | Omit = OMIT,
        names: bool = False,
        concurrency: int = 5,
    ) -> UserLatencyUsage:
        """Report the connection latency of each user.

        The server counts a whole period. Divided, it is asked once for each part.

        Args:
            window: The period.
            interval: Divide it into local `day`s, `week`s counted from its first day, or calendar
                `month`s.
            templates: Only these templates.
            names: Look up the names of the templates in the report.
            concurrency: How many requests run at once.

        Returns:
            The report; `to_records()` and `to_frame()` give its tables.

        Raises:
            RequestValidationError: The window does not fit; the hint names the nearest that does.
            NotFoundError: The deployment collects no statistics, or there is no such template.

        Example:
            >>> from coder_sdk import Window
            >>> report = coder.insights.user_latency(Window.last(days=7))  # doctest: +SKIP
            >>> frame = report.to_frame().sort_values("p95_ms")  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/insights#get-insights-about-user-latency
        """
        window = self._fitting(window, interval)
        ids = self._ids(templates)

        def ask(part: Window) -> UserLatencyInsightsReport:
            answer = self.user_latency_report(
                start_time=fixed(part.start), end_time=fixed(part.end), template_ids=ids
            )
            return answer.report

        parts = [] if interval is None else window.split(interval)
        total, *found = mapped(ask, [window, *parts], concurrency=concurrency)
        known = self._names(wanted=names)
        return UserLatencyUsage(
            window, total, known, interval, tuple(zip(parts, found, strict=True))
        )

    def user_status(
        self, window: Window | None = None, *, tz: str | tzinfo = "UTC"
    ) -> UserStatusUsage:
        """Report how many users had which status on each local day.

        The server answers for the last 60 days.

        Args:
            window: Only the days in this period, in its time zone.
            tz: Time zone of the days where no window is given.

        Returns:
            The report; `to_records()` and `to_frame()` give its table.

        Raises:
            RequestValidationError: There is no such time zone, or this server knows only zones
                that are whole hours from UTC, which this one is not.

        Example:
            >>> report = coder.insights.user_status(tz="Europe/Berlin")  # doctest: +SKIP
            >>> report.to_records()[-1]  # doctest: +SKIP
            {'date': datetime.date(2026, 11, 2), 'status': 'suspended', 'count': 3}

        See:
            https://coder.com/docs/reference/api/insights#get-insights-about-user-status-counts
        """
        window = None if window is None else self._anchored(window)
        local_zone = zone(tz) if window is None else window.tz
        answer, own = self._statuses(local_zone)
        return UserStatusUsage(status_counts(answer.status_counts, own, window), local_zone)

    def _statuses(self, tz: tzinfo) -> tuple[GetUserStatusCountsResponse, tzinfo]:
        """The answer for a zone, and the zone whose days it counts."""
        name = getattr(tz, "key", None)
        if isinstance(name, str):
            try:
                return self.user_status_counts(timezone=name), tz
            except BadRequestError as error:
                # Servers before 2.32 know no names of zones.
                if all(item.field != "timezone" for item in error.validations):
                    raise
        hours = hours_of(self._now().astimezone(tz))
        if hours is None:
            raise RequestValidationError(
                f"The server counts days only in zones that are whole hours from UTC, "
                f"which {zone_name(tz)} is not.",
                parameter="tz",
            )
        answer = self.user_status_counts(tz_offset=hours)
        return answer, timezone(timedelta(hours=hours))

    # -- what the reports share

    def _now(self) -> datetime:
        return datetime.fromtimestamp(clock_of(self._client).time(), timezone.utc)

    def _anchored(self, window: Window) -> Window:
        checked(window)
        # A fake deployment has a present of its own.
        return window.anchored(self._now()) if is_virtual(clock_of(self._client)) else window

    def _fitting(self, window: Window, interval: Interval | None = None) -> Window:
        window = self._anchored(window)
        window.check(interval, now=self._now())
        return window

    def _ids(self, templates: Iterable[TemplateRef] | Omit) -> list[UUID | str] | Omit:
        if isinstance(templates, Omit):
            return OMIT
        ids: list[UUID | str] = []
        for item in several("templates", templates):
            if isinstance(item, UUID) or (isinstance(item, str) and is_uuid(item)):
                ids.append(item)
            else:
                ids.append((read_template(self._client, item)).id)
        return ids

    def _names(self, *, wanted: bool) -> dict[UUID, str] | None:
        if not wanted:
            return None
        return {template.id: template.name for template in self._client.templates.list()}


def _server_interval(interval: Interval | None) -> Literal["day", "week"] | Omit:
    return OMIT if interval is None or interval == "month" else interval
