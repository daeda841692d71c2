"""Several calls at once, on threads. colour: handwritten.

A thread cannot be cancelled from outside. Here each one carries a `Stop`: whoever waits by `pause`
inside a group that has failed, or that was interrupted, gives up.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from coder_sdk.workflows._leaves import Done, Missing, first_error, is_virtual, wake_up

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from typing_extensions import Self

    from coder_sdk._clock import Clock

A = TypeVar("A")
R = TypeVar("R")


class StoppedError(BaseException):
    """The group in which this thread works has ended; nobody wants its result."""


class Stop:
    """Tells the threads of a group, and of the groups inside them, to give up."""

    def __init__(self, parent: Stop | None) -> None:
        self._event = Event()
        self._children: list[Stop] = []
        self._closers: set[Callable[[], object]] = set()
        self._lock = Lock()
        if parent is not None:
            parent.adopt(self)

    def adopt(self, child: Stop) -> None:
        """Pass the word on to a group that a thread of this one makes."""
        with self._lock:
            self._children.append(child)
        if self._event.is_set():
            child.set()

    def drop(self, child: Stop) -> None:
        """Forget a group that has ended."""
        with self._lock:
            if child in self._children:
                self._children.remove(child)

    def set(self) -> None:
        """Tell everybody; what blocks a thread is closed."""
        self._event.set()
        with self._lock:
            children, closers = list(self._children), list(self._closers)
        for child in children:
            child.set()
        for close in closers:
            close()

    def wait(self, seconds: float) -> None:
        """Wait, or give up early."""
        self._event.wait(seconds)

    def check(self) -> None:
        """Give up if the word has come."""
        if self._event.is_set():
            raise StoppedError

    @contextmanager
    def closing(self, close: Callable[[], object]) -> Generator[None]:
        """Close something when the word comes while a thread is blocked in it."""
        with self._lock:
            self._closers.add(close)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._closers.discard(close)


current_stop: ContextVar[Stop | None] = ContextVar("coder_sdk_stop", default=None)


def pause(clock: Clock, seconds: float) -> None:
    """Wait; the one place where a workflow does."""
    stop = current_stop.get()
    if stop is None:
        clock.sleep(seconds)
        return
    stop.check()
    if is_virtual(clock):
        clock.sleep(seconds)
    else:
        stop.wait(seconds)
    stop.check()


def idle(clock: Clock, seconds: float) -> None:
    """Wait beside other work, which alone moves the clock of a fake deployment."""
    stop = current_stop.get()
    if stop is None or not is_virtual(clock):
        pause(clock, seconds)
        return
    due = Event()
    event = wake_up(clock, seconds, due.set)
    try:
        _wait_for(due)
    finally:
        event.cancel()


@contextmanager
def shelter(seconds: float) -> Generator[None]:  # noqa: ARG001 - nobody interrupts it
    """Let what stands in the block clean up, although the group has ended."""
    token = current_stop.set(None)
    try:
        yield
    finally:
        current_stop.reset(token)


class Task(Generic[R]):
    """A call that runs beside others; its result is there when the group is left."""

    def __init__(self) -> None:
        self._result: Any = Missing

    def run(self, call: Callable[..., R], arguments: tuple[Any, ...]) -> None:
        """Run the call to its end."""
        self._result = call(*arguments)

    @property
    def result(self) -> R:
        """What the call returned.

        Raises:
            RuntimeError: It has not ended: the group is still open.
        """
        if self._result is Missing:
            raise RuntimeError("The call has not ended yet.")
        return cast("R", self._result)


class Tasks:
    """Calls that run beside the block of `task_group`."""

    def __init__(self) -> None:
        self._parent = current_stop.get()
        self._stop = Stop(self._parent)
        self._threads: list[Thread] = []
        self._errors: list[BaseException] = []
        self._lock = Lock()

    def start(self, call: Callable[..., R], *arguments: Any) -> Task[R]:
        """Start a call; the group is not left before it ends."""
        self._stop.check()
        task: Task[R] = Task()
        context = copy_context()
        context.run(current_stop.set, self._stop)
        thread = Thread(
            target=context.run,
            args=(self._run, task, call, arguments),
            name=f"coder-sdk-{len(self._threads)}",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()
        return task

    def _run(self, task: Task[Any], call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        try:
            self._stop.check()
            task.run(call, arguments)
        except StoppedError:
            return
        except BaseException as error:  # noqa: BLE001 - raised by who leaves the group
            with self._lock:
                self._errors.append(error)
            self._stop.set()

    def cancel(self) -> None:
        """Tell all calls to give up."""
        self._stop.set()

    def join(self) -> None:
        """Wait for all calls; an interruption tells them to give up and is raised in the end."""
        for thread in self._threads:
            while thread.is_alive():
                self._join(thread)
        if self._parent is not None:
            self._parent.drop(self._stop)

    def _join(self, thread: Thread) -> None:
        try:
            thread.join()
        except BaseException as error:  # noqa: BLE001 - raised by who leaves the group
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Note an error that ends the group."""
        self._errors.insert(0, error)
        self._stop.set()

    @property
    def errors(self) -> list[BaseException]:
        """What was raised, in the block first."""
        return self._errors


