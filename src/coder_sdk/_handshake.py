"""What opens a WebSocket: the same address, credentials, TLS and proxy as every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from coder_sdk._call import Call
    from coder_sdk._core import Core
    from coder_sdk._redact import Masked


class RefusedError(Exception):
    """An opener got an answer that is no switch of protocols."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body


class NoAnswerError(Exception):
    """An opener got no answer; the cause is the `OSError` that says why."""


class RefusedByProxyError(OSError):
    """A proxy did not let an opener through."""


class Handshake:
    """Facts of one WebSocket handshake; the opener of the client turns them into a connection.

    Attributes:
        url: Address with the scheme `ws` or `wss`.
        tls: The context for `wss`.
        proxy: Address of the proxy; `None` for none.
        timeout: Seconds for the whole handshake.
        operation: Verb and path template, for errors.
    """

    __slots__ = ("_headers", "operation", "proxy", "timeout", "tls", "url")

    def __init__(  # noqa: PLR0913 - one argument for each fact
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        tls: ssl.SSLContext,
        proxy: str | None,
        timeout: float | None,
        operation: str,
    ) -> None:
        self.url = url
        self._headers = headers
        self.tls = tls
        self.proxy = proxy
        self.timeout = timeout
        self.operation = operation

    @property
    def headers(self) -> dict[str, str]:
        """Everything to send, as plain text; do not keep it where a traceback may show it."""
        return {name: str.__str__(value) for name, value in self._headers.items()}

    def __repr__(self) -> str:
        return f"<Handshake {self.operation}>"


def prepared(call: Call, core: Core, token: Masked | None) -> Handshake:
    """The handshake of a call."""
    return Handshake(
        "ws" + call.prepared.url.removeprefix("http"),
        core.headers(call.prepared, token),
        tls=core.tls_context(),
        proxy=core.proxy,
        timeout=call.timeout(call.limit),
        operation=call.request.operation,
    )
