# Derived from `src/coder_sdk/_io/_async/client.py`
# by `python -m codegen colours`; edit that file.
"""What a client does beside its resources: requests, sessions, and its own life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from coder_sdk._base_client import BaseClient
from coder_sdk._request import OMIT, Omit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._io._sync.sockets import Socket
    from coder_sdk._io._sync.streams import Stream
    from coder_sdk._io._sync.transport import Transport
    from coder_sdk._request import PagedRequest, Request, Seconds, SocketRequest, StreamRequest
    from coder_sdk._response import RawResponse, StreamingResponse
    from coder_sdk._retry import RetryPolicy

T = TypeVar("T")
E = TypeVar("E")
S = TypeVar("S")
V = TypeVar("V")


class ClientCalls(BaseClient):
    """The methods of a client that are the same for both colours but for `await`."""

    _transport: Transport

    def _connect(self) -> None:
        # Here, as editors list what a class declares itself before all that it inherits.
        from coder_sdk._io._sync.transport import Transport  # noqa: PLC0415 - first client

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
        from coder_sdk._literal import literal_request  # noqa: PLC0415 - few need it

        request = literal_request(
            method, path, into, body, params, headers, timeout, deadline, retry
        )
        # They may be secrets, and would stand in this frame of whatever the call raises.
        del path, body, params, headers
        return self._call(request)

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
        from coder_sdk._literal import login_request  # noqa: PLC0415 - few need it
        from coder_sdk._redact import hidden  # noqa: PLC0415 - with the first client

        password = hidden(password)
        request = login_request(email, password)
        self._core.redactor.add(password)
        self._core.credentials.forget()
        answer = self._call(request)
        self._core.credentials.accept(answer["session_token"])
        return self

    def logout(self) -> None:
        """End the session on the server and forget the token."""
        from coder_sdk._literal import logout_request  # noqa: PLC0415 - few need it

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
        from coder_sdk._io._sync.streams import Stream  # noqa: PLC0415 - first stream

        return Stream(self._transport, request)

    def _socket(self, request: SocketRequest[S, V]) -> Socket[S, V]:
        from coder_sdk._io._sync.sockets import Socket  # noqa: PLC0415 - first socket

        return Socket(self._transport, request)
