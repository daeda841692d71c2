"""What type checkers see of the workflows, in both colours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from uuid import UUID

from typing_extensions import assert_type

from coder_sdk import AsyncClient, Client, CommandResult, Outcome
from coder_sdk.models import (
    ProvisionerJobLog,
    ReconnectingPTYRequest,
    Workspace,
    WorkspaceAgent,
    WorkspaceBuild,
)


def sync(coder: Client) -> None:
    assert_type(coder.workspaces.provision("dev", template="docker"), Workspace)
    workspace, action = coder.workspaces.ensure("dev", parameters={"cpu": 4, "names": ["a"]})
    assert_type(workspace, Workspace)
    assert_type(action, str)
    assert_type(coder.workspaces.delete(workspace), Outcome[Workspace | None])
    assert_type(coder.workspaces.run(workspace, ["ls"]), CommandResult)
    assert_type(coder.builds.follow_logs("dev/1"), Iterator[ProvisionerJobLog])
    assert_type(coder.builds.cancel("dev/1"), Outcome[WorkspaceBuild])
    assert_type(coder.agents.wait("dev"), WorkspaceAgent)
    manager: AbstractContextManager[Workspace] = coder.workspaces.temporary(template="docker")
    with manager as made:
        assert_type(made, Workspace)


async def asynchronous(coder: AsyncClient) -> None:
    assert_type(await coder.workspaces.provision("dev", template="docker"), Workspace)
    workspace, action = await coder.workspaces.ensure("dev", wait="ready")
    assert_type(workspace, Workspace)
    assert_type(action, str)
    assert_type(await coder.workspaces.run(workspace, "ls"), CommandResult)
    assert_type(coder.builds.follow_logs("dev/1"), AsyncIterator[ProvisionerJobLog])
    manager: AbstractAsyncContextManager[Workspace] = coder.workspaces.temporary("tmp")
    async with manager as made:
        assert_type(made, Workspace)


def sockets(coder: Client) -> None:
    with coder.agents.open_pty("dev.main", reconnect=UUID(int=1)) as socket:
        socket.send(ReconnectingPTYRequest(data="ls\r"))
        socket.send({"height": 24, "width": 80})
        assert_type(socket.receive(), bytes)
