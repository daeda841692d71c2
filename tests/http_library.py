"""Which HTTP library carries the requests of a test: httpx, or its successor httpx2.

`pytest --http=httpx2` puts the successor behind the one module that knows the library, so that
every client of a test runs on it: the package itself takes it as a ready client only. Mocked
answers stay those of respx, which speaks httpx: they are translated at the bottom of the library.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar, Final

import httpcore2
import httpx
import httpx2
import respx.mocks
from respx.mocks import HTTPCoreMocker

from coder_sdk import _http

NAMES: Final = ("httpx", "httpx2")


class _SuccessorMocker(HTTPCoreMocker):
    """Answers for httpx2 what the routes of respx say for httpx."""

    name = "httpcore2"
    targets: ClassVar = [
        target.replace("httpcore.", "httpcore2.") for target in HTTPCoreMocker.targets
    ]

    @classmethod
    def handler(cls, httpx_request: Any) -> Any:
        try:
            return super().handler(httpx_request)
        except httpx.HTTPError as error:
            raise _translated(error) from None

    @classmethod
    async def async_handler(cls, httpx_request: Any) -> Any:
        try:
            return await super().async_handler(httpx_request)
        except httpx.HTTPError as error:
            raise _translated(error) from None

    @classmethod
    def from_sync_httpx_response(cls, httpx_response: Any, target: Any, **kwargs: Any) -> Any:
        return httpcore2.Response(
            status=httpx_response.status_code,
            headers=httpx_response.headers.raw,
            content=httpx_response.stream,
            extensions=httpx_response.extensions,
        )


def _translated(error: httpx.HTTPError) -> httpx2.HTTPError:
    """The same failure, as the other library raises it."""
    translated: httpx2.HTTPError = getattr(httpx2, type(error).__name__)(str(error))
    return translated


def use(name: str) -> None:
    """Let every client of this process run on a library."""
    if name == "httpx2":
        _http.httpx = httpx2
        respx.mocks.DEFAULT_MOCKER = _SuccessorMocker.name


def in_use() -> ModuleType:
    """The library that clients run on."""
    return import_module(_http.httpx.__name__)
