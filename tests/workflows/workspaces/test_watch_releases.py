"""Watching goes over whichever stream a release has."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk.testing import AgentSpec, FakeCoder, Metadata
from tests.colours import Colour


@pytest.fixture(params=[True, False], ids=["2.20", "2.36"])
def is_old(request: pytest.FixtureRequest) -> bool:
    """Whether the release has server-sent events only."""
    return bool(request.param)


@pytest.fixture
def fake(*, is_old: bool) -> FakeCoder:
    fake = FakeCoder("2.20.0" if is_old else "2.36.0")
    agent = AgentSpec(metadata=(Metadata("load", "0.5"),))
    fake.add_template("docker", agents=[agent])
    fake.add_workspace("dev", template="docker")
    return fake


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def first(colour: Colour, stream: Any, count: int, meanwhile: Any) -> list[Any]:
    """The first items of a stream; something happens after the first."""
    if not colour.is_async:
        found: list[Any] = []
        with stream:
            for item in stream:
                found.append(item)
                if len(found) == count:
                    return found
                meanwhile()

    async def collect() -> list[Any]:
        found: list[Any] = []
        async with stream:
            async for item in stream:
                found.append(item)
                if len(found) == count:
                    break
                meanwhile()
        return found

    return list(colour.call(collect))


def test_a_workspace_is_watched(
    colour: Colour, fake: FakeCoder, coder: Any, *, is_old: bool
) -> None:
    def stop() -> None:
        with fake.client() as client:
            client.workspaces.stop("dev", wait=False)

    states = first(colour, coder.workspaces.watch("dev"), 2, stop)
    assert [str(state.latest_build.transition) for state in states] == ["start", "stop"]
    found = [str(call) for call in fake.calls("/api/v2/workspaces/*/watch*")]
    opened = [call.rpartition("/")[2] for call in found]
    assert opened == (["watch-ws -> 404", "watch -> 200"] if is_old else ["watch-ws -> 101"])


def test_metadata_is_watched(colour: Colour, fake: FakeCoder, coder: Any, *, is_old: bool) -> None:
    with fake.client() as client:
        agent = client.workspaces.get("dev").latest_build.resources[0].agents[0].id

    def change() -> None:
        fake.set_metadata("dev", "load", "0.9")

    batches = first(colour, coder.agents.watch_metadata(agent), 2, change)
    assert [item.result.value for batch in batches for item in batch] == ["0.5", "0.9"]
    opened = fake.calls("/api/v2/workspaceagents/*/watch-metadata*")[-1].path.rpartition("/")[2]
    assert opened == ("watch-metadata" if is_old else "watch-metadata-ws")
