"""A real deployment, and the promise to leave it as it was.

What these tests make has a name that begins with `PREFIX`. Each test removes what it made, also
when it fails; at the end it is looked for, and what is still there is an error.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import OMIT, Client, CoderError, NotFoundError, PermissionDeniedError
from tests.colours import Colour
from tests.live.deployment import MINUTES, PREFIX, SOURCES, URL, WANTED, permitted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run nothing against a deployment unless it was asked for in so many words."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)
            if not WANTED:
                reason = "set CODER_LIVE=1 and CODER_URL, or run `make test-live`"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def no_environment() -> None:
    """Other tests hide the settings of whoever runs them; here they count, `coder login` too."""


@pytest.fixture
def coder(colour: Colour) -> Any:
    """A client of the deployment; its methods are called through `colour.call`."""
    return colour.client(URL, clock=False, token=OMIT)


@pytest.fixture
def name(colour: Colour) -> str:
    """A name that nothing on the deployment has."""
    return f"{PREFIX}{colour.name[0]}{secrets.token_hex(2)}"


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """A template whose workspaces need no infrastructure, for as long as the tests run."""
    name = f"{PREFIX}t"
    with Client(URL) as coder:
        with permitted():
            coder.templates.push(name, SOURCES, timeout=10 * MINUTES)
        yield name
        coder.templates.delete(name)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look for what the tests forgot to remove."""
    yield
    if not WANTED:
        return
    with Client(URL) as coder:
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
