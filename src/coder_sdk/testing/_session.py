"""Open streams, apart from what carries them."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk.testing._clock import Event, FakeClock

ONE_WAY: Final = (1002, "Clients cannot send messages for one-way WebSockets")
PING_SECONDS: Final = 15.0
BREATH: Final = 0.002
"""Real seconds that a silent stream gives to other threads and tasks before time moves on."""


# Signs of life in server-sent events, and in the envelope of a WebSocket.
_PINGS: Final = ("event: ping\n\n", '{"type":"ping","data":null}')


class EndlessStreamError(AssertionError):
    """A program waits for a stream of a fake deployment that has nothing to say any more.

    A real server keeps such a stream open, and the program waits for ever.
    """

    def __init__(self, asked: str) -> None:
        super().__init__(
            f"`{asked}` has nothing to say any more: nothing is due on the clock of the fake "
            "deployment, and nobody else asks it anything. A real server keeps this stream open, "
            "too, so end the iteration: with `break`, with an argument such as `until=`, or with "
            "`fake.clock.within(seconds)`, which raises TimeoutError. If something was to happen "
            "meanwhile, let it: `fake.clock.schedule(seconds, action)`."
        )


class Session:
    """What a stream has to say: frames that wait to be taken, and perhaps how it was closed.

    A frame is `str` for a text frame, `bytes` for a binary one. Server-sent events are sessions
    whose frames are the text of the stream.

    Attributes:
        asked: The request that opened it.
        close: Code and reason, once everything before was taken.
        dropped: The connection broke: there is no close frame.
    """

    two_way = False

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.frames: deque[str | bytes] = deque()
        self.close: tuple[int, str] | None = None
        self.dropped: bool = False
        self._undo: list[Callable[[], None]] = []
        self._timer: Event | None = None
        self.cut_after: int | None = None
        self.translate: Callable[[str | bytes], str | bytes] | None = None
        self._taken = 0
        self.asked: str = ""
        # How often one looked in vain since the last news, and which that was.
        self._vain = 0
        self._news = -1

    def send(self, value: Any) -> None:
        """Queue a JSON text frame."""
        self.put(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def put(self, frame: str | bytes) -> None:
        """Queue a frame."""
        if self.close is None:
            self.frames.append(frame)

    def take(self) -> str | bytes | None:
        """The next frame; `None` if there is none for now."""
        with self.clock.lock:
            if self.dropped or not self.frames:
                return None
            if self.cut_after is not None and self._taken >= self.cut_after:
                self.drop()
                return None
            self._taken += 1
            frame = self.frames.popleft()
            self.clock.activity += 1
            self.clock.news += not self.is_sign(frame)
            return frame if self.translate is None else self.translate(frame)

    @property
    def over(self) -> bool:
        """Whether nothing is left to take, and nothing will come."""
        return self.dropped or (self.close is not None and not self.frames)

    @property
    def waits(self) -> bool:
        """Whether there is nothing to take, and something may come."""
        return not self.frames and not self.over

    def is_sign(self, frame: str | bytes) -> bool:
        """Whether a frame is a mere sign of life."""
        del frame
        return False

    def tire(self) -> None:
        """Count a look in vain.

        Raises:
            EndlessStreamError: It was one too many, and nothing happened elsewhere either.
        """
        if self._news != self.clock.news:
            self._news, self._vain = self.clock.news, 0
        self._vain += 1
        if self._vain * BREATH > self.clock.patience:
            raise EndlessStreamError(self.asked)

    def receive(self, frame: str | bytes) -> None:
        """Take what the client sent; one-way streams end with a protocol error."""
        del frame
        self.end(*ONE_WAY)

    def end(self, code: int = 1000, reason: str = "") -> None:
        """Close after the frames that wait."""
        if self.close is None:
            self.close = (code, reason)
        self.leave()

    def drop(self) -> None:
        """Break the connection at once."""
        self.dropped = True
        self.frames.clear()
        self.leave()

    def leave(self) -> None:
        """Stop following; also when the client goes."""
        for undo in self._undo:
            undo()
        self._undo.clear()
        if self._timer is not None:
            self._timer.cancel()

    def follow(self, waiters: list[Callable[..., None]], waiter: Callable[..., None]) -> None:
        """Be told of changes until the stream ends."""
        waiters.append(waiter)
        self._undo.append(lambda: waiters.remove(waiter))

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something again and again until the stream ends."""

        def tick() -> None:
            if self.close is None and not self.dropped:
                action()
                self._timer = self.clock.schedule(seconds, tick, background=True, sign=True)

        self._timer = self.clock.schedule(seconds, tick, background=True, sign=True)


class EventSession(Session):
    """Server-sent events; the same content also goes over WebSockets in an envelope.

    Args:
        clock: The clock.
        envelope: Whether the frames are JSON objects with `type` and `data`.
    """

    def __init__(self, clock: FakeClock, *, envelope: bool) -> None:
        super().__init__(clock)
        self.envelope = envelope

    def ping(self) -> None:
        """Queue a sign of life."""
        self.put(_PINGS[self.envelope])

    def is_sign(self, frame: str | bytes) -> bool:
        """Whether a frame is a mere sign of life."""
        return frame == _PINGS[self.envelope]

    def data(self, value: Any) -> None:
        """Queue an event."""
        if self.envelope:
            self.send({"type": "data", "data": value})
        else:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            self.put(f"event: data\ndata: {text}\n\n")
