"""Who a request comes from, and what is wrong with its credentials."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Final

from coder_sdk.testing._actor import Actor
from coder_sdk.testing._times import go_utc
from coder_sdk.testing._web import Call, Refusal, Reply, message, text

_SIGNED_OUT: Final = (
    "You are signed out or your session has expired. Please sign in again to continue."
)
_NAME: Final = "coder_session_token"
_PARTS: Final = 2
_NO_TOKEN: Final = f'Cookie "{_NAME}" or query parameter must be provided.'
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def _cookie(call: Call) -> str:
    try:
        jar = SimpleCookie(call.headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[_NAME].value if _NAME in jar else ""


def token_of(call: Call) -> str:
    """The token of a request; a cookie comes before everything else."""
    bearer = call.headers.get("authorization", "")
    return (
        _cookie(call)
        or call.get(_NAME)
        or call.headers.get("coder-session-token", "")
        or (bearer[7:] if bearer.lower().startswith("bearer ") else "")
        or call.get("access_token")
    )


def forgery(call: Call) -> Reply | None:
    """The refusal of a request that may come from another site; `None` if it may pass."""
    cookie = _cookie(call)
    bearer = call.headers.get("authorization", "").lower().startswith("bearer ")
    if call.method in _SAFE or not cookie or bearer or not call.path.startswith("/api"):
        return None
    header = call.headers.get("coder-session-token", "")
    if cookie in {header, call.get(_NAME)}:
        return None
    if header:
        words = (
            f'CSRF error encountered. Authentication via "{_NAME}" cookie and '
            '"Coder-Session-Token" header detected, but the values do not match. To resolve this '
            "issue ensure the values used in both match, or only use one of the authentication "
            "methods. You can also try clearing your cookies if this error persists."
        )
    else:
        words = (
            "Something is wrong with your CSRF token. Please refresh the page. If this error "
            "persists, try clearing your cookies."
        )
    return text(words + "\n", 400)


def identify(call: Call) -> Actor:
    """Find out who asks.

    Raises:
        Refusal: The credentials are missing or wrong.
    """
    token = token_of(call)
    if not token:
        raise _refused(call, _NO_TOKEN)
    parts = token.split("-")
    if len(parts) != _PARTS:
        reason = f"incorrect amount of API key parts, expected 2 got {len(parts)}"
        raise _refused(call, f"Invalid API key format: {reason}")
    key = call.state.keys.get(parts[0])
    if key is None:
        raise _refused(call, "API key is invalid.")
    if key.secret != parts[1]:
        raise _refused(call, "API key secret is invalid.")
    now = call.state.now
    if key.expires_at < now:
        raise _refused(call, f'API key expired at "{go_utc(key.expires_at)}".')
    user = call.state.users[key.user_id]
    if user.status == "suspended":
        words = f'User is not active (status = "{user.status}"). Contact an admin to reactivate '
        raise Refusal(message(401, words + "your account."))
    if user.status == "dormant":
        user.status = "active"
    key.last_used = user.last_seen_at = now
    if key.login_type != "token":
        # Sessions live on as long as they are used.
        key.expires_at = max(key.expires_at, now + timedelta(seconds=key.lifetime_seconds))
    return Actor(user, key)


def _refused(call: Call, detail: str) -> Refusal:
    reply = message(401, _SIGNED_OUT, detail)
    words = "The access token is missing" if detail == _NO_TOKEN else "The access token has expired"
    reply.headers["www-authenticate"] = (
        f'Bearer realm="coder", error="invalid_token", error_description="{words}", '
        f'resource_metadata="{call.state.access_url}/.well-known/oauth-protected-resource"'
    )
    return Refusal(reply)
