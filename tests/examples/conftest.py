"""A fake deployment that the scripts reach as if it were that of `CODER_URL`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coder_sdk.testing import FakeCoder
from tests.docs.deployment import reach


@pytest.fixture(autouse=True)
def no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide that these tests may run in CI themselves."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCoder]:
    """One that begins now: the scripts ask the clock of this machine what is long ago."""
    with FakeCoder(start="now") as made:
        reach(monkeypatch, made)
        yield made
