"""Hides secrets in everything that is shown, logged, raised or pickled."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coder_sdk._request import Request

MASK: Final = "**********"
_MASK_BYTES: Final = MASK.encode()

_SECRET_HEADERS: Final = frozenset(
    {
        "authorization",
        "coder-external-proxy-token",
        "coder-provisioner-daemon-key",
        "coder-provisioner-daemon-psk",
        "coder-session-token",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-coder-ai-governance-gateway-key",
    }
)
# Keys of JSON, forms and queries whose value is a secret whatever it looks like.
_NAMES: Final = (
    r"(?:[\w-]*(?:password|passwd|secret|token|api_key|apikey|private_key|access_key|credential)"
    r"(?:_full|_id_token)?|client_secret_full|auth_key|p256dh_key|license|coder_signed_app_\w+)"
)
# A session token: ten characters that name it, 22 that prove it.
_SESSION: Final = (
    # The last letter before it may be that of an escape in a URL: `%22`.
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))[A-Za-z0-9]{10}-[A-Za-z0-9]{22}(?![A-Za-z0-9])"
)
# A JSON web token: a licence, a signed app token.
_JWT: Final = r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
_KEY: Final = r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
_SHORTEST: Final = 4
_COMMAND: Final = r"([?&]command=)([^&#]*)"
_WORD: Final = 20


_WHOLE: Final = r'"(?:[^"\\]|\\.)*"'
_STRING: Final = r'"(?:[^"\\]|\\.)*(?:"|\Z)'
_LIST: Final = rf'\[(?:{_WHOLE}|[^"\[\]{{}}])*(?:\]|\Z)'
_OBJECT: Final = rf'\{{(?:{_WHOLE}|[^"{{}}]|\{{(?:{_WHOLE}|[^"{{}}])*\}})*(?:\}}|\Z)'


class _Pairs:
    """Finds what stands under some names: in JSON, in JSON inside of a string, and in forms."""

    __slots__ = ("_escaped", "_form", "_json", "_key")

    def __init__(self, names: str) -> None:
        self._key = re.compile(names, re.IGNORECASE)
        # A text, a list of them, an object; of a value that nests deeper, all that follows.
        self._json = re.compile(
            rf'("{names}"\s*:\s*)(?:{_STRING}|{_LIST}|{_OBJECT}|[\[{{].*)',
            re.IGNORECASE | re.DOTALL,
        )
        # The same inside of a JSON string, where the quotes are escaped.
        self._escaped = re.compile(
            rf'(\\+"{names}\\+"\s*:\s*\\+").*?(\\+"|\Z)', re.IGNORECASE | re.DOTALL
        )
        self._form = re.compile(rf"((?:^|[?&;\s]){names}=)[^&;\s\"']+", re.IGNORECASE)

    def text(self, text: str) -> str:
        """Mask the values in a text."""
        text = self._json.sub(rf'\1"{MASK}"', text)
        text = self._escaped.sub(rf"\1{MASK}\2", text)
        return self._form.sub(rf"\1{MASK}", text)

    def has(self, key: str) -> bool:
        """Whether a name is one of those."""
        return self._key.fullmatch(key) is not None


class Masked(str):
    """Text that is sent as it is and shown as asterisks, also in the locals of a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return Masked, (MASK,)


