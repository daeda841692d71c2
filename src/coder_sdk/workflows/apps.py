"""Addresses of applications and ports of workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from coder_sdk.workflows._readiness import all_agents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coder_sdk.models import Workspace, WorkspaceAgent, WorkspaceApp

__all__ = ["AppLink", "PortLink"]


class AppLink(NamedTuple):
    """An application of a workspace.

    Attributes:
        slug: Its name in the template.
        title: What the dashboard calls it.
        agent: Name of its agent.
        url: Its address; `None` for a command, and for a subdomain that this deployment lacks.
        health: `healthy`, `unhealthy`, `initializing`, or `disabled` for one that is not checked.
        command: What runs in a terminal, for an application of that kind.
    """

    slug: str
    title: str
    agent: str
    url: str | None
    health: str
    command: str | None


class PortLink(NamedTuple):
    """A port on which something listens, or that is shared.

    Attributes:
        port: Its number.
        agent: Name of its agent.
        process: What listens; empty if nothing does now.
        url: Its address; `None` for a deployment without wildcard domain.
        share_level: `authenticated`, `organization` or `public`; `owner` if it is not shared.
        protocol: `http` or `https`.
    """

    port: int
    agent: str
    process: str
    url: str | None
    share_level: str
    protocol: str


def wildcard(host: str, base: str) -> str | None:
    """The pattern of subdomain addresses with its scheme and port, from what the server says."""
    if not host:
        return None
    parts = urlsplit(base)
    port = f":{parts.port}" if parts.port and ":" not in host else ""
    return f"{parts.scheme}://{host}{port}/"


def app_link(
    workspace: Workspace, agent: WorkspaceAgent, app: WorkspaceApp, base: str, pattern: str | None
) -> AppLink:
    """The address of an application."""
    url: str | None
    if app.external:
        url = app.url
    elif app.command:
        url = None
    elif app.subdomain:
        name = app.subdomain_name or subdomain(app.slug, agent.name, workspace)
        url = None if pattern is None else pattern.replace("*", name, 1)
    else:
        owner, place = quote(workspace.owner_name), f"{workspace.name}.{agent.name}"
        url = f"{base.rstrip('/')}/@{owner}/{quote(place)}/apps/{quote(app.slug)}/"
    title = app.display_name or app.slug
    return AppLink(app.slug, title, agent.name, url, str(app.health), app.command or None)


def subdomain(slug: str, agent: str, workspace: Workspace) -> str:
    """The first label of an address."""
    return f"{slug}--{agent}--{workspace.name}--{workspace.owner_name}"


def port_url(
    workspace: Workspace, agent: str, port: int, pattern: str | None, protocol: str = "http"
) -> str | None:
    """The address of a port."""
    slug = f"{port}s" if protocol == "https" else str(port)
    return None if pattern is None else pattern.replace("*", subdomain(slug, agent, workspace), 1)


def apps_of(workspace: Workspace) -> Iterator[tuple[WorkspaceAgent, WorkspaceApp]]:
    """Every application with its agent."""
    for agent in all_agents(workspace.latest_build):
        for app in agent.apps:
            yield agent, app
