"""From what the HTTP library raises to the errors of this package."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple

from coder_sdk._errors.transport import (
    ConnectError,
    ConnectionLostError,
    ProxyError,
    RequestTimeoutError,
    TLSError,
    TransportError,
)
from coder_sdk._handshake import NoAnswerError, RefusedByProxyError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Failure(NamedTuple):
    """What a lost try was.

    Attributes:
        error: Class of the error.
        message: What happened.
        sent: The server may have seen the request.
        permanent: Trying again cannot help.
        hint: What to do about it.
    """

    error: type[TransportError]
    message: str
    sent: bool
    permanent: bool = False
    hint: str | None = None


def classify(error: BaseException, *, proxy: bool = False) -> Failure | None:  # noqa: PLR0911 - one line for each kind
    """Tell the failures of the HTTP library apart; `None` for what is no failure of it."""
    from coder_sdk._http import failure_names  # noqa: PLC0415 - loaded, as it raised

    if isinstance(error, NoAnswerError):
        return _handshake(error.__cause__ or error, proxy=proxy)
    names = failure_names(error)
    if names is None:
        # The asynchronous back ends let an alert that comes with the first read through as it is.
        return _tls(error) if isinstance(error, ssl.SSLError) else None
    text = _text(error)
    if names & {"InvalidURL", "IDNAError"} or "in location header" in text:
        # The library reads the address of every redirect, although none is followed by it.
        message = f"the server redirects to what is no address: {text}"
        return Failure(TransportError, message, sent=False, permanent=True)
    if "TimeoutException" in names:
        return _timeout(names)
    if "ProxyError" in names:
        permanent = text.startswith(("403", "407"))
        return Failure(ProxyError, f"the proxy refused: {text}", sent=False, permanent=permanent)
    tls = next((cause for cause in _chain(error) if isinstance(cause, ssl.SSLError)), None)
    if "ConnectError" in names:
        return _connect(error, text, tls, proxy=proxy)
    if names & {"UnsupportedProtocol", "LocalProtocolError"}:
        return Failure(TransportError, text, sent=False, permanent=True)
    if tls is not None and "alert" in str(tls).lower():
        # The other side refused our certificate: under TLS 1.3 that shows with the first read.
        return _tls(tls)
    return Failure(ConnectionLostError, f"the connection was lost: {text}", sent=True)


def _handshake(error: BaseException, *, proxy: bool) -> Failure:
    """What the opener of a WebSocket ran into."""
    if isinstance(error, TimeoutError):
        return Failure(RequestTimeoutError, "no connection was made in time", sent=False)
    if isinstance(error, ConnectionResetError):
        return Failure(ConnectionLostError, f"the connection was lost: {_text(error)}", sent=True)
    if isinstance(error, RefusedByProxyError):
        text = _text(error)
        permanent = "403" in text or "407" in text
        return Failure(ProxyError, f"the proxy refused: {text}", sent=False, permanent=permanent)
    tls = next((cause for cause in _chain(error) if isinstance(cause, ssl.SSLError)), None)
    return _connect(error, _text(error), tls, proxy=proxy)


def _timeout(names: frozenset[str]) -> Failure:
    for name, what in (
        ("ConnectTimeout", "no connection was made in time"),
        ("PoolTimeout", "no connection of the pool became free in time"),
    ):
        if name in names:
            return Failure(RequestTimeoutError, what, sent=False)
    return Failure(RequestTimeoutError, "the server did not answer in time", sent=True)


def _connect(error: BaseException, text: str, tls: ssl.SSLError | None, *, proxy: bool) -> Failure:
    if tls is not None:
        return _tls(tls)
    unknown = any(isinstance(cause, socket.gaierror) for cause in _chain(error))
    if proxy:
        return Failure(ProxyError, f"the proxy cannot be reached: {text}", sent=False)
    if unknown:
        hint = "The name of the host is not known here: check the URL, or the network."
        return Failure(ConnectError, f"the host is unknown: {text}", sent=False, hint=hint)
    return Failure(ConnectError, f"no connection: {text}", sent=False)


def _tls(error: ssl.SSLError) -> Failure:
    hint = None
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = (
            "Pass `verify=` the file of the authority that signed the certificate, "
            "or set `CODER_CLIENT_TLS_CA_FILE`."
        )
    elif "certificate" in str(error).lower():
        hint = "The server asks for a client certificate: see `CODER_CLIENT_TLS_CERT_FILE`."
    return Failure(TLSError, f"TLS failed: {_text(error)}", sent=False, hint=hint)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _text(error: Any) -> str:
    for cause in _chain(error):
        text = str(cause).strip()
        if text:
            return text.rstrip(".")
    return type(error).__name__


def without_frames(error: BaseException) -> BaseException:
    """Drop the frames of an error and of its causes: their locals hold the credentials."""
    for cause in list(_chain(error)):
        cause.__traceback__ = None
    return error
