"""What all copies of a client share: address, credentials, connections, and what was learned."""

from __future__ import annotations

import os
import sys
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from warnings import warn

from coder_sdk._errors.base import ClientUsageError
from coder_sdk._prepare import TOKEN_HEADER, merge_headers
from coder_sdk._response import VERSION_HEADER
from coder_sdk._version import __version__
from coder_sdk._versions import ServerVersionWarning, complaint

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Hashable, Mapping

    from coder_sdk._auth import Credentials
    from coder_sdk._call import Call
    from coder_sdk._clock import Clock
    from coder_sdk._handshake import Handshake
    from coder_sdk._hooks import Hooks
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._prepare import Prepared
    from coder_sdk._redact import Redactor
    from coder_sdk._tls import TlsSettings
    from coder_sdk._url import BaseUrl

AT_ONCE: Final = 50
"""Requests that one client has under way at a time; more wait for their turn."""

# Headers of a ready client that are not the requests': they belong to a body or to a connection.
_NOT_TAKEN: Final = frozenset(
    {"cookie", "host", "content-length", "content-type", "transfer-encoding", "user-agent",
     TOKEN_HEADER}
)  # fmt: skip


class Core:
    """State behind a client and its copies."""

    def __init__(  # noqa: PLR0913 - each is configured on its own
        self,
        base: BaseUrl,
        credentials: Credentials,
        *,
        asynchronous: bool,
        clock: Clock,
        redactor: Redactor,
        tls: TlsSettings | ssl.SSLContext,
        proxy: str | None = None,
        ready: Any = None,
        hooks: Hooks | None = None,
        limiter: RateLimiter | None = None,
        app_name: str | None = None,
        tracing: bool = False,
        warn_version: bool = True,
    ) -> None:
        self.base = base
        self.credentials = credentials
        self.asynchronous = asynchronous
        self.clock = clock
        self.redactor = redactor
        self.proxy = proxy
        self.hooks = hooks
        self.limiter = limiter
        self.tracing = tracing
        if tracing:
            from coder_sdk._tracing import load  # noqa: PLC0415 - only where it is wanted

            load()
        self.server_version: str | None = None
        # Opens WebSockets; a fake deployment puts its own here. `None` is the `websockets` library.
        self.opener: Callable[[Handshake], Any] | None = None
        # Streams of which this server has the other form.
        self.fallbacks: set[str] = set()
        # A lock of the client's colour around the credentials, made by its transport.
        self.auth_lock: Any = None
        # What bounds the requests that are under way, likewise.
        self.gate: Any = None
        # Identifiers that names were resolved to, and until when they are trusted.
        self.names: dict[tuple[str, str], tuple[str, float]] = {}
        # What workflows learned about this deployment and that cannot change.
        self.memory: dict[Hashable, Any] = {}
        self._tls = tls
        self._owned = ready is None
        self._ready = ready
        self._app_name = app_name
        self._warn_version = warn_version
        self._lock = Lock()
        self._http: Any = None
        self._library: Any = None
        self._defaults: dict[str, str] = {}
        self._pid = 0
        self._loop: object = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<Core {self.base}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("A client holds connections and credentials and cannot be pickled.")

    # -- connections

    def http(self, loop: object = None) -> Any:
        """The HTTP client, made with the first request.

        Args:
            loop: What identifies the running event loop; `None` in the sync client.

        Raises:
            ClientUsageError: The client was closed, forked, or taken to another event loop.
        """
        if self._http is None:
            with self._lock:
                if self._http is None:
                    self._open(loop)
        if os.getpid() != self._pid:
            raise ClientUsageError(
                "The client was made before the process forked, and its connections belong to the "
                "parent: make a client in each process."
            )
        if loop is not self._loop and loop != self._loop:
            raise ClientUsageError(
                "The client is used in another event loop than before, where its connections "
                "cannot work: make an `AsyncClient` in each loop."
            )
        return self._http

    def _open(self, loop: object) -> None:
        if self._closed:
            raise ClientUsageError("The client is closed.")
        from coder_sdk import _http  # noqa: PLC0415 - imports httpx

        http = self._ready or _http.new_client(
            asynchronous=self.asynchronous,
            tls=self.tls_context(),
            proxy=self.proxy,
            at_once=AT_ONCE,
        )
        self._library = _http.library_of(http)
        merge_headers(
            self._defaults,
            {name: value for name, value in http.headers.items() if name not in _NOT_TAKEN},
            trusted=True,
        )
        self._defaults["user-agent"] = self._agent(_http.library_version(self._library))
        self._pid = os.getpid()
        self._loop = loop
        self._http = http

    @property
    def uses_proxy(self) -> bool:
        """Whether our proxy is on the way; a ready client has settings of its own."""
        return self._owned and self.proxy is not None

    def tls_context(self) -> ssl.SSLContext:
        """The TLS context of HTTP and sockets."""
        from coder_sdk._tls import TlsSettings, shared_context  # noqa: PLC0415 - first request

        return shared_context(self._tls) if isinstance(self._tls, TlsSettings) else self._tls

    def release(self) -> Any:
        """Close for good; returns the HTTP client if it is ours to close."""
        with self._lock:
            http, self._http, self._closed = self._http, None, True
        return http if self._owned else None

    def __del__(self) -> None:
        # `_owned` is missing if the constructor failed.
        if getattr(self, "_owned", False) and self._http is not None and os.getpid() == self._pid:
            warn(f"unclosed client of {self.base}", ResourceWarning, source=self, stacklevel=2)

    # -- requests

    def build(self, call: Call, token: str | None, content: Any, watch: Callable[..., Any]) -> Any:
        """A request of the HTTP library, with credentials, whose connections are watched."""
        from coder_sdk._http import build_request  # noqa: PLC0415 - imports httpx

        headers = self.headers(call.prepared, token)
        if call.upload is not None and call.upload.size is not None:
            headers["content-length"] = str(call.upload.size)
        extensions = {"timeout": call.allowances(), "trace": watch}
        return build_request(
            self._library, call.prepared.method, call.url, headers, content, extensions
        )

    def headers(self, prepared: Prepared, token: str | None) -> dict[str, str]:
        """Everything that goes with a request."""
        headers = {**self._defaults, **prepared.headers}
        if token is not None:
            headers[TOKEN_HEADER] = token
        return headers

    def cookies(self) -> list[Any] | None:
        """What the jar of a ready client holds; `None` for our own, which keeps nothing."""
        return None if self._owned else list(self._http.cookies.jar)

    def restore_cookies(self, kept: list[Any] | None, headers: Mapping[str, str]) -> None:
        """Undo what an answer put into the jar of a ready client: it would beat the token."""
        if kept is not None and "set-cookie" in headers:
            jar = self._http.cookies.jar
            jar.clear()
            for cookie in kept:
                jar.set_cookie(cookie)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Keep the server's version, and warn once if it is not among the supported ones."""
        version = headers.get(VERSION_HEADER)
        if not version or version == self.server_version:
            return
        first, self.server_version = self.server_version is None, version
        text = complaint(version)
        if first and text and self._warn_version:
            from coder_sdk._warn import warn_caller  # noqa: PLC0415 - only to warn

            warn_caller(text, ServerVersionWarning)

    def _agent(self, library: str) -> str:
        python = ".".join(str(part) for part in sys.version_info[:3])
        own = f"coder-sdk/{__version__} Python/{python} {library}"
        return f"{self._app_name} {own}" if self._app_name else own
