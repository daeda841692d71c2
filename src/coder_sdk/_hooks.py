"""What an application hears of every request and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coder_sdk._response import RateLimit


class RequestInfo:
    """One try, before it is sent; headers and address without secrets."""

    __slots__ = ("headers", "method", "number", "operation", "url")

    def __init__(
        self, method: str, url: str, operation: str, number: int, headers: Mapping[str, str]
    ) -> None:
        self.method: str = method
        self.url: str = url
        self.operation: str = operation
        self.number: int = number
        self.headers: Mapping[str, str] = headers

    def __repr__(self) -> str:
        return f"<RequestInfo {self.method} {self.url} try {self.number}>"


class ResponseInfo:
    """What one try ended with: an answer, or the error that there was none."""

    __slots__ = ("elapsed", "error", "headers", "rate_limit", "request", "status")

    def __init__(  # noqa: PLR0913 - the parts of an outcome
        self,
        request: RequestInfo,
        *,
        status: int | None,
        headers: Mapping[str, str],
        rate_limit: RateLimit | None,
        elapsed: float,
        error: Exception | None = None,
    ) -> None:
        self.request: RequestInfo = request
        self.status: int | None = status
        self.headers: Mapping[str, str] = headers
        self.rate_limit: RateLimit | None = rate_limit
        self.elapsed: float = elapsed
        self.error: Exception | None = error

    def __repr__(self) -> str:
        outcome = self.status if self.error is None else type(self.error).__name__
        return f"<ResponseInfo {self.request.operation} {outcome}>"


class Hooks:
    """Functions that are called for every try, in the caller's thread or task.

    Args:
        on_request: Hears of a try before it is sent.
        on_response: Hears of its outcome.

    In the async client both may be coroutine functions. What they raise ends the call.

    Raises:
        ConfigError: One of them cannot be called.
    """

    __slots__ = ("on_request", "on_response")

    def __init__(
        self,
        *,
        on_request: Callable[[RequestInfo], Any] | None = None,
        on_response: Callable[[ResponseInfo], Any] | None = None,
    ) -> None:
        for name, hook in (("on_request", on_request), ("on_response", on_response)):
            if hook is not None and not callable(hook):
                kind = type(hook).__name__
                raise ConfigError(f"`{name}` has to be a function, or `None`, not {kind}.")
        self.on_request: Callable[[RequestInfo], Any] | None = on_request
        self.on_response: Callable[[ResponseInfo], Any] | None = on_response
