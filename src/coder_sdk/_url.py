"""Base address, path templates and query strings: everything between arguments and a URL."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from coder_sdk._errors.base import ConfigError, RequestValidationError
from coder_sdk._request import Duration, Omit, Repeated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MICROSECOND: Final = timedelta(microseconds=1)
_NANOSECONDS: Final = {
    "ns": 1, "us": 1_000, "ms": 1_000_000, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9
}  # fmt: skip
# What a path segment may hold unquoted: RFC 3986 `pchar` without `%`.
_SEGMENT_SAFE: Final = "~!$&'()*+,;=:@"
_COLLECTIONS: Any = (list, tuple, set, frozenset)
_INT64: Final = 2**63
# A name, an IPv4 address, or an IPv6 address with its zone.
_HOST: Final = r"[a-z0-9._-]+|[0-9a-f.:]+(?:%25[a-z0-9._~-]+)?"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class BaseUrl:
    """The address of a deployment: scheme, host, port and an optional path prefix."""

    __slots__ = ("host", "path", "port", "scheme")

    def __init__(self, scheme: str, host: str, port: int | None, path: str) -> None:
        self.scheme: str = scheme
        self.host: str = host
        self.port: int | None = port
        self.path: str = path

    @property
    def origin(self) -> str:
        """Scheme, host and port as they appear in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def key(self) -> tuple[str, str, int]:
        """What two addresses of one origin have in common."""
        return self.scheme, self.host, self.port or _DEFAULT_PORTS[self.scheme]

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine."""
        host = self.host
        return host in {"localhost", "::1"} or host.endswith(".localhost") or _is_127(host)

    def join(self, path: str) -> str:
        """Absolute URL of a path, below the prefix if there is one."""
        return f"{self.origin}{self.path}{path}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"

    def __repr__(self) -> str:
        return f"BaseUrl({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseUrl):
            return NotImplemented
        return (self.key, self.path) == (other.key, other.path)

    def __hash__(self) -> int:
        return hash((self.key, self.path))


def _is_127(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(part.isdigit() for part in parts)  # noqa: PLR2004 - an IPv4 address


def parse_base_url(text: str, source: str = "`url`") -> BaseUrl:
    """Read the address of a deployment, adding the scheme as the `coder` command does.

    Args:
        text: `https://coder.example.com`, with or without scheme, port and path prefix.
        source: Where the text came from, for the error.

    Raises:
        ConfigError: It is no address of a web server.
    """
    # Callers who are not typed give anything, and tests for text must not fail for other types.
    if not isinstance(text, str):
        raise ConfigError(f"{source} has to be a text, not {type(text).__name__}.")
    stripped = text.strip()
    if not stripped or any(ord(char) <= 32 or ord(char) == 127 for char in stripped):  # noqa: PLR2004 - control characters
        shown = "it" if "@" in stripped else repr(text)
        raise ConfigError(f"{source} is not a URL: {shown} is empty or has blanks in it.")
    if "://" not in stripped:
        local = stripped.partition("/")[0].partition(":")[0] in {"localhost", "127.0.0.1"}
        stripped = f"{'http' if local else 'https'}://{stripped}"
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"{source} is not a URL: {error}.") from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ConfigError(f"{source} has to be an `https://` or `http://` address with a host.")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{source} must not hold a user name or password; pass `token` instead.")
    if parts.query or parts.fragment:
        raise ConfigError(f"{source} must not have a query or a fragment.")
    if port == 0:
        raise ConfigError(f"{source} has the port 0, on which nothing listens.")
    if port == _DEFAULT_PORTS[scheme]:
        port = None
    return BaseUrl(scheme, _ascii_host(parts.hostname, source), port, _prefix(parts.path, source))


def _ascii_host(host: str, source: str) -> str:
    try:
        found = host.lower() if host.isascii() else host.encode("idna").decode("ascii")
        if found.startswith("xn--"):
            # What the HTTP library cannot read either; it comes with it.
            from idna import decode  # noqa: PLC0415 - few hosts have such names

            decode(found)
    except UnicodeError:
        raise ConfigError(f"{source} has a host name that cannot be encoded: {host!r}.") from None
    if not re.fullmatch(_HOST, found):
        raise ConfigError(f"{source} has characters in its host name that none has: {host!r}.")
    return found


def _prefix(path: str, source: str) -> str:
    prefix = path.rstrip("/")
    if any(part in {".", ".."} for part in prefix.split("/")):
        raise ConfigError(f"{source} must not have `.` or `..` in its path.")
    if prefix.endswith("/api/v2"):
        raise ConfigError(f"{source} must not end in `/api/v2`: every path has that already.")
    return quote(prefix, safe=f"/%{_SEGMENT_SAFE}")


def fill(template: str, values: Mapping[str, Any] | None) -> str:
    """Fill the placeholders of a path template, each value quoted as one segment.

    Raises:
        RequestValidationError: A value is empty, `.`, `..`, or has control characters.
    """
    if not values:
        return template
    # A value that looks like a placeholder must not be filled again: each part is taken once.
    parts = template.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        filled.append(quote(_segment(name, values[name]), safe=_SEGMENT_SAFE) + rest)
    return "".join(filled)


def _segment(name: str, value: Any) -> str:
    if isinstance(value, (bool, date)) or (isinstance(value, float) and not value.is_integer()):
        text = f"`{name}` has to be a text or a whole number, not {value!r}."
        raise RequestValidationError(text, parameter=name)
    text = _scalar(name, value)
    if text in {"", ".", ".."}:
        raise RequestValidationError(
            f"`{name}` must not be {text!r}: it would change the path of the request.",
            parameter=name,
        )
    if not text.isprintable():
        _check_characters(name, text)
    return text


def _check_characters(name: str, text: str) -> None:
    if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text):  # noqa: PLR2004 - C0, C1
        raise RequestValidationError(f"`{name}` has control characters in it.", parameter=name)
    if any(0xD800 <= ord(char) < 0xE000 for char in text):  # noqa: PLR2004 - lone surrogates
        raise RequestValidationError(f"`{name}` is not valid text.", parameter=name)


def encode_query(values: Mapping[str, Any]) -> str:
    """Write a query string; what was not given (`OMIT`, `None`, nothing in it) is left out."""
    return "&".join(
        f"{quote(_text(name, name), safe='')}={quote(text, safe='')}"
        for name, text in query_items(values)
    )


def query_items(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts of the parameters that were given."""
    for name, value in values.items():
        if value is None or isinstance(value, Omit):
            continue
        if isinstance(value, Repeated):
            for item in value.values:
                yield name, _scalar(name, item)
        elif isinstance(value, _COLLECTIONS):
            items: list[Any] = list(value)
            if items:
                yield name, _comma_separated(name, items)
        else:
            yield name, _scalar(name, value)


