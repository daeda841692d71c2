# Derived from `src/coder_sdk/workflows/_async/_workspace_links.py`
# by `python -m codegen colours`; edit that file.
"""Addresses, parameters, and signs of life of workspaces."""

from __future__ import annotations

from contextlib import contextmanager
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ConflictError, NotFoundError, ServerError
from coder_sdk._errors.transport import TransportError
from coder_sdk._options import seconds
from coder_sdk._request import OMIT, Omit, is_uuid
from coder_sdk.workflows._clients import clock_of, remembered
from coder_sdk.workflows._given import check_mappings
from coder_sdk.workflows._readiness import all_agents, full_name, is_connected
from coder_sdk.workflows._sync._concurrency import idle, mapped, task_group
from coder_sdk.workflows._sync._finding import (
    build_values,
    definitions_for,
    find_workspace,
    read_preset,
    read_template,
    read_version,
    read_workspace,
)
from coder_sdk.workflows._targets import chosen_agent, target_of
from coder_sdk.workflows.apps import PortLink, app_link, apps_of, port_url, wildcard
from coder_sdk.workflows.parameters import checked, resolved

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Literal
    from uuid import UUID

    from coder_sdk._refs import TemplateRef, TemplateVersionRef, WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Workspace, WorkspaceAgent
    from coder_sdk.workflows.apps import AppLink
    from coder_sdk.workflows.parameters import ParameterValue, ResolvedParameter

logger: Final = getLogger("coder_sdk.workflows")
_ENDED: Final = frozenset({"failed", "canceling", "canceled"})