class _Group(BaseException):
    """Errors that were raised at once."""

    def __init__(self, exceptions: tuple[BaseException, ...]) -> None:
        super().__init__()
        self.exceptions = exceptions


@contextmanager
def task_group() -> Generator[Tasks]:
    """Run calls beside the block; leaving it waits for them.

    The first error tells the others to give up and is raised as itself.
    """
    tasks = Tasks()
    try:
        yield tasks
    except BaseException as error:  # noqa: BLE001 - raised again below
        tasks.fail(error)
    tasks.join()
    if tasks.errors:
        found = first_error(_Group(tuple(tasks.errors)))
        raise found from found.__cause__


def mapped(call: Callable[[A], R], items: Iterable[A], *, concurrency: int = 5) -> list[R]:
    """Call with each item, a few at a time; results in the order of the items.

    The first error tells the others to give up and is raised.
    """
    known = list(items)
    results: list[Any] = [None] * len(known)
    with completed(call, known, concurrency=concurrency) as answers:
        for done in answers:
            if done.error is not None:
                raise done.error
            results[done.place] = done.result
    return results


class Completed(Generic[A, R]):
    """Results in the order in which they come; iterated by who started the calls.

    Who gave a result starts nothing new before the loop asks for the next one, so that the loop's
    body can stop in time.
    """

    def __init__(self, call: Callable[[A], R], items: Iterable[A]) -> None:
        self._call = call
        self._items = iter(enumerate(items))
        self._lock = Lock()
        self._stopped = False
        self._heard: Event | None = None
        self._answers: SimpleQueue[tuple[Done[A, R], Event] | None] = SimpleQueue()
        self._workers = 0

    def stop(self) -> None:
        """Start nothing new; what runs goes on, and is still yielded."""
        self._stopped = True

    def _next(self) -> tuple[int, A] | None:
        with self._lock:
            return None if self._stopped else next(self._items, None)

    def work(self) -> None:
        """Call with one item after the other."""
        try:
            while (entry := self._next()) is not None:
                heard = Event()
                self._answers.put((self._one(*entry), heard))
                _wait_for(heard)
        finally:
            self._answers.put(None)

    def _one(self, index: int, item: A) -> Done[A, R]:
        try:
            return Done(index, item, self._call(item), None)
        except Exception as error:  # noqa: BLE001 - the caller decides what an error means
            return Done(index, item, None, error)

    def begin(self, tasks: Tasks, concurrency: int) -> None:
        """Start as many workers."""
        self._workers = max(1, concurrency)
        for _ in range(self._workers):
            tasks.start(self.work)

    def close(self) -> None:
        """Take no more results."""
        self._stopped = True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Done[A, R]:
        if self._heard is not None:
            self._heard.set()
            self._heard = None
        while self._workers:
            answer = self._answers.get()
            if answer is not None:
                done, self._heard = answer
                return done
            self._workers -= 1
        raise StopIteration


def _wait_for(event: Event) -> None:
    """Wait for an event, or give up with the group."""
    stop = current_stop.get()
    if stop is None:
        event.wait()
        return
    with stop.closing(event.set):
        event.wait()
    stop.check()


@contextmanager
def completed(
    call: Callable[[A], R], items: Iterable[A], *, concurrency: int = 5
) -> Generator[Completed[A, R]]:
    """Call with each item, a few at a time, and iterate over what comes of it as it comes.

    The loop body runs in the caller's thread. Leaving the block early, also by an error or Ctrl-C,
    tells what still runs to give up, and waits for it; nothing is left behind. No call's error is
    raised: it stands in the result.

    Args:
        call: Called with an item.
        items: The items.
        concurrency: How many calls run at once.
    """
    answers: Completed[A, R] = Completed(call, items)
    with task_group() as tasks:
        answers.begin(tasks, concurrency)
        try:
            yield answers
        finally:
            answers.close()
            tasks.cancel()
