"""Sends requests: the one way to the server for every method of a client."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from coder_sdk._answers import decode_answer
from coder_sdk._errors.build import status_error
from coder_sdk._options import chosen
from coder_sdk._handshake import Handshake
from coder_sdk._prepare import TOKEN_HEADER, Prepared, prepare
from coder_sdk._response import Answer, AsyncStreamingResponse, RawResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from coder_sdk._core import Core
    from coder_sdk._options import Options
    from coder_sdk._request import Request

T = TypeVar("T")


class AsyncTransport:
    """Sends requests of one client, in one colour."""

    def __init__(self, core: Core, options: Options) -> None:
        self.core = core
        self.options = options

    async def call(self, request: Request[T]) -> T:
        """Send a request and decode its answer."""
        return decode_answer(request, await self.send(request))

    async def raw(self, request: Request[T]) -> RawResponse[T]:
        """Send a request and keep its answer as it came."""
        return RawResponse(await self.send(request), request)

    async def send(self, request: Request[Any]) -> Answer:
        """Send a request until it succeeds or fails for good, and read the answer.

        Raises:
            CoderError: What went wrong, as one of the package's errors.
        """
        started = monotonic()
        prepared = self._prepare(request)
        limit = chosen("timeout", request.options.timeout, self.options.timeout)
        response = await self._once(prepared, limit)
        return await self._read(request, prepared, response, started)

    @asynccontextmanager
    async def stream(self, request: Request[T]) -> AsyncIterator[AsyncStreamingResponse[T]]:
        """Open an answer without reading its body: for downloads and server-sent events.

        The read timeout of the connection is the call's `idle_timeout` where it has one. What
        fails before the body starts is raised as for any call; what breaks in the body is a
        `TransportError` out of `iter_bytes()`.
        """
        started = monotonic()
        prepared = self._prepare(request)
        options = request.options
        limit = chosen("timeout", options.timeout, self.options.timeout)
        idle = chosen("idle_timeout", options.idle_timeout, limit)
        response = await self._once(prepared, limit, idle)
        try:
            if not 200 <= response.status_code < 300:  # noqa: PLR2004 - success
                await self._read(request, prepared, response, started)
            yield AsyncStreamingResponse(response, request, prepared.url, nullcontext)
        finally:
            await response.aclose()

    async def handshake(self, request: Request[Any]) -> Handshake:
        """Facts that open a WebSocket the way this client sends its requests."""
        prepared = self._prepare(request)
        limit = chosen("timeout", request.options.timeout, self.options.timeout)
        return Handshake(
            "ws" + prepared.url.removeprefix("http"),
            prepared.headers,
            tls=self.core.tls_context(),
            proxy=self.core.proxy,
            timeout=limit,
            operation=request.operation,
        )

    def _prepare(self, request: Request[Any]) -> Prepared:
        prepared = prepare(request, self.core.base, self.options.headers)
        token = self.core.token
        if token is not None:
            prepared.headers[TOKEN_HEADER] = token
        return prepared

    async def _once(
        self, prepared: Prepared, limit: float | None, idle: float | None = None
    ) -> Any:
        http = self.core.http()
        request = self.core.build(
            prepared.method, prepared.url, prepared.headers, prepared.content, limit, idle
        )
        return await http.send(request, stream=True, follow_redirects=False)

    async def _read(
        self, request: Request[Any], prepared: Prepared, response: Any, started: float
    ) -> Answer:
        try:
            body = await response.aread()
        finally:
            await response.aclose()
        answer = Answer(
            response.status_code,
            response.headers,
            body,
            method=prepared.method,
            url=prepared.url,
            operation=request.operation,
            elapsed=monotonic() - started,
        )
        if not (200 <= answer.status < 300 or answer.status == 304):  # noqa: PLR2004 - success
            raise status_error(answer)
        return answer

    async def aclose(self) -> None:
        """Close the HTTP client if it is ours."""
        http = self.core.release()
        if http is not None:
            await http.aclose()
