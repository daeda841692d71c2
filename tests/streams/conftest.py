"""A scripted server, and both event loops for the async half of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.streams.peer import InstantClock, Server


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def clock() -> InstantClock:
    return InstantClock()
