"""What leads browsers to applications, and the addresses that it does not lead to."""

from __future__ import annotations

import ipaddress
from fnmatch import fnmatch
from typing import Final
from urllib.parse import urlsplit

from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._web import Call, Reply, answer, empty, refuse

routes = Routes()
_KNOWN: Final = (
    "must be the primary wildcard app hostname, a workspace proxy access URL or a workspace proxy "
    "wildcard app hostname."
)
_NOT_PUBLIC: Final = (
    "endpoint IP must not be private, loopback, link-local, multicast, or unspecified"
)


def _is_of_applications(call: Call, url: str) -> bool:
    pattern: str = call.state.settings["app_host"]
    host = urlsplit(url).hostname or ""
    return bool(pattern) and fnmatch(host, pattern.partition(":")[0])


@routes("GET", "/api/v2/applications/auth-redirect")
def auth_redirect(call: Call) -> Reply:
    """Lead a browser back to an application."""
    url = call.get("redirect_uri")
    if not _is_of_applications(call, url):
        detail = f"The redirect_uri query parameter {_KNOWN}"
        raise refuse(400, "Invalid redirect_uri.", detail)
    return Reply(303, b"", {"location": url})


@routes("POST", "/api/v2/applications/reconnecting-pty-signed-token", enterprise=True)
def signed_token(call: Call) -> Reply:
    """Sign a token for a terminal on another host of applications."""
    if not _is_of_applications(call, Body(call).text("url")):
        raise refuse(400, "Invalid hostname in URL.", f"The hostname {_KNOWN}")
    return answer({"signed_token": call.state.new_word(40)})


@routes("POST", "/api/v2/users/{user}/webpush/subscription")
def subscribe(call: Call) -> Reply:
    """Have notifications pushed to a browser, whose service has a public address."""
    host = urlsplit(Body(call).text("endpoint")).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return empty()
    if not address.is_global or address.is_multicast:
        raise refuse(400, "Invalid webpush endpoint.", _NOT_PUBLIC)
    return empty()
