"""Warnings that point at the line of the caller, however deep inside the package they arise."""

from __future__ import annotations

import os
import sys
from typing import Final
from warnings import warn

_PACKAGE: Final = os.path.dirname(__file__) + os.sep  # noqa: PTH120 - off the import path


def warn_caller(text: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line that is not of this package.

    Args:
        text: What to say.
        category: Kind of the warning.
    """
    level = 2
    # Context managers of the package are entered through the standard library.
    while (frame := _frame(level)) is not None and (
        frame.startswith(_PACKAGE) or os.path.basename(frame) == "contextlib.py"  # noqa: PTH119
    ):
        level += 1
    warn(text, category, stacklevel=level)


def _frame(level: int) -> str | None:
    """File of the frame that `warn` finds at a level, counted from who calls this."""
    try:
        return sys._getframe(level).f_code.co_filename  # noqa: SLF001 - as `warnings` does
    except ValueError:
        return None
