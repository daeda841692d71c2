"""Puts a client together from its settings: imported with the first client, not with its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk._auth import Credentials
from coder_sdk._clock import SystemClock
from coder_sdk._config import Config
from coder_sdk._core import Core
from coder_sdk._errors.base import ConfigError
from coder_sdk._options import Options, hooked, pace, policy, seconds, switch
from coder_sdk._prepare import check_agent, given, merge_headers
from coder_sdk._proxy import password_of
from coder_sdk._redact import Redactor
from coder_sdk._request import Omit
from coder_sdk._retry import RetryPolicy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from os import PathLike

    from coder_sdk._auth import TokenSource
    from coder_sdk._hooks import Hooks
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._request import Seconds

_DEFAULT_RETRY: Final = RetryPolicy()


def assemble(  # noqa: PLR0913 - the settings of a client
    url: str | None,
    *,
    asynchronous: bool,
    token: TokenSource | Omit | None,
    headers: Mapping[str, str] | None,
    timeout: Seconds | None,
    deadline: Seconds | None,
    retry: RetryPolicy | Omit | None,
    http_client: Any,
    verify: bool | str | PathLike[str] | ssl.SSLContext | Omit,
    cert: tuple[str, str] | str | Omit | None,
    proxy: str | Omit | None,
    hooks: Hooks | None,
    limiter: RateLimiter | None,
    app_name: str | None,
    tracing: bool,
) -> tuple[Config, Options, Core]:
    """Find the settings, and make of them what a client consists of.

    Raises:
        ConfigError: A setting is missing or malformed.
    """
    config = Config.load(url, token=token, headers=headers, verify=verify, cert=cert, proxy=proxy)
    if http_client is not None:
        _check_color(http_client, asynchronous=asynchronous)
    redactor = Redactor((str.__str__(v) for v in config.headers.values()), config.headers)
    if config.proxy is not None:
        redactor.add(password_of(config.proxy))
    options = Options(
        timeout=seconds("timeout", timeout),
        deadline=seconds("deadline", deadline),
        headers=config.headers,
        retry=_DEFAULT_RETRY if isinstance(retry, Omit) else policy(retry),
    )
    core = Core(
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
    return config, options, core


def changed(  # noqa: PLR0913 - the client, and each of its options
    own: Options,
    core: Core,
    *,
    timeout: Seconds | Omit | None,
    deadline: Seconds | Omit | None,
    retry: RetryPolicy | Omit | None,
    headers: Mapping[str, str] | None,
) -> Options:
    """Options of a copy: those of the client, but for what was given."""
    merged = dict(own.headers)
    headers = given("headers", headers)
    merge_headers(merged, headers)
    for name, value in headers.items():
        core.redactor.add_header(name, value)
    return Options(
        timeout=own.timeout if isinstance(timeout, Omit) else seconds("timeout", timeout),
        deadline=own.deadline if isinstance(deadline, Omit) else seconds("deadline", deadline),
        headers=merged,
        retry=own.retry if isinstance(retry, Omit) else policy(retry),
    )


def _check_color(http_client: Any, *, asynchronous: bool) -> None:
    from coder_sdk._http import is_async_client  # noqa: PLC0415 - the library is loaded already

    if is_async_client(http_client) is not asynchronous:
        own, other = ("AsyncClient", "Client") if asynchronous else ("Client", "AsyncClient")
        raise ConfigError(
            f"`{own}` needs an `http_client` of its own kind: pass an `httpx.{own}`, "
            f"or use `{other}`."
        )
