"""Runs many calls and notes what came of each."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coder_sdk._io._async.primitives import settled
from coder_sdk._limiter import RateLimiter
from coder_sdk._rehearsal import WouldChangeError, rehearsal
from coder_sdk.workflows._async._concurrency import completed
from coder_sdk.workflows._async._conditions import refusal
from coder_sdk.workflows._async._items import ASYNCHRONOUS, Many, answered, collected
from coder_sdk.workflows._bulk_arguments import WrongColourError, wrong_function
from coder_sdk.workflows._called import name_of
from coder_sdk.workflows._leaves import first_error
from coder_sdk.workflows._progress_bar import ProgressBar
from coder_sdk.workflows.bulk import BulkEntry, BulkReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from coder_sdk._async_client import AsyncClient
    from coder_sdk.workflows.bulk import BulkProgress

A = TypeVar("A")
R = TypeVar("R")


class AsyncRun(Generic[A, R]):
    """One run of `bulk`.

    Args:
        client: The client.
        func: Called with an item.
        progress: Whether to draw a bar, or what to call.
        dry_run: Whether to stop before the first change.
        stop_on: Errors after which nothing new is started.
        report: What came of each item.
    """

    def __init__(
        self,
        client: AsyncClient,
        func: Callable[[A], Awaitable[R]],
        *,
        progress: bool | Callable[[BulkProgress], object],
        dry_run: bool,
        stop_on: type[Exception] | tuple[type[Exception], ...],
        report: BulkReport[A, R] | None,
    ) -> None:
        self.client = client
        self.action = name_of(func)
        self.report: BulkReport[A, R] = BulkReport() if report is None else report
        self._func = func
        self._bar = ProgressBar(self.action) if progress is True else None
        self._told = progress if callable(progress) else None
        self._dry_run = dry_run
        self._stop_on = stop_on

    async def over(
        self, items: Many[A], concurrency: int, only_if: Callable[[A], object] | None
    ) -> BulkReport[A, R]:
        """Read the items to the end, then call with each."""
        redact = self.client._core.redactor.text  # noqa: SLF001 - the package's own
        self.report.begin(await collected(items), dry_run=self._dry_run, redact=redact)
        try:
            with paced(self.client), self._bar or nullcontext():
                if only_if is not None:
                    await skip_some(self.report, only_if)
                await self._show()
                await self._call_all(concurrency)
        except BaseException as error:
            self.report.interrupted = True
            vars(error)["report"] = self.report
            raise
        return self.report

    async def _call_all(self, concurrency: int) -> None:
        waiting = [entry for entry in self.report.entries if entry.state == "not started"]
        async with completed(self._call, waiting, concurrency=concurrency) as answers:
            async for done in answers:
                if done.error is not None:
                    raise done.error
                if self.report.stopped_by is not None:
                    answers.stop()
                await self._show()

    async def _show(self) -> None:
        if self._bar is not None:
            self._bar.show(self.report.progress)
        if self._told is not None:
            await settled(self._told(self.report.progress))

    async def _call(self, entry: BulkEntry[A, R]) -> None:
        if self.report.stopped_by is not None:
            return
        entry.state = "unfinished"
        if self._dry_run:
            await rehearse(self._func, entry, self.action)
        else:
            await perform(self._func, entry, self.action)
        if isinstance(entry.error, self._stop_on) and self.report.stopped_by is None:
            self.report.stopped_by = entry.error


async def skip_some(report: BulkReport[A, Any], only_if: Callable[[A], object]) -> None:
    """Ask the condition about every item."""
    for entry in report.entries:
        skip = await refusal(only_if, entry.item)
        if skip is not None:
            entry.skip(skip)


async def perform(func: Callable[[A], Awaitable[R]], entry: BulkEntry[A, R], action: str) -> None:
    """Call with one item.

    Raises:
        RequestValidationError: It is a function of the other kind of client.
    """
    try:
        result = await answered(func(entry.item))
    except WrongColourError:
        failure = wrong_function(asynchronous=ASYNCHRONOUS)
    except Exception as error:  # noqa: BLE001 - it stands in the report
        entry.fail(error)
        return
    else:
        entry.succeed(result, action)
        return
    raise failure


async def rehearse(func: Callable[[A], Awaitable[R]], entry: BulkEntry[A, R], action: str) -> None:
    """Call with one item, up to the first thing that would be changed."""
    try:
        with rehearsal():
            await perform(func, entry, action)
    except BaseException as error:
        found = first_error(error)
        if not isinstance(found, WouldChangeError):
            raise
        entry.foresee(action, found.request)


@contextmanager
def paced(client: AsyncClient) -> Generator[None]:
    """Keep to the rate that the server's answers tell, unless the client does so anyway."""
    core = client._core  # noqa: SLF001 - the package's own
    own = RateLimiter() if core.limiter is None else None
    core.limiter = core.limiter or own
    try:
        yield
    finally:
        if own is not None and core.limiter is own:
            core.limiter = None
