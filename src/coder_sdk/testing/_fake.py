"""A stateful deployment for tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, Literal

from coder_sdk.testing._app import App
from coder_sdk.testing._clock import FakeClock
from coder_sdk.testing._events import Events
from coder_sdk.testing._furnishing import Furnishing
from coder_sdk.testing._handlers import all_routes
from coder_sdk.testing._limits import RateLimits
from coder_sdk.testing._memory import Memory
from coder_sdk.testing._seed import Seed
from coder_sdk.testing._sessions import new_key
from coder_sdk.testing._state.deployment import Deployment, Timing
from coder_sdk.workflows._spans import span

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._async_client import AsyncClient
    from coder_sdk._client import Client
    from coder_sdk._request import Seconds
    from coder_sdk.testing._server import Server

URL: Final = "https://coder.test"
_START: Final = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
Edition = Literal["agpl", "enterprise-unlicensed", "licensed"]


class FakeCoder(Furnishing, Events):
    """A deployment in this process: stateful, with a clock of its own, and without a network.

    It answers as a real server does, wrong requests included. Builds, imports and agents take
    time on `clock`, which moves whenever a client of the fake waits; nothing really sleeps. A
    `with` block closes what was opened.

    Args:
        version: Release that it plays; routes of later ones are missing.
        edition: `agpl`, `enterprise-unlicensed` (the full build without a licence) or `licensed`.
        username: The owner of the deployment, whom `client()` is logged in as; empty for a
            deployment that nobody has set up yet.
        start: Instant at which it begins; `"now"` for one that lives now.
        timing: How long things take.
        rate_limit: Requests of a user to a path in a minute; `None` for no limit.
        features: Names of the licensed features; `None` for all.
        experiments: Names of the experiments that are on.
        redirect_to_access_url: Send calls by another host name to its own address, as `coder
            server --redirect-to-access-url` does.
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

    def __init__(  # noqa: PLR0913 - keywords of their own
        self,
        version: str = "2.36.0",
        *,
        edition: Edition = "licensed",
        username: str = "admin",
        start: datetime | Literal["now"] = _START,
        timing: Timing | None = None,
        rate_limit: int | None = 512,
        features: Iterable[str] | None = None,
        experiments: Iterable[str] = (),
        redirect_to_access_url: bool = False,
        seed: int = 0,
    ) -> None:
        if edition not in {"agpl", "enterprise-unlicensed", "licensed"}:
            raise ValueError(f"`edition` is {edition!r}.")
        self.clock: FakeClock = FakeClock(_instant(start))
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
        self._state.settings["redirect_to_access_url"] = redirect_to_access_url
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
        from coder_sdk._async_client import AsyncClient  # noqa: PLC0415 - with the first client

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
        lifetime: Seconds = timedelta(days=365),
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
                span("lifetime", lifetime),
                name=f"fake-{self._state.new_word(8)}",
                login_type="password" if scopes is None else "token",
                scopes=None if scopes is None else list(scopes),
                allow_list=None if allow_list is None else list(allow_list),
            )
            return key.token

    # -- loopback

    def serve(self) -> Server:
        """Serve on loopback in real time, with the extra `testing`.

        The clock goes on from where it is: a program that compares times with its own clock needs
        `FakeCoder(start="now")`.

        Returns:
            A context manager, sync and async, that gives the address.
        """
        from coder_sdk.testing._server import Server  # noqa: PLC0415 - needs the extra

        server = Server(self._app, self)
        self._servers.append(server)
        return server


def _instant(start: datetime | str) -> datetime:
    if isinstance(start, datetime):
        return start
    if start != "now":
        raise ValueError(f"`start` is {start!r}, neither an aware datetime nor 'now'.")
    return datetime.now(timezone.utc)


def _version(text: str) -> tuple[int, int, int]:
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        raise ValueError(f"`version` is {text!r}, not of the form 2.36.0.")
    return int(found[1]), int(found[2]), int(found[3] or 0)
