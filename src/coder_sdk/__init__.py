"""Typed sync and async client for the Coder API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder_sdk._async_client import AsyncClient
    from coder_sdk._auth import TokenProvider
    from coder_sdk._client import Client
    from coder_sdk._config import Config, Setting
    from coder_sdk._errors.base import (
        AmbiguousError,
        ClientUsageError,
        CoderError,
        ConfigError,
        RequestValidationError,
    )
    from coder_sdk._errors.status import (
        APIStatusError,
        BadRequestError,
        ChatLimitError,
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
        CallError,
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
    from coder_sdk._errors.work import (
        AgentError,
        AgentNotConnectedError,
        AgentStartError,
        AgentTimeoutError,
        BuildCanceledError,
        BuildFailedError,
        BulkError,
        ChatFailedError,
        CommandError,
        CommandLostError,
        CommandTimeoutError,
        DeletionFailedError,
        ExternalAuthRequiredError,
        JobError,
        MissingVariablesError,
        NoProvisionerError,
        QuotaExceededError,
        StreamError,
        TemplateImportError,
        WaitTimeoutError,
    )
    from coder_sdk._hooks import Hooks, RequestInfo, ResponseInfo
    from coder_sdk._io._async.pages import AsyncPager
    from coder_sdk._io._async.sockets import AsyncSocket
    from coder_sdk._io._async.streams import AsyncStream
    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._io._sync.sockets import Socket
    from coder_sdk._io._sync.streams import Stream
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._listed import AsyncListed
    from coder_sdk._model_list import ModelList
    from coder_sdk._page import IncompleteListWarning, Page, PagingError, Position
    from coder_sdk._request import OMIT, Omit, Seconds
    from coder_sdk._response import (
        AsyncStreamingResponse,
        RateLimit,
        RawResponse,
        StreamingResponse,
    )
    from coder_sdk._retry import RetryPolicy
    from coder_sdk._retry_event import RetryEvent
    from coder_sdk._version import __version__
    from coder_sdk._versions import InsecureURLWarning, ServerVersionWarning
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows.bulk import BulkEntry, BulkProgress, BulkReport
    from coder_sdk.workflows.command import CommandResult
    from coder_sdk.workflows.log_line import LogLine
    from coder_sdk.workflows.outcome import Outcome, Skip
    from coder_sdk.workflows.window import Window

__all__ = [
    "OMIT",
    "APIStatusError",
    "AgentError",
    "AgentNotConnectedError",
    "AgentStartError",
    "AgentTimeoutError",
    "AmbiguousError",
    "AsyncClient",
    "AsyncListed",
    "AsyncPager",
    "AsyncSocket",
    "AsyncStream",
    "AsyncStreamingResponse",
    "BadRequestError",
    "BuildCanceledError",
    "BuildFailedError",
    "BulkEntry",
    "BulkError",
    "BulkProgress",
    "BulkReport",
    "CallError",
    "ChatFailedError",
    "ChatLimitError",
    "Client",
    "ClientUsageError",
    "CoderError",
    "CommandError",
    "CommandLostError",
    "CommandResult",
    "CommandTimeoutError",
    "Config",
    "ConfigError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DecodeError",
    "DeletionFailedError",
    "ExpectationFailedError",
    "ExternalAuthRequiredError",
    "FeatureUnavailableError",
    "GoneError",
    "Hooks",
    "IncompleteListWarning",
    "InsecureURLWarning",
    "JobError",
    "LogLine",
    "MissingVariablesError",
    "ModelList",
    "NoProvisionerError",
    "NotFoundError",
    "NotReadyError",
    "Omit",
    "Outcome",
    "Page",
    "Pager",
    "PagingError",
    "PermissionDeniedError",
    "Position",
    "PreconditionFailedError",
    "Progress",
    "ProxyError",
    "QuotaExceededError",
    "RateLimit",
    "RateLimitError",
    "RateLimiter",
    "RawResponse",
    "RedirectError",
    "RequestInfo",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RequestValidationError",
    "ResponseInfo",
    "RetryEvent",
    "RetryPolicy",
    "Seconds",
    "ServerError",
    "ServerVersionWarning",
    "Setting",
    "Skip",
    "Socket",
    "Stream",
    "StreamError",
    "StreamingResponse",
    "TLSError",
    "TemplateImportError",
    "TokenProvider",
    "TransportError",
    "UnauthorizedError",
    "UnavailableError",
    "UnexpectedResponseError",
    "Validation",
    "ValidationFailedError",
    "WaitTimeoutError",
    "Window",
    "__version__",
]

# Where the public names live; nothing is imported before it is asked for.
_HOMES = {
    "_async_client": ("AsyncClient",),
    "_auth": ("TokenProvider",),
    "_client": ("Client",),
    "_config": ("Config", "Setting"),
    "_errors.base": (
        "AmbiguousError",
        "ClientUsageError",
        "CoderError",
        "ConfigError",
        "RequestValidationError",
    ),
    "_errors.status": (
        "APIStatusError",
        "BadRequestError",
        "ChatLimitError",
        "ConflictError",
        "ExpectationFailedError",
        "FeatureUnavailableError",
        "GoneError",
        "NotFoundError",
        "NotReadyError",
        "PermissionDeniedError",
        "PreconditionFailedError",
        "RateLimitError",
        "RequestTooLargeError",
        "ServerError",
        "UnauthorizedError",
        "UnavailableError",
        "Validation",
        "ValidationFailedError",
    ),
    "_errors.transport": (
        "CallError",
        "ConnectError",
        "ConnectionLostError",
        "DeadlineExceededError",
        "DecodeError",
        "ProxyError",
        "RedirectError",
        "RequestTimeoutError",
        "TLSError",
        "TransportError",
        "UnexpectedResponseError",
    ),
    "_errors.work": (
        "AgentError",
        "AgentNotConnectedError",
        "AgentStartError",
        "AgentTimeoutError",
        "BuildCanceledError",
        "BuildFailedError",
        "BulkError",
        "ChatFailedError",
        "CommandError",
        "CommandLostError",
        "CommandTimeoutError",
        "DeletionFailedError",
        "ExternalAuthRequiredError",
        "JobError",
        "MissingVariablesError",
        "NoProvisionerError",
        "QuotaExceededError",
        "StreamError",
        "TemplateImportError",
        "WaitTimeoutError",
    ),
    "_hooks": ("Hooks", "RequestInfo", "ResponseInfo"),
    "_limiter": ("RateLimiter",),
    "_listed": ("AsyncListed",),
    "_model_list": ("ModelList",),
    "_io._async.pages": ("AsyncPager",),
    "_io._async.sockets": ("AsyncSocket",),
    "_io._async.streams": ("AsyncStream",),
    "_io._sync.pages": ("Pager",),
    "_io._sync.sockets": ("Socket",),
    "_io._sync.streams": ("Stream",),
    "_page": ("IncompleteListWarning", "Page", "PagingError", "Position"),
    "_request": ("OMIT", "Omit", "Seconds"),
    "_response": ("AsyncStreamingResponse", "RateLimit", "RawResponse", "StreamingResponse"),
    "_retry": ("RetryPolicy",),
    "_retry_event": ("RetryEvent",),
    "_version": ("__version__",),
    "_versions": ("InsecureURLWarning", "ServerVersionWarning"),
    "workflows._jobs": ("Progress",),
    "workflows.command": ("CommandResult",),
    "workflows.log_line": ("LogLine",),
    "workflows.outcome": ("Outcome", "Skip"),
    "workflows.bulk": ("BulkEntry", "BulkProgress", "BulkReport"),
    "workflows.window": ("Window",),
}
_SUBMODULES = frozenset({"models", "protocols", "resources", "testing", "wire", "workflows"})


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
