"""The clients."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar, overload

from coder_sdk._core import Core
from coder_sdk._decode import ResponseTypes
from coder_sdk._errors.base import ConfigError
from coder_sdk._io._async.transport import AsyncTransport
from coder_sdk._io._sync.transport import Transport
from coder_sdk._options import Options, seconds
from coder_sdk._prepare import merge_headers
from coder_sdk._request import OMIT, CallOptions, JsonBody, Omit, Request
from coder_sdk._tls import TlsSettings
from coder_sdk._url import parse_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._request import Seconds
    from coder_sdk._response import RawResponse

T = TypeVar("T")


class BaseClient:
    """What both colours share."""

    _core: Core
    _options: Options

    def _configure(
        self, url: str | None, token: str | None | Omit, *, asynchronous: bool, **given: Any
    ) -> None:
        url = url or os.environ.get("CODER_URL")
        if not url:
            raise ConfigError("There is no URL: pass `url`, or set `CODER_URL`.")
        if isinstance(token, Omit):
            token = os.environ.get("CODER_SESSION_TOKEN")
            if not token:
                raise ConfigError("There is no token: pass `token`, or set `CODER_SESSION_TOKEN`.")
        headers: dict[str, str] = {}
        merge_headers(headers, given.get("headers") or {})
        self._core = Core(
            parse_base_url(url),
            token,
            asynchronous=asynchronous,
            tls=TlsSettings(),
            ready=given.get("http_client"),
        )
        self._options = Options(
            timeout=seconds("timeout", given.get("timeout")),
            deadline=seconds("deadline", given.get("deadline")),
            headers=headers,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._core.base}>"


def _request(
    method: str, path: str, body: Any, params: Mapping[str, Any] | None, into: Any, options: Any
) -> Request[Any]:
    request: Request[Any] = Request(
        method,
        path,
        query=params,
        body=None if isinstance(body, Omit) else JsonBody(None, body),
        options=options,
    )
    request.types = ResponseTypes(None, Any if isinstance(into, Omit) else into)
    return request


class Client(BaseClient):
    """Synchronous client of a Coder deployment."""

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None | Omit = OMIT,
        headers: Mapping[str, str] | None = None,
        timeout: Seconds | None = 30,
        deadline: Seconds | None = None,
        http_client: Any = None,
    ) -> None:
        self._configure(
            url,
            token,
            asynchronous=False,
            headers=headers,
            timeout=timeout,
            deadline=deadline,
            http_client=http_client,
        )
        self._transport = Transport(self._core, self._options)

    @overload
    def request(
        self, method: str, path: str, *, into: type[T], body: Any = ..., params: Any = ...
    ) -> T: ...
    @overload
    def request(self, method: str, path: str, *, body: Any = ..., params: Any = ...) -> Any: ...
    def request(
        self,
        method: str,
        path: str,
        *,
        into: Any = OMIT,
        body: Any = OMIT,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request that no method covers."""
        options = CallOptions(headers=headers)
        return self._call(_request(method, path, body, params, into, options))

    def _call(self, request: Request[T]) -> T:
        return self._transport.call(request)

    def _raw(self, request: Request[T]) -> RawResponse[T]:
        return self._transport.raw(request)

    def _pages(self, request: Any) -> Any:
        from coder_sdk._io._sync.pages import Pager  # noqa: PLC0415 - with the first list

        return Pager(self._transport, request)

    def _stream(self, request: Any) -> Any:
        from coder_sdk._io._sync.streams import Stream  # noqa: PLC0415 - with the first stream

        return Stream(self._transport, request)

    def _socket(self, request: Any) -> Any:
        from coder_sdk._io._sync.sockets import Socket  # noqa: PLC0415 - with the first socket

        return Socket(self._transport, request)

    def close(self) -> None:
        """Close the connections."""
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


class AsyncClient(BaseClient):
    """Asynchronous client of a Coder deployment."""

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None | Omit = OMIT,
        headers: Mapping[str, str] | None = None,
        timeout: Seconds | None = 30,
        deadline: Seconds | None = None,
        http_client: Any = None,
    ) -> None:
        self._configure(
            url,
            token,
            asynchronous=True,
            headers=headers,
            timeout=timeout,
            deadline=deadline,
            http_client=http_client,
        )
        self._transport = AsyncTransport(self._core, self._options)

    @overload
    async def request(
        self, method: str, path: str, *, into: type[T], body: Any = ..., params: Any = ...
    ) -> T: ...
    @overload
    async def request(
        self, method: str, path: str, *, body: Any = ..., params: Any = ...
    ) -> Any: ...
    async def request(
        self,
        method: str,
        path: str,
        *,
        into: Any = OMIT,
        body: Any = OMIT,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request that no method covers."""
        options = CallOptions(headers=headers)
        return await self._call(_request(method, path, body, params, into, options))

    async def _call(self, request: Request[T]) -> T:
        return await self._transport.call(request)

    async def _raw(self, request: Request[T]) -> RawResponse[T]:
        return await self._transport.raw(request)

    def _pages(self, request: Any) -> Any:
        from coder_sdk._io._async.pages import AsyncPager  # noqa: PLC0415 - with the first list

        return AsyncPager(self._transport, request)

    def _stream(self, request: Any) -> Any:
        from coder_sdk._io._async.streams import AsyncStream  # noqa: PLC0415 - first stream

        return AsyncStream(self._transport, request)

    def _socket(self, request: Any) -> Any:
        from coder_sdk._io._async.sockets import AsyncSocket  # noqa: PLC0415 - first socket

        return AsyncSocket(self._transport, request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
