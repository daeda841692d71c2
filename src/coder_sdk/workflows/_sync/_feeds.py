"""Streams with a bound on each wait, on threads. colour: handwritten."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from coder_sdk.workflows._leaves import Ended, Missing, is_virtual, within
from coder_sdk.workflows._sync._concurrency import StoppedError, current_stop

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk._clock import Clock

R = TypeVar("R")


class _Raised:
    """An error on its way from one thread to another."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Feed(Generic[R]):
    """What an iterator yields, with a bound on the time that one waits for the next.

    Leaving the block closes the stream.

    Args:
        items: An open stream or socket.
        clock: The clock of the client; one that is not the machine's moves by itself while a fake
            deployment is silent, and then says itself that nothing came in time.
    """

    def __init__(self, items: Any, clock: Clock) -> None:
        self._items = items
        self._iterator = iter(items)
        self._clock = clock
        self._virtual = is_virtual(clock)
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._wanted: SimpleQueue[type[Missing] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._wanted.put(None)
        self._items.close()
        if self._thread is not None:
            self._thread.join()

    def _read(self) -> None:
        """Read one item each time that one is wanted, on a thread of its own."""
        while self._wanted.get() is not None:
            try:
                item = next(self._iterator, Ended)
            except BaseException as error:  # noqa: BLE001 - raised by who asked
                self._queue.put(_Raised(error))
                return
            self._queue.put(item)
            if item is Ended:
                return

    def next(self, seconds: float | None) -> R | type[Missing | Ended]:
        """The next item, `Missing` if none came in time, `Ended` if none follows."""
        if self._virtual:
            return self._while_time_passes(seconds)
        if self._thread is None:
            self._thread = Thread(target=self._read, name="coder-sdk-feed", daemon=True)
            self._thread.start()
        if not self._asked:
            self._wanted.put(Missing)
            self._asked = True
        return cast("R", self._taken(seconds))

    def _while_time_passes(self, seconds: float | None) -> R | type[Missing | Ended]:
        """The next item, or `Missing` once a clock that moves by itself has come that far."""
        if seconds is None:
            return cast("R", next(self._iterator, Ended))
        until = self._clock.time() + seconds
        try:
            with within(self._clock, seconds):
                return cast("R", next(self._iterator, Ended))
        except TimeoutError:
            if self._clock.time() < until:
                raise  # the bound is that of somebody else
            return Missing

    def _taken(self, seconds: float | None) -> Any:
        stop = current_stop.get()
        try:
            if stop is None:
                found = self._queue.get(timeout=seconds)
            else:
                with stop.closing(lambda: self._queue.put(_Raised(StoppedError()))):
                    found = self._queue.get(timeout=seconds)
        except Empty:
            return Missing
        self._asked = False
        if isinstance(found, _Raised):
            raise found.error
        return found
