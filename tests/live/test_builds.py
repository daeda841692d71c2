"""Builds: followed, waited for, canceled, watched."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from coder_sdk import BuildCanceledError, Client
from coder_sdk.models import Workspace, WorkspaceBuild
from tests.colours import Colour
from tests.live.deployment import URL, WAIT, permitted
from tests.live.streams import reached, taken


def begun(coder: Any, colour: Colour, workspace: Workspace) -> WorkspaceBuild:
    """A build that has just been asked for."""
    ws, action = colour.call(coder.workspaces.stop, workspace, wait=False)
    assert action == "stopped"
    return ws.latest_build


def test_a_build_is_followed_to_its_end(coder: Any, colour: Colour, workspace: Workspace):
    build = begun(coder, colour, workspace)
    lines = taken(colour, coder.builds.follow_logs(build))
    numbers = [line.id for line in lines]
    assert numbers
    assert numbers == sorted(set(numbers))
    assert [line.id for line in colour.call(coder.builds.logs, build)] == numbers
    rest = taken(colour, coder.builds.follow_logs(build, after=numbers[0]))
    assert [line.id for line in rest] == numbers[1:]


def test_a_build_is_waited_for(coder: Any, colour: Colour, workspace: Workspace):
    build = begun(coder, colour, workspace)
    states: list[str] = []
    done = colour.call(
        coder.builds.wait, build, on_progress=lambda seen: states.append(seen.status), **WAIT
    )
    assert (done.id, done.job.status, states[-1]) == (build.id, "succeeded", "succeeded")
    owner, number = workspace.owner_name, build.build_number
    by_number = colour.call(coder.builds.wait, f"{owner}/{workspace.name}/{number}", **WAIT)
    assert by_number.id == build.id


def test_a_build_is_canceled(coder: Any, colour: Colour, workspace: Workspace):
    build = begun(coder, colour, workspace)
    with permitted():
        canceled, action = colour.call(coder.builds.cancel, build, **WAIT)
    assert canceled.job.completed_at is not None
    if canceled.job.status == "succeeded":
        assert action == "unchanged"  # it was quicker
    else:
        assert action == "canceled"
        with pytest.raises(BuildCanceledError, match="was canceled"):
            colour.call(coder.builds.wait, build, **WAIT)
    again = colour.call(coder.builds.cancel, build, only_if="pending", **WAIT)
    assert again.action == "unchanged"


@contextmanager
def restarting(workspace: Workspace) -> Iterator[Any]:
    """Somebody restarts a workspace again and again; gives what tells how that went."""
    enough = Event()

    def restart() -> None:
        with Client(URL) as other:
            while not enough.is_set():
                other.workspaces.restart(workspace.id, **WAIT)

    with ThreadPoolExecutor(1) as pool:
        try:
            yield (somebody := pool.submit(restart))
        finally:
            enough.set()
    somebody.result()


def test_the_builds_of_all_workspaces_are_watched(coder: Any, colour: Colour, workspace: Workspace):
    with restarting(workspace) as somebody:

        def interval(_: float) -> float:
            if somebody.done():
                somebody.result()
            return float(WAIT.get("poll_interval", 1.0))

        update = reached(
            colour,
            coder.builds.watch(poll_interval=interval),
            lambda each: each.workspace_id == workspace.id,
        )
    assert update.workspace_name == workspace.name
    assert update.transition in {"start", "stop"}
