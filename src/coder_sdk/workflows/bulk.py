"""What came of many calls."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timezone
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar, cast
from uuid import UUID

# The one of the standard library cannot be generic before Python 3.11.
from typing_extensions import NamedTuple

from coder_sdk._errors.work import BulkError
from coder_sdk._redact import MASK, Redactor
from coder_sdk.workflows.outcome import Outcome, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl

    from coder_sdk.workflows.tables import Table

__all__ = ["BulkEntry", "BulkProgress", "BulkReport", "Failed", "Skipped", "Succeeded"]

A = TypeVar("A")
R = TypeVar("R")

State = Literal["not started", "unfinished", "ok", "failed", "skipped"]
_LABELS: Final = ("username", "name", "email", "id")
_SHOWN_FAILURES: Final = 5
_USERINFO: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_RECORD: Final = ("item", "state", "action", "reason", "request", "error")


class BulkProgress(NamedTuple):
    """How far it has come.

    Attributes:
        total: How many items there are.
        ok: How many calls succeeded.
        failed: How many failed.
        skipped: How many were skipped.
    """

    total: int
    ok: int
    failed: int
    skipped: int

    @property
    def done(self) -> int:
        """How many items are dealt with."""
        return self.ok + self.failed + self.skipped


class Succeeded(NamedTuple, Generic[A, R]):
    """An item and what its call returned."""

    item: A
    result: R

    def __repr__(self) -> str:
        return f"Succeeded({_shown(self.item)}, {type(self.result).__name__})"


class Failed(NamedTuple, Generic[A]):
    """An item and the error of its call."""

    item: A
    error: Exception

    def __repr__(self) -> str:
        return f"Failed({_shown(self.item)}, {type(self.error).__name__})"


class Skipped(NamedTuple, Generic[A]):
    """An item and why nothing was done."""

    item: A
    reason: str

    def __repr__(self) -> str:
        return f"Skipped({_shown(self.item)}, {self.reason!r})"


class BulkEntry(Generic[A, R]):
    """What came of one item.

    Attributes:
        item: The item.
        label: What it is called in reports: the name of an object, never its content.
        state: `ok`, `failed`, `skipped`, `not started`, or `unfinished`: it was begun, and nobody
            waited for its end.
        action: What was done; in a dry run, what would be.
        result: What the call returned.
        error: What it raised.
        reason: Why it was skipped.
        request: In a dry run, the first request that would change something.
    """

    __slots__ = (
        "_redact", "action", "error", "item", "label", "reason", "request", "result", "state",
    )  # fmt: skip

    def __init__(self, item: A, redact: Callable[[str], str]) -> None:
        self._redact: Callable[[str], str] = redact
        self.item: A = item
        self.label: str = redact(label_of(item))
        self.state: State = "not started"
        self.action: str | None = None
        self.result: R | None = None
        self.error: Exception | None = None
        self.reason: str | None = None
        self.request: str | None = None

    def __repr__(self) -> str:
        more = self.action if self.state == "ok" else self.reason
        return f"<BulkEntry {self.label} {self.state}{f' ({more})' if more else ''}>"

    def succeed(self, result: Any, action: str) -> None:
        """Note what the call returned."""
        self.result = cast("R", result)
        skip = result if isinstance(result, Skip) else None
        if isinstance(result, Outcome):
            action = cast("Outcome[object]", result).action
            skip = action if isinstance(action, Skip) else None
        if skip is not None:
            self.skip(skip)
        else:
            self.action, self.state = action, "ok"

    def fail(self, error: Exception) -> None:
        """Note what the call raised."""
        self.error, self.state = error, "failed"

    def skip(self, reason: Skip) -> None:
        """Note why nothing was done."""
        self.action, self.state = "skipped", "skipped"
        self.reason = self._redact(reason.reason)

    def foresee(self, action: str, request: str) -> None:
        """Note what would be done."""
        self.action, self.request, self.state = action, request, "ok"

    def to_record(self) -> dict[str, str | None]:
        """The entry as plain text, without the item itself."""
        error = None
        if self.error is not None:
            error = self._redact(f"{type(self.error).__name__}: {self.error}")
        return {
            "item": self.label,
            "state": self.state,
            "action": self.action,
            "reason": self.reason,
            "request": self.request,
            "error": error,
        }

    def first_line(self) -> str:
        """Item and error in one line."""
        text = str(self.error).partition("\n")[0]
        return f"{self.label}: {self._redact(text or type(self.error).__name__)}"


class BulkReport(Generic[A, R]):
    """What came of each item of `bulk`, in the order of the items.

    It is filled while the calls run. Make one and hand it over where it has to be at hand after
    Ctrl-C or a cancellation.

    Attributes:
        entries: One for each item.
        dry_run: Whether it says what would be done.
        stopped_by: The error because of which nothing new was started.
        interrupted: Whether Ctrl-C, a cancellation or another error ended it early.

    Example:
        >>> from coder_sdk.workflows.bulk import BulkReport
        >>> report = BulkReport()
        >>> report.summary()
        'ok=0 failed=0 skipped=0'
    """

    def __init__(self) -> None:
        self.entries: list[BulkEntry[A, R]] = []
        self.dry_run: bool = False
        self.stopped_by: Exception | None = None
        self.interrupted: bool = False

    def begin(self, items: Iterable[A], *, dry_run: bool, redact: Callable[[str], str]) -> None:
        """Forget what was there, and list the items."""
        self.entries = [BulkEntry(item, redact) for item in items]
        self.dry_run, self.stopped_by, self.interrupted = dry_run, None, False

    def _in(self, *states: State) -> list[BulkEntry[A, R]]:
        return [entry for entry in self.entries if entry.state in states]

    @property
    def ok(self) -> list[Succeeded[A, R]]:
        """Items whose call succeeded, each with what it returned; `None` in a dry run."""
        return [Succeeded(entry.item, cast("R", entry.result)) for entry in self._in("ok")]

    @property
    def failed(self) -> list[Failed[A]]:
        """Items whose call failed, each with the error."""
        return [Failed(entry.item, entry.error) for entry in self.entries if entry.error]

    @property
    def skipped(self) -> list[Skipped[A]]:
        """Items with which nothing was done, each with the reason."""
        return [Skipped(entry.item, entry.reason or "") for entry in self._in("skipped")]

    @property
    def not_started(self) -> list[A]:
        """Items whose turn did not come."""
        return [entry.item for entry in self._in("not started")]

    @property
    def unfinished(self) -> list[A]:
        """Items whose call was cut off; it may have had its effect."""
        return [entry.item for entry in self._in("unfinished")]

    @property
    def progress(self) -> BulkProgress:
        """How far it has come."""
        counts = Counter(entry.state for entry in self.entries)
        return BulkProgress(len(self.entries), counts["ok"], counts["failed"], counts["skipped"])

    def by_action(self) -> dict[str, int]:
        """How often each action was taken, the most frequent first."""
        counts = Counter(entry.action for entry in self._in("ok") if entry.action)
        return dict(counts.most_common())

    def summary(self) -> str:
        """The numbers in one line; actions are counted where there are several.

        Example:
            >>> coder.bulk(coder.workspaces.stop, workspaces).summary()  # doctest: +SKIP
            'ok=37 (stopped=30 unchanged=7) failed=1 skipped=2'
        """
        progress, actions = self.progress, self.by_action()
        shown = " ".join(f"{action}={count}" for action, count in actions.items())
        parts = [
            f"ok={progress.ok}" + (f" ({shown})" if len(actions) > 1 else ""),
            f"failed={progress.failed}",
            f"skipped={progress.skipped}",
        ]
        if unfinished := len(self.unfinished):
            parts.append(f"unfinished={unfinished}")
        if not_started := len(self.not_started):
            parts.append(f"not_started={not_started}")
        return " ".join(parts)

    def to_records(self) -> list[dict[str, str | None]]:
        """The entries as plain text; secrets of the items are not in it."""
        return [entry.to_record() for entry in self.entries]

    def to_frame(self) -> pd.DataFrame:
        """The entries as a frame of pandas, all columns text; needs the extra `pandas`.

        Raises:
            ConfigError: The extra `pandas` is not installed.
        """
        return self._table().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """The entries as a frame of polars, all columns text; needs the extra `polars`.

        Raises:
            ConfigError: The extra `polars` is not installed.
        """
        return self._table().to_polars()

    def _table(self) -> Table:
        from coder_sdk.workflows.tables import Table  # noqa: PLC0415 - imports attrs

        rows = [tuple(record[name] for name in _RECORD) for record in self.to_records()]
        return Table(dict.fromkeys(_RECORD, "text"), rows, timezone.utc)

    def _repr_html_(self) -> str:
        from coder_sdk._html import bulk_html  # noqa: PLC0415 - only notebooks ask for it

        return bulk_html(self)

    def raise_on_error(self) -> None:
        """Raise if a call failed.

        Raises:
            BulkError: Some call did; `report` is this report.
        """
        failed = self._in("failed")
        if not failed:
            return
        lines = [entry.first_line() for entry in failed]
        if len(lines) > _SHOWN_FAILURES:
            more = len(lines) - _SHOWN_FAILURES
            lines = [*lines[:_SHOWN_FAILURES], f"… and {more} more"]
        raise BulkError(
            "\n".join([f"{len(failed)} of {len(self.entries)} calls failed:", *lines]), report=self
        )

    def __repr__(self) -> str:
        return f"<BulkReport {self.summary()}>"

    def __len__(self) -> int:
        return len(self.entries)


def label_of(item: object) -> str:
    """What an item is called: `owner/name`, a name, an id; else only its type.

    Objects are not shown whole: they may hold what nobody should read. Of a tuple the first part
    is shown, and of the others what is no plain text: a name often stands beside a password.
    """
    if isinstance(item, tuple):
        first, *others = cast("tuple[object, ...]", item) or ("nothing",)
        shown = [part for part in others if not isinstance(part, (str, bytes, int))]
        return " ".join(map(label_of, [first, *shown]))
    if isinstance(item, (str, int, UUID)):
        # Text that is shown as asterisks wherever it is formatted stays so.
        return _USERINFO.sub(MASK, f"{item}")
    owner, name = getattr(item, "owner_name", None), getattr(item, "name", None)
    if isinstance(owner, str) and isinstance(name, str):
        return f"{owner}/{name}"
    for attribute in _LABELS:
        value = _field(item, attribute)
        if isinstance(value, (str, int, UUID)) and value != "":
            return f"{value}"
    return type(item).__name__


def _shown(item: object) -> str:
    """The same without the forms that secrets of Coder have."""
    return Redactor().text(label_of(item))


def _field(item: object, name: str) -> object:
    if isinstance(item, dict):
        return cast("dict[object, object]", item).get(name)
    return getattr(item, name, None)
