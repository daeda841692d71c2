"""Streams of the fake deployment that have nothing to say any more."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import anyio
import pytest

from coder_sdk.testing import EndlessStreamError, FakeCoder
from tests.colours import Colour


@pytest.fixture
def fake() -> Any:
    with FakeCoder() as made:
        made.add_template("docker")
        made.add_workspace("dev", template="docker")
        made.clock.patience = 0
        yield made


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def follow(colour: Colour, items: Any, seen: list[Any]) -> None:
    """Iterate to the end, and keep what came."""
    if not colour.is_async:
        for item in items:
            seen.append(item)  # noqa: PERF402 - what came before an error is wanted, too
        return

    async def run() -> None:
        async for item in items:
            seen.append(item)  # noqa: PERF401 - likewise

    colour.call(run)


def test_following_an_agent_that_goes_on_living_fails_after_its_lines(coder: Any, colour: Colour):
    seen: list[Any] = []
    with pytest.raises(EndlessStreamError) as caught:
        follow(colour, coder.agents.follow_logs("dev"), seen)
    assert [line.output for line in seen] == ["Preparing the workspace", "Done"]
    text = str(caught.value)
    assert "`GET /api/v2/workspaceagents/" in text
    assert "/logs` has nothing to say any more" in text
    assert "`fake.clock.within(seconds)`" in text


def test_what_was_to_happen_happens_first(fake: FakeCoder, coder: Any, colour: Colour):
    seen: list[Any] = []
    fake.clock.schedule(600, lambda: fake.client().workspaces.stop("dev", wait=False))
    follow(colour, coder.agents.follow_logs("dev"), seen)
    assert [line.output for line in seen] == ["Preparing the workspace", "Done"]


@pytest.mark.parametrize("form", ["websocket", "events"])
def test_signs_of_life_are_no_news(fake: FakeCoder, coder: Any, colour: Colour, form: str):
    if form == "events":
        fake.inject("GET /api/v2/workspaces/*/watch-ws", status=405, times=None)
    seen: list[Any] = []
    with pytest.raises(EndlessStreamError, match=r"/watch"):
        follow(colour, coder.workspaces.watch("dev"), seen)
    assert [state.latest_build.status for state in seen] == ["running"]


def test_a_deadline_far_away_is_still_waited_for(fake: FakeCoder, coder: Any, colour: Colour):
    fake.add_workspace("brief", template="docker", ttl=timedelta(hours=1))
    seen: list[Any] = []
    with pytest.raises(EndlessStreamError):
        follow(colour, coder.workspaces.watch("brief"), seen)
    assert seen[-1].latest_build.status == "stopped"


def test_a_terminal_that_nobody_types_into_is_silent_for_ever(coder: Any, colour: Colour):
    agent = colour.call(coder.workspaces.get, "me/dev").latest_build.resources[0].agents[0].id

    def read(terminal: Any) -> Any:
        seen: list[Any] = []
        if not colour.is_async:
            return seen.extend(terminal)

        async def run() -> None:
            seen.extend([data async for data in terminal])

        return run()

    with pytest.raises(EndlessStreamError, match=r"/pty"):
        colour.within(coder.agents.open_pty(agent, reconnect=uuid4(), command="cat"), read)


def test_another_thread_may_be_what_a_stream_waits_for(fake: FakeCoder):
    fake.clock.patience = 60
    seen: list[str] = []
    begun = Event()

    def read() -> None:
        for line in fake.client().agents.follow_logs("dev"):
            seen.append(line.output)
            begun.set()

    reader = Thread(target=read)
    reader.start()
    begun.wait()
    fake.client().workspaces.stop("dev")
    reader.join()
    assert seen == ["Preparing the workspace", "Done"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_another_task_may_be_what_a_stream_waits_for(fake: FakeCoder, backend: str):
    fake.clock.patience = 60
    seen: list[str] = []

    async def main() -> None:
        begun = anyio.Event()
        async with fake.async_client() as coder, anyio.create_task_group() as tasks:

            async def read() -> None:
                async for line in coder.agents.follow_logs("dev"):
                    seen.append(line.output)
                    begun.set()

            tasks.start_soon(read)
            await begun.wait()
            await coder.workspaces.stop("dev")

    anyio.run(main, backend=backend)
    assert seen == ["Preparing the workspace", "Done"]
