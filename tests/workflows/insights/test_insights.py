"""Usage reports, against the fake deployment."""

from __future__ import annotations

import datetime as dt
from datetime import date, datetime, timezone
from typing import Any
from uuid import UUID

import httpx
import pandas as pd
import polars as pl
import pytest

from coder_sdk import ConfigError, RequestValidationError, Window
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


@pytest.fixture
def fake() -> FakeCoder:
    fake = FakeCoder(start=datetime(2026, 11, 16, 9, 30, tzinfo=timezone.utc))
    fake.add_template("docker")
    fake.add_template("python")
    fake.add_user("ada")
    fake.add_user("ben")
    for user, template, moment in (
        ("ada", "docker", datetime(2026, 10, 25, 22, 30, tzinfo=timezone.utc)),
        ("ada", "docker", datetime(2026, 10, 25, 23, 30, tzinfo=timezone.utc)),
        ("ben", "python", datetime(2026, 11, 3, 12, 0, tzinfo=timezone.utc)),
    ):
        fake.add_usage(user, template=template, moment=moment, seconds=600, latency_ms=20.0)
    return fake


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def asked(fake: FakeCoder) -> list[str]:
    return [request.path for request in fake.requests]


def test_days_are_local_across_a_clock_change(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    window = Window.dates(date(2026, 10, 20), date(2026, 11, 2), tz="Europe/Berlin")
    report = colour.call(coder.insights.templates, window, interval="day")
    active = {item.start.date(): item.active_users for item in report.intervals}
    assert len(active) == 14
    assert {day for day, count in active.items() if count} == {
        date(2026, 10, 25), date(2026, 10, 26),
    }  # fmt: skip
    assert report.total.active_users == 1
    assert asked(fake) == ["/api/v2/insights/templates"] * 4


def test_weeks_are_local_across_a_clock_change(coder: Any, colour: Colour) -> None:
    window = Window.last(weeks=4, tz="Europe/Berlin")
    report = colour.call(coder.insights.templates, window, interval="week")
    assert [(item.start.date(), item.active_users) for item in report.intervals] == [
        (date(2026, 10, 19), 1),
        (date(2026, 10, 26), 1),
        (date(2026, 11, 2), 1),
        (date(2026, 11, 9), 0),
    ]
    assert report.total.active_users == 2


def test_without_a_change_one_request_is_sent(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    window = Window.dates(date(2026, 11, 1), date(2026, 11, 14), tz="Europe/Berlin")
    report = colour.call(coder.insights.templates, window, interval="week")
    assert [item.active_users for item in report.intervals] == [1, 0]
    assert asked(fake) == ["/api/v2/insights/templates"]


def test_months_are_calendar_months(coder: Any, colour: Colour) -> None:
    window = Window.dates(date(2026, 10, 1), date(2026, 11, 15), tz="Europe/Berlin")
    report = colour.call(coder.insights.templates, window, interval="month")
    assert [(i.start.date(), i.active_users) for i in report.intervals] == [
        (date(2026, 10, 1), 1),
        (date(2026, 11, 1), 1),
    ]


def test_without_an_interval_the_applications_are_the_main_table(
    coder: Any, colour: Colour
) -> None:
    window = Window.last(weeks=4, tz="Europe/Berlin")
    report = colour.call(coder.insights.templates, window)
    assert list(report.tables) == ["apps", "parameters"]
    [used] = [row for row in report.to_records() if row["seconds"]]
    assert (used["slug"], used["seconds"]) == ("vscode", 1800)
    assert "template_names" not in used
    with pytest.raises(RequestValidationError, match="no table 'ap'"):
        report.table("ap")


def test_names_are_joined_on_request(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    window = Window.last(weeks=4, tz="Europe/Berlin")
    report = colour.call(coder.insights.user_activity, window, names=True)
    rows = {row["username"]: row for row in report.to_records()}
    assert rows["ada"]["template_names"] == ["docker"]
    assert rows["ada"]["seconds"] == 1200
    assert UUID(rows["ben"]["user_id"])
    assert asked(fake) == ["/api/v2/insights/user-activity", "/api/v2/templates"]


def test_templates_may_be_named(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    window = Window.last(weeks=4, tz="Europe/Berlin")
    report = colour.call(coder.insights.user_activity, window, templates=["python"])
    assert [row["username"] for row in report.to_records()] == ["ben"]


def test_latencies_are_numbers(coder: Any, colour: Colour) -> None:
    window = Window.last(weeks=4, tz="Europe/Berlin")
    report = colour.call(coder.insights.user_latency, window)
    rows = {row["username"]: row for row in report.to_records()}
    assert rows["ada"]["p50_ms"] == pytest.approx(20)
    assert dict(report.to_frame().dtypes)["p95_ms"] == "float64"


def test_users_are_reported_on_day_by_day(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    window = Window.dates(date(2026, 10, 24), date(2026, 10, 27), tz="Europe/Berlin")
    report = colour.call(coder.insights.user_activity, window, interval="day")
    rows = [(row["start"].date(), row["username"], row["seconds"]) for row in report.to_records()]
    # The last day of summer time ends an hour later: 22:30 in UTC is still part of it.
    assert rows == [(date(2026, 10, 25), "ada", 600), (date(2026, 10, 26), "ada", 600)]
    assert [row["seconds"] for row in report.to_records("users")] == [1200]
    assert [str(part.first_day) for part, _ in report.intervals] == [
        "2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27",
    ]  # fmt: skip
    assert asked(fake) == ["/api/v2/insights/user-activity"] * 5
    assert str(report.to_frame()["start"].dt.tz) == "Europe/Berlin"


def test_latencies_are_reported_week_by_week(coder: Any, colour: Colour) -> None:
    window = Window.last(weeks=4, tz="Europe/Berlin")
    report = colour.call(coder.insights.user_latency, window, interval="week")
    found = {(row["start"].date(), row["username"]): row["p50_ms"] for row in report.to_records()}
    assert set(found) == {
        (date(2026, 10, 19), "ada"),
        (date(2026, 10, 26), "ada"),
        (date(2026, 11, 2), "ben"),
    }
    assert set(found.values()) == {20.0}
    assert {row["username"] for row in report.to_records("users")} == {"ada", "ben"}


def test_reports_on_users_keep_the_rule_of_weeks(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    window = Window.dates(date(2026, 10, 20), date(2026, 10, 29))
    with pytest.raises(RequestValidationError, match="leave a last week of 3"):
        colour.call(coder.insights.user_activity, window, interval="week")
    assert asked(fake) == []


def test_statuses_are_counted_by_local_day(coder: Any, colour: Colour) -> None:
    report = colour.call(coder.insights.user_status, tz="Europe/Berlin")
    days = sorted({item.day for item in report.counts})
    assert days[-1] == date(2026, 11, 16)
    assert days == [days[0] + dt.timedelta(days=n) for n in range(len(days))]
    window = Window.last(days=3, tz="Europe/Berlin")
    narrow = colour.call(coder.insights.user_status, window)
    assert {item.day for item in narrow.counts} == {date(2026, 11, n) for n in (13, 14, 15)}


def test_an_older_server_is_asked_by_offset(colour: Colour, router: Any) -> None:
    def answer(request: Any) -> Any:
        if "timezone" in request.url.params:
            refused = {"field": "timezone", "detail": '"timezone" is not a valid query param'}
            body = {"message": "Query parameters have invalid values.", "validations": [refused]}
            return httpx.Response(400, json=body)
        assert request.url.params["tz_offset"] == "1"
        counts = {"active": [{"date": "2026-10-01T23:00:00Z", "count": 3}]}
        return httpx.Response(200, json={"status_counts": counts})

    route = router.get("/api/v2/insights/user-status-counts").mock(side_effect=answer)
    report = colour.call(colour.client().insights.user_status, tz="Europe/Berlin")
    assert [(item.day, item.count) for item in report.counts] == [(date(2026, 10, 2), 3)]
    assert len(route.calls) == 2


def test_a_window_that_does_not_fit_is_not_sent(
    fake: FakeCoder, coder: Any, colour: Colour
) -> None:
    window = Window.dates(date(2026, 10, 1), date(2026, 10, 10), tz="Europe/Berlin")
    with pytest.raises(RequestValidationError, match="The nearest that fits is Window") as caught:
        colour.call(coder.insights.templates, window, interval="week")
    assert caught.value.parameter == "window"
    future = Window.dates(date(2026, 11, 16), date(2026, 11, 20))
    with pytest.raises(RequestValidationError, match="must not end in the future"):
        colour.call(coder.insights.user_activity, future)
    assert asked(fake) == []


def test_frames_have_the_right_types(coder: Any, colour: Colour) -> None:
    window = Window.last(days=10, tz="Europe/Berlin", include_today=True)
    report = colour.call(coder.insights.templates, window, interval="day", names=True)
    frame = report.to_frame()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "start": "datetime64[us, Europe/Berlin]",
        "end": "datetime64[us, Europe/Berlin]",
        "active_users": "int64",
        "template_ids": "object",
        "template_names": "object",
    }
    assert len(frame) == 10
    assert frame["start"].iloc[0] == pd.Timestamp("2026-11-07", tz="Europe/Berlin")
    assert report.to_polars().schema == {
        "start": pl.Datetime("us", "Europe/Berlin"),
        "end": pl.Datetime("us", "Europe/Berlin"),
        "active_users": pl.Int64,
        "template_ids": pl.List(pl.String),
        "template_names": pl.List(pl.String),
    }


def test_empty_frames_have_the_same_types(coder: Any, colour: Colour) -> None:
    report = colour.call(coder.insights.user_latency, Window.month(2026, 1))
    frame = report.to_frame()
    assert len(frame) == 0
    assert [str(kind) for kind in frame.dtypes] == [
        "string", "string", "float64", "float64", "object",
    ]  # fmt: skip
    assert report.to_polars().schema["p50_ms"] == pl.Float64


def test_days_of_status_are_dates_in_frames(coder: Any, colour: Colour) -> None:
    report = colour.call(coder.insights.user_status, tz="Europe/Berlin")
    assert str(report.to_frame()["date"].dtype) == "datetime64[s]"
    assert report.to_polars().schema["date"] == pl.Date


def test_a_frame_without_its_library_is_a_clear_error(
    coder: Any, colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = colour.call(coder.insights.user_latency, Window.month(2026, 1))
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ConfigError, match=r"coder-sdk\[pandas\]"):
        report.to_frame()
    assert report.to_records() == []


def test_stretches_that_take_too_long_are_halved(colour: Colour, router: Any) -> None:
    asked: list[tuple[int, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_time", "end_time"))
        interval = query.get("interval")
        asked.append(((end - start).days, interval))
        if interval and asked[-1][0] > 3:
            return httpx.Response(504, text="Gateway Timeout")
        common = {"template_ids": [], "active_users": start.day}
        span = {"start_time": query["start_time"], "end_time": query["end_time"]}
        body: dict[str, Any] = {}
        if interval:
            days = range((end - start).days)
            body["interval_reports"] = [
                {**common, **span, "interval": "day", "active_users": start.day + n} for n in days
            ]
        else:
            body["report"] = {**common, **span, "apps_usage": [], "parameters_usage": []}
        return httpx.Response(200, json=body)

    router.get("/api/v2/insights/templates").mock(side_effect=answer)
    zone = timezone(dt.timedelta(hours=2))
    window = Window.dates(date(2026, 7, 1), date(2026, 7, 10), tz=zone)
    coder = colour.client(retry=None)
    report = colour.call(coder.insights.templates, window, interval="day")
    assert [item.active_users for item in report.intervals] == list(range(1, 11))
    assert report.total.active_users == 1
    assert (10, None) in asked
