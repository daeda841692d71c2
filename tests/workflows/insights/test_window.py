"""Windows of local time; nothing is sent."""

# ruff: noqa: DTZ001 - what has no zone is local time of the window
from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk import RequestValidationError, Window
from coder_sdk.workflows.usage import stretches
from coder_sdk.workflows.window import fixed, instant

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "Pacific/Auckland", "UTC",
)  # fmt: skip


def test_the_last_weeks_end_at_the_last_local_midnight():
    window = Window.last(weeks=13, tz="Europe/Berlin", now=NOW)
    assert window.start.isoformat() == "2026-08-03T00:00:00+02:00"
    assert window.end.isoformat() == "2026-11-02T00:00:00+01:00"
    assert (window.days, window.duration) == (91, timedelta(days=91, hours=1))


@pytest.mark.parametrize(
    ("tz", "first", "last"),
    [
        ("UTC", date(2026, 10, 31), date(2026, 11, 1)),
        ("Pacific/Auckland", date(2026, 10, 31), date(2026, 11, 1)),
        ("Pacific/Kiritimati", date(2026, 10, 31), date(2026, 11, 1)),
        ("Pacific/Pago_Pago", date(2026, 10, 30), date(2026, 10, 31)),
    ],
)
def test_yesterday_is_local(tz: str, first: date, last: date):
    window = Window.last(days=2, tz=tz, now=NOW)
    assert (window.first_day, window.last_day) == (first, last)


def test_today_ends_with_the_next_full_hour():
    window = Window.last(days=7, tz="Europe/Berlin", include_today=True, now=NOW)
    assert window.start.isoformat() == "2026-10-27T00:00:00+01:00"
    assert window.end.isoformat() == "2026-11-02T11:00:00+01:00"
    assert (window.days, window.last_day) == (7, date(2026, 11, 2))
    window.check("week", now=NOW)


def test_today_before_midnight_ends_at_midnight():
    late = datetime(2026, 11, 2, 22, 30, tzinfo=timezone.utc)
    window = Window.last(days=1, tz="Europe/Berlin", include_today=True, now=late)
    assert window.end.isoformat() == "2026-11-03T00:00:00+01:00"
    assert window.days == 1
    window.check(now=late)


def test_dates_include_the_last_one():
    window = Window.dates(date(2026, 7, 1), date(2026, 7, 31), tz="Asia/Tokyo")
    assert window == Window.month(2026, 7, tz="Asia/Tokyo")
    assert window.days == 31
    assert Window.month(2024, 2).last_day == date(2024, 2, 29)
    assert Window.month(2026, 12).last_day == date(2026, 12, 31)


def test_what_has_no_zone_is_local_time():
    window = Window(datetime(2026, 7, 1), datetime(2026, 7, 2), "Europe/Berlin")
    assert window.start.isoformat() == "2026-07-01T00:00:00+02:00"
    other = Window(datetime(2026, 6, 30, 22, tzinfo=timezone.utc), window.end, BERLIN)
    assert other == window


def test_an_unknown_zone_is_named_with_near_ones():
    with pytest.raises(RequestValidationError, match=r"`Europe/Berlin`") as caught:
        Window.last(days=1, tz="Europe/Berln")
    assert caught.value.parameter == "tz"


@pytest.mark.parametrize("count", [0, -1])
def test_an_empty_window_is_refused(count: int):
    with pytest.raises(RequestValidationError, match="at least one day"):
        Window.last(days=count)


