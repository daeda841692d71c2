"""Workspaces, one and many."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import Any

import pytest

from coder_sdk import RequestValidationError
from coder_sdk.models import Workspace
from coder_sdk.workflows.schedule import weekly
from tests.colours import Colour
from tests.live.deployment import PREFIX, WAIT, permitted
from tests.live.streams import reached


def test_a_workspace_goes_through_its_states(coder: Any, colour: Colour, name: str, template: str):
    lines: list[str] = []
    states = coder.workspaces
    ws, action = colour.call(
        states.ensure, f"me/{name}", template=template, wait=True,
        on_log=lambda line: lines.append(str(line)), **WAIT,
    )  # fmt: skip
    try:
        assert (ws.name, action) == (name, "created")
        assert lines
        again = colour.call(states.ensure, f"me/{name}", template=template, **WAIT)
        assert again.action == "unchanged"
        assert colour.call(states.stop, ws, **WAIT).action == "stopped"
        assert colour.call(states.stop, ws, **WAIT).action == "unchanged"
        assert colour.call(states.start, ws, **WAIT).action == "started"
        assert colour.call(states.start, ws, **WAIT).action == "unchanged"
        assert colour.call(states.restart, ws, **WAIT).action == "restarted"
        assert colour.call(states.update, ws, **WAIT).action == "unchanged"
        grown, action = colour.call(
            states.ensure, f"me/{name}", template=template, parameters={"size": 2}, **WAIT
        )
        assert action == "updated"
        assert grown.latest_build.build_number > ws.latest_build.build_number
        assert colour.call(states.parameters, ws)["size"] == "2"
        kept = colour.call(states.provision, ws, wait="build", **WAIT)
        assert kept.latest_build.id == grown.latest_build.id
        found = colour.call(states.list(owner="me", name=name).to_list)
        assert [each.id for each in found] == [ws.id]
    finally:
        outcome = colour.call(states.delete, f"me/{name}", missing_ok=True, **WAIT)
    assert outcome.action == "deleted"


def test_a_workspace_is_made_with_a_free_name_and_waited_for(
    coder: Any, colour: Colour, template: str
):
    made = colour.call(
        coder.workspaces.create, name_prefix=PREFIX, template=template, parameters={"size": "3"},
        wait=False,
    )  # fmt: skip
    try:
        assert made.name.startswith(PREFIX)
        done = colour.call(coder.workspaces.wait, made, until="build", **WAIT)
        assert done.latest_build.job.status == "succeeded"
        assert colour.call(coder.workspaces.parameters, made)["size"] == "3"
    finally:
        colour.call(coder.workspaces.delete, made, **WAIT)


def test_a_parameter_that_does_not_fit_makes_nothing(
    coder: Any, colour: Colour, name: str, template: str
):
    for wrong in ({"size": 4}, {"sise": 1}):
        with pytest.raises(RequestValidationError):
            colour.call(coder.workspaces.create, name, template=template, parameters=wrong)
    assert colour.call(coder.workspaces.list(owner="me", name=name).to_list) == []
    gone = colour.call(coder.workspaces.delete, name, missing_ok=True)
    assert gone == (None, "unchanged")


def test_several_callers_make_one_workspace(coder: Any, colour: Colour, name: str, template: str):
    def ensure() -> Any:
        return coder.workspaces.ensure(name, template=template, **WAIT)

    try:
        outcomes = colour.gather(ensure, 3)
        assert sorted(each.action for each in outcomes) == ["created", "unchanged", "unchanged"]
        assert len({each.object.id for each in outcomes}) == 1
        numbers = {each.object.latest_build.build_number for each in outcomes}
        assert numbers == {1}
    finally:
        colour.call(coder.workspaces.delete, name, missing_ok=True, **WAIT)


def test_a_workspace_is_there_for_a_block(coder: Any, colour: Colour, name: str, template: str):
    def temporary() -> Any:
        return coder.workspaces.temporary(name, template=template, wait="build", **WAIT)

    def break_off(_: Workspace) -> None:
        raise KeyError(name)

    def left() -> list[Workspace]:
        return list(colour.call(coder.workspaces.list(owner="me", name=name).to_list))

    assert colour.within(temporary(), lambda ws: ws.latest_build.job.status) == "succeeded"
    assert left() == []
    with pytest.raises(KeyError, match=name):
        colour.within(temporary(), break_off)
    assert left() == []


def test_the_settings_of_a_workspace_are_changed(coder: Any, colour: Colour, workspace: Workspace):
    ws, settings = workspace, coder.workspaces
    at_nine = weekly(time(9), tz="Europe/Berlin")
    with permitted():
        for change, value in (
            (settings.set_ttl, timedelta(hours=3)),
            (settings.set_autostart, at_nine),
            (settings.set_automatic_updates, "always"),
            (settings.set_favorite, True),
        ):
            assert colour.call(change, ws, value).action == "updated"
            assert colour.call(change, ws, value).action == "unchanged"
    found = colour.call(settings.schedule, ws)
    assert (found.ttl, found.autostart) == (timedelta(hours=3), at_nine)
    kept = colour.call(settings.set_ttl, ws, None, only_if=lambda _: False)
    assert kept.action == "skipped"
    for change, value in (
        (settings.set_ttl, None),
        (settings.set_autostart, None),
        (settings.set_automatic_updates, "never"),
        (settings.set_favorite, False),
    ):
        assert colour.call(change, ws, value).action == "updated"
    found = colour.call(settings.schedule, ws)
    assert (found.ttl, found.autostart) == (None, None)


def test_the_deadline_of_a_workspace_is_moved(coder: Any, colour: Colour, workspace: Workspace):
    ws = workspace
    first = colour.call(coder.workspaces.schedule, ws).deadline
    assert first is not None
    longer, action = colour.call(coder.workspaces.extend, ws, timedelta(hours=1))
    assert action == "updated"
    assert abs(longer.latest_build.deadline - first - timedelta(hours=1)) < timedelta(seconds=2)
    kept = colour.call(
        coder.workspaces.extend, ws, timedelta(hours=1), at_most=longer.latest_build.deadline
    )
    assert kept.action == "unchanged"
    moment = datetime.now(timezone.utc) + timedelta(hours=4)
    assert colour.call(coder.workspaces.set_deadline, ws, moment).action == "updated"
    assert colour.call(coder.workspaces.set_deadline, ws, moment).action == "unchanged"


def test_a_dormant_workspace_is_woken(coder: Any, colour: Colour, workspace: Workspace):
    assert colour.call(coder.workspaces.stop, workspace, **WAIT).action == "stopped"
    with permitted():
        asleep, action = colour.call(coder.workspaces.set_dormant, workspace, dormant=True)
    assert (asleep.dormant_at is not None, action) == (True, "updated")
    assert colour.call(coder.workspaces.set_dormant, workspace, dormant=True).action == "unchanged"
    woken, action = colour.call(coder.workspaces.start, workspace, **WAIT)
    assert (woken.dormant_at, action) == (None, "woken")


def test_a_workspace_is_dropped_by_who_administers_its_template(
    coder: Any, colour: Colour, workspace: Workspace
):
    with permitted():
        dropped = colour.call(coder.workspaces.delete, workspace, orphan=True, **WAIT)
    assert dropped.action == "deleted"
    name = workspace.name
    assert colour.call(coder.workspaces.list(owner="me", name=name).to_list) == []


def test_values_of_parameters_are_shown_before_a_build(
    coder: Any, colour: Colour, running: Workspace, template: str
):
    assert colour.call(coder.workspaces.parameters, running) == {"size": "1"}
    resolve = coder.workspaces.resolve_parameters
    now = colour.call(resolve, running)
    assert [(item.name, item.value, item.source) for item in now] == [("size", "1", "previous")]
    new = colour.call(resolve, template=template, parameters={"size": 3})
    assert [(item.name, item.value, item.source) for item in new] == [("size", "3", "given")]
    with pytest.raises(RequestValidationError):
        colour.call(resolve, running, parameters={"size": 4})


def test_what_runs_already_is_not_waited_for(coder: Any, colour: Colour, running: Workspace):
    found = colour.call(coder.workspaces.wait, running, until="build", **WAIT)
    assert found.latest_build.id == running.latest_build.id


def test_a_workspace_is_kept_alive_for_a_block(coder: Any, colour: Colour, running: Workspace):
    found = colour.within(coder.workspaces.keep_alive(running.id), lambda ws: ws)
    assert (found.id, found.latest_build.status) == (running.id, "running")


def test_a_workspace_is_watched(coder: Any, colour: Colour, workspace: Workspace):
    first = reached(colour, coder.workspaces.watch(workspace), lambda _: True)
    assert (first.id, first.latest_build.transition) == (workspace.id, "start")
    colour.call(coder.workspaces.stop, workspace, wait=False)
    seen = reached(
        colour,
        coder.workspaces.watch(workspace),
        lambda state: state.latest_build.status == "stopped",
    )
    assert seen.id == workspace.id


def test_many_workspaces_are_handled_at_once(
    coder: Any, colour: Colour, name: str, template: str, running: Workspace
):
    names = [f"me/{name}{letter}" for letter in "abc"]
    seen: list[Any] = []
    try:
        made = colour.call(
            coder.bulk,
            lambda each: coder.workspaces.ensure(each, template=template, **WAIT),
            names,
            concurrency=3,
            progress=seen.append,
        )
        assert made.summary() == "ok=3 failed=0 skipped=0"
        assert seen[-1].ok == 3
        planned = colour.call(
            coder.bulk,
            coder.workspaces.stop,
            coder.workspaces.list(owner="me", template=template),
            only_if=lambda ws: ws.name.startswith(name),
            dry_run=True,
        )
        wanted = {f"{name}{letter}" for letter in "abc"}
        assert {entry.item.name for entry in planned.entries if entry.state == "ok"} == wanted
        assert running.id in {entry.item.id for entry in planned.entries}
        again = colour.call(coder.bulk, coder.workspaces.start, names)
        assert again.by_action() == {"unchanged": 3}
    finally:
        gone = colour.call(
            coder.bulk,
            lambda each: coder.workspaces.delete(each, missing_ok=True, **WAIT),
            names,
            concurrency=3,
        )
    assert gone.summary() == "ok=3 failed=0 skipped=0"
