"""Reports, logs and lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import NotFoundError, UnavailableError, Window
from coder_sdk.models import APIKey, AuditLog
from tests.colours import Colour
from tests.live.deployment import permitted
from tests.live.streams import looking, taken


@pytest.fixture
def me(coder: Any, colour: Colour) -> str:
    """The user name of whoever runs the tests: reports about one person stay short."""
    with permitted(NotFoundError):
        return str(colour.call(coder.users.get, "me").username)


@pytest.fixture
def key(coder: Any, colour: Colour, name: str) -> Iterator[APIKey]:
    """A token, which is something that a log tells of."""
    with permitted():
        made = colour.call(coder.tokens.create, name, lifetime=timedelta(hours=1))
    try:
        yield colour.call(coder.tokens.get, "me", made.id)
    finally:
        colour.call(coder.tokens.delete, "me", made.id)


def test_reports_cover_what_the_window_covers(coder: Any, colour: Colour, template: str):
    window = Window.last(weeks=1)
    with permitted(NotFoundError):
        report = colour.call(coder.insights.templates, window, interval="day", names=True)
    assert len(report.to_records("intervals")) == 7
    weekly = colour.call(coder.insights.templates, window, interval="week", templates=[template])
    assert len(weekly.to_records("intervals")) == 1


def test_reports_on_users_are_divided_into_days(coder: Any, colour: Colour, template: str):
    window = Window.last(days=2)
    for read in (coder.insights.user_activity, coder.insights.user_latency):
        with permitted(NotFoundError):
            usage = colour.call(read, window, interval="day")
        assert [part for part, _ in usage.intervals] == window.split(1)
        # Nobody has used what was made just now.
        assert colour.call(read, window, templates=[template]).to_records() == []


def test_a_report_counts_users_by_status(coder: Any, colour: Colour):
    with permitted(NotFoundError):
        report = colour.call(coder.insights.user_status, tz="Europe/Berlin")
    rows = report.to_records()
    assert {"date", "status", "count"} == set(rows[0])
    newest = max(row["date"] for row in rows)
    assert sum(row["count"] for row in rows if row["date"] == newest) > 0


def test_the_audit_log_is_followed_and_exported(
    coder: Any, colour: Colour, me: str, key: APIKey, tmp_path: Path
):
    about = {"action": "create", "resource_type": "api_key", "username": me}
    since = key.created_at - timedelta(seconds=10)
    with permitted():
        news = coder.audit.tail(since=since, poll_interval=looking(5), **about)
        told = taken(colour, news, 1)
    if not told:
        pytest.skip("this deployment keeps no audit log")
    assert told[0].user.username == me
    day = Window.dates(told[0].time.date(), told[0].time.date())
    entries = taken(colour, coder.audit.export(day, **about))
    assert told[0].id in [entry.id for entry in entries]
    assert all(entry.time in day and entry.action == "create" for entry in entries)
    written = [entry.model_dump_json(exclude_unset=True) for entry in entries]
    file = tmp_path / "audit.jsonl"
    file.write_text("\n".join(written), encoding="utf-8")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [AuditLog.model_validate_json(line) for line in lines] == entries


def test_the_connection_log_is_followed_and_exported(coder: Any, colour: Colour, me: str):
    window = Window.last(days=1, include_today=True)
    with permitted():
        entries = taken(colour, coder.connection_log.export(window, workspace_owner=me))
    assert all(entry.connect_time in window for entry in entries)
    news = coder.connection_log.tail(
        since=window.start, workspace_owner=me, poll_interval=looking(0.5)
    )
    known = {entry.id for entry in entries}
    assert known <= {entry.id for entry in taken(colour, news)}


def test_sessions_of_the_ai_gateway_are_exported(coder: Any, colour: Colour, me: str):
    window = Window.last(days=1, include_today=True)
    with permitted():
        sessions = taken(colour, coder.ai_gateway.export_sessions(window, initiator=me))
    assert all(session.initiator.username == me for session in sessions)
    assert all(session.started_at in window for session in sessions)


def test_what_ai_cost_is_exported(coder: Any, colour: Colour):
    with permitted():
        rows = taken(colour, coder.ai_spend.export("default", Window.last(days=2)))
    assert len({tuple(row) for row in rows}) <= 1


@pytest.mark.parametrize(
    "noun",
    ["tasks", "chats", "inbox", "templates", "organizations", "external_auth", "groups", "users"],
)
def test_a_list_is_read(coder: Any, colour: Colour, noun: str):
    with permitted(UnavailableError):
        listed = colour.call(getattr(coder, noun).list)
        items = colour.call(listed.first_page).items if hasattr(listed, "first_page") else listed
    assert items is not None
