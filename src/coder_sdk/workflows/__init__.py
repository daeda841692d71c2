"""Workflows: what users want is a state, not a call.

How to write one
    - Write it once, in `_async/<noun>.py`, as `class AsyncThings(generated.AsyncThings)`, where
      `generated` is the module `coder_sdk.resources.things`; other nouns are reached through
      `self._client`. Run `python -m codegen colours` for the twin in `_sync`: `async` and `await`
      go, names lose a leading `Async`, `Awaitable[T]` becomes `T`.
    - Put the class into `_HOMES` below and into `[workflows]` of `codegen/names/operations.toml`,
      then run `python -m codegen generate`: the class takes its noun's place in the clients.
    - What decides (states, plans, names) is a pure module beside this one; no I/O, no waiting.
      Wire types are imported for checkers only: a list that is never read costs no import.
    - Concurrency comes from `_async/_concurrency.py` alone: `task_group`, `mapped`, `completed`
      (results as they come, in the caller's task), `pause`; a stream with a bound on each wait is
      a `_feeds.AsyncFeed`.
    - A wait is a `_waits.Wait` (deadline, poll interval, what was seen last) that all phases share,
      and `_async/_waiting.wait_until`. Time is the client's clock: `_clients.clock_of`.
    - What brings something to a state returns an `Outcome(object, action)`; a second run reads and
      writes nothing. Callbacks of users go through `settled`, so that they may be coroutines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from coder_sdk.workflows._async.agents import AsyncAgents
    from coder_sdk.workflows._async.ai_gateway import AsyncAIGateway
    from coder_sdk.workflows._async.ai_spend import AsyncAISpend
    from coder_sdk.workflows._async.audit import AsyncAudit
    from coder_sdk.workflows._async.builds import AsyncBuilds
    from coder_sdk.workflows._async.chats import AsyncChats
    from coder_sdk.workflows._async.connection_log import AsyncConnectionLogResource
    from coder_sdk.workflows._async.external_auth import AsyncExternalAuthResource
    from coder_sdk.workflows._async.groups import AsyncGroups
    from coder_sdk.workflows._async.idp_sync import AsyncIdPSync
    from coder_sdk.workflows._async.inbox import AsyncInbox
    from coder_sdk.workflows._async.insights import AsyncInsights
    from coder_sdk.workflows._async.notifications import AsyncNotifications
    from coder_sdk.workflows._async.organizations import AsyncOrganizations
    from coder_sdk.workflows._async.tasks import AsyncTasks
    from coder_sdk.workflows._async.template_versions import AsyncTemplateVersions
    from coder_sdk.workflows._async.templates import AsyncTemplates
    from coder_sdk.workflows._async.tokens import AsyncTokens
    from coder_sdk.workflows._async.users import AsyncUsers
    from coder_sdk.workflows._async.workspaces import AsyncWorkspaces
    from coder_sdk.workflows._sync.agents import Agents
    from coder_sdk.workflows._sync.ai_gateway import AIGateway
    from coder_sdk.workflows._sync.ai_spend import AISpend
    from coder_sdk.workflows._sync.audit import Audit
    from coder_sdk.workflows._sync.builds import Builds
    from coder_sdk.workflows._sync.chats import Chats
    from coder_sdk.workflows._sync.connection_log import ConnectionLogResource
    from coder_sdk.workflows._sync.external_auth import ExternalAuthResource
    from coder_sdk.workflows._sync.groups import Groups
    from coder_sdk.workflows._sync.idp_sync import IdPSync
    from coder_sdk.workflows._sync.inbox import Inbox
    from coder_sdk.workflows._sync.insights import Insights
    from coder_sdk.workflows._sync.notifications import Notifications
    from coder_sdk.workflows._sync.organizations import Organizations
    from coder_sdk.workflows._sync.tasks import Tasks
    from coder_sdk.workflows._sync.template_versions import TemplateVersions
    from coder_sdk.workflows._sync.templates import Templates
    from coder_sdk.workflows._sync.tokens import Tokens
    from coder_sdk.workflows._sync.users import Users
    from coder_sdk.workflows._sync.workspaces import Workspaces

# Module below `_async` and `_sync` by the name of the synchronous class.
_HOMES: Final = {
    "AIGateway": "ai_gateway",
    "AISpend": "ai_spend",
    "Agents": "agents",
    "Audit": "audit",
    "Builds": "builds",
    "Chats": "chats",
    "ConnectionLogResource": "connection_log",
    "ExternalAuthResource": "external_auth",
    "Groups": "groups",
    "IdPSync": "idp_sync",
    "Inbox": "inbox",
    "Insights": "insights",
    "Notifications": "notifications",
    "Organizations": "organizations",
    "Tasks": "tasks",
    "TemplateVersions": "template_versions",
    "Templates": "templates",
    "Tokens": "tokens",
    "Users": "users",
    "Workspaces": "workspaces",
}

__all__ = [
    "AIGateway",
    "AISpend",
    "Agents",
    "AsyncAIGateway",
    "AsyncAISpend",
    "AsyncAgents",
    "AsyncAudit",
    "AsyncBuilds",
    "AsyncChats",
    "AsyncConnectionLogResource",
    "AsyncExternalAuthResource",
    "AsyncGroups",
    "AsyncIdPSync",
    "AsyncInbox",
    "AsyncInsights",
    "AsyncNotifications",
    "AsyncOrganizations",
    "AsyncTasks",
    "AsyncTemplateVersions",
    "AsyncTemplates",
    "AsyncTokens",
    "AsyncUsers",
    "AsyncWorkspaces",
    "Audit",
    "Builds",
    "Chats",
    "ConnectionLogResource",
    "ExternalAuthResource",
    "Groups",
    "IdPSync",
    "Inbox",
    "Insights",
    "Notifications",
    "Organizations",
    "Tasks",
    "TemplateVersions",
    "Templates",
    "Tokens",
    "Users",
    "Workspaces",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - part of the lazy loading

    plain = name.removeprefix("Async")
    if plain not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    colour = "_sync" if name == plain else "_async"
    return getattr(import_module(f"{__name__}.{colour}.{_HOMES[plain]}"), name)
