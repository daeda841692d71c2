"""Typed sync and async client for the Coder API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._version import __version__

if TYPE_CHECKING:
    from coder_sdk._client import AsyncClient, Client
    from coder_sdk._errors.base import (
        AmbiguousError,
        CoderError,
        ConfigError,
        RequestValidationError,
    )
    from coder_sdk._errors.status import (
        APIStatusError,
        BadRequestError,
        ConflictError,
        ExpectationFailedError,
        FeatureUnavailableError,
        GoneError,
        NotFoundError,
        NotReadyError,
        PermissionDeniedError,
        PreconditionFailedError,
        RateLimitError,
        RequestTooLargeError,
        ServerError,
        UnauthorizedError,
        UnavailableError,
        Validation,
        ValidationFailedError,
    )
    from coder_sdk._errors.transport import (
        ConnectError,
        ConnectionLostError,
        DeadlineExceededError,
        DecodeError,
        ProxyError,
        RedirectError,
        RequestTimeoutError,
        TLSError,
        TransportError,
        UnexpectedResponseError,
    )
    from coder_sdk._request import OMIT, Omit, Seconds
    from coder_sdk._response import (
        AsyncStreamingResponse,
        RateLimit,
        RawResponse,
        StreamingResponse,
    )

__all__ = [
    "OMIT",
    "APIStatusError",
    "AmbiguousError",
    "AsyncClient",
    "AsyncStreamingResponse",
    "BadRequestError",
    "Client",
    "CoderError",
    "ConfigError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DecodeError",
    "ExpectationFailedError",
    "FeatureUnavailableError",
    "GoneError",
    "NotFoundError",
    "NotReadyError",
    "Omit",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "ProxyError",
    "RateLimit",
    "RateLimitError",
    "RawResponse",
    "RedirectError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RequestValidationError",
    "Seconds",
    "ServerError",
    "StreamingResponse",
    "TLSError",
    "TransportError",
    "UnauthorizedError",
    "UnavailableError",
    "UnexpectedResponseError",
    "Validation",
    "ValidationFailedError",
    "__version__",
]

# Where the public names live; nothing is imported before it is asked for.
_HOMES = {
    "_client": ("AsyncClient", "Client"),
    "_errors.base": ("AmbiguousError", "CoderError", "ConfigError", "RequestValidationError"),
    "_errors.status": (
        "APIStatusError", "BadRequestError", "ConflictError", "ExpectationFailedError",
        "FeatureUnavailableError", "GoneError", "NotFoundError", "NotReadyError",
        "PermissionDeniedError", "PreconditionFailedError", "RateLimitError",
        "RequestTooLargeError", "ServerError", "UnauthorizedError", "UnavailableError",
        "Validation", "ValidationFailedError",
    ),
    "_errors.transport": (
        "ConnectError", "ConnectionLostError", "DeadlineExceededError", "DecodeError",
        "ProxyError", "RedirectError", "RequestTimeoutError", "TLSError", "TransportError",
        "UnexpectedResponseError",
    ),
    "_request": ("OMIT", "Omit", "Seconds"),
    "_response": ("AsyncStreamingResponse", "RateLimit", "RawResponse", "StreamingResponse"),
}  # fmt: skip
_SUBMODULES = frozenset({"models", "resources", "testing", "wire", "workflows"})


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - part of the lazy loading

    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"{__name__}.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})
