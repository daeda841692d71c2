"""Fills a fake deployment without going through requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from attrs import evolve

from coder_sdk.testing._builds import add_build, complete_build, quota_of
from coder_sdk.testing._handlers.templates import add_template
from coder_sdk.testing._imports import add_version
from coder_sdk.testing._jobs import complete_job
from coder_sdk.testing._parameters import build_parameters
from coder_sdk.testing._state.deployment import Usage
from coder_sdk.testing._state.files import StoredFile
from coder_sdk.testing._state.organizations import Group, Organization
from coder_sdk.testing._state.spec import Parameter, TemplateSpec, to_text
from coder_sdk.testing._state.users import User
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Refusal
from coder_sdk.testing._workspaces import add_workspace

if TYPE_CHECKING:
    from datetime import datetime

    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.templates import Template, Version
    from coder_sdk.testing._state.workspaces import Workspace


class Seed:
    """Adds objects to a deployment.

    Args:
        state: The deployment, still empty.
        username: Name of its owner.
        rate_limit: Its rate limit, which its configuration shows.
    """

    def __init__(self, state: Deployment, username: str, rate_limit: int | None) -> None:
        self._state = state
        state.settings.update(
            deployment_id=state.new_id(),
            app_host="",
            dismissed=[],
            licenses=[],
            rate_limit=rate_limit or -1,
            external_auth=["github"],
        )
        default = Organization(
            state.new_id(),
            "coder",
            state.now,
            "Coder",
            "Builtin default organization.",
            is_default=True,
        )
        state.organizations[default.id] = default
        state.groups[default.id] = Group(default.id, "Everyone", default.id)
        self._owner = username
        if username:
            self.add_user(
                username,
                email=f"{username}@example.com",
                name=username.title(),
                password="SomeSecurePassword!1",  # noqa: S106 - of a made-up user
                roles=["owner"],
                organizations=["default"],
                status="active",
                login_type="password",
            )

    def user(self, name: str | None) -> User:
        """A user by name; the owner by default."""
        found = self._state.find_user(name or self._owner)
        if found is None:
            raise LookupError(f"There is no user {name or self._owner!r}.")
        return found

    def _organization(self, name: str) -> Organization:
        found = self._state.find_organization(name)
        if found is None:
            raise LookupError(f"There is no organization {name!r}.")
        return found

    def _template(self, name: str) -> Template:
        for template in self._state.live_templates():
            if name in {template.name, template.id}:
                return template
        raise LookupError(f"There is no template {name!r}.")

    def workspace(self, name: str) -> Workspace:
        """A workspace by id, name, or owner and name."""
        owner, slash, rest = name.partition("/")
        for item in reversed(self._state.live_workspaces()):
            username = self._state.users[item.owner_id].username
            if item.id == name or (
                item.name == (rest if slash else owner) and (not slash or username == owner)
            ):
                return item
        raise LookupError(f"There is no workspace {name!r}.")

    def add_user(  # noqa: PLR0913 - what a user is made of
        self,
        username: str,
        *,
        email: str,
        name: str,
        password: str,
        roles: list[str],
        organizations: list[str],
        status: str,
        login_type: str,
        github_id: int | None = None,
    ) -> UUID:
        """Add a user."""
        state = self._state
        with state.clock.lock:
            user = User(
                id=state.new_id(),
                username=username,
                email=email,
                created_at=state.now,
                name=name,
                password=password,
                status=status,
                login_type=login_type,
                github_id=github_id,
                roles=roles,
                organizations={self._organization(item).id: [] for item in organizations},
            )
            state.users[user.id] = user
            return UUID(user.id)

    def add_organization(self, name: str, display_name: str) -> UUID:
        """Add an organization with its group of everybody."""
        state = self._state
        with state.clock.lock:
            made = Organization(state.new_id(), name, state.now, display_name or name)
            state.organizations[made.id] = made
            state.groups[made.id] = Group(made.id, "Everyone", made.id)
            self.user(None).organizations[made.id] = []
            return UUID(made.id)

    def add_group(
        self, name: str, organization: str, members: list[str], quota_allowance: int
    ) -> UUID:
        """Add a group, or change that of everybody."""
        state = self._state
        with state.clock.lock:
            where = self._organization(organization)
            key = where.id if name == "Everyone" else state.new_id()
            group = Group(key, name, where.id, quota_allowance=quota_allowance)
            group.members = [self.user(member).id for member in members]
            state.groups[group.id] = group
            return UUID(group.id)

    def spec(
        self,
        parameters: Mapping[str, Any] | Iterable[Parameter] = (),
        *,
        build_error: tuple[str, str] | str | None = None,
        agents: Iterable[Any] | None = None,
        **more: Any,
    ) -> TemplateSpec:
        """What a template builds, out of friendlier arguments."""
        known = tuple(_parameters(parameters))
        if isinstance(build_error, str):
            build_error = (build_error, "")
        base = TemplateSpec()
        lists = ("variables", "presets", "external_auth")
        fields: dict[str, Any] = {
            name: tuple(value) if name in lists else value for name, value in more.items()
        }
        return evolve(
            base,
            parameters=known,
            build_error=build_error,
            agents=base.agents if agents is None else tuple(agents),
            **fields,
        )

    def _version(
        self, spec: TemplateSpec, organization: str, name: str, template: Template | None
    ) -> Version:
        state = self._state
        stored = StoredFile(
            state.new_id(), self.user(None).id, "application/x-tar", b"\0" * 10240, "", state.now
        )
        state.files[stored.id] = stored
        state.specs[stored.id] = spec
        version = add_version(
            state,
            self.user(None),
            self._organization(organization).id,
            stored.id,
            name=name,
            template_id=None if template is None else template.id,
            variables={item.name: item.default or "x" for item in spec.variables},
        )
        complete_job(state, version.job)
        return version

    def add_template(
        self,
        name: str,
        spec: TemplateSpec,
        organization: str,
        version_name: str,
        settings: Mapping[str, Any],
    ) -> UUID:
        """Add a template with an imported version."""
        with self._state.clock.lock:
            version = self._version(spec, organization, version_name, None)
            template = add_template(self._state, self.user(None), version, name)
            template.settings["allow_user_cancel_workspace_jobs"] = True
            unknown = [key for key in settings if key not in template.settings]
            if unknown:
                raise ValueError(f"Templates have no setting {unknown[0]!r}.")
            template.settings.update(settings)
            return UUID(template.id)

    def add_version(
        self, template_name: str, name: str, spec: TemplateSpec, *, active: bool
    ) -> UUID:
        """Add a version to a template."""
        with self._state.clock.lock:
            template = self._template(template_name)
            version = self._version(spec, template.organization_id, name, template)
            if active:
                template.active_version_id = version.id
            return UUID(version.id)

    def add_workspace(  # noqa: PLR0913 - what a workspace is made of
        self,
        name: str,
        template_name: str,
        owner: str | None,
        parameters: Mapping[str, Any],
        *,
        running: bool,
        ttl: timedelta | None,
    ) -> UUID:
        """Add a workspace that is ready, or stopped."""
        state = self._state
        with state.clock.lock:
            template = self._template(template_name)
            version = state.versions[template.active_version_id]
            given = {key: to_text(value) for key, value in parameters.items()}
            try:
                values = build_parameters(version.spec, given, {}, None, first=True)
            except Refusal as refusal:
                problem = refusal.reply.value["validations"][0]
                raise ValueError(f"`{problem['field']}`: {problem['detail']}") from None
            user = self.user(owner)
            if running:
                self._check_quota(user, template, version.spec.daily_cost)
            milliseconds = None if ttl is None else round(ttl.total_seconds() * 1000)
            workspace = add_workspace(
                state, user, user, template.id, version, name, values, ttl_ms=milliseconds
            )
            complete_build(state, workspace.latest)
            if not running:
                add_build(state, workspace, version, "stop", user.id, values)
                complete_build(state, workspace.latest)
            return UUID(workspace.id)

    def _check_quota(self, owner: User, template: Template, cost: int) -> None:
        """Refuse what would have a failed build instead of running."""
        used, budget = quota_of(self._state, owner.id, template.organization_id)
        if 0 <= budget < used + cost:
            raise ValueError(
                f"A workspace of {template.name!r} costs {cost} credits, and {owner.username} has "
                f"{budget - used} left: add a group with a `quota_allowance`, with its owner in it."
            )

    def set_agents(self, name: str, status: str) -> None:
        """Change the connection of a workspace's agents."""
        with self._state.clock.lock:
            workspace = self.workspace(name)
            for agent in workspace.latest.agents:
                agent.status = status
                moment = self._state.now
                if status == "disconnected":
                    agent.disconnected_at = moment
                else:
                    agent.last_connected_at = moment
                agent.changed()
            workspace.changed()

    def set_metadata(self, name: str, key: str, value: str, error: str) -> None:
        """Change what the agents of a workspace collect."""
        with self._state.clock.lock:
            for agent in self.workspace(name).latest.agents:
                if key not in agent.metadata:
                    raise LookupError(f"The agent collects no {key!r}.")
                agent.metadata[key] = {"value": value, "error": error}
                agent.changed()

    def add_connection(
        self, name: str, kind: str, moment: datetime, seconds: float | None, ip: str
    ) -> None:
        """Write an entry of the connection log."""
        state = self._state
        with state.clock.lock:
            workspace = self.workspace(name)
            owner = state.users[workspace.owner_id]
            where = state.organizations[workspace.organization_id]
            agents = workspace.latest.agents
            entry: dict[str, Any] = {
                "id": state.new_id(),
                "connect_time": stamp(moment),
                "organization": {
                    "id": where.id,
                    "name": where.name,
                    "display_name": where.display_name,
                    "icon": where.icon,
                },
                "workspace_owner_id": owner.id,
                "workspace_owner_username": owner.username,
                "workspace_id": workspace.id,
                "workspace_name": workspace.name,
                "agent_name": agents[0].spec.name if agents else "main",
                "ip": ip,
                "type": kind,
            }
            if kind in {"workspace_app", "port_forwarding"}:
                entry["web_info"] = {
                    "user_agent": "",
                    "user": owner.wire(),
                    "slug_or_port": "8080",
                    "status_code": 200,
                }
            else:
                ssh: dict[str, Any] = {"connection_id": state.new_id()}
                entry["ssh_info"] = ssh
                if seconds is not None:
                    end = moment + timedelta(seconds=seconds)
                    ssh.update(disconnect_time=stamp(end), exit_code=0)
            state.connections.append(entry)

    def add_usage(  # noqa: PLR0913, PLR0917 - what a use is made of
        self,
        user: str,
        template: str,
        moment: datetime,
        app: str,
        seconds: int,
        latency_ms: float,
    ) -> None:
        """Note use of an application."""
        with self._state.clock.lock:
            self._state.usage.append(
                Usage(
                    self.user(user).id, self._template(template).id, moment, app, seconds,
                    latency_ms,
                )
            )  # fmt: skip


def _parameters(given: Mapping[str, Any] | Iterable[Parameter]) -> Iterator[Parameter]:
    if not isinstance(given, Mapping):
        yield from given
        return
    for name, value in cast("Mapping[str, Any]", given).items():
        known = isinstance(value, Parameter)
        yield evolve(value, name=name) if known else Parameter(name, value)