def test_an_end_before_its_beginning_is_refused():
    with pytest.raises(RequestValidationError, match="must come after its beginning"):
        Window.dates(date(2026, 7, 2), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("window", "interval", "problem", "nearest"),
    [
        (
            Window.dates(date(2026, 10, 20), date(2026, 10, 29)),
            "week",
            "its 10 days leave a last week of 3",
            "Window(2026-10-23 to 2026-10-29, UTC)",
        ),
        (
            Window.dates(date(2026, 10, 27), date(2026, 11, 3)),
            None,
            "must not end in the future",
            "Window(2026-10-27 to 2026-11-01, UTC)",
        ),
        (
            Window(datetime(2026, 10, 1, 8), datetime(2026, 10, 5)),
            "day",
            "must begin at local midnight",
            "Window(2026-10-01 to 2026-10-04, UTC)",
        ),
        (
            Window(datetime(2026, 10, 1), datetime(2026, 10, 5, 8)),
            "day",
            "must end at local midnight, or at a full hour of today",
            "Window(2026-10-01 to 2026-10-05, UTC)",
        ),
        (
            Window(datetime(2026, 10, 1), datetime(2026, 11, 2, 8, 30)),
            None,
            "must end at a full hour",
            "Window(2026-10-01 to 2026-11-01, UTC)",
        ),
        (
            Window.dates(date(2026, 12, 1), date(2026, 12, 2)),
            None,
            "must not end in the future",
            "Window(2026-11-01 to 2026-11-01, UTC)",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_the_nearest_that_does(
    window: Window, interval: str, problem: str, nearest: str
):
    with pytest.raises(RequestValidationError) as caught:
        window.check(interval, now=NOW)
    assert problem in caught.value.message
    assert nearest in str(caught.value.hint)
    window.nearest(interval, now=NOW).check(interval, now=NOW)


@pytest.mark.parametrize(("days", "fits"), [(6, True), (7, True), (8, False), (13, True)])
def test_a_last_week_needs_six_days(days: int, *, fits: bool):
    window = Window.last(days=days, now=NOW)
    if fits:
        window.check("week", now=NOW)
        return
    with pytest.raises(RequestValidationError, match="divided into weeks"):
        window.check("week", now=NOW)


def test_the_day_of_the_change_has_its_own_length():
    autumn = Window.dates(date(2026, 10, 24), date(2026, 10, 26), tz="Europe/Berlin")
    hours = [part.duration.total_seconds() / 3600 for part in autumn.split("day")]
    spring = Window.dates(date(2026, 3, 28), date(2026, 3, 30), tz="Europe/Berlin")
    assert hours == [24, 25, 24]
    assert [part.duration.total_seconds() / 3600 for part in spring.split("day")] == [24, 23, 24]
    assert autumn.has_clock_change
    assert spring.has_clock_change


def test_a_skipped_midnight_is_written_as_midnight():
    day = Window.dates(date(2026, 9, 6), date(2026, 9, 6), tz="America/Santiago")
    assert fixed(day.start).isoformat() == "2026-09-06T00:00:00-04:00"
    assert fixed(day.end).isoformat() == "2026-09-07T00:00:00-03:00"
    assert day.duration == timedelta(hours=23)


def test_stretches_of_days_stand_around_the_day_of_the_change():
    window = Window.dates(date(2026, 10, 20), date(2026, 11, 2), tz="Europe/Berlin")
    found = stretches(window, "day")
    assert [(len(item.parts), item.interval) for item in found] == [
        (5, "day"),
        (1, None),
        (8, "day"),
    ]
    assert [item.window.start.date() for item in found] == [
        date(2026, 10, 20), date(2026, 10, 25), date(2026, 10, 26),
    ]  # fmt: skip


def test_the_week_of_the_change_stands_alone():
    window = Window.dates(date(2026, 10, 12), date(2026, 11, 15), tz="Europe/Berlin")
    found = stretches(window, "week")
    assert [(len(item.parts), item.interval) for item in found] == [
        (1, None),
        (1, None),
        (3, "week"),
    ]


def test_without_a_change_one_request_is_enough():
    window = Window.dates(date(2026, 7, 6), date(2026, 8, 2), tz="Europe/Berlin")
    assert [len(item.parts) for item in stretches(window, "day")] == [28]
    assert [len(item.parts) for item in stretches(window, "week")] == [4]
    assert [item.window.days for item in stretches(Window.month(2026, 7), "month")] == [31]


@given(
    tz=st.sampled_from(ZONES),
    first=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(1, 400),
    interval=st.sampled_from(["day", "week", "month"]),
)
def test_stretches_cover_a_window_without_gaps(tz: str, first: date, days: int, interval: str):
    window = Window.dates(first, first + timedelta(days=days - 1), tz=tz)
    parts = [part for item in stretches(window, interval) for part in item.parts]
    assert instant(parts[0].start) == instant(window.start)
    assert instant(parts[-1].end) == instant(window.end)
    for one, other in pairwise(parts):
        assert instant(one.end) == instant(other.start)
    for item in stretches(window, interval):
        step = timedelta(days=7 if interval == "week" else 1)
        assert fixed(item.window.start).strftime("%H:%M:%S") == "00:00:00"
        assert fixed(item.window.end).strftime("%H:%M:%S") == "00:00:00"
        if item.interval is not None:
            for number, part in enumerate(item.parts):
                assert instant(part.start) - instant(item.window.start) == number * step


def test_a_window_knows_what_lies_in_it():
    window = Window.dates(date(2026, 10, 25), date(2026, 10, 25), tz="Europe/Berlin")
    assert datetime(2026, 10, 25, 22, 59, tzinfo=timezone.utc) in window
    assert datetime(2026, 10, 25, 23, 0, tzinfo=timezone.utc) not in window
    assert datetime(2026, 10, 24, 22, 0, tzinfo=timezone.utc) in window


def test_a_window_is_shown_with_its_days_and_pickles():
    window = Window.last(weeks=1, tz="Europe/Berlin", now=NOW)
    assert repr(window) == "Window(2026-10-26 to 2026-11-01, Europe/Berlin)"
    assert pickle.loads(pickle.dumps(window)) == window  # noqa: S301 - our own
    hours = Window(datetime(2026, 7, 1, 8), datetime(2026, 7, 1, 9))
    assert repr(hours) == "Window(2026-07-01T08:00:00+00:00 to 2026-07-01T09:00:00+00:00, UTC)"


def test_only_what_was_counted_back_from_now_moves_with_it():
    later = NOW + timedelta(days=3)
    window = Window.last(days=2, tz="Europe/Berlin", now=NOW)
    assert window.anchored(later) == Window.last(days=2, tz="Europe/Berlin", now=later)
    fast = Window.dates(date(2026, 7, 1), date(2026, 7, 2))
    assert fast.anchored(later) is fast


def test_days_in_place_of_instants_are_refused():
    with pytest.raises(RequestValidationError, match=r"not at datetime\.date") as caught:
        Window(date(2026, 7, 1), date(2026, 7, 8))  # type: ignore[arg-type]  # the point here
    assert "Window.dates" in str(caught.value)
