"""How often a request is tried, and how long it waits in between; `_attempt` has the rules."""

from __future__ import annotations

import random
from math import inf
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import RequestValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._attempt import Attempt
    from coder_sdk._request import Request
    from coder_sdk._response import RateLimit
    from coder_sdk._retry_event import RetryEvent

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_TOO_MANY: Final = 429
# Seconds; what is longer no system sleeps for.
_LONGEST: Final = 4_000_000


class Decision:
    """Whether to try again.

    Attributes:
        retry: Try again after `delay`.
        delay: Seconds to wait first.
        reason: In a few words, for logs and hooks.
        past_deadline: It would have been tried again, but for the deadline.
    """

    __slots__ = ("delay", "past_deadline", "reason", "retry")

    def __init__(
        self, *, retry: bool, delay: float = 0.0, reason: str = "", past_deadline: bool = False
    ) -> None:
        self.retry: bool = retry
        self.delay: float = delay
        self.reason: str = reason
        self.past_deadline: bool = past_deadline


class RetryPolicy:
    """How often a request is tried, and how long it waits in between.

    The policy only bounds what is safe: a request that may have been processed and must not be
    done twice is never repeated, whatever the policy.

    Args:
        tries: How often a request is sent at most; 1 for once.
        base: Seconds of the first back-off.
        cap: Seconds that a back-off has at most.
        rate_limit_wait: Seconds that a 429 may ask to wait where the call has no deadline.
        on_retry: Hears of every try that is repeated; a coroutine function in the async client.

    Raises:
        RequestValidationError: A number is out of range, or no number at all.
    """

    __slots__ = ("base", "cap", "on_retry", "rate_limit_wait", "tries")

    def __init__(
        self,
        tries: int = 4,
        *,
        base: float = 0.5,
        cap: float = 8.0,
        rate_limit_wait: float = 120.0,
        on_retry: Callable[[RetryEvent], Any] | None = None,
    ) -> None:
        if isinstance(tries, bool) or not isinstance(tries, int) or tries < 1:
            raise not_a("tries", "a whole number, 1 or more", tries)
        for name, value in (("base", base), ("cap", cap)):
            check_number(name, value, most=_LONGEST)
        check_number("rate_limit_wait", rate_limit_wait)
        if on_retry is not None and not callable(on_retry):
            raise not_a("on_retry", "a function, or `None`", on_retry)
        self.tries: int = tries
        self.base: float = base
        self.cap: float = cap
        self.rate_limit_wait: float = rate_limit_wait
        self.on_retry: Callable[[RetryEvent], Any] | None = on_retry

    def __repr__(self) -> str:
        return f"RetryPolicy({self.tries}, base={self.base}, cap={self.cap})"

    def decide(self, attempt: Attempt, *, jitter: Callable[[], float] = random.random) -> Decision:
        """Decide what follows a failed try.

        Args:
            attempt: The facts.
            jitter: A number from 0 to 1 that stretches the back-off.
        """
        from coder_sdk._attempt import reason_to_repeat  # noqa: PLC0415 - with the first failure

        reason = reason_to_repeat(attempt)
        if not reason or attempt.number >= self.tries:
            return Decision(retry=False, reason=reason)
        delay = self._delay(attempt, jitter)
        if attempt.remaining is not None:
            if delay >= attempt.remaining:
                return Decision(retry=False, reason=reason, past_deadline=True)
        elif attempt.status == _TOO_MANY and delay > self.rate_limit_wait:
            return Decision(retry=False, delay=delay, reason=reason)
        return Decision(retry=True, delay=delay, reason=reason)

    def _delay(self, attempt: Attempt, jitter: Callable[[], float]) -> float:
        """What the server asked for, else a full-jitter back-off."""
        asked = server_wait(attempt.rate_limit, attempt.now) if attempt.rate_limit else None
        if asked is not None and (attempt.status == _TOO_MANY or asked <= self.rate_limit_wait):
            return asked
        # 2 ** 62 is far above any cap, and far below what a float holds.
        return jitter() * min(self.cap, self.base * 2.0 ** min(attempt.number - 1, 62))


def check_number(
    name: str, value: object, *, above: float | None = None, most: float = inf
) -> None:
    """Refuse what is no number of seconds, or of requests.

    Args:
        name: The argument.
        value: What was given for it.
        above: It has to be more than this; by default 0 is the least.
        most: It must not be more than this.

    Raises:
        RequestValidationError: With what it has to be.
    """
    if not isinstance(value, bool) and isinstance(value, (int, float)):
        fits = value >= 0 if above is None else value > above
        if fits and value <= most:
            return
    what = "a number that is not negative" if above is None else f"a number above {above:g}"
    raise not_a(name, what if most == inf else f"{what}, {most:g} at most", value)


def not_a(name: str, what: str, value: object) -> RequestValidationError:
    """The error for a value that cannot be what it stands for; it shows only numbers."""
    shown = repr(value) if isinstance(value, (int, float)) else type(value).__name__
    return RequestValidationError(f"`{name}` has to be {what}, not {shown}.", parameter=name)


OFF: Final = RetryPolicy(1)
"""The policy of `retry=None`: everything is sent once."""


def server_wait(limit: RateLimit, now: float) -> float | None:
    """Seconds until the server takes requests again: by its reset, else its `Retry-After`."""
    if limit.reset is not None:
        server_now = limit.server_time.timestamp() if limit.server_time else now
        seconds = limit.reset.timestamp() - server_now
        # By our clock alone a reset that has passed says more about the clock than about the limit.
        if seconds > 0 or limit.server_time is not None:
            return max(0.0, seconds)
    return limit.wait(now)


def is_repeatable(request: Request[Any]) -> bool:
    """Whether a request may be done twice."""
    if request.retry_safe:
        return True
    if request.idempotent is not None:
        return request.idempotent
    return request.method.upper() in _IDEMPOTENT
