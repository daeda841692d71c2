"""Options of a client, and what a single call makes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coder_sdk._errors.base import ConfigError
from coder_sdk._request import Omit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._hooks import Hooks
    from coder_sdk._limiter import RateLimiter
    from coder_sdk._request import Seconds
    from coder_sdk._retry import RetryPolicy


# What is longer no system waits for: sockets and locks refuse such numbers.
_LONGEST: Final = 4_000_000


class Options:
    """What `with_options` may change; everything else is shared by all copies of a client."""

    __slots__ = ("deadline", "headers", "retry", "timeout")

    def __init__(
        self,
        *,
        timeout: float | None,
        deadline: float | None,
        headers: Mapping[str, str],
        retry: RetryPolicy | None,
    ) -> None:
        self.timeout: float | None = timeout
        self.deadline: float | None = deadline
        self.headers: Mapping[str, str] = headers
        self.retry: RetryPolicy | None = retry


def seconds(name: str, value: Seconds | None) -> float | None:
    """Read a time limit.

    Raises:
        ConfigError: It is no positive number of seconds.
    """
    if value is None:
        return None
    number = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not number > 0:
        raise ConfigError(f"`{name}` has to be a positive number of seconds, not {_kind(value)}.")
    return None if number > _LONGEST else float(number)


def policy(value: RetryPolicy | None) -> RetryPolicy | None:
    """A retry policy, or `None`.

    Raises:
        ConfigError: It is something else, such as a number of tries.
    """
    if value is None or (hasattr(value, "decide") and not isinstance(value, type)):
        return value
    raise ConfigError(
        f"`retry` has to be a `RetryPolicy`, as `RetryPolicy(3)`, or `None` for one try only, "
        f"not {_kind(value)}."
    )


def switch(name: str, value: object) -> bool:
    """A setting that is on or off; a text such as `"false"` would be on.

    Raises:
        ConfigError: It is neither.
    """
    if isinstance(value, bool):
        return value
    raise ConfigError(f"`{name}` has to be True or False, not {_kind(value)}.")


def hooked(value: Hooks | None) -> Hooks | None:
    """Hooks, or `None`.

    Raises:
        ConfigError: It is something else, such as a function.
    """
    if value is None or (hasattr(value, "on_request") and not isinstance(value, type)):
        return value
    raise ConfigError(
        f"`hooks` has to be a `Hooks`, as `Hooks(on_request=...)`, or `None`, not {_kind(value)}."
    )


def pace(value: RateLimiter | None) -> RateLimiter | None:
    """A limiter, or `None`.

    Raises:
        ConfigError: It is something else, such as a number of requests.
    """
    if value is None or (hasattr(value, "reserve") and not isinstance(value, type)):
        return value
    raise ConfigError(
        "`limiter` has to be a `RateLimiter`, as `RateLimiter(per_second=5)`, or `None`, "
        f"not {_kind(value)}."
    )


def _kind(value: object) -> str:
    """What was given, without its value; a number and a class cannot be secret."""
    return repr(value) if isinstance(value, (int, float, type)) else f"{type(value).__name__}"


def chosen(name: str, value: Seconds | Omit | None, default: float | None) -> float | None:
    """The time limit of a call: its own, else the client's."""
    return default if isinstance(value, Omit) else seconds(name, value)
