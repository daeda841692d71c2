"""When a try is repeated, and after how long: a pure decision over the facts of one attempt.

| outcome                                | GET HEAD PUT DELETE | POST PATCH                     |
|----------------------------------------|---------------------|--------------------------------|
| connect, DNS, TLS, pool timeout        | repeat              | repeat: nothing was sent       |
| lost or timed out after sending        | repeat              | raise, unless marked safe      |
| 429                                    | wait, repeat        | wait, repeat                   |
| 502, 503, 504                          | repeat              | raise, unless marked safe      |
| 503 that says nothing was done         | repeat              | repeat                         |
| 503 that says what is switched off     | raise               | raise                          |
| 408                                    | repeat              | raise, unless marked safe      |
| 500, 501, 409 and every other status   | raise               | raise                          |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from coder_sdk._response import RateLimit

_UNAVAILABLE: Final = frozenset({502, 503, 504})
_REQUEST_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
# What a server says when it turned a request away before doing anything with it.
_REFUSALS: Final = ("shutting down", "at capacity", "capacity exceeded", "concurren")


class Attempt(NamedTuple):
    """What is known after one try that failed.

    Attributes:
        repeatable: Doing the request twice is as good as doing it once.
        number: Which try it was, from 1.
        elapsed: Seconds since the call began.
        remaining: Seconds until its deadline; `None` for no deadline.
        status: Status of the answer; `None` if there was none.
        sent: Whether the server may have seen the request.
        permanent: Trying again cannot help.
        message: The server's words.
        rate_limit: What the answer said about its rate limit.
        now: Seconds since the epoch, for a server that does not tell its own time.
    """

    repeatable: bool
    number: int
    elapsed: float = 0.0
    remaining: float | None = None
    status: int | None = None
    sent: bool = True
    permanent: bool = False
    message: str = ""
    rate_limit: RateLimit | None = None
    now: float = 0.0


def is_refusal(message: str) -> bool:
    """Whether a 503 says that the server did nothing with the request."""
    text = message.lower()
    return any(phrase in text for phrase in _REFUSALS)


def may_have_been_processed(attempt: Attempt) -> bool:
    """Whether it is unclear what a try did that ended without a clear answer."""
    if not attempt.sent:
        return False
    if attempt.status is None or attempt.status == _REQUEST_TIMEOUT:
        return True
    return attempt.status in _UNAVAILABLE and not is_refusal(attempt.message)


def reason_to_repeat(attempt: Attempt) -> str:  # noqa: PLR0911 - one line for each row of the table
    """Why another try may help; empty if it must not be made."""
    if attempt.permanent:
        return ""
    status = attempt.status
    if status is None:
        if not attempt.sent:
            return "not sent"
        return "connection lost" if attempt.repeatable else ""
    if status == _TOO_MANY:
        return "rate limited"
    if status == 503 and is_refusal(attempt.message):  # noqa: PLR2004 - unavailable
        return "refused for now"
    if attempt.repeatable and (status in _UNAVAILABLE or status == _REQUEST_TIMEOUT):
        return f"status {status}"
    return ""
