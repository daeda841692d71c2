"""Reports, logs and lists."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import Window
from tests.colours import Colour
from tests.live.deployment import permitted


def test_reports_cover_what_the_window_covers(coder: Any, colour: Colour):
    window = Window.last(days=7)
    with permitted():
        report = colour.call(coder.insights.templates, window, interval="day")
    assert len(report.to_records("intervals")) == 7


def test_the_newest_entries_of_the_audit_log_are_read(coder: Any, colour: Colour):
    with permitted():
        page = colour.call(coder.audit.list(limit=5).first_page)
    assert len(page.items) <= 5


@pytest.mark.parametrize("noun", ["tasks", "chats", "inbox", "templates", "organizations"])
def test_a_list_is_read(coder: Any, colour: Colour, noun: str):
    with permitted():
        listed = colour.call(getattr(coder, noun).list)
        items = colour.call(listed.to_list) if hasattr(listed, "to_list") else listed
    assert items is not None
