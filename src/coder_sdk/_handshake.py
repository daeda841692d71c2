"""What opens a WebSocket: the same address, credentials, TLS and proxy as every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping


class Handshake:
    """Facts of one WebSocket handshake; the opener of the client turns them into a connection.

    Attributes:
        url: Address with the scheme `ws` or `wss`.
        headers: Everything to send, credentials and user agent included.
        tls: The context for `wss`.
        proxy: Address of the proxy; `None` for none.
        timeout: Seconds for the whole handshake.
        operation: Verb and path template, for errors.
    """

    __slots__ = ("headers", "operation", "proxy", "timeout", "tls", "url")

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
        self.headers = headers
        self.tls = tls
        self.proxy = proxy
        self.timeout = timeout
        self.operation = operation

    def __repr__(self) -> str:
        return f"<Handshake {self.operation}>"
