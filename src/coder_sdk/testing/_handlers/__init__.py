"""What answers the requests: one noun a module."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from coder_sdk.testing._catalog import example_routes

if TYPE_CHECKING:
    from coder_sdk.testing._router import Route, Routes

_MODULES: Final = (
    "general",
    "health",
    "users",
    "accounts",
    "tokens",
    "organizations",
    "groups",
    "provisioner_keys",
    "files",
    "templates",
    "template_access",
    "versions",
    "dry_runs",
    "workspaces",
    "workspace_settings",
    "builds",
    "agents",
    "tasks",
    "notifications",
    "audit",
    "connections",
    "insights",
    "secrets",
    "skills",
    "ai_providers",
    "applications",
    "oauth2_apps",
    "workspace_proxies",
    "settings",
    "external_auth",
    "chats",
)


def all_routes() -> list[Route]:
    """The routes of every module, and an example for every operation that has none there."""
    routes: list[Route] = []
    for name in _MODULES:
        found: Routes = import_module(f"{__name__}.{name}").routes
        routes.extend(found.items)
    return [*routes, *example_routes(routes)]
