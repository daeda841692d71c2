"""What an application hears of a try that is repeated."""

from __future__ import annotations

from typing import NamedTuple


class RetryEvent(NamedTuple):
    """What `on_retry` hears before the wait.

    Attributes:
        operation: Verb and path template.
        number: The try that failed, from 1.
        delay: Seconds until the next.
        reason: Why it is repeated.
        error: What the try ended with.
    """

    operation: str
    number: int
    delay: float
    reason: str
    error: Exception
