"""What can be done about an error, by status and by the server's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from coder_sdk._errors.status import APIStatusError
    from coder_sdk._response import Answer

_BY_REASON: Final = {
    "expired": "The token has expired: make a new one, or run `coder login`.",
    "invalid": (
        "The token is unknown to this deployment: it was deleted, signed out, cut off when "
        "copied, or belongs to another deployment. Check `CODER_URL` and `CODER_SESSION_TOKEN`."
    ),
    "missing": "No token was sent: pass `token`, or set `CODER_SESSION_TOKEN`.",
    "suspended": "An administrator has to activate the account again.",
    "wrong_login_type": (
        "The account signs in another way: with a token, or through its identity provider."
    ),
    "missing_right": (
        "The account lacks the role for this, or the scopes of the token are too narrow: "
        "a token never has more rights than its scopes name."
    ),
    "wrong_password": "The e-mail address or the password is wrong.",
}
_NO_ROUTE: Final = (
    "The server has no such route: it is of another release, or was built without the licensed "
    "features."
)
# Words of refusals for want of a role or a scope; others state a rule of the server.
_RIGHTS: Final = ("forbidden", "permission", "authoriz", "privilege", "scope", "role", "access")
_OWN_ACCOUNT: Final = "Nobody may do this to their own account: let another administrator do it."
_RULE: Final = "The server has a rule against this: its words say which."
_BUILDING: Final = (
    "The workspace has another build under way, and takes one at a time: `start`, `stop` and the "
    "like wait for it unless `wait=False`; `builds.wait` waits for the build itself."
)
# What servers say of it; the second one where two builds were begun at the same instant.
_BUSY: Final = ("a workspace build is already active", "insert workspace build")
_COOKIE: Final = "A cookie was sent beside the token: remove it from the HTTP client or the proxy."
_APPLICATION: Final = (
    "The OAuth2 application was not accepted: check its client identifier and secret."
)
_FOREIGN: Final = "The page comes from an app or from a proxy in front of the deployment."
_NO_API: Final = (
    "The page is not of Coder's API: check that the URL is the address of a deployment, without a "
    "path that is not its own."
)
_MAY_NOT: Final = (
    "It does not exist, or the account may not do this: the server answers the same for both. "
    "Check its roles, and the scopes of the token."
)
_BY_STATUS: Final = {
    404: (
        "It does not exist, or this token may not see it: the server answers the same for both. "
        "A token with narrow scopes sees only what its scopes name."
    ),
    405: "The server has this path, but not with this verb.",
    410: (
        "What was there is gone, as the message says; a deleted workspace is read with "
        "`include_deleted=True`."
    ),
    413: "Send less: the server has a limit for the size of this body.",
    425: "Wait until the import of the template version has finished.",
    406: "Wait until the import of the template version has finished.",
    426: "This path is a WebSocket: use the method that opens a stream.",
    429: "Wait until `reset`, send less at a time, or pace the client with a `RateLimiter`.",
    428: "Only owners may bypass the rate limit.",
}


def unauthorized_reason(message: str, detail: str) -> str:
    """Why the credentials were refused: by the texts that servers use."""
    text = f"{message} {detail}".lower()
    for phrase, reason in (
        ("suspended", "suspended"),
        ("incorrect email or password", "wrong_password"),
        ("expired at", "expired"),
        ("must be provided", "missing"),
    ):
        if phrase in text:
            return reason
    return "invalid"


def denied_reason(message: str) -> str:
    """Why good credentials were not enough."""
    return "wrong_login_type" if "incorrect login type" in message.lower() else "missing_right"


def _denied(error: APIStatusError) -> str:
    """What to do about a 403: not every one is about roles and scopes."""
    text = f"{error.message} {error.detail}".lower()
    reason = getattr(error, "reason", "")
    if reason != "missing_right" or not error.json or any(word in text for word in _RIGHTS):
        return _BY_REASON[reason]
    return _OWN_ACCOUNT if "yourself" in text or "your own" in text else _RULE


def hint(error: APIStatusError, answer: Answer) -> str | None:
    """What to do, if that is known."""
    status, message = error.status, error.message.lower()
    for applies, text in (
        (message.startswith("route not found"), _NO_ROUTE),
        ("csrf" in message, _COOKIE),
        (status == 401 and message.startswith("invalid_client"), _APPLICATION),  # noqa: PLR2004
        (status == 409 and message.startswith(_BUSY), _BUILDING),  # noqa: PLR2004 - conflict
        (answer.media_type == "text/html" and status == 404, _NO_API),  # noqa: PLR2004 - not found
        (answer.media_type == "text/html" and status not in _BY_STATUS, _FOREIGN),
        (status == 404 and answer.method != "GET", _MAY_NOT),  # noqa: PLR2004 - not found
    ):
        if applies:
            return text
    if status == 403:  # noqa: PLR2004 - forbidden
        return _denied(error)
    by_reason = _BY_REASON.get(getattr(error, "reason", ""))
    return by_reason or _BY_STATUS.get(status)
