"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import respx

from tests.colours import URL, Colour


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    """Hide the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("CODER_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CODER_CONFIG_DIR", str(tmp_path_factory.getbasetemp() / "no-config"))


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    """Both colours, one after the other."""
    made = Colour(request.param)
    yield made
    made.close()


@pytest.fixture
def router() -> Iterator[Any]:
    """Answers in place of the deployment at `URL`; anything else is an error."""
    with respx.mock(base_url=URL, assert_all_called=False) as mock:
        yield mock
