"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import respx

from tests import http_library
from tests.colours import URL, Colour


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--http",
        choices=http_library.NAMES,
        default="httpx",
        help="the HTTP library that the clients of the tests run on",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only_httpx(reason): skipped on the successor of httpx")
    http_library.use(config.getoption("--http"))
    # What runs in the background of a shell without job control is deaf to Ctrl-C, and so is what
    # it starts; some tests press it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    marker = item.get_closest_marker("only_httpx")
    if marker is not None and item.config.getoption("--http") != "httpx":
        pytest.skip(marker.kwargs["reason"])


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
def library() -> ModuleType:
    """The HTTP library that clients run on: the choice of `--http`."""
    return http_library.in_use()


@pytest.fixture
def router() -> Iterator[Any]:
    """Answers in place of the deployment at `URL`; anything else is an error."""
    with respx.mock(base_url=URL, assert_all_called=False) as mock:
        yield mock
