"""The seam to the HTTP library: the only module that imports httpx.

A ready client of `httpx` or of its successor `httpx2` is used through the same few calls; what
they raise is told apart by the names of the exceptions, which both libraries share.
"""

from __future__ import annotations

import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final

import httpx

from coder_sdk._errors.base import ConfigError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

NOT_SENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol",
     "LocalProtocolError"}
)  # fmt: skip
_ROOTS: Final = frozenset({"HTTPError", "InvalidURL", "IDNAError"})
# The last one reads names of hosts for the others, and its errors come through as they are.
_LIBRARIES: Final = frozenset({"httpx", "httpx2", "idna"})


def library_of(client: Any) -> Any:
    """The library that a ready client belongs to."""
    for cls in type(client).__mro__:
        name = cls.__module__.partition(".")[0]
        if name in {"httpx", "httpx2"}:
            return sys.modules[name]
    raise ConfigError("`http_client` has to be a client of `httpx` or `httpx2`.")


def is_async_client(client: Any) -> bool:
    """Whether a ready client is asynchronous."""
    return isinstance(client, library_of(client).AsyncClient)


def no_cookies() -> CookieJar:
    """A jar that keeps nothing: a kept login cookie would beat the token of later requests."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def new_client(*, asynchronous: bool, tls: ssl.SSLContext, proxy: str | None, at_once: int) -> Any:
    """A client of our own: no cookies, no redirects, limits of time per request."""
    cls = httpx.AsyncClient if asynchronous else httpx.Client
    try:
        return _made(cls, tls, proxy, at_once)
    except ImportError as error:
        # A SOCKS proxy needs one more package, which the library names.
        raise ConfigError(f"The proxy cannot be used: {error}") from None


def _made(cls: Any, tls: ssl.SSLContext, proxy: str | None, at_once: int) -> Any:
    return cls(
        verify=tls,
        proxy=proxy,
        # The environment was read already, once for HTTP and sockets.
        trust_env=False,
        cookies=no_cookies(),
        follow_redirects=False,
        timeout=None,
        # How many requests run at once is bounded before they get here; streams come on top.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=at_once),
    )


def build_request(  # noqa: PLR0913, PLR0917 - the parts of a request
    library: Any,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: Any,
    extensions: Mapping[str, Any],
) -> Any:
    """A request of the library of the client, made without the client's own defaults.

    Args:
        library: As of `library_of`.
        method: The verb.
        url: The address.
        headers: All of them.
        content: Bytes or an iterator of them.
        extensions: What the library takes besides: `timeout`, a number of seconds for each step,
            and `trace`, a function that hears of the steps.
    """
    return library.Request(
        method, url, headers=headers, content=content, extensions=dict(extensions)
    )


def library_version(library: Any) -> str:
    """Name and version, for the user agent."""
    return f"{library.__name__}/{library.__version__}"


def failure_names(error: BaseException) -> frozenset[str] | None:
    """Names of the classes of an error of the HTTP library; `None` for any other error."""
    for cls in type(error).__mro__:
        if cls.__name__ in _ROOTS and cls.__module__.partition(".")[0] in _LIBRARIES:
            return frozenset(base.__name__ for base in type(error).__mro__)
    return None


def answering_client(answer: Callable[[Any], Any], *, asynchronous: bool) -> Any:
    """A client whose requests a function answers instead of a server.

    Args:
        answer: Takes a request of the library and gives one of `answer_of`; a coroutine function
            in the asynchronous client.
        asynchronous: Which client.
    """
    cls = httpx.AsyncClient if asynchronous else httpx.Client
    return cls(transport=httpx.MockTransport(answer), trust_env=False)


def answer_of(status: int, headers: Mapping[str, str], content: Any) -> Any:
    """An answer of the library, out of bytes or an iterator of them."""
    return httpx.Response(status, headers=[*headers.items()], content=content)


def failure(name: str, message: str) -> Exception:
    """An error that the library raises, by its name."""
    error: Exception = getattr(httpx, name)(message)
    return error
