"""Which known names are like one that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN: Final = 8


def near(name: str, known: Iterable[str]) -> str | None:
    """A hint that names what may have been meant; `None` if nothing is known."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for errors

    names = sorted(known)
    if not names:
        return None
    close = get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(f'`{item}`' for item in close)}?"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"There are {', '.join(f'`{item}`' for item in names[:_SHOWN])}{more}."
