"""The clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from coder_sdk._base_client import BaseClient
from coder_sdk._config import Config
from coder_sdk._io._async.transport import AsyncTransport
from coder_sdk._io._sync.transport import Transport
from coder_sdk._literal import literal_request, login_request, logout_request
from coder_sdk._redact import Masked
from coder_sdk._request import OMIT, Omit, Request
from coder_sdk.resources._client import AsyncClientResources, ClientResources
from coder_sdk.workflows._async.bulk import AsyncClientWorkflows
from coder_sdk.workflows._sync.bulk import ClientWorkflows

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from os import PathLike
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._auth import TokenSource
    from coder_sdk._hooks import Hooks
    from coder_sdk._io._async.pages import AsyncPager
    from coder_sdk._io._async.sockets import AsyncSocket
    from coder_sdk._io._async.streams import AsyncStream
    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._io._sync.sockets import Socket
    from coder_sdk._io._sync.streams import Stream
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._request import PagedRequest, Seconds, SocketRequest, StreamRequest
    from coder_sdk._response import AsyncStreamingResponse, RawResponse, StreamingResponse
    from coder_sdk._retry import RetryPolicy

__all__ = ["AsyncClient", "BaseClient", "Client"]

T = TypeVar("T")
E = TypeVar("E")
S = TypeVar("S")
V = TypeVar("V")


class Client(ClientResources, ClientWorkflows, BaseClient):
    """Synchronous client of a Coder deployment.

    One client may be used by any number of threads. Close it, or use it in a `with` block.

    Args:
        url: The deployment; else `CODER_URL`, else what `coder login` stored.
        token: A token, a function that returns one, or a `TokenProvider`; else
            `CODER_SESSION_TOKEN`, else what was stored for this deployment. `None` for none.
        headers: Headers of every request, beside those of `CODER_HEADER`.
        timeout: Seconds that each try may take; `None` for no limit.
        deadline: Seconds that a call may take, all its tries together; `None` for no limit.
        retry: When tries are repeated; `None` for never.
        http_client: A ready client of `httpx` or `httpx2`; it stays open.
        verify: False, a file of authorities, or a context; else `CODER_CLIENT_TLS_CA_FILE`.
        cert: Files of a client certificate and its key; else `CODER_CLIENT_TLS_CERT_FILE`.
        proxy: Address of a proxy; `None` for none. Else the environment's.
        hooks: Functions that hear of every request and answer.
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
        token = Masked(token) if isinstance(token, str) else token
        config = Config.load(
            url, token=token, headers=headers, verify=verify, cert=cert, proxy=proxy
        )
        self._configure(
            config,
            asynchronous=False,
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            http_client=http_client,
            hooks=hooks,
            limiter=limiter,
            app_name=app_name,
            tracing=tracing,
        )
        self._transport = Transport(self._core, self._options)

    def with_options(
        self,
        *,
        timeout: Seconds | Omit | None = OMIT,
        deadline: Seconds | Omit | None = OMIT,
        retry: RetryPolicy | Omit | None = OMIT,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Make a copy with other options that shares connections, credentials and limits.

        Args:
            timeout: Seconds that each try may take.
            deadline: Seconds that a call may take.
            retry: When tries are repeated; `None` for never.
            headers: More headers for every request.
        """
        copy = object.__new__(type(self))
        copy.config, copy._core, copy._original = self.config, self._core, self
        copy._options = self._copied_options(timeout, deadline, retry, headers)
        copy._transport = Transport(copy._core, copy._options)
        return copy

    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        into: type[T],
        body: Any = ...,
        params: Mapping[str, Any] | None = ...,
        headers: Mapping[str, str] | None = ...,
        timeout: Seconds | Omit | None = ...,
        deadline: Seconds | Omit | None = ...,
        retry: RetryPolicy | Omit | None = ...,
    ) -> T: ...
    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        into: Any = ...,
        body: Any = ...,
        params: Mapping[str, Any] | None = ...,
        headers: Mapping[str, str] | None = ...,
        timeout: Seconds | Omit | None = ...,
        deadline: Seconds | Omit | None = ...,
        retry: RetryPolicy | Omit | None = ...,
    ) -> Any: ...
    def request(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        *,
        into: Any = OMIT,
        body: Any = OMIT,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Seconds | Omit | None = OMIT,
        deadline: Seconds | Omit | None = OMIT,
        retry: RetryPolicy | Omit | None = OMIT,
    ) -> Any:
        """Send a request that no method covers.

        Args:
            method: The verb.
            path: Path of this deployment, quoted where it has to be.
            into: Type of the answer; else it is plain JSON.
            body: A model, or what JSON can hold; `bytes` are sent as they are.
            params: Query parameters.
            headers: Headers of this request.
            timeout: Seconds that each try may take.
            deadline: Seconds that the call may take.
            retry: When tries are repeated; `None` for never.
        """
        return self._call(
            literal_request(method, path, into, body, params, headers, timeout, deadline, retry)
        )

    @classmethod
    def login(
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
        client = cls(url, token=None, http_client=http_client)
        try:
            return client.sign_in(email=email, password=password)
        except BaseException:
            client.close()
            raise

    def sign_in(self, *, email: str, password: str) -> Self:
        """Exchange a password for a session, which this client and its copies use from then on.

        Use it instead of `login` where the client needs more than an address:
        `Client(url, token=None, verify="ca.pem").sign_in(email=..., password=...)`.

        Args:
            email: Address of the account.
            password: Its password; it is not kept.

        Raises:
            UnauthorizedError: With the reason `wrong_password` or `suspended`.
        """
        self._core.redactor.add(password)
        self._core.credentials.forget()
        answer = self._call(login_request(email, Masked(password)))
        self._core.credentials.accept(answer["session_token"])
        return self

    def logout(self) -> None:
        """End the session on the server and forget the token."""
        self._call(logout_request())
        self._core.credentials.forget()

    def close(self) -> None:
        """Close the connections; copies made by `with_options` leave them open."""
        if self._original is None:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # -- what the descriptors of the resources call

    def _call(self, request: Request[T]) -> T:
        return self._transport.call(request)

    def _raw(self, request: Request[T]) -> RawResponse[T]:
        return self._transport.raw(request)

    def _streaming(self, request: Request[T]) -> AbstractContextManager[StreamingResponse[T]]:
        return self._transport.stream(request)

    def _pages(self, request: PagedRequest[E, V]) -> Pager[V]:
        from coder_sdk._io._sync.pages import Pager  # noqa: PLC0415 - with the first list

        return Pager(self._transport, request)

    def _stream(self, request: StreamRequest[T]) -> Stream[T]:
        from coder_sdk._io._sync.streams import Stream  # noqa: PLC0415 - with the first stream

        return Stream(self._transport, request)

    def _socket(self, request: SocketRequest[S, V]) -> Socket[S, V]:
        from coder_sdk._io._sync.sockets import Socket  # noqa: PLC0415 - with the first socket

        return Socket(self._transport, request)


class AsyncClient(AsyncClientResources, AsyncClientWorkflows, BaseClient):
    """Asynchronous client of a Coder deployment, for asyncio and trio.

    One client belongs to one event loop, in which any number of tasks may use it. Close it with
    `await client.close()`, or use it in an `async with` block.

    Args:
        url: The deployment; else `CODER_URL`, else what `coder login` stored.
        token: A token, a function that returns one, or a `TokenProvider`, which may be
            coroutine functions; else `CODER_SESSION_TOKEN`, else what was stored for this
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
        token = Masked(token) if isinstance(token, str) else token
        config = Config.load(
            url, token=token, headers=headers, verify=verify, cert=cert, proxy=proxy
        )
        self._configure(
            config,
            asynchronous=True,
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            http_client=http_client,
            hooks=hooks,
            limiter=limiter,
            app_name=app_name,
            tracing=tracing,
        )
        self._transport = AsyncTransport(self._core, self._options)

    def with_options(
        self,
        *,
        timeout: Seconds | Omit | None = OMIT,
        deadline: Seconds | Omit | None = OMIT,
        retry: RetryPolicy | Omit | None = OMIT,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Make a copy with other options that shares connections, credentials and limits.

        Args:
            timeout: Seconds that each try may take.
            deadline: Seconds that a call may take.
            retry: When tries are repeated; `None` for never.
            headers: More headers for every request.
        """
        copy = object.__new__(type(self))
        copy.config, copy._core, copy._original = self.config, self._core, self
        copy._options = self._copied_options(timeout, deadline, retry, headers)
        copy._transport = AsyncTransport(copy._core, copy._options)
        return copy

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        into: type[T],
        body: Any = ...,
        params: Mapping[str, Any] | None = ...,
        headers: Mapping[str, str] | None = ...,
        timeout: Seconds | Omit | None = ...,
        deadline: Seconds | Omit | None = ...,
        retry: RetryPolicy | Omit | None = ...,
    ) -> T: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        into: Any = ...,
        body: Any = ...,
        params: Mapping[str, Any] | None = ...,
        headers: Mapping[str, str] | None = ...,
        timeout: Seconds | Omit | None = ...,
        deadline: Seconds | Omit | None = ...,
        retry: RetryPolicy | Omit | None = ...,
    ) -> Any: ...
    async def request(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        *,
        into: Any = OMIT,
        body: Any = OMIT,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Seconds | Omit | None = OMIT,
        deadline: Seconds | Omit | None = OMIT,
        retry: RetryPolicy | Omit | None = OMIT,
    ) -> Any:
        """Send a request that no method covers.

        Args:
            method: The verb.
            path: Path of this deployment, quoted where it has to be.
            into: Type of the answer; else it is plain JSON.
            body: A model, or what JSON can hold; `bytes` are sent as they are.
            params: Query parameters.
            headers: Headers of this request.
            timeout: Seconds that each try may take.
            deadline: Seconds that the call may take.
            retry: When tries are repeated; `None` for never.
        """
        return await self._call(
            literal_request(method, path, into, body, params, headers, timeout, deadline, retry)
        )

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
        client = cls(url, token=None, http_client=http_client)
        try:
            return await client.sign_in(email=email, password=password)
        except BaseException:
            await client.close()
            raise

    async def sign_in(self, *, email: str, password: str) -> Self:
        """Exchange a password for a session, which this client and its copies use from then on.

        Use it instead of `login` where the client needs more than an address:
        `await AsyncClient(url, token=None, verify="ca.pem").sign_in(email=..., password=...)`.

        Args:
            email: Address of the account.
            password: Its password; it is not kept.

        Raises:
            UnauthorizedError: With the reason `wrong_password` or `suspended`.
        """
        self._core.redactor.add(password)
        self._core.credentials.forget()
        answer = await self._call(login_request(email, Masked(password)))
        self._core.credentials.accept(answer["session_token"])
        return self

    async def logout(self) -> None:
        """End the session on the server and forget the token."""
        await self._call(logout_request())
        self._core.credentials.forget()

    async def close(self) -> None:
        """Close the connections; copies made by `with_options` leave them open."""
        if self._original is None:
            await self._transport.aclose()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    # -- what the descriptors of the resources call

    async def _call(self, request: Request[T]) -> T:
        return await self._transport.call(request)

    async def _raw(self, request: Request[T]) -> RawResponse[T]:
        return await self._transport.raw(request)

    def _streaming(
        self, request: Request[T]
    ) -> AbstractAsyncContextManager[AsyncStreamingResponse[T]]:
        return self._transport.stream(request)

    def _pages(self, request: PagedRequest[E, V]) -> AsyncPager[V]:
        from coder_sdk._io._async.pages import AsyncPager  # noqa: PLC0415 - with the first list

        return AsyncPager(self._transport, request)

    def _stream(self, request: StreamRequest[T]) -> AsyncStream[T]:
        from coder_sdk._io._async.streams import AsyncStream  # noqa: PLC0415 - first stream

        return AsyncStream(self._transport, request)

    def _socket(self, request: SocketRequest[S, V]) -> AsyncSocket[S, V]:
        from coder_sdk._io._async.sockets import AsyncSocket  # noqa: PLC0415 - first socket

        return AsyncSocket(self._transport, request)
