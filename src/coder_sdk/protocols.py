"""What a function needs of a client, for its annotations.

A function that only starts workspaces takes a `HasWorkspaces` instead of a whole `Client`: its
signature then says what it touches, and a small object of your own will do in a test. Combine
several in a protocol of your own:

    class Provisioner(HasTemplates, HasWorkspaces, Protocol): ...

Every protocol has a twin for the asynchronous client. Copies that `with_options` made and the
clients of a `FakeCoder` satisfy them too.
"""

# ruff: noqa: D102 - a property is what the class says
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk.workflows import (
        Agents,
        AsyncAgents,
        AsyncAudit,
        AsyncBuilds,
        AsyncChats,
        AsyncGroups,
        AsyncInsights,
        AsyncNotifications,
        AsyncOrganizations,
        AsyncTasks,
        AsyncTemplates,
        AsyncTemplateVersions,
        AsyncTokens,
        AsyncUsers,
        AsyncWorkspaces,
        Audit,
        Builds,
        Chats,
        Groups,
        Insights,
        Notifications,
        Organizations,
        Tasks,
        Templates,
        TemplateVersions,
        Tokens,
        Users,
        Workspaces,
    )

__all__ = [
    "HasAgents",
    "HasAsyncAgents",
    "HasAsyncAudit",
    "HasAsyncBuilds",
    "HasAsyncChats",
    "HasAsyncGroups",
    "HasAsyncInsights",
    "HasAsyncNotifications",
    "HasAsyncOrganizations",
    "HasAsyncTasks",
    "HasAsyncTemplateVersions",
    "HasAsyncTemplates",
    "HasAsyncTokens",
    "HasAsyncUsers",
    "HasAsyncWorkspaces",
    "HasAudit",
    "HasBuilds",
    "HasChats",
    "HasGroups",
    "HasInsights",
    "HasNotifications",
    "HasOrganizations",
    "HasTasks",
    "HasTemplateVersions",
    "HasTemplates",
    "HasTokens",
    "HasUsers",
    "HasWorkspaces",
    "SendsAsyncRequests",
    "SendsRequests",
]

T = TypeVar("T")


class SendsRequests(Protocol):
    """Sends requests that no method covers."""

    @overload
    def request(self, method: str, path: str, *, into: type[T]) -> T: ...
    @overload
    def request(
        self, method: str, path: str, *, body: Any = ..., params: Mapping[str, Any] | None = ...
    ) -> Any: ...


class SendsAsyncRequests(Protocol):
    """Likewise, asynchronously."""

    @overload
    async def request(self, method: str, path: str, *, into: type[T]) -> T: ...
    @overload
    async def request(
        self, method: str, path: str, *, body: Any = ..., params: Mapping[str, Any] | None = ...
    ) -> Any: ...


class HasAgents(Protocol):
    """Works with agents: a client, or what has its `agents`."""

    @property
    def agents(self) -> Agents: ...


class HasAsyncAgents(Protocol):
    """Likewise, asynchronously."""

    @property
    def agents(self) -> AsyncAgents: ...


class HasAudit(Protocol):
    """Reads the audit log: a client, or what has its `audit`."""

    @property
    def audit(self) -> Audit: ...


class HasAsyncAudit(Protocol):
    """Likewise, asynchronously."""

    @property
    def audit(self) -> AsyncAudit: ...


class HasBuilds(Protocol):
    """Works with builds: a client, or what has its `builds`."""

    @property
    def builds(self) -> Builds: ...


class HasAsyncBuilds(Protocol):
    """Likewise, asynchronously."""

    @property
    def builds(self) -> AsyncBuilds: ...


class HasChats(Protocol):
    """Works with chats: a client, or what has its `chats`."""

    @property
    def chats(self) -> Chats: ...


class HasAsyncChats(Protocol):
    """Likewise, asynchronously."""

    @property
    def chats(self) -> AsyncChats: ...


class HasGroups(Protocol):
    """Works with groups: a client, or what has its `groups`."""

    @property
    def groups(self) -> Groups: ...


class HasAsyncGroups(Protocol):
    """Likewise, asynchronously."""

    @property
    def groups(self) -> AsyncGroups: ...


class HasInsights(Protocol):
    """Reads insights: a client, or what has its `insights`."""

    @property
    def insights(self) -> Insights: ...


class HasAsyncInsights(Protocol):
    """Likewise, asynchronously."""

    @property
    def insights(self) -> AsyncInsights: ...


class HasNotifications(Protocol):
    """Works with notifications: a client, or what has its `notifications`."""

    @property
    def notifications(self) -> Notifications: ...


class HasAsyncNotifications(Protocol):
    """Likewise, asynchronously."""

    @property
    def notifications(self) -> AsyncNotifications: ...


class HasOrganizations(Protocol):
    """Works with organizations: a client, or what has its `organizations`."""

    @property
    def organizations(self) -> Organizations: ...


class HasAsyncOrganizations(Protocol):
    """Likewise, asynchronously."""

    @property
    def organizations(self) -> AsyncOrganizations: ...


class HasTasks(Protocol):
    """Works with tasks: a client, or what has its `tasks`."""

    @property
    def tasks(self) -> Tasks: ...


class HasAsyncTasks(Protocol):
    """Likewise, asynchronously."""

    @property
    def tasks(self) -> AsyncTasks: ...


class HasTemplateVersions(Protocol):
    """Works with template versions: a client, or what has its `template_versions`."""

    @property
    def template_versions(self) -> TemplateVersions: ...


class HasAsyncTemplateVersions(Protocol):
    """Likewise, asynchronously."""

    @property
    def template_versions(self) -> AsyncTemplateVersions: ...


class HasTemplates(Protocol):
    """Works with templates: a client, or what has its `templates`."""

    @property
    def templates(self) -> Templates: ...


class HasAsyncTemplates(Protocol):
    """Likewise, asynchronously."""

    @property
    def templates(self) -> AsyncTemplates: ...


class HasTokens(Protocol):
    """Works with tokens: a client, or what has its `tokens`."""

    @property
    def tokens(self) -> Tokens: ...


class HasAsyncTokens(Protocol):
    """Likewise, asynchronously."""

    @property
    def tokens(self) -> AsyncTokens: ...


class HasUsers(Protocol):
    """Works with users: a client, or what has its `users`."""

    @property
    def users(self) -> Users: ...


class HasAsyncUsers(Protocol):
    """Likewise, asynchronously."""

    @property
    def users(self) -> AsyncUsers: ...


class HasWorkspaces(Protocol):
    """Works with workspaces: a client, or what has its `workspaces`."""

    @property
    def workspaces(self) -> Workspaces: ...


class HasAsyncWorkspaces(Protocol):
    """Likewise, asynchronously."""

    @property
    def workspaces(self) -> AsyncWorkspaces: ...
