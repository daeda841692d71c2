"""What both colours of the client share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._auth import Credentials
from coder_sdk._clock import SystemClock
from coder_sdk._core import Core
from coder_sdk._errors.base import ConfigError
from coder_sdk._options import Options, hooked, pace, policy, seconds, switch
from coder_sdk._prepare import check_agent, given, merge_headers
from coder_sdk._proxy import password_of
from coder_sdk._redact import Redactor
from coder_sdk._request import Omit
from coder_sdk._retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._config import Config
    from coder_sdk._hooks import Hooks
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._request import Seconds

_DEFAULT_RETRY = RetryPolicy()


class BaseClient:
    """What both colours share.

    Attributes:
        config: Where the settings came from; `print(client.config.explain())`.
    """

    config: Config
    _core: Core
    _options: Options
    # The client that a copy was made of; it owns the connections.
    _original: BaseClient | None = None

    def _configure(  # noqa: PLR0913 - the settings of a client
        self,
        config: Config,
        *,
        asynchronous: bool,
        timeout: Seconds | None,
        deadline: Seconds | None,
        retry: RetryPolicy | Omit | None,
        http_client: Any,
        hooks: Hooks | None,
        limiter: RateLimiter | None,
        app_name: str | None,
        tracing: bool,
    ) -> None:
        if http_client is not None:
            _check_color(http_client, asynchronous=asynchronous)
        self.config = config
        redactor = Redactor((str.__str__(v) for v in config.headers.values()), config.headers)
        if config.proxy is not None:
            redactor.add(password_of(config.proxy))
        self._options = Options(
            timeout=seconds("timeout", timeout),
            deadline=seconds("deadline", deadline),
            headers=config.headers,
            retry=_DEFAULT_RETRY if isinstance(retry, Omit) else policy(retry),
        )
        self._core = Core(
            config.url,
            Credentials(config.token, redactor),
            asynchronous=asynchronous,
            clock=SystemClock(),
            redactor=redactor,
            tls=config.tls,
            proxy=config.proxy,
            ready=http_client,
            hooks=hooked(hooks),
            limiter=pace(limiter),
            app_name=check_agent(app_name),
            tracing=switch("tracing", tracing),
            warn_version=config.warns_of_version,
        )

    def _copied_options(
        self,
        timeout: Seconds | Omit | None,
        deadline: Seconds | Omit | None,
        retry: RetryPolicy | Omit | None,
        headers: Mapping[str, str] | None,
    ) -> Options:
        own = self._options
        merged = dict(own.headers)
        headers = given("headers", headers)
        merge_headers(merged, headers)
        for name, value in headers.items():
            self._core.redactor.add_header(name, value)
        return Options(
            timeout=own.timeout if isinstance(timeout, Omit) else seconds("timeout", timeout),
            deadline=own.deadline if isinstance(deadline, Omit) else seconds("deadline", deadline),
            headers=merged,
            retry=own.retry if isinstance(retry, Omit) else policy(retry),
        )

    @property
    def url(self) -> str:
        """Address of the deployment."""
        return str(self._core.base)

    @property
    def server_version(self) -> str | None:
        """Version of the server, from its last answer; `None` before the first."""
        return self._core.server_version

    def __repr__(self) -> str:
        # There is no core where the constructor refused its arguments.
        core: Core | None = getattr(self, "_core", None)
        return f"<{type(self).__name__} {'without a URL' if core is None else core.base}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("A client holds connections and credentials and cannot be pickled.")


def _check_color(http_client: Any, *, asynchronous: bool) -> None:
    from coder_sdk._http import is_async_client  # noqa: PLC0415 - the library is loaded already

    if is_async_client(http_client) is not asynchronous:
        own, other = ("AsyncClient", "Client") if asynchronous else ("Client", "AsyncClient")
        raise ConfigError(
            f"`{own}` needs an `http_client` of its own kind: pass an `httpx.{own}`, "
            f"or use `{other}`."
        )
