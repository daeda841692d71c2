"""Where a redirect may be followed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from coder_sdk._errors.transport import RedirectError

if TYPE_CHECKING:
    from coder_sdk._call import Call

STATUSES: Final = frozenset({301, 302, 303, 307, 308})
MOST: Final = 5
_PORTS: Final = {"http": 80, "https": 443}


def target(call: Call, url: str, location: str, followed: int) -> str:
    """The address to go on with.

    Only GET and HEAD are followed, and only to the same origin, as which the same host counts
    when `http` becomes `https`: credentials never reach another origin.

    Raises:
        RedirectError: It must not be followed, or leads nowhere.
    """
    method = call.request.method.upper()
    try:
        to_url = urljoin(url, location)
    except ValueError:
        raise refused(call, url, location, "the server redirects to what is no address") from None
    reason, hint = None, None
    if not location:
        reason = "the server redirects without saying where to"
    elif not same_origin(url, to_url):
        reason = "the server redirects to another address, where the credentials must not go"
        hint = f"If that is the deployment's own address, use {_origin(to_url)} as its URL."
    elif method not in {"GET", "HEAD"}:
        reason = f"the server redirects a {method}, which would not be sent as it is"
        hint = f"If that is the deployment's own address, use {_origin(to_url)} as its URL."
    elif urlsplit(to_url).path in {"", "/"} and urlsplit(url).path not in {"", "/"}:
        reason = "the server redirects to its front page, which drops the path"
        hint = f"Use {_origin(to_url)} as the URL of the deployment."
    elif followed >= MOST:
        reason = f"the server redirects more than {MOST} times"
    if reason is None:
        return to_url
    raise refused(call, url, to_url, reason, hint)


def refused(
    call: Call, url: str, to_url: str, reason: str, hint: str | None = None
) -> RedirectError:
    """The error of a redirect that is not followed."""
    hide = call.redactor.text
    return RedirectError(
        f"{reason}: from {hide(url)} to {hide(to_url)}",
        from_url=hide(url),
        to_url=hide(to_url),
        hint=hint,
        context=call.context(),
    )


def same_origin(from_url: str, to_url: str) -> bool:
    """Whether credentials for one address may go to the other."""
    try:
        source, goal = urlsplit(from_url), urlsplit(to_url)
        if goal.scheme not in _PORTS or source.hostname != goal.hostname or "@" in goal.netloc:
            return False
        if (source.scheme, goal.scheme) == ("http", "https"):
            return True
        ports = [parts.port or _PORTS[parts.scheme] for parts in (source, goal)]
    except (ValueError, KeyError):
        return False
    return source.scheme == goal.scheme and ports[0] == ports[1]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
