"""TLS contexts: made when a connection needs one, shared by all clients with the same settings."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import ConfigError

if TYPE_CHECKING:
    from typing_extensions import Self


class LazyContext(ssl.SSLContext):
    """A client context that loads the certificates it trusts with its first connection.

    Loading them costs more than the import of the HTTP library, and a deployment at an `http://`
    address never needs them, unless it redirects to `https://`.
    """

    _lock: Lock
    _loaded: bool
    _sources: TlsSettings

    def __new__(cls, sources: TlsSettings) -> Self:
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context._lock = Lock()
        context._loaded = False
        context._sources = sources
        return context

    def load(self) -> None:
        """Load certificates, once."""
        with self._lock:
            if not self._loaded:
                self._sources.load_into(self)
                self._loaded = True

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Load what is needed, then do as every context does."""
        self.load()
        return super().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Load what is needed, then do as every context does."""
        self.load()
        return super().wrap_bio(*args, **kwargs)


class TlsSettings:
    """Which authorities are trusted, and which certificate is shown."""

    __slots__ = ("ca_file", "cert_file", "key_file", "verify")

    def __init__(
        self,
        *,
        verify: bool = True,
        ca_file: str | None = None,
        cert_file: str | None = None,
        key_file: str | None = None,
    ) -> None:
        self.verify: bool = verify
        self.ca_file: str | None = ca_file
        self.cert_file: str | None = cert_file
        self.key_file: str | None = key_file

    def _key(self) -> tuple[bool, str | None, str | None, str | None]:
        return self.verify, self.ca_file, self.cert_file, self.key_file

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TlsSettings) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def load_into(self, context: ssl.SSLContext) -> None:
        """Load authorities and certificate; a file of authorities replaces those of the system."""
        if self.verify:
            _load_authorities(context, self.ca_file)
        if self.cert_file:
            try:
                context.load_cert_chain(self.cert_file, self.key_file)
            except (OSError, ValueError) as error:
                files = " and ".join(filter(None, (self.cert_file, self.key_file)))
                raise ConfigError(
                    f"{files} cannot be used as a client certificate and its key: {error}."
                ) from None


def _load_authorities(context: ssl.SSLContext, ca_file: str | None) -> None:
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{ca_file} cannot be used as authorities: {error}.") from None
        return
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        context.load_verify_locations(cafile=file, capath=folder)
        return
    import certifi  # noqa: PLC0415 - what the HTTP library trusts too, and depends on

    context.load_verify_locations(cafile=certifi.where())


@lru_cache(maxsize=16)
def shared_context(settings: TlsSettings) -> ssl.SSLContext:
    """The context of these settings: one for all clients of the process."""
    context = LazyContext(settings)
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.ca_file or settings.cert_file:
        # Before there is a connection, which an error within its handshake would leave open.
        context.load()
    return context
