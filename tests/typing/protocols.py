"""What type checkers accept for the protocols, in both colours."""

from __future__ import annotations

from typing import Protocol

from typing_extensions import assert_type

from coder_sdk import AsyncClient, Client, Outcome
from coder_sdk.models import Template, User, Workspace
from coder_sdk.protocols import (
    HasAsyncTemplates,
    HasAsyncUsers,
    HasAsyncWorkspaces,
    HasTemplates,
    HasUsers,
    HasWorkspaces,
    SendsAsyncRequests,
    SendsRequests,
)
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows import Workspaces


class Provisioner(HasTemplates, HasWorkspaces, Protocol):
    """Two of them together."""


class Starts(Protocol):
    """What one call needs: a protocol of the user's own."""

    def start(self, workspace: str, /) -> Outcome[Workspace]: ...


def wake(coder: HasWorkspaces) -> Workspace:
    outcome = coder.workspaces.start("dev")
    assert_type(outcome, Outcome[Workspace])
    return outcome.object


def provision(coder: Provisioner) -> Template:
    wake(coder)
    return coder.templates.get("docker")


def find(coder: HasUsers) -> User:
    return coder.users.get("me")


def plain(coder: SendsRequests) -> User:
    return coder.request("GET", "/api/v2/users/me", into=User)


def wake_by(workspaces: Starts) -> Workspace:
    return workspaces.start("dev").object


async def wake_later(coder: HasAsyncWorkspaces) -> Workspace:
    outcome = await coder.workspaces.start("dev")
    assert_type(outcome, Outcome[Workspace])
    return outcome.object


async def read_later(coder: HasAsyncTemplates) -> Template:
    return await coder.templates.get("docker")


async def find_later(coder: HasAsyncUsers) -> User:
    return await coder.users.get("me")


async def plain_later(coder: SendsAsyncRequests) -> User:
    return await coder.request("GET", "/api/v2/users/me", into=User)


class OnlyWorkspaces:
    """An object of the user's own that has what a function needs."""

    def __init__(self, workspaces: Workspaces) -> None:
        self.workspaces = workspaces


def accepted(coder: Client, fake: FakeCoder) -> None:
    for client in (coder, coder.with_options(timeout=3), fake.client()):
        wake(client)
        provision(client)
        find(client)
        plain(client)
        wake_by(client.workspaces)
    wake(OnlyWorkspaces(coder.workspaces))


async def accepted_later(coder: AsyncClient, fake: FakeCoder) -> None:
    for client in (coder, coder.with_options(timeout=3), fake.async_client()):
        await wake_later(client)
        await read_later(client)
        await find_later(client)
        await plain_later(client)


async def refused(coder: Client, later: AsyncClient, fake: FakeCoder) -> None:
    wake(later)  # type: ignore[arg-type]
    wake(fake)  # type: ignore[arg-type]
    wake(coder.workspaces)  # type: ignore[arg-type]
    provision(OnlyWorkspaces(coder.workspaces))  # type: ignore[arg-type]
    plain(OnlyWorkspaces(coder.workspaces))  # type: ignore[arg-type]
    wake_by(later.workspaces)  # type: ignore[arg-type]
    await wake_later(coder)  # type: ignore[arg-type]
    await plain_later(OnlyWorkspaces(coder.workspaces))  # type: ignore[arg-type]
