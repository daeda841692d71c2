"""Where a client's settings come from: arguments, environment, and what `coder login` stored."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._auth import TokenProvider
from coder_sdk._errors.base import ConfigError, RequestValidationError
from coder_sdk._prepare import check_token, given, merge_headers
from coder_sdk._redact import Masked, hidden
from coder_sdk._request import OMIT, Omit
from coder_sdk._tls import TlsSettings
from coder_sdk._url import BaseUrl, parse_base_url
from coder_sdk._versions import InsecureURLWarning

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from coder_sdk._auth import TokenSource
    from coder_sdk._stored import Stored

_FALSE: Final = frozenset({"", "0", "f", "false", "no", "off"})


class Setting(NamedTuple):
    """One value and its origin.

    Attributes:
        name: What it is.
        shown: The value as it may be shown; secrets are masked.
        source: Where it came from.
    """

    name: str
    shown: str
    source: str

    def __str__(self) -> str:
        return f"{self.name}: {self.shown} ({self.source})"


class Config:
    """The settings of a client, each with its origin.

    Attributes:
        url: Address of the deployment.
        settings: Every setting that is in force, and where it came from.
        notes: What was looked at and not used, and why.
        token: The token, or what gives it; shown by nothing.
        headers: Headers of every request; their values are shown by nothing.
        tls: Whom to trust, and which certificate to show.
        proxy: Address of the proxy.
        warns_of_version: Whether a server of an unsupported release is worth a warning.
    """

    def __init__(self, url: BaseUrl, settings: list[Setting], notes: list[str]) -> None:
        self.url = url
        self.settings = settings
        self.notes = notes
        self.token: TokenSource | None = None
        self.headers: dict[str, str] = {}
        self.tls: TlsSettings | ssl.SSLContext = TlsSettings()
        self.proxy: str | None = None
        self.warns_of_version = True

    def explain(self) -> str:
        """Say in lines of text what is used, where it came from, and what was passed over."""
        lines = [str(setting) for setting in self.settings]
        return "\n".join([*lines, *(f"not used: {note}" for note in self.notes)])

    def __repr__(self) -> str:
        return f"<Config {self.url}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("A configuration holds credentials and cannot be pickled.")

    @classmethod
    def load(  # noqa: PLR0913 - one argument for each setting
        cls,
        url: str | None = None,
        *,
        token: TokenSource | Omit | None = OMIT,
        headers: Mapping[str, str] | None = None,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext | Omit = OMIT,
        cert: tuple[str, str] | str | Omit | None = OMIT,
        proxy: str | Omit | None = OMIT,
    ) -> Config:
        """Find the settings as a client with these arguments would.

        Args:
            url: The deployment; else `CODER_URL`, else what `coder login` stored.
            token: The token; else `CODER_SESSION_TOKEN`, else what was stored for this
                deployment. `None` for none.
            headers: Headers of every request, beside those of `CODER_HEADER`.
            verify: False, a file of authorities, or a context.
            cert: Files of a client certificate and its key.
            proxy: Address of a proxy; `None` for none. Else the environment's.

        Raises:
            ConfigError: Something is missing or malformed; the text names what was looked at.
        """
        search = _Search(os.environ, sys.platform)
        return search.load(url, token=token, headers=headers, verify=verify, cert=cert, proxy=proxy)


class _Search:
    """One look at arguments, environment and files."""

    def __init__(self, env: Mapping[str, str], platform: str) -> None:
        self.env = env
        self.platform = platform
        self.settings: list[Setting] = []
        self.notes: list[str] = []
        self._stored: Stored | None = None

    @property
    def stored(self) -> Stored:
        """What the command stored, read when it is needed."""
        if self._stored is None:
            from coder_sdk._stored import Stored  # noqa: PLC0415 - only without arguments

            self._stored = Stored(self.env, self.platform)
        return self._stored

    def load(  # noqa: PLR0913 - as in `Config.load`
        self,
        url: str | None,
        *,
        token: TokenSource | Omit | None,
        headers: Mapping[str, str] | None,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext | Omit,
        cert: tuple[str, str] | str | Omit | None,
        proxy: str | Omit | None,
    ) -> Config:
        base = self.find_url(url)
        config = Config(base, self.settings, self.notes)
        config.token = self.find_token(token, base)
        config.headers = self.find_headers(headers, base)
        config.tls = self.find_tls(verify=verify, cert=cert)
        config.proxy = self.find_proxy(proxy, base)
        config.warns_of_version = not self.flag("CODER_NO_VERSION_WARNING")
        if base.scheme == "http" and not base.is_loopback:
            from coder_sdk._warn import warn_caller  # noqa: PLC0415 - only to warn

            warn_caller(
                f"{base} is not encrypted: the token can be read on its way. Use `https://`.",
                InsecureURLWarning,
            )
        return config

    def use(self, name: str, shown: str, source: str) -> None:
        """Note a setting that is in force."""
        self.settings.append(Setting(name, shown, source))

    def flag(self, name: str) -> bool:
        """A switch of the environment."""
        return self.env.get(name, "").strip().lower() not in _FALSE

    def find_url(self, url: str | None) -> BaseUrl:
        """The address: argument, environment, file."""
        for text, source in (
            (url, "argument `url`"),
            (self.env.get("CODER_URL"), "environment `CODER_URL`"),
        ):
            if text is not None and (text or source.startswith("argument")):
                base = parse_base_url(text, source)
                self.use("url", str(base), source)
                return base
        stored = self.stored
        text = stored.read("url")
        if not text:
            raise ConfigError(
                "There is no URL: `url` was not passed, `CODER_URL` is not set, and there is no "
                f"file {stored.path('url')}.",
                hint="Pass `url`, set `CODER_URL`, or run `coder login`.",
            )
        base = parse_base_url(text, f"file {stored.path('url')}")
        self.use("url", str(base), f"file {stored.path('url')}")
        return base

    # -- credentials

    def find_token(self, token: TokenSource | Omit | None, base: BaseUrl) -> TokenSource | None:
        """The token: argument, environment, and what was stored for this deployment."""
        if not isinstance(token, Omit):
            shown = "none" if token is None else "hidden"
            self.use("token", shown, "argument `token`")
            token = hidden(token)
            if isinstance(token, str):
                return _checked(token, "argument `token`")
            if token is None or callable(token) or isinstance(token, TokenProvider):
                return token
            hint = "Pass `token.decode()`." if isinstance(token, bytes) else None
            kind = "bytes" if isinstance(token, bytes) else _kind(token)
            text = f"`token` has to be a text, a function or a `TokenProvider`, not {kind}."
            raise ConfigError(text, hint=hint)
        return self._environment_token(base) or self._stored_token(base)

    def _environment_token(self, base: BaseUrl) -> str | None:
        token = self.env.get("CODER_SESSION_TOKEN", "").strip()
        if not token:
            self.notes.append("`CODER_SESSION_TOKEN` is not set")
            return None
        if self._belongs("the token of `CODER_SESSION_TOKEN`", base):
            self.use("token", "hidden", "environment `CODER_SESSION_TOKEN`")
            return _checked(token, "environment `CODER_SESSION_TOKEN`")
        return None

    def _belongs(self, what: str, base: BaseUrl) -> bool:
        """Whether a credential of the environment is for this deployment."""
        other = self.env.get("CODER_URL")
        if not other or parse_base_url(other, "`CODER_URL`").key == base.key:
            return True
        self.notes.append(f"{what} belongs to `CODER_URL`, which is another deployment ({other})")
        return False

    def _stored_token(self, base: BaseUrl) -> str:
        token, source, looked_at = self.stored.token(base)
        self.notes += looked_at
        if token is None or source is None:
            raise ConfigError(
                f"There is no token for {base}: {'; '.join(self.notes)}.",
                hint="Pass `token`, set `CODER_SESSION_TOKEN`, or run `coder login`; "
                "`token=None` makes a client without credentials.",
            )
        self.use("token", "hidden", source)
        return _checked(token, source)

    def find_headers(self, headers: Mapping[str, str] | None, base: BaseUrl) -> dict[str, str]:
        """Static headers: of the environment, of its command, of the argument."""
        found: dict[str, str] = {}
        text, command = self.env.get("CODER_HEADER"), self.env.get("CODER_HEADER_COMMAND")
        if (text or command) and self._belongs("what `CODER_HEADER` and its command give", base):
            from coder_sdk import _header_command as sources  # noqa: PLC0415 - few need it

            if text:
                self._add(found, sources.parse_list(text), "environment `CODER_HEADER`")
            if command:
                more = sources.run(command, str(base), self.env, self.platform)
                self._add(found, more, "environment `CODER_HEADER_COMMAND`")
        headers = _masked(given("headers", headers))
        if headers:
            merge_headers(found, headers)
            self.use("headers", ", ".join(headers), "argument `headers`")
        return found

    def _add(self, found: dict[str, str], headers: Mapping[str, str], source: str) -> None:
        """Add headers of the environment."""
        try:
            merge_headers(found, _masked(headers))
        except RequestValidationError as error:
            raise ConfigError(f"{source}: {error.message}") from None
        self.use("headers", ", ".join(headers).lower(), source)

    # -- connections

    def find_tls(
        self,
        *,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext | Omit,
        cert: tuple[str, str] | str | Omit | None,
    ) -> TlsSettings | ssl.SSLContext:
        """Authorities and client certificate."""
        if not isinstance(verify, (bool, str, os.PathLike, Omit)):
            if not hasattr(verify, "wrap_socket"):
                raise ConfigError(f"`verify` has to be a file or a context, not {_kind(verify)}.")
            self.use("verify", "a ready context", "argument `verify`")
            return verify
        ca_file: str | None = None
        if isinstance(verify, (str, os.PathLike)):
            ca_file = self._file(os.fspath(verify), "argument `verify`")
        elif isinstance(verify, Omit):
            ca_file = self._environment_file("CODER_CLIENT_TLS_CA_FILE")
        cert_file, key_file = self._certificate(cert)
        return TlsSettings(
            verify=verify is not False, ca_file=ca_file, cert_file=cert_file, key_file=key_file
        )

    def _certificate(
        self, cert: tuple[str, str] | str | Omit | None
    ) -> tuple[str | None, str | None]:
        if isinstance(cert, Omit):
            cert_file = self._environment_file("CODER_CLIENT_TLS_CERT_FILE")
            key_file = self._environment_file("CODER_CLIENT_TLS_KEY_FILE")
            if (cert_file is None) != (key_file is None):
                raise ConfigError(
                    "`CODER_CLIENT_TLS_CERT_FILE` and `CODER_CLIENT_TLS_KEY_FILE` have to be set "
                    "together."
                )
            return cert_file, key_file
        if cert is None:
            return None, None
        several: list[Any] = [*cert] if isinstance(cert, (tuple, list)) else [cert]
        if not all(map(_is_path, several)):
            raise ConfigError(
                "`cert` has to be a file, or the files of a certificate and of its key, as "
                f"`('cert.pem', 'key.pem')`, not {_kind(cert)}."
            )
        paths: list[str] = [os.fspath(file) for file in several]
        found = [self._file(path, "argument `cert`") for path in paths]
        if len(found) not in {1, 2}:
            raise ConfigError(f"`cert` has to be one file or two, not {len(found)}.")
        return found[0], found[-1] if len(found) > 1 else None

    def _environment_file(self, name: str) -> str | None:
        path = self.env.get(name)
        return self._file(path, f"environment `{name}`") if path else None

    def _file(self, path: str, source: str) -> str:
        if not os.path.isfile(path):  # noqa: PTH113 - keeps the import path short
            raise ConfigError(f"{source} names {path!r}, which is no file.")
        self.use("TLS file", path, source)
        return path

    def find_proxy(self, proxy: str | Omit | None, base: BaseUrl) -> str | None:
        """The proxy: argument, else environment."""
        from coder_sdk._proxy import check, from_environment, shown  # noqa: PLC0415 - small

        if not isinstance(proxy, Omit):
            if proxy is not None:
                self.use("proxy", shown(check(proxy, "`proxy`")), "argument `proxy`")
            return None if proxy is None else Masked(proxy)
        name, found = from_environment(self.env, base)
        if found is not None:
            self.use("proxy", shown(check(found, f"`{name}`")), f"environment `{name}`")
        # It may hold a password.
        return None if found is None else Masked(found)


def _checked(token: str, source: str) -> str:
    """A token that can be sent.

    Raises:
        ConfigError: It cannot, with where it came from and never with the text itself.
    """
    try:
        return Masked(check_token(token))
    except ConfigError as error:
        raise ConfigError(f"{source}: {error.message}") from None


def _is_path(value: object) -> bool:
    return isinstance(value, (str, os.PathLike))


def _kind(value: object) -> str:
    return type(value).__name__


def _masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers whose values nothing shows; what is no text is refused where headers are checked."""
    return {
        name: Masked(value) if isinstance(value, str) else value for name, value in headers.items()
    }
