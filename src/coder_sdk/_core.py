"""What all copies of a client share: address, credentials, connections, and what was learned."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from coder_sdk._handshake import Handshake
    from coder_sdk._tls import TlsSettings
    from coder_sdk._url import BaseUrl


class Core:
    """State behind a client and its copies."""

    def __init__(  # noqa: PLR0913 - each is configured on its own
        self,
        base: BaseUrl,
        token: str | None,
        *,
        asynchronous: bool,
        tls: TlsSettings,
        proxy: str | None = None,
        ready: Any = None,
    ) -> None:
        self.base = base
        self.token = token
        self.asynchronous = asynchronous
        self.tls = tls
        self.proxy = proxy
        # Opens WebSockets; a fake deployment puts its own here. `None` is the `websockets` library.
        self.opener: Callable[[Handshake], Any] | None = None
        self.owned = ready is None
        self.server_version: str | None = None
        self._http = ready
        self._library: Any = None
        self._lock = Lock()

    def http(self) -> Any:
        """The HTTP client, made with the first request."""
        if self._library is None:
            with self._lock:
                self._open()
        return self._http

    def _open(self) -> None:
        from coder_sdk import _http  # noqa: PLC0415 - imports httpx

        if self._http is None:
            self._http = _http.new_client(
                asynchronous=self.asynchronous,
                tls=self.tls_context(),
                proxy=self.proxy,
                env=True,
            )
        self._library = _http.library_of(self._http)

    def tls_context(self) -> ssl.SSLContext:
        """The TLS context of HTTP and sockets."""
        from coder_sdk._tls import shared_context  # noqa: PLC0415 - with the first request

        return shared_context(self.tls)

    def build(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: Any,
        limit: float | None,
        idle: float | None = None,
    ) -> Any:
        """A request of the HTTP library."""
        from coder_sdk._http import build_request  # noqa: PLC0415 - imports httpx

        timeout = {"connect": limit, "read": idle or limit, "write": limit, "pool": limit}
        return build_request(self._library, method, url, headers, content, timeout)

    def release(self) -> Any:
        """Give up the HTTP client; returns it if it is ours to close."""
        with self._lock:
            http, self._http, self._library = self._http, None, None
        return http if self.owned else None
