"""Many calls at once: the methods of the client itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from coder_sdk._async_client import AsyncClient
    from coder_sdk.workflows._async._items import Many
    from coder_sdk.workflows.bulk import BulkProgress, BulkReport

A = TypeVar("A")
R = TypeVar("R")


class AsyncClientWorkflows:
    """What the client does beside its resources."""

    async def bulk(
        self,
        func: Callable[[A], Awaitable[R]],
        items: Many[A],
        *,
        concurrency: int = 5,
        progress: bool | Callable[[BulkProgress], object] = False,
        dry_run: bool = False,
        only_if: Callable[[A], object] | None = None,
        stop_on: type[Exception] | tuple[type[Exception], ...] = (),
        report: BulkReport[A, R] | None = None,
    ) -> BulkReport[A, R]:
        """Call a method with each of many items, a few at a time, and report what came of each.

        The items are read to the end before the first call. An error of a call does not disturb
        the others: it stands in the report. Calls wait where the server's rate limit says so.
        When Ctrl-C, a cancellation or an error of a callback ends it early, nothing new starts,
        and the exception carries the report so far as its attribute `report`; pass `report` to
        have it at hand in any case.

        Args:
            func: Called with an item: a method of this client, or a function of your own. One that
                returns an `Outcome` or a `Skip` decides by it what the report says.
            items: A list, or whatever lists it: `coder.workspaces.list(template="docker")`.
            concurrency: How many calls run at once.
            progress: `True` to show on standard error how far it is: a bar with the extra
                `rich`, else one line; quiet where that is no terminal. Or a function that is
                called with a `BulkProgress`.
            dry_run: Find out what would be done: each call runs until the first request that
                would change something, which is not sent. The report then says which that was,
                or why the item would be skipped.
            only_if: Asked about each item before the first call. Items for which it returns
                something false or a `Skip("why")` are skipped.
            stop_on: Errors after which nothing new is started.
            report: A report to fill.

        Returns:
            The report; `raise_on_error()` raises if a call failed.

        Raises:
            RequestValidationError: An argument cannot be meant: `concurrency` is less than 1,
                `items` is one text, or `func` is a function of the other kind of client.

        Example:
            >>> running = coder.workspaces.list(status="running")  # doctest: +SKIP
            >>> report = coder.bulk(coder.workspaces.stop, running)  # doctest: +SKIP
            >>> print(report.summary())  # doctest: +SKIP
            ok=37 failed=1 skipped=2
        """
        from coder_sdk.workflows._async._bulk_run import AsyncRun  # noqa: PLC0415 - on first use
        from coder_sdk.workflows._bulk_arguments import check_arguments  # noqa: PLC0415 - likewise

        client = cast("AsyncClient", cast("Any", self))
        check_arguments(
            func,
            items,
            asynchronous=client._core.asynchronous,  # noqa: SLF001 - the package's own
            concurrency=concurrency,
            progress=progress,
            dry_run=dry_run,
            only_if=only_if,
            stop_on=stop_on,
            report=report,
        )
        run = AsyncRun(
            client,
            func,
            progress=progress,
            dry_run=dry_run,
            stop_on=stop_on,
            report=report,
        )
        return await run.over(items, concurrency, only_if)
