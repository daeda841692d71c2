"""Which proxy the environment names for an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from coder_sdk._errors.base import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._url import BaseUrl

_SCHEMES: Final = frozenset({"http", "https", "socks5", "socks5h"})


def from_environment(env: Mapping[str, str], base: BaseUrl) -> tuple[str, str | None]:
    """Name of the variable and address of the proxy; this machine is reached without one."""
    if base.is_loopback:
        return "", None
    for name in (f"{base.scheme}_proxy", "all_proxy"):
        for spelling in (name, name.upper()):
            # A CGI script would take `HTTP_PROXY` from a header of its caller.
            if spelling == "HTTP_PROXY" and "REQUEST_METHOD" in env:
                continue
            address = env.get(spelling, "").strip()
            if address:
                return spelling, None if _excluded(env, base) else _with_scheme(address)
    return "", None


def _excluded(env: Mapping[str, str], base: BaseUrl) -> bool:
    for entry in (env.get("no_proxy") or env.get("NO_PROXY") or "").split(","):
        host, port = _divided(entry.strip().lower())
        host = host.removeprefix("*").lstrip(".")
        if entry.strip() == "*":
            return True
        if not host or (port and int(port) != base.key[2]):
            continue
        if "/" in host and _in_network(base.host, host):
            return True
        if base.host == host or base.host.endswith(f".{host}"):
            return True
    return False


def _divided(entry: str) -> tuple[str, str]:
    """Host and port; an IPv6 address has colons of its own unless it stands in brackets."""
    host, _, port = entry.rpartition(":")
    if not port.isdigit() or (":" in host and not host.endswith("]")):
        host, port = entry, ""
    return host.removeprefix("[").removesuffix("]"), port


def _in_network(host: str, network: str) -> bool:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415 - few exclude whole networks

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"http://{address}"


def check(address: str, source: str) -> str:
    """Refuse what is no address of a proxy.

    Raises:
        ConfigError: Without the address, which may hold a password.
    """
    # Callers who are not typed give anything.
    if not isinstance(address, str):
        raise ConfigError(f"{source} has to be an address, not {type(address).__name__}.")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{source} is no address of a proxy, as `http://proxy.example:3128`.")
    return address


def password_of(address: str) -> str:
    """The password in the address; empty if there is none."""
    return unquote(urlsplit(address).password or "")


def shown(address: str) -> str:
    """The address without user name and password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
