"""Windows that cannot be meant are refused by the argument that is wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from coder_sdk import RequestValidationError, Window

DAY = date(2026, 11, 1)
NOON = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
WEEK = Window.dates(DAY, DAY + timedelta(days=6))

MISTAKES: list[tuple[Any, tuple[Any, ...], dict[str, Any], str]] = [
    (Window.month, (2026, 13), {}, r"There is no month 13 of the year 2026: months are 1 to 12"),
    (Window.month, (2026, 0), {}, r"There is no month 0"),
    (Window.month, (0, 1), {}, r"There is no month 1 of the year 0"),
    (Window.month, (9999, 12), {}, r"There is no month 12 of the year 9999"),
    (Window.month, (10**30, 1), {}, r"There is no month 1"),
    (Window.month, (2026, "11"), {}, r"`month` has to be a whole number, not '11'"),
    (Window.month, (2026, True), {}, r"`month` has to be a whole number, not True"),
    (Window.month, (None, 1), {}, r"`year` has to be a whole number, not None"),
    (Window.month, (2026, 11), {"tz": 5}, r"`tz` has to be the name of a time zone.*not 5"),
    (Window.month, (2026, 11), {"tz": "a\0b"}, r"There is no time zone"),
    (Window.month, (2026, 11), {"tz": "../etc"}, r"There is no time zone"),
    (Window.dates, (5, DAY), {}, r"`first` has to be a date.*not 5"),
    (Window.dates, (DAY, "2026-11-01"), {}, r"`last` has to be a date.*not '2026-11-01'"),
    (Window.dates, (DAY, date.max), {}, r"1 days from 9999-12-31 is no day"),
    (Window.dates, (DAY, DAY - timedelta(days=1)), {}, r"its end must come after its beginning"),
    (Window.last, (), {"days": 0}, r"0 days is empty"),
    (Window.last, (), {"days": True}, r"`days` has to be a whole number, not True"),
    (Window.last, (), {"days": 1.5}, r"`days` has to be a whole number, not 1\.5"),
    (Window.last, (), {"weeks": float("nan")}, r"`weeks` has to be a whole number, not nan"),
    (Window.last, (), {"days": 10**9}, r"is no day of the calendar"),
    (Window.last, (), {"days": 10**30}, r"is no day of the calendar"),
    (Window.last, (), {"days": 1, "include_today": "no"}, r"`include_today` has to be True or"),
    (Window.last, (), {"days": 1, "now": 0}, r"at instants, not at 0"),
    (Window.last, (), {"days": 1, "tz": None}, r"`tz` has to be the name of a time zone"),
    (Window, (DAY, NOON), {}, r"begins and ends at instants"),
    (Window, (NOON, 3600), {}, r"begins and ends at instants, not at 3600"),
    (Window, (NOON, NOON), {}, r"its end must come after its beginning"),
    (WEEK.split, (0,), {}, r"`interval` has to be `day`, `week` or `month`, or a number of days"),
    (WEEK.split, (-1,), {}, r"`interval` has to be .* not -1"),
    (WEEK.split, (True,), {}, r"`interval` has to be .* not True"),
    (WEEK.split, ("year",), {}, r"`interval` has to be .* not 'year'"),
    (WEEK.split, (None,), {}, r"`interval` has to be .* not None"),
    (WEEK.check, ("year",), {}, r"`interval` has to be `day`, `week` or `month`, not 'year'"),
    (WEEK.check, (), {"now": 5}, r"at instants, not at 5"),
    (WEEK.__contains__, (5,), {}, r"at instants, not at 5"),
    (WEEK.__contains__, (None,), {}, r"at instants, not at None"),
]


@pytest.mark.parametrize(("make", "args", "keywords", "text"), MISTAKES)
def test_nonsense_is_refused(make: Any, args: tuple[Any, ...], keywords: dict[str, Any], text: str):
    with pytest.raises(RequestValidationError, match=text):
        make(*args, **keywords)


def test_an_instant_without_a_zone_is_local_time_of_the_window():
    day = Window.dates(DAY, DAY, tz="Asia/Tokyo")
    assert datetime(2026, 11, 1, 0) in day  # noqa: DTZ001 - the point of the test
    assert datetime(2026, 11, 1, 23, 59) in day  # noqa: DTZ001
    assert datetime(2026, 11, 2, 0) not in day  # noqa: DTZ001
    assert datetime(2026, 10, 31, 15, tzinfo=timezone.utc) in day
