"""Numbers that count units are read as durations and instants."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from coder_sdk.models import Template, TokenConfig, Workspace
from coder_sdk.testing import factories
from coder_sdk.wire import Unit, duration, instant

BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        (0, Unit.SECONDS, timedelta(0)),
        (90, Unit.SECONDS, timedelta(minutes=1, seconds=30)),
        (-1, Unit.MILLISECONDS, timedelta(milliseconds=-1)),
        (0.25, Unit.MILLISECONDS, timedelta(microseconds=250)),
        (7, Unit.MICROSECONDS, timedelta(microseconds=7)),
        (1_999, Unit.NANOSECONDS, timedelta(microseconds=1)),
        ((2**53 + 1) * 1000, Unit.NANOSECONDS, timedelta(microseconds=2**53 + 1)),
        (2**63 - 1, Unit.SECONDS, timedelta.max),
        (-(2**63), Unit.SECONDS, timedelta.min),
        (None, Unit.SECONDS, None),
    ],
)  # fmt: skip
def test_a_number_is_a_duration(
    number: float | None, unit: Unit, expected: timedelta | None
) -> None:
    assert duration(number, unit) == expected


def test_seconds_of_the_epoch_are_an_instant() -> None:
    assert instant(1_700_000_000) == datetime(2023, 11, 14, 23, 13, 20, tzinfo=BERLIN)
    assert instant(None) is None


def test_settings_of_a_template_read_as_they_are_set() -> None:
    template = factories.make(
        Template, default_ttl_ms=3_600_000, failure_ttl_ms=0, activity_bump_ms=1
    )
    assert template.default_ttl == timedelta(hours=1)
    assert template.failure_ttl is None
    assert template.activity_bump == timedelta(milliseconds=1)
    assert factories.make(Workspace, ttl_ms=None).ttl is None
    assert factories.make(Workspace, ttl_ms=60_000).ttl == timedelta(minutes=1)


def test_limits_of_tokens_are_durations() -> None:
    config = TokenConfig(max_token_lifetime=10**9 * 86400)
    assert config.max_token_lifetime_timedelta == timedelta(days=1)
