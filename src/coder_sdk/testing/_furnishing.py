"""Fills a fake deployment: the part of its interface that adds what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from coder_sdk.testing._jobs import wake_jobs
from coder_sdk.workflows._spans import span

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from coder_sdk._request import Seconds
    from coder_sdk.testing._clock import FakeClock
    from coder_sdk.testing._seed import Seed
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.spec import (
        AgentSpec,
        Parameter,
        Preset,
        TemplateSpec,
        Variable,
    )


class Furnishing:
    """Adds users, templates, workspaces and what else a test finds there."""

    clock: FakeClock
    _state: Deployment
    _seed: Seed

    def add_user(  # noqa: PLR0913 - keywords of their own
        self,
        username: str,
        *,
        email: str | None = None,
        name: str = "",
        password: str = "SomeSecurePassword!1",  # noqa: S107 - of a made-up user
        roles: Iterable[str] = (),
        organizations: Iterable[str] = ("default",),
        status: str = "active",
        login_type: str = "password",
        github_com_user_id: int | None = None,
    ) -> UUID:
        """Add a user; gives the id."""
        return self._seed.add_user(
            username,
            email=email or f"{username}@example.com",
            name=name,
            password=password,
            roles=list(roles),
            organizations=list(organizations),
            status=status,
            login_type=login_type,
            github_id=github_com_user_id,
        )

    def add_organization(self, name: str, *, display_name: str = "") -> UUID:
        """Add an organization; gives the id."""
        return self._seed.add_organization(name, display_name)

    def add_group(
        self,
        name: str,
        *,
        organization: str = "default",
        members: Iterable[str] = (),
        quota_allowance: int = 0,
    ) -> UUID:
        """Add a group; `Everyone` changes that of everybody. Gives the id."""
        return self._seed.add_group(name, organization, list(members), quota_allowance)

    def add_template(  # noqa: PLR0913 - keywords of their own
        self,
        name: str,
        *,
        parameters: Mapping[str, Any] | Iterable[Parameter] = (),
        variables: Iterable[Variable] = (),
        presets: Iterable[Preset] = (),
        agents: Iterable[AgentSpec] | None = None,
        organization: str = "default",
        display_name: str = "",
        daily_cost: int = 0,
        ai_task: bool = False,
        external_auth: Iterable[str] = (),
        build_error: tuple[str, str] | str | None = None,
        hangs: bool = False,
        settings: Mapping[str, Any] | None = None,
        version: str = "v1",
    ) -> UUID:
        """Add a template with an imported version.

        Args:
            name: Name.
            parameters: Parameters, or names with their defaults.
            variables: Terraform variables.
            presets: Presets.
            agents: Agents of its workspaces; one that is called `main` by default.
            organization: Name of its organization.
            display_name: Title.
            daily_cost: Credits that a running workspace uses.
            ai_task: Whether tasks can be made of it.
            external_auth: What its workspaces have to be linked with.
            build_error: Text, or text and code, with which its builds fail.
            hangs: Whether its builds run until they are canceled.
            settings: Settings as `PATCH` takes them.
            version: Name of the version.

        Returns:
            The id.
        """
        spec = self._seed.spec(
            parameters,
            variables=variables,
            presets=presets,
            agents=agents,
            daily_cost=daily_cost,
            ai_task=ai_task,
            external_auth=external_auth,
            build_error=build_error,
            hangs=hangs,
        )
        return self._seed.add_template(
            name, spec, organization, version, {"display_name": display_name, **(settings or {})}
        )

    def add_version(self, template: str, name: str, *, active: bool = False, **spec: Any) -> UUID:
        """Add a version to a template.

        Args:
            template: Name of the template.
            name: Name of the version.
            active: Make it the active one.
            **spec: What `add_template` takes for its first version.

        Returns:
            The id.
        """
        return self._seed.add_version(template, name, self._seed.spec(**spec), active=active)

    def add_workspace(  # noqa: PLR0913 - keywords of their own
        self,
        name: str,
        *,
        template: str,
        owner: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        running: bool = True,
        ttl: Seconds | None = None,
    ) -> UUID:
        """Add a workspace that is running and ready, or stopped.

        Args:
            name: Name.
            template: Name of its template.
            owner: Name of its owner; the owner of the deployment by default.
            parameters: Values of parameters.
            running: Whether it runs.
            ttl: After how many seconds it stops by itself, or after what `timedelta`.

        Returns:
            The id.

        Raises:
            ValueError: A parameter is wrong, or the quota of the owner does not suffice.
        """
        return self._seed.add_workspace(
            name, template, owner, parameters or {}, running=running, ttl=span("ttl", ttl)
        )

    def add_usage(  # noqa: PLR0913 - keywords of their own
        self,
        user: str,
        *,
        template: str,
        moment: datetime,
        app: str = "vscode",
        seconds: int = 3600,
        latency_ms: float = 0.0,
    ) -> None:
        """Note use of an application; insights are made of it."""
        self._seed.add_usage(user, template, moment, app, seconds, latency_ms)

    def add_audit(
        self,
        action: str,
        resource_type: str,
        target: str = "",
        *,
        user: str | None = None,
        moment: datetime | None = None,
    ) -> None:
        """Write an entry of the audit log."""
        with self.clock.lock:
            self._state.log_audit(
                self._seed.user(user),
                action,
                resource_type,
                self._state.new_id(),
                target,
                moment=moment,
            )

    def add_connection(
        self,
        workspace: str,
        *,
        kind: str = "ssh",
        moment: datetime | None = None,
        seconds: float | None = None,
        ip: str = "127.0.0.1",
    ) -> None:
        """Write an entry of the connection log.

        Args:
            workspace: Name of the workspace.
            kind: `ssh`, `vscode`, `jetbrains`, `reconnecting_pty`, `workspace_app` or
                `port_forwarding`.
            moment: When it began; now by default.
            seconds: How long it lasted; `None` for one that is open.
            ip: Where it came from.
        """
        self._seed.add_connection(workspace, kind, moment or self.clock.now(), seconds, ip)

    def set_app_host(self, host: str) -> None:
        """Choose the wildcard host of applications, `*.apps.coder.test` for example."""
        self._state.settings["app_host"] = host

    def link(self, provider: str, *, user: str | None = None, token: str = "") -> None:
        """Link a user with a service outside, as after its login page."""
        with self.clock.lock:
            owner = self._seed.user(user)
            self._state.links[(owner.id, provider)] = {
                "token": token or self._state.new_word(20),
                "created_at": self._state.now,
            }

    def set_template_source(self, spec: TemplateSpec) -> None:
        """Decide what archives build that do not say it themselves."""
        self._state.default_spec = spec

    def set_provisioners(self, count: int, **tags: str) -> None:
        """Replace the provisioners by so many, with tags; jobs that waited for them start."""
        full = {"owner": "", "scope": "organization", **tags}
        with self.clock.lock:
            self._state.provisioners = [dict(full) for _ in range(count)]
            wake_jobs(self._state)