class WorkspaceLinks(SyncResource):
    """Addresses, parameters, and signs of life of workspaces."""

    def apps(self, workspace: WorkspaceRef) -> list[AppLink]:
        """List the applications of a workspace with their addresses.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.

        Returns:
            Each application; none while the workspace is stopped.

        Example:
            >>> for app in coder.workspaces.apps("dev"):
            ...     print(app.title, app.url)
        """
        found = read_workspace(self._client, workspace)
        items = list(apps_of(found))
        pattern = None
        if any(app.subdomain for _, app in items):
            pattern = self._pattern()
        base = self._client.url
        return [app_link(found, agent, app, base, pattern) for agent, app in items]

    def app_urls(self, workspace: WorkspaceRef) -> dict[str, str]:
        """Get the addresses of a workspace's applications by their names.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.

        Returns:
            Addresses by slug, or by `agent.slug` where two agents have the same.

        Example:
            >>> urls = coder.workspaces.app_urls("dev")
            >>> sorted(urls)
            ['code-server']
        """
        links = [link for link in self.apps(workspace) if link.url is not None]
        slugs = [link.slug for link in links]
        return {
            link.slug if slugs.count(link.slug) == 1 else f"{link.agent}.{link.slug}": str(link.url)
            for link in links
        }

    def ports(self, workspace: WorkspaceRef) -> list[PortLink]:
        """List the ports on which something listens, and those that are shared.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.

        Returns:
            Each port with its address and with whom it is shared, in order.

        Example:
            >>> for port in coder.workspaces.ports("dev"):
            ...     print(port.port, port.process, port.url)
        """
        found = read_workspace(self._client, workspace)
        pattern = self._pattern()
        shares = {
            (item.agent_name, item.port): item
            for item in (self._client.port_shares.list(found)).shares
        }
        agents = [agent for agent in all_agents(found.latest_build) if is_connected(agent)]
        processes: dict[tuple[str, int], str] = {}
        for part in mapped(self._listening, agents):
            processes.update(part)
        links: list[PortLink] = []
        for key in sorted({*processes, *shares}, key=lambda item: (item[1], item[0])):
            agent, port = key
            share = shares.get(key)
            level = "owner" if share is None else str(share.share_level)
            protocol = "http" if share is None else str(share.protocol)
            url = port_url(found, agent, port, pattern, protocol)
            links.append(PortLink(port, agent, processes.get(key, ""), url, level, protocol))
        return links

    def _listening(self, agent: WorkspaceAgent) -> dict[tuple[str, int], str]:
        found = self._client.agents.listening_ports(agent.id)
        return {(agent.name, item.port): item.process_name for item in found.ports}

    def _pattern(self) -> str | None:
        """The pattern of subdomain addresses, read once a client."""
        memory = remembered(self._client)
        key = ("applications", "host")
        if key not in memory:
            regions = (self._client.workspace_proxies.regions()).regions
            primary = [item for item in regions if item.name == "primary"] or regions
            host = primary[0].wildcard_hostname if primary else ""
            memory[key] = wildcard(host, self._client.url)
        known: str | None = memory[key]
        return known

    def parameters(self, workspace: WorkspaceRef) -> dict[str, str]:
        """Get the parameters of a workspace's latest build by name.

        Args:
            workspace: The workspace: a model, a UUID, `name` for one of your own, or `owner/name`.

        Returns:
            The values as the server keeps them: numbers and truth values are texts.

        Example:
            >>> coder.workspaces.parameters("dev")
            {'cpu': '2'}
        """
        found = read_workspace(self._client, workspace)
        return build_values(self._client, found.latest_build.id)

    def resolve_parameters(
        self,
        workspace: WorkspaceRef | Omit = OMIT,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        parameters: Mapping[str, ParameterValue] | None = None,
        preset: UUID | str | Omit = OMIT,
    ) -> list[ResolvedParameter]:
        """Show the value that each parameter would have, before anything is created or changed.

        Args:
            workspace: A workspace whose present values are kept where nothing else is given; it
                need not exist if a template is named.
            template: The template: a model, a UUID, `name`, or `organization/name`.
            template_version: Another version than the active one.
            parameters: Values by name.
            preset: Name or UUID of a preset.

        Returns:
            Each parameter with its value, where that comes from, and what the template says of it.
            A value of `None` has to be given.

        Raises:
            RequestValidationError: A name is unknown, or a value does not fit.

        Example:
            >>> for item in coder.workspaces.resolve_parameters(
            ...     template="docker", parameters={"cpu": 4}
            ... ):
            ...     print(item.name, item.value, item.source)
        """
        check_mappings(parameters=parameters)
        found: Workspace | None = None
        if not isinstance(workspace, Omit):
            found = find_workspace(self._client, workspace)
            if found is None and isinstance(template, Omit) and isinstance(template_version, Omit):
                raise NotFoundError(f"There is no workspace {workspace!r}.", status=404)
        version = self._version(found, template, template_version)
        given = parameters or {}
        previous = {} if found is None else build_values(self._client, found.latest_build.id)
        owner: Any = OMIT if found is None else found.owner_id
        definitions = definitions_for(self._client, version, given, owner)
        fixed: dict[str, str] = {}
        if not isinstance(preset, Omit):
            chosen = read_preset(self._client, version, preset)
            fixed = {item.name: item.value for item in chosen.parameters}
        values = checked(definitions, given, previous)
        return resolved(definitions, given=values, preset=fixed, previous=previous)

    def _version(
        self,
        workspace: Workspace | None,
        template: TemplateRef | Omit,
        template_version: TemplateVersionRef | Omit,
    ) -> UUID:
        if not isinstance(template_version, Omit):
            home = template
            if isinstance(home, Omit) and workspace is not None:
                home = workspace.template_id
            return (read_version(self._client, template_version, home)).id
        if not isinstance(template, Omit):
            return (read_template(self._client, template)).active_version_id
        if workspace is None:
            raise RequestValidationError("Pass a `workspace` or a `template`.")
        return workspace.latest_build.template_version_id

    @contextmanager
    def keep_alive(
        self,
        workspace: WorkspaceRef,
        *,
        agent: UUID | str | Omit = OMIT,
        app_name: Literal["jetbrains", "reconnecting-pty", "ssh", "vscode"] | Omit = OMIT,
        every: Seconds = 60,
    ) -> Generator[Workspace]:
        """Let a workspace count as used for as long as a `with` block runs.

        Its deadline moves on as the template allows, as it does while somebody is connected. The
        server takes reports about a workspace that is stopped, too, and does nothing: one that is
        stopped is refused here, and one that is stopped in the meantime is not noticed.

        Args:
            workspace: The workspace: a model, a UUID, `name`, `owner/name`, or
                `owner/name.agent`.
            agent: Name or UUID of the agent that the use is counted for; none by default.
            app_name: Application that the use is counted for.
            every: Seconds between two reports.

        Yields:
            The workspace.

        Raises:
            ConflictError: The workspace neither runs nor starts.
            APIStatusError: A report was refused; a server that is away for a while is none.

        Example:
            >>> with coder.workspaces.keep_alive("dev"):
            ...     sum(range(1000))
        """
        interval = seconds("every", every) or 60.0
        target = target_of(workspace, agents=True)
        found = read_workspace(self._client, target)
        build = found.latest_build
        if build.transition != "start" or build.status in _ENDED:
            raise ConflictError(
                f"{full_name(found)} cannot be kept alive: it is {build.status}.",
                status=409,
                hint="`start` it first.",
            )

        counted = _agent_id(found, target.agent if isinstance(agent, Omit) else agent)

        def report() -> None:
            self._client.workspaces.report_usage(found.id, agent_id=counted, app_name=app_name)

        def go_on() -> None:
            while True:
                idle(clock_of(self._client), interval)
                try:
                    report()
                except (TransportError, ServerError) as error:
                    # The block goes on; the next report comes soon enough.
                    logger.warning("use of %s was not reported: %s", full_name(found), error)

        report()
        with task_group() as tasks:
            tasks.start(go_on)
            try:
                yield found
            finally:
                tasks.cancel()


def _agent_id(workspace: Workspace, agent: UUID | str) -> UUID | str | Omit:
    """The identifier of an agent by its name; nothing for no name."""
    if not agent:
        return OMIT
    return agent if is_uuid(str(agent)) else chosen_agent(workspace, str(agent)).id
