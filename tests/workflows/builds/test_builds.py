"""Builds: following, waiting, canceling."""

from __future__ import annotations

import asyncio
from threading import Timer
from typing import Any

import pytest

from coder_sdk import BuildCanceledError, BuildFailedError, QuotaExceededError, WaitTimeoutError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

LOGS = "GET /api/v2/workspacebuilds/*/logs"


@pytest.fixture
def build(colour: Colour, fake: FakeCoder, coder: Any) -> Any:
    """A build that has just been queued."""
    fake.add_template("docker")
    made = colour.call(coder.workspaces.create, "dev", template="docker", wait=False)
    return made.latest_build


def collect(colour: Colour, items: Any) -> list[Any]:
    """Everything that an iterator of either colour yields."""
    if not colour.is_async:
        return list(items)

    async def run() -> list[Any]:
        return [item async for item in items]

    return colour.call(run)


def test_logs_are_followed_to_the_end(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    lines = collect(colour, coder.builds.follow_logs(build.id))
    assert (lines[0].stage, lines[-1].stage) == ("Setting up", "Cleaning Up")
    assert fake.assert_called(LOGS, times=1).status == 101


def test_no_line_is_lost_or_repeated_when_the_connection_is(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    fake.inject(LOGS, drop=3)
    lines = collect(colour, coder.builds.follow_logs(build))
    everything = colour.call(coder.builds.logs, build)
    assert [line.id for line in lines] == [line.id for line in everything]
    assert len(fake.calls(LOGS)) == 3


def test_without_sockets_the_lines_are_fetched(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    # A proxy that does not know sockets answers in words of its own.
    fake.inject(LOGS, status=400, body=b"Bad Request", headers={"content-type": "text/plain"})
    lines = collect(colour, coder.builds.follow_logs(build, poll_interval=0.3))
    everything = colour.call(coder.builds.logs, build)
    assert [line.id for line in lines] == [line.id for line in everything]


def test_following_goes_on_after_a_line(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    first = collect(colour, coder.builds.follow_logs(build))
    rest = collect(colour, coder.builds.follow_logs(build, after=first[3].id))
    assert rest == first[4:]


def test_a_build_is_waited_for(colour: Colour, coder: Any, build: Any) -> None:
    assert colour.call(coder.builds.wait, "dev/1").job.status == "succeeded"


def test_queue_position_and_provisioners_are_reported(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    seen: list[Any] = []
    colour.call(coder.builds.wait, build, on_progress=colour.function(seen.append))
    assert (seen[0].status, seen[0].provisioners) == ("pending", 3)
    assert len({str(item) for item in seen}) == len(seen)


def test_a_failure_has_its_code(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("big", build_error=("insufficient quota", "INSUFFICIENT_QUOTA"))
    with pytest.raises(QuotaExceededError) as caught:
        colour.call(coder.workspaces.create, "dev", template="big")
    assert caught.value.error_code == "INSUFFICIENT_QUOTA"
    assert isinstance(caught.value, BuildFailedError)


def test_cancel(colour: Colour, fake: FakeCoder, coder: Any, build: Any) -> None:
    canceled, action = colour.call(coder.builds.cancel, build)
    assert (action, canceled.job.status) == ("canceled", "canceled")
    assert colour.call(coder.builds.cancel, build).action == "unchanged"
    with pytest.raises(BuildCanceledError, match="was canceled"):
        colour.call(coder.builds.wait, build)


def test_a_build_that_ran_was_canceled_too(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    fake.clock.advance(1)
    canceled, action = colour.call(coder.builds.cancel, build, only_if="running")
    assert (action, canceled.job.status, canceled.job.error) == ("canceled", "failed", "canceled")
    assert colour.call(coder.builds.cancel, build).action == "unchanged"
    with pytest.raises(BuildCanceledError, match="was canceled"):
        colour.call(coder.builds.wait, build)


def test_a_cancellation_that_somebody_else_asked_for_is_waited_for(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    fake.clock.advance(1)
    assert colour.call(coder.builds.cancel, build, wait=False).action == "canceled"
    canceled, action = colour.call(coder.builds.cancel, build)
    assert (action, canceled.job.status) == ("canceled", "failed")
    refusals = [call.status for call in fake.calls("PATCH /api/v2/workspacebuilds/*/cancel")]
    assert refusals == [200, 400]


def test_cancel_only_in_a_state(colour: Colour, fake: FakeCoder, coder: Any, build: Any) -> None:
    outcome = colour.call(coder.builds.cancel, build, only_if="running")
    assert (outcome.action, outcome.reason) == ("skipped", "the job is pending, not running")
    fake.assert_not_called("PATCH /api/v2/workspacebuilds/*/cancel")
    assert colour.call(coder.builds.cancel, build, only_if="pending").action == "canceled"


def test_a_state_that_changed_meanwhile_is_a_skip(
    colour: Colour, fake: FakeCoder, coder: Any, build: Any
) -> None:
    fake.inject("PATCH /api/v2/workspacebuilds/*/cancel", status=412, message="It is running.")
    outcome = colour.call(coder.builds.cancel, build, only_if="pending")
    assert outcome.reason == "It is running."


def test_a_timeout_has_the_build(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("stuck", hangs=True)
    made = colour.call(coder.workspaces.create, "dev", template="stuck", wait=False)
    with pytest.raises(WaitTimeoutError, match="Waited 30 s for the build") as caught:
        colour.call(coder.builds.wait, made.latest_build, timeout=30)
    assert caught.value.last_state.id == made.latest_build.id


def first_updates(colour: Colour, coder: Any, count: int) -> list[Any]:
    """The first updates of all builds; a workspace is stopped once the watch has begun."""
    updates = coder.builds.watch(poll_interval=0.5)
    stop = lambda: coder.workspaces.stop("dev")  # noqa: E731 - one use
    if not colour.is_async:
        timer = Timer(0.05, stop)
        timer.start()
        found = [next(updates) for _ in range(count)]
        timer.join()
        updates.close()
        return found

    async def run() -> list[Any]:

        task = asyncio.ensure_future(stop())
        found = [await updates.__anext__() for _ in range(count)]
        await task
        await updates.aclose()
        return found

    return colour.call(run)


@pytest.mark.parametrize("experiments", [["workspace-build-updates"], []])
def test_all_builds_are_watched(colour: Colour, experiments: list[str]) -> None:
    with FakeCoder(experiments=experiments) as fake:
        coder = colour.keep(fake.async_client() if colour.is_async else fake.client())
        fake.add_template("docker")
        fake.add_workspace("dev", template="docker")
        updates = first_updates(colour, coder, 1)
        assert {(item.workspace_name, item.transition) for item in updates} == {("dev", "stop")}
        lists = fake.calls("GET /api/v2/workspaces")
        assert bool(lists) is not bool(experiments)
