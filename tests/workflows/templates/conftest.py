"""A fake deployment, and a client of it in either colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder
from tests.colours import Colour


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder() as made:
        yield made


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    """The owner's client; its methods are called through `colour.call`."""
    return colour.keep(fake.async_client() if colour.is_async else fake.client())
