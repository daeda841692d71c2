"""A scripted server, and both event loops for the async half of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.streams.peer import InstantClock, Server

# Releases of `websockets` for Python 3.10 have no client for trio; there the package says so.
WITHOUT_TRIO = pytest.mark.skipif(
    find_spec("websockets.trio") is None, reason="this `websockets` has no client for trio"
)


@pytest.fixture(params=["asyncio", pytest.param("trio", marks=WITHOUT_TRIO)])
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
