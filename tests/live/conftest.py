"""A real deployment, and the promise to leave it as it was.

What these tests make has a name that begins with `PREFIX`. Each test removes what it made, also
when it fails; at the end it is looked for, and what is still there is an error.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import OMIT, Client, NotFoundError
from coder_sdk.models import User, Workspace
from tests.colours import Colour
from tests.live.deployment import (
    MINUTES,
    PREFIX,
    SOURCES,
    TEMPLATE,
    URL,
    WAIT,
    WANTED,
    left_behind,
    permitted,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run nothing against a deployment unless it was asked for in so many words."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)
            # What the SDK thinks of a release, an address or a list is told, and fails nothing.
            item.add_marker(pytest.mark.filterwarnings("default::UserWarning"))
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
        with permitted(NotFoundError):
            coder.templates.push(f"default/{name}", SOURCES, **WAIT)
        try:
            coder.templates.set_settings(name, allow_user_cancel_workspace_jobs=True)
            yield name
        finally:
            coder.templates.delete(name)


@pytest.fixture(scope="session")
def running(template: str) -> Iterator[Workspace]:
    """A workspace that runs, for tests that leave it as it is."""
    with Client(URL) as coder:
        options: Any = {**WAIT, "parameters": {"size": 1}, "wait": "build"}
        with coder.workspaces.temporary(f"{PREFIX}w", template=template, **options) as made:
            yield made


@pytest.fixture(scope="session")
def equipped() -> Iterator[Workspace]:
    """A workspace whose agent is ready, for tests that leave it as it is."""
    if TEMPLATE is None:
        pytest.skip("set CODER_LIVE_TEMPLATE to a template whose workspaces have an agent")
    made = f"{PREFIX}e"
    with Client(URL) as coder, coder.workspaces.temporary(made, template=TEMPLATE, **WAIT) as ready:
        yield ready


@pytest.fixture
def workspace(coder: Any, colour: Colour, name: str, template: str) -> Iterator[Workspace]:
    """A workspace that runs, for one test."""
    try:
        yield colour.call(
            coder.workspaces.create, name, template=template, ttl=timedelta(hours=2), **WAIT
        )
    finally:
        colour.call(coder.workspaces.delete, name, missing_ok=True, **WAIT)


@pytest.fixture
def person(coder: Any, colour: Colour, name: str) -> Iterator[User]:
    """Somebody who is there for one test, in the default organization."""
    who = f"{name}p"
    try:
        with permitted(NotFoundError):
            user = colour.call(coder.users.ensure, email=f"{who}@example.com", username=who).object
        yield user
    finally:
        colour.call(coder.users.offboard, who, missing_ok=True, timeout=10 * MINUTES)


@pytest.fixture
def as_person(coder: Any, colour: Colour, person: User) -> Any:
    """A client that acts as that person; the token goes with the person."""
    with permitted(NotFoundError):
        made = colour.call(
            coder.tokens.create, person.username, user=person, lifetime=timedelta(hours=1)
        )
    return colour.client(URL, clock=False, token=made.secret)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look for what the tests forgot to remove."""
    yield
    if not WANTED:
        return
    with Client(URL) as coder:
        left = left_behind(coder)
    assert not left, f"these were left behind: {', '.join(left)}"
