"""Every workflow that the deployment permits, from beginning to end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import Window
from coder_sdk._cli import main
from tests.colours import Colour
from tests.live.deployment import MINUTES, SOURCES, TEMPLATE, permitted


def test_the_connection_is_healthy(coder: Any, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor"]) == 0, capsys.readouterr().out


def test_tokens_are_made_checked_rotated_and_deleted(coder: Any, colour: Colour, name: str):
    made = colour.call(coder.tokens.create, name, lifetime=timedelta(hours=1))
    try:
        assert colour.call(coder.tokens.check, made.secret).valid
        next_one = colour.call(coder.tokens.rotate, name, lifetime=timedelta(hours=1))
        assert next_one.removed == (name,)
        assert colour.call(coder.tokens.check, made.secret).valid is False
        assert colour.call(coder.tokens.latest, name).token_name == next_one.name
    finally:
        for token in colour.call(coder.tokens.list, "me"):
            if token.token_name.startswith(name):
                colour.call(coder.tokens.delete, "me", token.id)


def test_a_template_is_pushed_once_pulled_and_deleted(
    coder: Any, colour: Colour, name: str, tmp_path: Path
):
    with permitted():
        version, action = colour.call(coder.templates.push, name, SOURCES, timeout=10 * MINUTES)
    try:
        assert action == "created"
        assert colour.call(coder.templates.push, name, SOURCES).action == "unchanged"
        colour.call(coder.templates.pull, name, tmp_path)
        assert (tmp_path / "main.tf").read_bytes() == (SOURCES / "main.tf").read_bytes()
        diff = colour.call(coder.template_versions.diff, version, directory=tmp_path)
        assert (diff.added, diff.removed, diff.changed) == ((), (), ())
        template, action = colour.call(
            coder.templates.set_settings, name, default_ttl=timedelta(hours=3)
        )
        assert (template.default_ttl_ms, action) == (3 * 3600 * 1000, "updated")
    finally:
        colour.call(coder.templates.delete, name)


def test_a_workspace_goes_through_its_states(coder: Any, colour: Colour, name: str, template: str):
    lines: list[str] = []
    limit = 10 * MINUTES
    ws, action = colour.call(
        coder.workspaces.ensure, f"me/{name}", template=template, wait=True, timeout=limit,
        on_log=lambda line: lines.append(str(line)),
    )  # fmt: skip
    try:
        assert (ws.name, action) == (name, "created")
        assert lines
        again = colour.call(coder.workspaces.ensure, f"me/{name}", template=template, wait=True)
        assert again.action == "unchanged"
        assert colour.call(coder.workspaces.set_ttl, ws, timedelta(hours=2)).action == "updated"
        assert colour.call(coder.workspaces.stop, ws, timeout=limit).action == "stopped"
        assert colour.call(coder.workspaces.start, ws, timeout=limit).action == "started"
        grown, action = colour.call(
            coder.workspaces.ensure, f"me/{name}", template=template, parameters={"size": 2},
            wait=True, timeout=limit,
        )  # fmt: skip
        assert action == "updated"
        assert grown.latest_build.build_number > ws.latest_build.build_number
        found = colour.call(coder.workspaces.list(owner="me", name=name).to_list)
        assert [each.id for each in found] == [ws.id]
    finally:
        outcome = colour.call(coder.workspaces.delete, f"me/{name}", timeout=limit, missing_ok=True)
    assert outcome.action == "deleted"


def test_a_command_runs_in_a_workspace(coder: Any, colour: Colour, name: str):
    if TEMPLATE is None:
        pytest.skip("set CODER_LIVE_TEMPLATE to a template whose workspaces have an agent")
    limit = 10 * MINUTES
    ws = colour.call(coder.workspaces.provision, f"me/{name}", template=TEMPLATE, timeout=limit)
    try:
        result = colour.call(coder.workspaces.run, ws, "echo from-the-workspace", timeout=limit)
        assert (result.returncode, result.output.strip()) == (0, "from-the-workspace")
        assert colour.call(coder.workspaces.run, ws, "exit 7", timeout=limit).returncode == 7
    finally:
        colour.call(coder.workspaces.delete, ws, timeout=10 * MINUTES)


def test_many_workspaces_are_handled_at_once(coder: Any, colour: Colour, name: str, template: str):
    names = [f"me/{name}{letter}" for letter in "abc"]
    try:
        made = colour.call(
            coder.bulk,
            lambda each: coder.workspaces.ensure(each, template=template, wait=True),
            names,
            concurrency=3,
        )
        assert made.summary() == "ok=3 failed=0 skipped=0"
    finally:
        gone = colour.call(
            coder.bulk,
            lambda each: coder.workspaces.delete(each, missing_ok=True, timeout=10 * MINUTES),
            names,
            concurrency=3,
        )
    assert gone.summary() == "ok=3 failed=0 skipped=0"


def test_a_user_comes_and_goes(coder: Any, colour: Colour, name: str):
    wanted = {"email": f"{name}@example.com", "username": name}
    with permitted():
        user, action = colour.call(coder.users.ensure, **wanted)
    try:
        assert (user.username, action) == (name, "created")
        assert colour.call(coder.users.ensure, **wanted).action == "unchanged"
        with permitted():
            colour.call(coder.users.suspend, name)
    finally:
        assert colour.call(coder.users.offboard, name).action == "deleted"


def test_a_group_is_ensured_and_deleted(coder: Any, colour: Colour, name: str):
    with permitted():
        group, action = colour.call(coder.groups.ensure, f"default/{name}", display_name="Live")
    try:
        assert (group.name, action) == (name, "created")
        again = colour.call(coder.groups.ensure, f"default/{name}", display_name="Live")
        assert again.action == "unchanged"
    finally:
        colour.call(coder.groups.delete, group)


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
