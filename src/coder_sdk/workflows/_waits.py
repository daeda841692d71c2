"""How long a wait may take, and how often it looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.work import WaitTimeoutError
from coder_sdk._options import seconds as to_seconds
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._spans import span

if TYPE_CHECKING:
    from coder_sdk._clock import Clock
    from coder_sdk._request import Seconds

PollInterval = float | timedelta | Callable[[float], float | timedelta]
"""Seconds between two looks, or a function of the seconds that were waited so far."""

HALF_AN_HOUR: Final = 1800.0
_LEAST: Final = 0.05
_STEPS: Final = ((60, 1.0), (300, 2.0), (600, 4.0))
_LAST_STEP: Final = 8.0
PATIENCE: Final = 5  # failed looks in a row


def gentle(elapsed: float) -> float:
    """Every second in the first minute, then ever more rarely, at least every eight seconds."""
    return next((step for until, step in _STEPS if elapsed < until), _LAST_STEP)


class Wait:
    """One wait, with all its phases: its clock, its deadline, and what was seen last.

    Args:
        clock: The clock of the client.
        what: What is waited for, as it stands in the error.
        timeout: Seconds that the whole wait may take; `None` for no limit, half an hour by default.
        poll_interval: Seconds between two looks, or a function of the seconds so far.

    Raises:
        RequestValidationError: A number is negative or no number.

    Attributes:
        last_state: What was seen last, for the error.
        progress: A word about why it takes long, for the error.
    """

    def __init__(
        self,
        clock: Clock,
        what: str,
        *,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> None:
        self.clock = clock
        self.what = what
        self._limit = HALF_AN_HOUR if isinstance(timeout, Omit) else to_seconds("timeout", timeout)
        self._interval = gentle if isinstance(poll_interval, Omit) else poll_interval
        if not callable(self._interval):
            _positive(self._interval)
        self._begin = clock.monotonic()
        self.last_state: Any = None
        self.progress = ""

    @property
    def elapsed(self) -> float:
        """Seconds that were waited so far."""
        return self.clock.monotonic() - self._begin

    @property
    def left(self) -> float | None:
        """Seconds that are left; `None` for no limit."""
        return None if self._limit is None else max(0.0, self._limit - self.elapsed)

    def interval(self) -> float:
        """Seconds until the next look, within what is left.

        Raises:
            WaitTimeoutError: Nothing is left.
        """
        self.check()
        interval = self._interval(self.elapsed) if callable(self._interval) else self._interval
        wanted = max(_LEAST, _positive(interval))
        return wanted if self.left is None else min(wanted, self.left)

    def interval_left(self) -> float:
        """Seconds that are left, or a long time."""
        return HALF_AN_HOUR if self.left is None else self.left

    def check(self) -> None:
        """Raise once the time is over.

        Raises:
            WaitTimeoutError: It is.
        """
        if self.left == 0.0:
            raise self.expired()

    def expired(self) -> WaitTimeoutError:
        """The error for a wait whose time is over."""
        progress = f" ({self.progress})" if self.progress else ""
        return WaitTimeoutError(
            f"Waited {self.elapsed:.0f} s for {self.what}, which did not happen in time{progress}.",
            last_state=self.last_state,
            elapsed=self.elapsed,
            hint="Pass a longer `timeout`, or `None` for no limit.",
        )


def _positive(interval: object) -> float:
    given: Any = interval
    number = cast("timedelta | None", span("poll_interval", given))
    if number is None:
        raise RequestValidationError(
            f"`poll_interval` has to be a `timedelta`, a number of seconds, or a function that "
            f"gives one, not {interval!r}.",
            parameter="poll_interval",
        )
    if number < timedelta():
        raise RequestValidationError(
            f"`poll_interval` is {number.total_seconds():g} seconds: it cannot be negative.",
            parameter="poll_interval",
        )
    return number.total_seconds()
