"""A real deployment, and the promise to leave it as it was.

What these tests make has a name that begins with `PREFIX`. Each test removes what it made, also
when it fails; at the end it is looked for, and what is still there is an error.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import Client, CoderError, NotFoundError, PermissionDeniedError
from tests.colours import Colour
from tests.live.deployment import MINUTES, PREFIX, SOURCES, TOKEN, URL, permitted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run nothing against a deployment unless it was asked for in so many words."""
    wanted = os.environ.get("CODER_LIVE") and URL
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)
            if not wanted:
                reason = "set CODER_LIVE=1 and CODER_URL, or run `make test-live`"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def coder(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the deployment; its methods are called through `colour.call`."""
    if TOKEN is None:  # what `coder login` stored
        monkeypatch.delenv("CODER_CONFIG_DIR", raising=False)
        return colour.client(URL, clock=False, token=Client(URL).config.token)
    return colour.client(URL, clock=False, token=TOKEN)


@pytest.fixture
def name(colour: Colour) -> str:
    """A name that nothing on the deployment has."""
    return f"{PREFIX}{colour.name[0]}{secrets.token_hex(2)}"


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """A template whose workspaces need no infrastructure, for as long as the tests run."""
    name = f"{PREFIX}t"
    with Client(URL, token=TOKEN) as coder:
        with permitted():
            coder.templates.push(name, SOURCES, timeout=10 * MINUTES)
        yield name
        coder.templates.delete(name)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look for what the tests forgot to remove."""
    yield
    if not (os.environ.get("CODER_LIVE") and URL):
        return
    with Client(URL, token=TOKEN) as coder:
        found: list[str] = [ws.name for ws in coder.workspaces.list(owner="me")]
        found += [each.name for each in coder.templates.list()]
        found += [token.token_name for token in coder.tokens.list("me")]
        found += _names_of_users(coder)
    left = [each for each in found if each.startswith(PREFIX)]
    assert not left, f"these were left behind: {', '.join(left)}"


def _names_of_users(coder: Client) -> list[str]:
    try:
        return [user.username for user in coder.users.list()]
    except CoderError as error:
        if not isinstance(error, (NotFoundError, PermissionDeniedError)):
            raise
        return []  # who may not see users has made none
