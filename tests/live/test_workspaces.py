"""Workspaces, one and many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.colours import Colour
from tests.live.deployment import MINUTES


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
