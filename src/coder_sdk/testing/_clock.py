"""Time of a fake deployment: it passes when somebody waits, and what is due then happens."""

from __future__ import annotations

import time as real_time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta, timezone
from heapq import heappop, heappush
from itertools import count
from threading import RLock, active_count, get_ident
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

# The monotonic clock starts anywhere but at zero, as a real one does.
_MONOTONIC_START: Final = 1000.0
# Real seconds that a thread gives to others before time passes, and how often at most.
_BREATH: Final = 0.001
_ROUNDS: Final = 20
# Turns of the event loop in place of them.
_TURNS: Final = 10
# Until when the streams of this thread or task may be silent.
_bound: ContextVar[float | None] = ContextVar("coder_sdk_fake_bound", default=None)


class Event:
    """Something that happens at a time of its own, unless it is canceled."""

    __slots__ = ("action", "background", "canceled", "sign")

    def __init__(
        self, action: Callable[[], object], *, background: bool = False, sign: bool = False
    ) -> None:
        self.action: Callable[[], object] = action
        self.background: bool = background
        self.sign: bool = sign
        self.canceled: bool = False

    def cancel(self) -> None:
        """Keep it from happening."""
        self.canceled = True


class FakeClock:
    """The clock of a fake deployment and of the clients that it hands out.

    In memory, waiting does not take time: `sleep()` moves the clock forward and lets everything
    happen that is due until then. While the deployment is served on loopback the clock runs with
    the real one.

    Args:
        start: Instant at which the deployment begins.

    Attributes:
        patience: Real seconds, about, that a stream waits for other threads and tasks when nothing
            is due on this clock any more; then it fails with `EndlessStreamError`.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("`start` has to be an aware datetime.")
        self.lock: RLock = RLock()
        self._start = start.timestamp()
        self._now = self._start
        self._real: float | None = None
        # The thread in which something happens that was due, and its moment.
        self._happening: tuple[int, float] | None = None
        # Counts what is asked and told, so that one sees whether others are at work.
        self.activity: int = 0
        # Counts what is more than a sign of life, so that one sees whether anything will happen.
        self.news: int = 0
        self.patience: float = 5.0
        self._events: list[tuple[float, int, Event]] = []
        self._order = count()

    def time(self) -> float:
        """Seconds since the epoch; for what happens late, those when it was due."""
        if self._real is None:
            return self._now
        happening = self._happening
        if happening is not None and happening[0] == get_ident():
            return happening[1]
        return max(self._now, self._real_now())

    def monotonic(self) -> float:
        """Seconds of a clock that only goes forward."""
        return self.time() - self._start + _MONOTONIC_START

    def now(self) -> datetime:
        """The instant, in UTC."""
        return instant(self.time())

    def sleep(self, seconds: float) -> None:
        """Wait: in memory by moving the clock, on loopback for real."""
        if self._real is not None:
            real_time.sleep(max(0.0, seconds))
            return
        target = self._alarm(seconds)
        while True:
            self.breathe(target)
            if self._reached(target):
                return

    async def asleep(self, seconds: float) -> None:
        """Wait, and let other tasks run."""
        if self._real is not None:
            import anyio  # noqa: PLC0415 - async callers have it already

            await anyio.sleep(max(0.0, seconds))
            return
        target = self._alarm(seconds)
        while True:
            await self.abreathe(target)
            if self._reached(target):
                return

    def _alarm(self, seconds: float) -> float:
        """Keep time from jumping past the end of a wait; gives that end."""
        with self.lock:
            self.stir()
            self.schedule(seconds, _nothing, background=True)
            return self.time() + max(0.0, seconds)

    def _reached(self, target: float) -> bool:
        """Go on to the next thing that happens, or to a moment; tells whether it is reached."""
        with self.lock:
            if self.time() < target:
                due = self.next_due(background=True)
                self.advance_to(target if due is None else min(due, target))
            return self.time() >= target

    def breathe(self, until: float | None = None) -> None:
        """Let other threads do what they can do without time passing.

        Args:
            until: Moment from which on there is nothing to wait for.
        """
        if active_count() == 1:
            return
        for _ in range(_ROUNDS):
            seen = self.activity
            real_time.sleep(_BREATH)
            if self.activity == seen or self._is_past(until):
                return

    async def abreathe(self, until: float | None = None) -> None:
        """Likewise, other tasks."""
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - async callers have it already

        for _ in range(_ROUNDS):
            seen = self.activity
            for _ in range(_TURNS):
                await checkpoint()
                if self._is_past(until):
                    return
            if self.activity == seen:
                return

    def _is_past(self, moment: float | None) -> bool:
        return moment is not None and self.time() >= moment

    def advance(self, seconds: float | timedelta) -> None:
        """Move the clock forward; what is due happens in order.

        Args:
            seconds: How far; a negative span is none.
        """
        span = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        with self.lock:
            self.advance_to(self.time() + max(0.0, span))

    def advance_to(self, moment: float) -> None:
        """Move the clock to a moment, in seconds since the epoch, unless it is past it."""
        with self.lock:
            while self._events and self._events[0][0] <= moment:
                due, _, event = heappop(self._events)
                self._now = max(self._now, due)
                if not event.canceled:
                    self.news += not event.sign
                    self._let_happen(event)
            self._now = max(self._now, moment)

    def _let_happen(self, event: Event) -> None:
        """Let something happen at its moment, though the real clock may be past it."""
        outer, self._happening = self._happening, (get_ident(), self._now)
        try:
            event.action()
        finally:
            self._happening = outer

    def settle(self) -> None:
        """Let everything happen that is due by now."""
        self.advance_to(self.time())

    def stir(self) -> None:
        """Note that something is asked or told."""
        self.activity += 1
        self.news += 1

    def schedule(
        self,
        delay: float,
        action: Callable[[], object],
        *,
        background: bool = False,
        sign: bool = False,
    ) -> Event:
        """Let something happen in so many seconds.

        Args:
            delay: The seconds.
            action: What happens.
            background: It goes on for ever, such as signs of life: nobody waits for it alone.
            sign: It is a mere sign of life.
        """
        with self.lock:
            event = Event(action, background=background, sign=sign)
            heappush(self._events, (self.time() + delay, next(self._order), event))
            return event

    def next_due(self, *, background: bool) -> float | None:
        """Moment of the next thing that will happen; `None` if nothing will.

        Args:
            background: Whether what goes on for ever counts.
        """
        with self.lock:
            due = [
                moment
                for moment, _, event in self._events
                if not event.canceled and (background or not event.background)
            ]
            return min(due, default=None)

    @contextmanager
    def within(self, seconds: float | None) -> Generator[None, None, None]:
        """Bound how long streams may be silent in this thread or task, by this clock.

        Args:
            seconds: How long; `None` for no bound of its own.

        Raises:
            TimeoutError: A stream had nothing to say until then; out of the block.
        """
        outer = _bound.get()
        bound = None if seconds is None else self.time() + seconds
        both = [moment for moment in (outer, bound) if moment is not None]
        token = _bound.set(min(both, default=None))
        try:
            yield
        finally:
            _bound.reset(token)

    def move_on(self, *, background: bool) -> bool:
        """Let the next thing happen; tells whether there was one.

        Args:
            background: Whether what goes on for ever counts.

        Raises:
            TimeoutError: The bound of `within` came first.
        """
        with self.lock:
            due, bound = self.next_due(background=background), _bound.get()
            if bound is not None and (background or due is not None):
                if self.time() >= bound:
                    raise TimeoutError("nothing happened in time")
                due = bound if due is None else min(due, bound)
            if due is not None:
                self.advance_to(due)
            return due is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing but signs of life will happen, and no `within` ends the waiting."""
        with self.lock:
            waiting = any(not event.canceled and not event.sign for _, _, event in self._events)
            return not waiting and _bound.get() is None

    @property
    def is_real(self) -> bool:
        """Whether the clock runs with the real one."""
        return self._real is not None

    def follow_real_time(self) -> None:
        """Run with the real clock from now on."""
        with self.lock:
            if self._real is None:
                self._real = real_time.monotonic() - self._now

    def stand_still(self) -> None:
        """Move only when somebody waits."""
        with self.lock:
            self._now, self._real = self.time(), None

    def _real_now(self) -> float:
        return real_time.monotonic() - (self._real or 0.0)


def instant(seconds: float) -> datetime:
    """The aware datetime of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def _nothing() -> None:
    """Be an event that only marks a moment."""