class MaskedBytes(bytes):
    """Bytes that were given where a secret text is wanted, shown as asterisks likewise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)

    __str__ = __repr__


def hidden(value: Any) -> Any:
    """A secret that nothing shows from here on; what is none is refused where it is used."""
    if hasattr(value, "get_secret_value") and not isinstance(value, type):
        value = value.get_secret_value()
    if isinstance(value, str):
        return Masked(value)
    return MaskedBytes(value) if isinstance(value, (bytes, bytearray)) else value


# Compiling them is a fifth of what importing the client costs, and few programs need them.
@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """What every secret of Coder looks like."""
    return tuple(re.compile(text, re.DOTALL) for text in (_SESSION, _JWT, _KEY))


def without_tokens(text: str) -> str:
    """Mask what has the form of a secret, where no client is there that knows its secrets."""
    for pattern in _patterns():
        text = pattern.sub(MASK, text)
    return text


@lru_cache(maxsize=1)
def _usual() -> _Pairs:
    """What stands under the names that secrets have everywhere."""
    return _Pairs(_NAMES)


class Redactor:
    """Knows the secrets of one client, besides the forms that every secret of Coder has."""

    __slots__ = ("_headers", "_secrets")

    def __init__(self, secrets: Iterable[str] = (), headers: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        self._headers = _SECRET_HEADERS | {name.lower() for name in headers}
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return "<Redactor>"

    def add(self, secret: str) -> None:
        """Hide one more text; a few characters would hide half of what is shown."""
        if len(secret) >= _SHORTEST and secret not in self._secrets:
            known = {*self._secrets, str.__str__(secret)}
            self._secrets = tuple(sorted(known, key=len, reverse=True))

    def add_header(self, name: str, value: str) -> None:
        """Hide a header by its name, and its value wherever it appears."""
        self._headers |= {name.lower()}
        self.add(value)

    def text(self, text: str) -> str:
        """Mask secrets in text, URLs and JSON included."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return _usual().text(without_tokens(text))

    def address(self, url: str) -> str:
        """Mask secrets in a URL; of a command in its query, show the first word and the length."""
        short = re.sub(_COMMAND, self._shortened, url) if "command=" in url else url
        return self.text(short)

    def _shortened(self, found: re.Match[str]) -> str:
        from urllib.parse import quote, unquote_plus  # noqa: PLC0415 - terminals only

        command = unquote_plus(found[2])
        # Redacted before it is cut, so that no half of a secret is left; `NAME=value` is no word.
        words = self.text(command).split(maxsplit=1)
        name, assigned, _ = words[0].partition("=") if words else ("", "", "")
        if name == command and len(command) <= _WORD:
            return found[0]
        shown = quote(f"{name[:_WORD]}{assigned}", safe="/=*")
        return f"{found[1]}{shown}...({len(command)} characters)"

    def content(self, body: bytes) -> bytes:
        """Mask secrets in a body; bytes that are no text stay what they are."""
        try:
            return self.text(body.decode()).encode()
        except UnicodeDecodeError:
            return self._binary(body)

    def _binary(self, body: bytes) -> bytes:
        for secret in self._secrets:
            body = body.replace(secret.encode(), _MASK_BYTES)
        return body

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Copy headers, those that carry credentials masked."""
        return {
            name: MASK if name.lower() in self._headers else self.text(value)
            for name, value in headers.items()
        }

    def data(self, value: Any) -> Any:
        """Copy parsed JSON with its secrets masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.data(item) for item in as_list(value)]
        if isinstance(value, dict):
            return {
                key: _covered(item) if self.hides(key) else self.data(item)
                for key, item in as_object(value).items()
            }
        return value

    def hides(self, key: str) -> bool:
        """Whether what stands under a name is a secret."""
        return _usual().has(key)

    def of(self, request: Request[Any]) -> Redactor:
        """The same, which also knows what one request sends, and what it may be answered."""
        return _RequestRedactor(self, request)


class _RequestRedactor(Redactor):
    """Knows the secrets of one request besides; looks for them when something is to be shown."""

    __slots__ = ("_client", "_pairs", "_request", "_searched")

    def __init__(self, client: Redactor, request: Request[Any]) -> None:
        self._secrets = ()
        self._headers = client._headers  # noqa: SLF001 - the same class
        self._client = client
        self._request = request
        self._pairs: _Pairs | None = None
        self._searched = False

    def of(self, request: Request[Any]) -> Redactor:
        return self._client.of(request)

    def text(self, text: str) -> str:
        self._search()
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = self._client.text(text)
        return text if self._pairs is None else self._pairs.text(text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {name: self.text(value) for name, value in self._client.headers(headers).items()}

    def hides(self, key: str) -> bool:
        self._search()
        return self._client.hides(key) or (self._pairs is not None and self._pairs.has(key))

    def _binary(self, body: bytes) -> bytes:
        self._search()
        return super()._binary(self._client._binary(body))  # noqa: SLF001 - the same class

    def _search(self) -> None:
        if self._searched:
            return
        self._searched = True
        from coder_sdk._sent import names_of, secrets_in  # noqa: PLC0415 - few calls show anything

        names = names_of(self._request)
        if names:
            self._pairs = _pairs(names)
        for secret in secrets_in(self._request, self.hides):
            self.add(secret)


@lru_cache
def _pairs(names: tuple[str, ...]) -> _Pairs:
    return _Pairs(f"(?:{'|'.join(map(re.escape, names))})")


def _covered(value: Any) -> Any:
    """Mask all text of a value, whatever its shape."""
    if isinstance(value, str):
        return MASK if value else value
    if isinstance(value, list):
        return [_covered(item) for item in as_list(value)]
    if isinstance(value, dict):
        return {key: _covered(item) for key, item in as_object(value).items()}
    return value
