"""Fixtures of pytest; they come by themselves where the package is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coder_sdk import AsyncClient, Client
    from coder_sdk.testing import FakeCoder


@pytest.fixture
def fake_coder() -> Iterator[FakeCoder]:
    """A stateful deployment in memory, new for each test."""
    from coder_sdk.testing import FakeCoder  # noqa: PLC0415 - every pytest run loads this module

    with FakeCoder() as fake:
        yield fake


@pytest.fixture
def coder(fake_coder: FakeCoder) -> Iterator[Client]:
    """A client of `fake_coder`, logged in as its owner."""
    with fake_coder.client() as client:
        yield client


@pytest.fixture
def async_coder(fake_coder: FakeCoder) -> AsyncClient:
    """An asynchronous client of `fake_coder`, logged in as its owner."""
    return fake_coder.async_client()
