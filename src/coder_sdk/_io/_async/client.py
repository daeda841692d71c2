"""What a client does beside its resources: requests, sessions, and its own life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from coder_sdk._base_client import BaseClient
from coder_sdk._request import OMIT, Omit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._io._async.pages import AsyncPager
    from coder_sdk._io._async.sockets import AsyncSocket
    from coder_sdk._io._async.streams import AsyncStream
    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._request import PagedRequest, Request, Seconds, SocketRequest, StreamRequest
    from coder_sdk._response import AsyncStreamingResponse, RawResponse
    from coder_sdk._retry import RetryPolicy

T = TypeVar("T")
E = TypeVar("E")
S = TypeVar("S")
V = TypeVar("V")


class AsyncClientCalls(BaseClient):
    """The methods of a client that are the same for both colours but for `await`."""

    _transport: AsyncTransport

    def _connect(self) -> None:
        # Here, as editors list what a class declares itself before all that it inherits.
        from coder_sdk._io._async.transport import AsyncTransport  # noqa: PLC0415 - first client

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
        from coder_sdk._assembly import changed  # noqa: PLC0415 - with the first client

        copy = object.__new__(type(self))
        copy.config, copy._core, copy._original = self.config, self._core, self
        copy._options = changed(
            self._options,
            self._core,
            timeout=timeout,
            deadline=deadline,
            retry=retry,
            headers=headers,
        )
        copy._connect()
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
        from coder_sdk._literal import literal_request  # noqa: PLC0415 - few need it

        request = literal_request(
            method, path, into, body, params, headers, timeout, deadline, retry
        )
        # They may be secrets, and would stand in this frame of whatever the call raises.
        del path, body, params, headers
        return await self._call(request)

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
        from coder_sdk._literal import login_request  # noqa: PLC0415 - few need it
        from coder_sdk._redact import hidden  # noqa: PLC0415 - with the first client

        password = hidden(password)
        request = login_request(email, password)
        self._core.redactor.add(password)
        self._core.credentials.forget()
        answer = await self._call(request)
        self._core.credentials.accept(answer["session_token"])
        return self

    async def logout(self) -> None:
        """End the session on the server and forget the token."""
        from coder_sdk._literal import logout_request  # noqa: PLC0415 - few need it

        await self._call(logout_request())
        self._core.credentials.forget()

    async def close(self) -> None:
        """Close the connections; copies made by `with_options` leave them open."""
        if self._original is None:
            await self._transport.aclose()

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
