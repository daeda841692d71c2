# Derived from `src/coder_sdk/workflows/_async/_log_reading.py`
# by `python -m codegen colours`; edit that file.
"""Reads logs whose newest entry comes first: whole periods, and what is added."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from coder_sdk._errors.status import ServerError, UnavailableError
from coder_sdk._errors.transport import RequestTimeoutError, TransportError
from coder_sdk.workflows._spans import check_instant
from coder_sdk.workflows._sync._concurrency import pause
from coder_sdk.workflows._waits import PATIENCE
from coder_sdk.workflows.window import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from coder_sdk._io._sync.pages import Pager
    from coder_sdk.workflows._waits import Wait
    from coder_sdk.workflows.window import Window

E = TypeVar("E")
# Entries are written by several processes: one may appear after another that is a little younger.
_OVERLAP: Final = timedelta(minutes=1)


def exported(
    window: Window,
    days: int,
    read: Callable[[Window], Pager[E]],
    moment: Callable[[E], datetime],
) -> Iterator[E]:
    """Yield all entries of a window, the newest first, by a request for a few days at a time.

    Days that the server does not answer in time are halved. No entry comes twice.

    Args:
        window: The period.
        days: How many days are asked for at first.
        read: Lists the entries of a part; entries around it do no harm.
        moment: When an entry was written.
    """
    waiting: list[tuple[Window, set[UUID]]] = [
        (part, set()) for part in checked(window).split(days)
    ]
    while waiting:
        part, seen = waiting.pop()
        try:
            for entry in read(part):
                identifier = _id_of(entry)
                if moment(entry) in part and identifier not in seen:
                    seen.add(identifier)
                    yield entry
        except (UnavailableError, RequestTimeoutError):
            if part.days == 1:
                raise
            waiting += [(half, seen) for half in part.split((part.days + 1) // 2)]


def tailed(
    wait: Wait,
    since: datetime | None,
    read: Callable[[], Pager[E]],
    moment: Callable[[E], datetime],
) -> Iterator[E]:
    """Yield entries as they are added, the oldest first; never ends by itself.

    A look that fails because the server or the network is away is repeated; only several in a row
    are the end.

    Args:
        wait: The clock and the interval.
        since: Begin with the entries from this instant on; by default with the next one.
        read: Lists the log, the newest entry first.
        moment: When an entry was written.
    """
    if since is not None:
        check_instant("since", since)
    mark = since
    known: dict[UUID, datetime] = {}
    if since is None:
        for entry in _newer(read(), None, moment):
            known[_id_of(entry)] = moment(entry)
        mark = max(known.values(), default=None)
    failures = 0
    while True:
        back = None if mark is None else mark - (_OVERLAP if known else timedelta())
        try:
            found = _newer(read(), back, moment, everything=mark is None)
        except (TransportError, ServerError):
            failures += 1
            if failures >= PATIENCE:
                raise
            found = []
        else:
            failures = 0
        for entry in sorted(found, key=moment):
            if _id_of(entry) not in known and (since is None or moment(entry) >= since):
                known[_id_of(entry)] = moment(entry)
                yield entry
        mark = max(known.values(), default=mark)
        known = {key: at for key, at in known.items() if mark is None or at >= mark - 2 * _OVERLAP}
        pause(wait.clock, wait.interval())


def _newer(
    pager: Pager[E],
    back: datetime | None,
    moment: Callable[[E], datetime],
    *,
    everything: bool = False,
) -> list[E]:
    """Entries from an instant on; by default those around the newest."""
    found: list[E] = []
    for entry in pager:
        if back is None and not everything:
            back = moment(entry) - 2 * _OVERLAP
        if back is not None and moment(entry) < back:
            break
        found.append(entry)
    return found


def _id_of(entry: Any) -> UUID:
    identifier: UUID = entry.id
    return identifier
