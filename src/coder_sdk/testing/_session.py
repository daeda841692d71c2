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


class Session:
    """What a stream has to say: frames that wait to be taken, and perhaps how it was closed.

    A frame is `str` for a text frame, `bytes` for a binary one. Server-sent events are sessions
    whose frames are the text of the stream.

    Attributes:
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
            self.clock.activity += 1
            frame = self.frames.popleft()
            return frame if self.translate is None else self.translate(frame)

    @property
    def over(self) -> bool:
        """Whether nothing is left to take, and nothing will come."""
        return self.dropped or (self.close is not None and not self.frames)

    @property
    def waits(self) -> bool:
        """Whether there is nothing to take, and something may come."""
        return not self.frames and not self.over

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
                self._timer = self.clock.schedule(seconds, tick, background=True)

        self._timer = self.clock.schedule(seconds, tick, background=True)


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
        if self.envelope:
            self.send({"type": "ping", "data": None})
        else:
            self.put("event: ping\n\n")

    def data(self, value: Any) -> None:
        """Queue an event."""
        if self.envelope:
            self.send({"type": "data", "data": value})
        else:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            self.put(f"event: data\ndata: {text}\n\n")
