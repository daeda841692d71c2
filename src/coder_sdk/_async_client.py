"""The asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._io._async.client import AsyncClientCalls
from coder_sdk._naming import name_methods
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources._client import AsyncClientResources
from coder_sdk.workflows._async.bulk import AsyncClientWorkflows

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from os import PathLike

    from typing_extensions import Self

    from coder_sdk._auth import TokenSource
    from coder_sdk._hooks import Hooks
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._request import Seconds
    from coder_sdk._retry import RetryPolicy


class AsyncClient(AsyncClientResources, AsyncClientWorkflows, AsyncClientCalls):
    """Asynchronous client of a Coder deployment, for asyncio and trio.

    One client belongs to one event loop, in which any number of tasks may use it. Close it with
    `await client.close()`, or use it in an `async with` block.

    Args:
        url: The deployment; else `CODER_URL`, else what `coder login` stored.
        token: A token or a `Secret`, a function that returns one, or a `TokenProvider`, which may
            be coroutine functions; else `CODER_SESSION_TOKEN`, else what was stored for this
            deployment. `None` for none.
        headers: Headers of every request, beside those of `CODER_HEADER`.
        timeout: Seconds that each try may take; `None` for no limit.
        deadline: Seconds that a call may take, all its tries together; `None` for no limit.
        retry: When tries are repeated; `None` for never.
        http_client: A ready async client of `httpx` or `httpx2`; it stays open.
        verify: False, a file of authorities, or a context; else `CODER_CLIENT_TLS_CA_FILE`.
        cert: Files of a client certificate and its key; else `CODER_CLIENT_TLS_CERT_FILE`.
        proxy: Address of a proxy; `None` for none. Else the environment's.
        hooks: Functions that hear of every request and answer; may be coroutine functions.
        limiter: Paces requests.
        app_name: Put in front of the user agent, as `my-app/1.2`.
        tracing: Record an OpenTelemetry span for every call; needs the extra `otel`.

    Raises:
        ConfigError: A setting is missing or malformed.
    """

    def __init__(  # noqa: PLR0913 - the settings of a client
        self,
        url: str | None = None,
        *,
        token: TokenSource | Omit | None = OMIT,
        headers: Mapping[str, str] | None = None,
        timeout: Seconds | None = 30,
        deadline: Seconds | None = None,
        retry: RetryPolicy | Omit | None = OMIT,
        http_client: Any = None,
        verify: bool | str | PathLike[str] | ssl.SSLContext | Omit = OMIT,
        cert: tuple[str, str] | str | Omit | None = OMIT,
        proxy: str | Omit | None = OMIT,
        hooks: Hooks | None = None,
        limiter: RateLimiter | None = None,
        app_name: str | None = None,
        tracing: bool = False,
    ) -> None:
        from coder_sdk._assembly import assemble  # noqa: PLC0415 - with the first client
        from coder_sdk._redact import hidden  # noqa: PLC0415 - likewise

        token = hidden(token)
        parts = assemble(
            url,
            asynchronous=True,
            token=token,
            headers=headers,
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            http_client=http_client,
            verify=verify,
            cert=cert,
            proxy=proxy,
            hooks=hooks,
            limiter=limiter,
            app_name=app_name,
            tracing=tracing,
        )
        self._consist_of(*parts)
        self._connect()

    @classmethod
    async def login(
        cls, url: str | None = None, *, email: str, password: str, http_client: Any = None
    ) -> Self:
        """Sign in with a password and return a client that holds the session.

        Args:
            url: The deployment, as for the constructor.
            email: Address of the account.
            password: Its password; it is not kept.
            http_client: A ready client, as for the constructor.

        Raises:
            UnauthorizedError: With the reason `wrong_password` or `suspended`.
        """
        from coder_sdk._redact import hidden  # noqa: PLC0415 - with the first client

        password = hidden(password)
        client = cls(url, token=None, http_client=http_client)
        try:
            return await client.sign_in(email=email, password=password)
        except BaseException:
            await client.close()
            raise

    async def aclose(self) -> None:
        """Close the connections: the same as `close`."""
        await self.close()


name_methods(AsyncClient, "AsyncClient", ("coder_sdk._io.", "coder_sdk.workflows."))