def _comma_separated(name: str, values: Iterable[Any]) -> str:
    texts = [_scalar(name, value) for value in values]
    for text in texts:
        if "," in text:
            raise RequestValidationError(
                f"`{name}` takes a comma-separated list, in which {text!r} cannot be written.",
                parameter=name,
            )
    return ",".join(texts)


def _scalar(name: str, value: Any) -> str:  # noqa: PLR0911 - one line for each type
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return _text(name, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(name, value)
    if isinstance(value, datetime):
        return instant(name, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Duration):
        return duration_text(name, value)
    return _other(name, value)


def _number(name: str, value: float) -> str:
    if isinstance(value, float) and not isfinite(value):
        raise RequestValidationError(f"`{name}` cannot be {value}.", parameter=name)
    if abs(value) >= _INT64:
        text = f"`{name}` is too large: the server's numbers have 64 bits."
        raise RequestValidationError(text, parameter=name)
    return str(int(value)) if value == int(value) else str(value)


def _other(name: str, value: Any) -> str:
    """What is written like a text, of types that are not imported for it alone."""
    from uuid import UUID  # noqa: PLC0415 - 2 ms of the import, and whoever has one has it loaded

    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "get_secret_value") and not isinstance(value, type):
        return _text(name, value.get_secret_value())
    if isinstance(value, timedelta):
        raise RequestValidationError(f"`{name}` takes no length of time.", parameter=name)
    kind = type(value).__name__
    hint = "If that is what is meant, pass its `id`." if hasattr(value, "id") else None
    text = f"`{name}` has to be a single value, as a text or a number, not {kind}."
    raise RequestValidationError(text, parameter=name, hint=hint)


def _text(name: str, value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        shown = name.encode("ascii", "replace").decode()
        raise RequestValidationError(f"`{shown}` is not valid text.", parameter=shown) from None
    return value


def instant(name: str, value: datetime) -> str:
    """Write an instant as RFC 3339.

    Raises:
        RequestValidationError: It has no time zone.
    """
    offset = value.utcoffset()
    if offset is None:
        raise RequestValidationError(
            f"`{name}` has no time zone: pass an aware datetime, as `datetime.now(timezone.utc)`.",
            parameter=name,
        )
    text = value.isoformat()
    return f"{text[:-6]}Z" if not offset and text.endswith("+00:00") else text


def duration_text(name: str, value: Duration) -> str:
    """Write a length of time in the unit that the wire has.

    Raises:
        RequestValidationError: It is no whole number of that unit.
    """
    nanoseconds = _nanoseconds(name, value.value)
    if value.unit == "go":
        return go_duration(nanoseconds)
    count, rest = divmod(nanoseconds, _NANOSECONDS[value.unit])
    if rest:
        raise RequestValidationError(
            f"`{name}` has to be a whole number of {value.unit}.", parameter=name
        )
    return str(count)


def _nanoseconds(name: str, value: float | timedelta) -> int:
    if isinstance(value, timedelta):
        count = (value // _MICROSECOND) * 1_000
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        shown = value if isinstance(value, (int, float)) else type(value).__name__
        text = f"`{name}` has to be a `timedelta` or a number of seconds, not {shown}."
        raise RequestValidationError(text, parameter=name)
    else:
        count = round(value * 10**9)
    if abs(count) >= _INT64:
        raise RequestValidationError(f"`{name}` is longer than 292 years.", parameter=name)
    return count


def go_duration(nanoseconds: int) -> str:
    """Write a length of time as Go does, in units that lose nothing: `1h30m`, `250ms`."""
    if nanoseconds == 0:
        return "0s"
    parts: list[str] = []
    sign, rest = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    for unit in ("h", "m", "s", "ms", "us", "ns"):
        count, rest = divmod(rest, _NANOSECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return sign + "".join(parts)
