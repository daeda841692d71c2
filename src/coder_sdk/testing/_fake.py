"""A stateful deployment for tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from coder_sdk.testing._app import App
from coder_sdk.testing._chats import ChatTurn
from coder_sdk.testing._clock import FakeClock
from coder_sdk.testing._faults import Fault, Pattern, RecordedRequest
from coder_sdk.testing._handlers import all_routes
from coder_sdk.testing._handlers.notifications import notify
from coder_sdk.testing._limits import RateLimits
from coder_sdk.testing._memory import Memory
from coder_sdk.testing._pty import Command
from coder_sdk.testing._seed import Seed
from coder_sdk.testing._sessions import new_key
from coder_sdk.testing._shell import CommandResult
from coder_sdk.testing._state.deployment import Deployment, Timing
from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._client import AsyncClient, Client
    from coder_sdk.testing._server import Server
    from coder_sdk.testing._state.spec import (
        AgentSpec,
        Parameter,
        Preset,
        TemplateSpec,
        Variable,
    )

URL: Final = "https://coder.test"
_START: Final = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
Edition = Literal["agpl", "enterprise-unlicensed", "licensed"]


class FakeCoder:
    """A deployment in this process: stateful, with a clock of its own, and without a network.

    It answers as a real server does, wrong requests included. Builds, imports and agents take
    time on `clock`, which moves whenever a client of the fake waits; nothing really sleeps. A
    `with` block closes what was opened.

    Args:
        version: Release that it plays; routes of later ones are missing.
        edition: `agpl`, `enterprise-unlicensed` (the full build without a licence) or `licensed`.
        username: The owner of the deployment, whom `client()` is logged in as.
        start: Instant at which it begins.
        timing: How long things take.
        rate_limit: Requests of a user to a path in a minute; `None` for no limit.
        features: Names of the licensed features; `None` for all.
        experiments: Names of the experiments that are on.
        seed: Decides the ids.

    Attributes:
        clock: Its clock.
        url: Its address in memory.

    Example:
        >>> from coder_sdk.testing import FakeCoder
        >>> with FakeCoder() as fake:
        ...     template = fake.add_template("docker", parameters={"cpu": 2})
        ...     coder = fake.client()
        ...     coder.users.get("me").username
        'admin'
    """

    def __init__(
        self,
        version: str = "2.36.0",
        *,
        edition: Edition = "licensed",
        username: str = "admin",
        start: datetime = _START,
        timing: Timing | None = None,
        rate_limit: int | None = 512,
        features: Iterable[str] | None = None,
        experiments: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        if edition not in {"agpl", "enterprise-unlicensed", "licensed"}:
            raise ValueError(f"`edition` is {edition!r}.")
        self.clock = FakeClock(start)
        self.url = URL
        self._state = Deployment(
            clock=self.clock,
            version=_version(version),
            edition=edition,
            access_url=URL,
            timing=timing or Timing(),
            seed=seed,
            features=None if features is None else set(features),
            experiments=list(experiments),
        )
        self._seed = Seed(self._state, username, rate_limit)
        self._app = App(self._state, all_routes(), RateLimits(rate_limit))
        self._servers: list[Server] = []

    def __repr__(self) -> str:
        return f"<FakeCoder {self._state.version_text} {self._state.edition}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving."""
        for server in self._servers:
            server.stop()
        self._servers.clear()

    # -- clients

    def client(
        self,
        user: str | None = None,
        *,
        token: str | None = None,
        scopes: Iterable[str] | None = None,
        **options: Any,
    ) -> Client:
        """A client in memory, on the clock of the fake.

        Args:
            user: Name of the user that it is logged in as; the owner by default.
            token: Send this token, whatever it is worth.
            scopes: Scopes of a token that is made for the client.
            **options: Any option of `Client` that does not concern the connection.

        Returns:
            A client like every other.
        """
        from coder_sdk import _http  # noqa: PLC0415 - imports httpx
        from coder_sdk._client import Client  # noqa: PLC0415 - with the first client

        memory = Memory(self._app)
        http = _http.answering_client(memory.send, asynchronous=False)
        made = Client(
            self.url,
            token=token or self.token_for(user, scopes=scopes),
            http_client=http,
            **options,
        )
        core = made._core  # noqa: SLF001 - the seams for a fake
        core.clock, core.opener = self.clock, memory.open
        return made

    def async_client(
        self,
        user: str | None = None,
        *,
        token: str | None = None,
        scopes: Iterable[str] | None = None,
        **options: Any,
    ) -> AsyncClient:
        """Likewise, an asynchronous client."""
        from coder_sdk import _http  # noqa: PLC0415 - imports httpx
        from coder_sdk._client import AsyncClient  # noqa: PLC0415 - with the first client

        memory = Memory(self._app)
        http = _http.answering_client(memory.asend, asynchronous=True)
        made = AsyncClient(
            self.url,
            token=token or self.token_for(user, scopes=scopes),
            http_client=http,
            **options,
        )
        core = made._core  # noqa: SLF001 - the seams for a fake
        core.clock, core.opener = self.clock, memory.aopen
        return made

    def token_for(
        self,
        user: str | None = None,
        *,
        scopes: Iterable[str] | None = None,
        allow_list: Iterable[str] | None = None,
        lifetime: timedelta = timedelta(days=365),
    ) -> str:
        """Make a token.

        Args:
            user: Name of the user; the owner by default.
            scopes: What it is good for; everything by default.
            allow_list: Entries such as `workspace:<id>`; everything by default.
            lifetime: How long it is valid; the limits of the deployment do not count here.

        Returns:
            The token.
        """
        with self.clock.lock:
            key = new_key(
                self._state,
                self._seed.user(user),
                lifetime,
                name=f"fake-{self._state.new_word(8)}",
                login_type="password" if scopes is None else "token",
                scopes=None if scopes is None else list(scopes),
                allow_list=None if allow_list is None else list(allow_list),
            )
            return key.token

    # -- what is there

    def add_user(
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

    def add_template(
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

    def add_version(
        self, template: str, name: str, *, active: bool = False, **spec: Any
    ) -> UUID:
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

    def add_workspace(
        self,
        name: str,
        *,
        template: str,
        owner: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        running: bool = True,
        ttl: timedelta | None = None,
    ) -> UUID:
        """Add a workspace that is running and ready, or stopped.

        Args:
            name: Name.
            template: Name of its template.
            owner: Name of its owner; the owner of the deployment by default.
            parameters: Values of parameters.
            running: Whether it runs.
            ttl: After what time it stops by itself.

        Returns:
            The id.
        """
        return self._seed.add_workspace(
            name, template, owner, parameters or {}, running=running, ttl=ttl
        )

    def add_usage(
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
        """Replace the provisioners by so many, with tags."""
        full = {"owner": "", "scope": "organization", **tags}
        with self.clock.lock:
            self._state.provisioners = [dict(full) for _ in range(count)]

    # -- what happens

    def fail_next_build(
        self, error: str = "terraform apply: exit status 1", error_code: str = ""
    ) -> None:
        """Let the next build fail.

        Args:
            error: Error of its job.
            error_code: Code of the error, such as `INSUFFICIENT_QUOTA`.
        """
        self._state.next_failures.append((error, error_code))

    def fail_next_import(
        self, error: str = "terraform plan: exit status 1", error_code: str = ""
    ) -> None:
        """Let the next template import fail, as `fail_next_build` does for builds."""
        self._state.next_import_failures.append((error, error_code))

    def disconnect_agent(self, workspace: str) -> None:
        """Let the agents of a workspace lose their connection."""
        self._seed.set_agents(workspace, "disconnected")

    def reconnect_agent(self, workspace: str) -> None:
        """Let the agents of a workspace find their connection again."""
        self._seed.set_agents(workspace, "connected")

    def set_metadata(self, workspace: str, key: str, value: str, *, error: str = "") -> None:
        """Change an item of metadata that the agents of a workspace collect."""
        self._seed.set_metadata(workspace, key, value, error)

    def on_command(
        self,
        pattern: str | re.Pattern[str],
        output: str | Callable[[str], CommandResult] = "",
        returncode: int = 0,
        *,
        delay: float = 0.0,
    ) -> None:
        """Register what a command does in every workspace; the newest registration counts.

        A few commands work without, among them `echo`, `printf`, `cat`, `sleep`, `exit`, `sh`;
        any other is not found. Nothing is run on this machine.

        Args:
            pattern: The command as it is written, or an expression that matches all of it.
            output: What it prints, or a function from the command to its `CommandResult`.
            returncode: Its exit status.
            delay: Seconds that it takes, on the clock of the fake.
        """
        if callable(output):
            run = output
        else:
            result = CommandResult(output, returncode, delay)

            def run(command: str) -> CommandResult:
                del command
                return result

        self._state.commands.append(Command(pattern, run))

    def on_chat(self, *turns: ChatTurn) -> None:
        """Decide what the agent does with the next messages of chats.

        Without, it repeats what was said.

        Args:
            *turns: One for each message.
        """
        self._state.chat_turns.extend(turns)

    def limit_chats(
        self, *, spent_micros: int, limit_micros: int, resets_at: datetime
    ) -> None:
        """Let every message of chats exceed the limit of usage from now on."""
        self._state.settings["chat_limit"] = {
            "spent_micros": spent_micros,
            "limit_micros": limit_micros,
            "resets_at": stamp(resets_at),
        }

    def send_notification(
        self, title: str, content: str = "", *, user: str | None = None, template: str = ""
    ) -> None:
        """Put a notification into the inbox of a user."""
        with self.clock.lock:
            owner = self._seed.user(user)
            notify(self._state, owner.id, template or self._state.new_id(), title, content)

    def inject(
        self,
        pattern: str = "**",
        *,
        status: int | None = None,
        message: str = "",
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        delay: float = 0.0,
        cut: int | None = None,
        lose: bool = False,
        refuse: bool = False,
        drop: int | None = None,
        times: int | None = 1,
    ) -> None:
        """Let something go wrong with the next requests to a path.

        Args:
            pattern: `/api/v2/users/*` or `POST /api/v2/workspaces/{workspace}/builds`; `**` also
                stands for slashes.
            status: Answer with this status and do nothing.
            message: Message of that answer.
            detail: Detail of that answer.
            headers: Headers of that answer, `Retry-After` for example.
            body: Body of that answer in place of JSON.
            delay: Answer only after so many seconds.
            cut: Lose the connection after so many bytes of the body.
            lose: Do what is asked, and lose the answer.
            refuse: Refuse the connection.
            drop: Lose a stream after so many frames.
            times: How many requests are hit; `None` for all.
        """
        self._app.faults.append(
            Fault(
                pattern=Pattern(pattern),
                status=status,
                message=message,
                detail=detail,
                headers=dict(headers or {}),
                body=body,
                delay=delay,
                cut=cut,
                lose=lose,
                refuse=refuse,
                drop=drop,
                times=times,
            )
        )

    # -- what happened

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, in the order of arrival."""
        return self._app.requests

    def calls(self, pattern: str = "**") -> list[RecordedRequest]:
        """The requests that a pattern of `inject` fits."""
        wanted = Pattern(pattern)
        return [item for item in self.requests if wanted.fits(item.method, item.path)]

    def assert_called(
        self, pattern: str, *, times: int | None = None, json: Any = None
    ) -> RecordedRequest:
        """Check that there was a request.

        Args:
            pattern: As for `inject`.
            times: How often; at least once by default.
            json: What its body holds at least.

        Returns:
            The last such request.

        Raises:
            AssertionError: There was none, or another number.
        """
        found = self.calls(pattern)
        if json is not None:
            found = [item for item in found if _holds(item.json, json)]
        if not found or (times is not None and len(found) != times):
            log = "\n".join(f"  {item}" for item in self.requests[-20:]) or "  none"
            wanted = "at least one request" if times is None else f"{times} requests"
            raise AssertionError(
                f"Expected {wanted} `{pattern}`, found {len(found)}. The last requests:\n{log}"
            )
        return found[-1]

    def assert_not_called(self, pattern: str) -> None:
        """Check that there was no request.

        Raises:
            AssertionError: There was one.
        """
        found = self.calls(pattern)
        if found:
            raise AssertionError(f"Expected no request `{pattern}`, found {found[0]}.")

    # -- loopback

    def serve(self) -> Server:
        """Serve on loopback in real time, with the extra `testing`.

        Returns:
            A context manager, sync and async, that gives the address.
        """
        from coder_sdk.testing._server import Server  # noqa: PLC0415 - needs the extra

        server = Server(self._app, self)
        self._servers.append(server)
        return server


def _version(text: str) -> tuple[int, int, int]:
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        raise ValueError(f"`version` is {text!r}, not of the form 2.36.0.")
    return int(found[1]), int(found[2]), int(found[3] or 0)


def _holds(value: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping) and isinstance(value, Mapping):
        return all(key in value and _holds(value[key], item) for key, item in expected.items())
    return bool(value == expected)
