"""A fake deployment, and a client of it in either colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder() as made:
        yield made


@pytest.fixture
def ask(fake: FakeCoder) -> Any:
    """Sends a request as the owner and gives the answer's JSON."""
    client = fake.client(retry=None)

    def send(method: str, path: str, body: Any = None, **params: Any) -> Any:
        given = {} if body is None else {"body": body}
        return client.request(method, f"/api/v2{path}", params=params, **given)

    return send
