"""What both colours ask of the `websockets` library, and what its errors mean."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import ConfigError
from coder_sdk._handshake import RefusedByProxyError, RefusedError
from coder_sdk._ws import LOST, MAX_MESSAGE, TOO_BIG, ClosedError

if TYPE_CHECKING:
    from coder_sdk._handshake import Handshake

CLOSE_TIMEOUT: Final = 2.0
"""Seconds that the other side has to agree to a close."""
_CLOSE_FRAME: Final = 8
# These belong to the connection, or would have a refusal compressed.
_NOT_SENT: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "upgrade"}
)
# The library logs handshakes with all their headers, the token among them.
_SILENT: Final = logging.Logger("coder_sdk.sockets")  # noqa: LOG001 - out of reach of settings
_SILENT.disabled = True


def settings(handshake: Handshake, keepalive: float | None) -> dict[str, Any]:
    """Arguments of the library's `connect`."""
    half = None if keepalive is None else keepalive / 2
    return {
        "additional_headers": [
            (name, value)
            for name, value in handshake.headers.items()
            if name.lower() not in _NOT_SENT
        ],
        "user_agent_header": None,
        "origin": None,
        "compression": None,
        "ssl": handshake.tls if handshake.url.startswith("wss:") else None,
        "proxy": handshake.proxy,
        "open_timeout": handshake.timeout,
        "ping_interval": half,
        "ping_timeout": half,
        "close_timeout": CLOSE_TIMEOUT,
        "max_size": MAX_MESSAGE,
        "logger": _SILENT,
    }


def headers_of(response: Any) -> dict[str, str]:
    """What the answer to a handshake says, under names in lower case."""
    return {name.lower(): value for name, value in response.headers.raw_items()}


def is_farewell(event: Any) -> bool:
    """Whether what came is the other side's close."""
    return getattr(event, "opcode", None) == _CLOSE_FRAME


def raised(error: Exception) -> Exception:
    """What an opener raises in place of an error of the library."""
    from websockets import exceptions as known  # noqa: PLC0415 - it has been imported

    if isinstance(error, known.InvalidStatus):
        response = error.response
        headers = {name.lower(): value for name, value in response.headers.raw_items()}
        return RefusedError(response.status_code, headers, bytes(response.body or b""))
    if isinstance(error, (known.ProxyError, known.InvalidProxy)):
        return RefusedByProxyError(str(error))
    if isinstance(error, ImportError):
        return ConfigError("Sockets through a SOCKS proxy need the package `python-socks`.")
    if isinstance(error, (known.InvalidHandshake, EOFError)):
        return ConnectionResetError(f"the handshake failed: {error}")
    # NOTE: On Python 3.10 asyncio has a `TimeoutError` of its own, which is no `OSError`.
    if type(error).__name__ == "TimeoutError" and not isinstance(error, TimeoutError):
        return TimeoutError(str(error))
    return error


def closed(error: Exception) -> Exception:
    """What a connection raises in place of an error of the library."""
    from websockets import exceptions as known  # noqa: PLC0415 - it has been imported

    if isinstance(error, known.ConnectionClosed):
        if error.rcvd is not None:
            return ClosedError(error.rcvd.code, error.rcvd.reason)
        if error.sent is not None and error.sent.code == TOO_BIG:
            return ClosedError(TOO_BIG, error.sent.reason)
        return ClosedError(LOST, "" if error.sent is None else error.sent.reason)
    if isinstance(error, (OSError, EOFError)):
        return ClosedError(LOST, str(error))
    return error
