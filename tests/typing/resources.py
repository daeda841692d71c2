"""What calls return, as type checkers see it: nothing here runs, mypy and pyright read it."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from typing_extensions import assert_type

from coder_sdk import AsyncClient, AsyncListed, Client, RawResponse
from coder_sdk._io._async.pages import AsyncPager
from coder_sdk._io._async.sockets import AsyncSocket
from coder_sdk._io._async.streams import AsyncStream
from coder_sdk._io._sync.pages import Pager
from coder_sdk._io._sync.sockets import Socket
from coder_sdk._io._sync.streams import Stream
from coder_sdk.models import (
    APIKey,
    APIKeyWithOwner,
    BuildInfoResponse,
    DynamicParametersRequest,
    DynamicParametersResponse,
    GenerateAPIKeyResponse,
    Group,
    InboxNotification,
    NotificationsSettings,
    ProvisionerJobLog,
    Template,
    TemplateVersion,
    UploadResponse,
    User,
    UserStatus,
    Workspace,
    WorkspaceAgentLog,
    WorkspaceBuild,
    WorkspacesResponse,
    WorkspaceStatus,
)
from coder_sdk.wire import JSON


def sync_calls(coder: Client, identifier: UUID, workspace: Workspace) -> None:
    assert_type(coder.buildinfo(), BuildInfoResponse)
    assert_type(coder.users.get("me"), User)
    assert_type(coder.users.get(identifier).status, UserStatus)
    assert_type(coder.users.list(status="active", limit=50), Pager[User])
    assert_type(coder.groups.list(), list[Group])
    assert_type(coder.debug.expvar(), dict[str, JSON])
    assert_type(coder.debug.user_link("me"), JSON)
    assert_type(coder.current_agent.append_logs(), None)
    assert_type(coder.groups.get("default/admins", exclude_members=True), Group)
    assert_type(coder.workspaces.list(owner="me", status="running"), Pager[Workspace])
    assert_type(coder.workspaces.get(workspace), Workspace)
    assert_type(coder.builds.create(workspace, transition="start"), WorkspaceBuild)
    assert_type(coder.builds.logs(workspace.latest_build, after=3), list[ProvisionerJobLog])
    assert_type(coder.builds.logs_text(workspace.latest_build), str)
    assert_type(coder.builds.stream_logs(workspace.latest_build), Stream[ProvisionerJobLog])
    assert_type(coder.agents.stream_logs(identifier), Stream[list[WorkspaceAgentLog]])
    assert_type(coder.workspaces.watch_ws(workspace), Stream[Workspace])
    assert_type(coder.templates.list(), list[Template])
    assert_type(coder.templates.versions("default/docker"), Pager[TemplateVersion])
    assert_type(
        coder.tokens.create_for_user("me", lifetime=timedelta(days=7), scopes=["coder:all"]),
        GenerateAPIKeyResponse,
    )
    assert_type(coder.tokens.list(), list[APIKeyWithOwner])
    assert_type(coder.tokens.list(identifier), list[APIKeyWithOwner])
    assert_type(coder.tokens.get("me", "abc").expires_at, datetime | None)
    assert_type(coder.tokens.get_by_name("me", "ci"), APIKey)
    assert_type(coder.files.upload(b"", content_type="application/zip"), UploadResponse)
    assert_type(coder.files.download(identifier), bytes)
    assert_type(coder.agents.init_script("linux", "amd64"), str)
    assert_type(coder.workspaces.update_ttl(workspace, ttl_ms=None), None)
    assert_type(
        coder.notifications.update_settings(notifier_paused=True), NotificationsSettings | None
    )
    assert_type(
        coder.template_versions.get_previous("default", "docker", "v2"), TemplateVersion | None
    )
    assert_type(
        coder.template_versions.dynamic_parameters(identifier),
        Socket[DynamicParametersRequest, DynamicParametersResponse],
    )


def identifiers(coder: Client, identifier: UUID, notice: InboxNotification, user: User) -> None:
    coder.inbox.update_read_status(notice.id, is_read=True)
    coder.inbox.update_read_status(notice, is_read=True)
    coder.notifications.update_template_method(identifier, method="smtp")
    coder.templates.update_acl("docker", user_perms={user.id: "use"})
    coder.templates.update_acl("docker", user_perms={str(user.id): "use"})
    coder.groups.update("data", add_users=[user.id, user, "ada"], remove_users=[str(user.id)])
    coder.groups.list(has_member=user)


def fields(workspace: Workspace) -> None:
    assert_type(workspace.latest_build.status, WorkspaceStatus)
    assert_type(workspace.ttl_ms, int | None)
    assert_type(workspace.dormant_at, datetime | None)
    assert_type(workspace.latest_build.resources[0].agents[0].id, UUID)


def views(coder: Client) -> None:
    assert_type(coder.users.with_raw_response.get("me"), RawResponse[User])
    assert_type(coder.users.with_raw_response.get("me").parse(), User)
    assert_type(coder.with_raw_response.buildinfo(), RawResponse[BuildInfoResponse])
    assert_type(coder.workspaces.with_raw_response.list(), RawResponse[WorkspacesResponse])
    with coder.files.with_streaming_response.download("abc") as response:
        assert_type(response.status, int)


async def async_calls(coder: AsyncClient, identifier: UUID, workspace: Workspace) -> None:
    assert_type(await coder.buildinfo(), BuildInfoResponse)
    assert_type(await coder.users.get("me"), User)
    assert_type(coder.users.list(), AsyncPager[User])
    assert_type(await coder.groups.list(), list[Group])
    assert_type(coder.groups.list(), AsyncListed[Group])
    async for group in coder.groups.list():
        assert_type(group, Group)
    coroutine: Coroutine[Any, Any, list[Group]] = coder.groups.list()
    assert_type(await coroutine, list[Group])
    assert_type(await coder.users.with_raw_response.get("me"), RawResponse[User])
    assert_type(coder.builds.stream_logs(identifier), AsyncStream[ProvisionerJobLog])
    assert_type(
        coder.template_versions.dynamic_parameters(identifier),
        AsyncSocket[DynamicParametersRequest, DynamicParametersResponse],
    )
    assert_type(await coder.workspaces.get(workspace), Workspace)
    async for user in coder.users.list():
        assert_type(user, User)


def arguments(coder: Client, workspace: Workspace, user: User) -> None:
    """Models, identifiers and names; enums and their texts; durations and numbers."""
    coder.users.suspend(user)
    coder.users.suspend("me")
    coder.users.list(status=UserStatus.ACTIVE)
    coder.users.list(status=["active", "dormant"])
    coder.workspaces.update_ttl(workspace, ttl_ms=timedelta(hours=8))
    coder.workspaces.update_ttl(workspace, ttl_ms=3_600_000)
    coder.audit.list(date_from=date(2026, 7, 1), date_to=date(2026, 7, 31))
    coder.builds.create(
        workspace, transition="start", rich_parameter_values=[{"name": "cpu", "value": "4"}]
    )


def refusals(coder: Client, template: Template) -> None:
    """What a checker must not let through: an ignore that is not needed is an error."""
    coder.workspaces.get(template)  # type: ignore[arg-type]
    coder.users.list(state="active")  # type: ignore[call-arg]
    coder.users.list(status="activ")  # type: ignore[arg-type]
    coder.groups.create("default")  # type: ignore[call-arg]


def free_form(coder: Client) -> None:
    assert_type(coder.request("GET", "/api/v2/experiments", into=list[str]), list[str])
    assert_type(coder.request("GET", "/api/v2/experiments"), Any)
