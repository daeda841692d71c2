"""How far many calls have come, on the terminal: drawn by `rich`, or one plain line."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from coder_sdk.workflows.bulk import BulkProgress


class ProgressBar:
    """Shows how far many calls have come; nothing where standard error is no terminal.

    Args:
        title: What is done.
    """

    def __init__(self, title: str) -> None:
        self._display: _Display | None = _display(title) if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._display is not None:
            self._display.stop()

    def show(self, progress: BulkProgress) -> None:
        """Draw a state."""
        if self._display is not None:
            counts = f"ok={progress.ok} failed={progress.failed} skipped={progress.skipped}"
            self._display.show(progress.done, progress.total, counts)


class _Display(Protocol):
    def show(self, done: int, total: int, counts: str) -> None: ...
    def stop(self) -> None: ...


class _Line:
    """One line of text that is written over and over."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._width = 0

    def show(self, done: int, total: int, counts: str) -> None:
        # A line that wraps cannot be written over.
        room = shutil.get_terminal_size().columns - 1
        text = f"{self._title} {done}/{total} {counts}"[:room]
        sys.stderr.write(f"\r{text:<{min(self._width, room)}}")
        sys.stderr.flush()
        self._width = len(text)

    def stop(self) -> None:
        if self._width:
            sys.stderr.write("\n")
            sys.stderr.flush()


class _Bar:
    """A bar of `rich`."""

    def __init__(self, title: str, bar: Any) -> None:
        self._title = title
        self._bar: Any = bar
        self._task: Any = None

    def show(self, done: int, total: int, counts: str) -> None:
        if self._task is None:
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=total, counts="")
        self._bar.update(self._task, completed=done, counts=counts)

    def stop(self) -> None:
        self._bar.stop()


def _display(title: str) -> _Display:
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
        return _Line(title)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    return _Bar(title, bar)
