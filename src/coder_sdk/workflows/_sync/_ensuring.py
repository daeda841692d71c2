# Derived from `src/coder_sdk/workflows/_async/_ensuring.py`
# by `python -m codegen colours`; edit that file.
"""Makes an object that somebody else may be making at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from coder_sdk._errors.base import CoderError
from coder_sdk.workflows._unclear import is_lost, is_unclear

if TYPE_CHECKING:
    from collections.abc import Callable

S = TypeVar("S")

_TRIES: Final = 3


def created_or_found(create: Callable[[], S], find: Callable[[], S | None]) -> tuple[S, bool]:
    """Create an object; after an unclear failure look for it before deciding.

    Args:
        create: Creates it.
        find: Looks for it by its name; `None` if it is not there.

    Returns:
        The object, and whether it was made here: what is found after a lost answer counts as ours,
        what is found after a refusal as somebody else's.

    Raises:
        CoderError: It could not be created and is not there.
    """
    tries = 0
    while True:
        tries += 1
        try:
            return create(), True
        except CoderError as error:
            if not is_unclear(error):
                raise
            found = find()
            if found is not None:
                return found, is_lost(error)
            if not is_lost(error) or tries == _TRIES:
                raise
