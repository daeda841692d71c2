"""Which tokens belong together, and in which order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from coder_sdk.workflows.tokens import Family, number_of, report_of

NOW = datetime(2026, 1, 31, tzinfo=timezone.utc)


def key(name: str, *, days_ago: int, left: int | None = 30) -> Any:
    return SimpleNamespace(
        token_name=name,
        id=name,
        username="ann",
        created_at=NOW - timedelta(days=days_ago),
        expires_at=None if left is None else NOW + timedelta(days=left),
        last_used=None,
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [("ci", 1), ("ci-2", 2), ("ci-10", 10), ("ci-", 0), ("ci-a", 0), ("cii-2", 0), ("xci-2", 0)],
)
def test_the_number_of_a_name(name: str, number: int):
    assert number_of("ci", name) == number


def test_the_next_name_is_above_the_highest_of_all():
    family = Family("ci", [key("ci-7", days_ago=9), key("ci-2", days_ago=1)])
    assert family.next_name() == "ci-8"


def test_the_newest_is_the_one_made_last():
    family = Family("ci", [key("ci-2", days_ago=1), key("ci", days_ago=0), key("ci-3", days_ago=3)])
    newest = family.newest()
    assert newest is not None
    assert newest.token_name == "ci"


def test_the_newest_is_never_superseded():
    family = Family("ci", [key("ci", days_ago=100)])
    assert family.superseded(NOW, timedelta()) == []


def test_grace_counts_from_the_successor():
    keys = [key("ci", days_ago=9), key("ci-2", days_ago=5), key("ci-3", days_ago=1)]
    found = Family("ci", keys).superseded(NOW, timedelta(days=3))
    assert [item.token_name for item in found] == ["ci"]


def test_what_never_expires_stands_last():
    keys = [key("eternal", days_ago=1, left=None), key("short", days_ago=1, left=1)]
    report = report_of(keys, NOW, timedelta(days=3))
    assert [item.name for item in report.tokens] == ["short", "eternal"]
