"""Hides secrets in everything that is shown, logged, raised or pickled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
_PATTERNS: Final = (
    # A session token: ten characters that name it, 22 that prove it.
    re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{10}-[A-Za-z0-9]{22}(?![A-Za-z0-9])"),
    # A JSON web token: a licence, a signed app token.
    re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
    ),
)
_JSON_PAIR: Final = re.compile(rf'("{_NAMES}"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\Z)', re.IGNORECASE)
# The same inside of a JSON string, where the quotes are escaped.
_ESCAPED_PAIR: Final = re.compile(
    rf'(\\+"{_NAMES}\\+"\s*:\s*\\+").*?(\\+"|\Z)', re.IGNORECASE | re.DOTALL
)
_FORM_PAIR: Final = re.compile(rf"((?:^|[?&;\s]){_NAMES}=)[^&;\s\"']+", re.IGNORECASE)
_SHORTEST: Final = 4


class Masked(str):
    """Text that is sent as it is and shown as asterisks, also in the locals of a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return Masked, (MASK,)


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
        for pattern in _PATTERNS:
            text = pattern.sub(MASK, text)
        text = _JSON_PAIR.sub(rf'\1"{MASK}"', text)
        text = _ESCAPED_PAIR.sub(rf"\1{MASK}\2", text)
        return _FORM_PAIR.sub(rf"\1{MASK}", text)

    def content(self, body: bytes) -> bytes:
        """Mask secrets in a body; bytes that are no text stay what they are."""
        try:
            return self.text(body.decode()).encode()
        except UnicodeDecodeError:
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
                key: MASK if isinstance(item, str) and item and _is_secret(key) else self.data(item)
                for key, item in as_object(value).items()
            }
        return value


_KEY: Final = re.compile(_NAMES, re.IGNORECASE)


def _is_secret(key: str) -> bool:
    return _KEY.fullmatch(key) is not None
