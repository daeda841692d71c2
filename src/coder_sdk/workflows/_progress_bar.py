"""A progress bar on the terminal, drawn by `rich`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import ConfigError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk.workflows.bulk import BulkProgress


class ProgressBar:
    """Shows how far many calls have come; nothing where standard error is no terminal.

    Args:
        title: What is done.

    Raises:
        ConfigError: There is a terminal, and the extra `rich` is not installed.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Any = _new_bar() if sys.stderr.isatty() else None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, progress: BulkProgress) -> None:
        """Draw a state."""
        if self._bar is None:
            return
        if self._task is None:
            self._task = self._bar.add_task(self._title, total=progress.total, counts="")
        counts = f"ok={progress.ok} failed={progress.failed} skipped={progress.skipped}"
        self._bar.update(self._task, completed=progress.done, counts=counts)


def _new_bar() -> Any:
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.progress import (  # noqa: PLC0415 - an extra
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )
    except ImportError:
        raise ConfigError(
            "`progress=True` needs the extra `rich` on a terminal.",
            hint="Run `pip install 'coder-sdk[rich]'`, or pass a function as `progress`.",
        ) from None
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
