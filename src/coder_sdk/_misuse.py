"""What Python says of arguments that do not fit, in the words of the caller."""

from __future__ import annotations

import re
from difflib import get_close_matches
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_UNKNOWN: Final = re.compile(r"unexpected keyword argument '(\w+)'")


def misuse(error: TypeError, builder: Callable[..., Any]) -> TypeError:
    """The error with the name that callers know, `users.get()`, and what may have been meant."""
    text = str(error).replace(f"{builder.__qualname__}()", f"{_public_name(builder)}()", 1)
    unknown = _UNKNOWN.search(text)
    if unknown is not None and "Did you mean" not in text:
        close = get_close_matches(unknown[1], list(signature(builder).parameters)[1:], n=1)
        text += f". Did you mean '{close[0]}'?" if close else ""
    return TypeError(text)


def _public_name(builder: Callable[..., Any]) -> str:
    # Each module of resources has the name of the attribute; that of the client has none.
    noun = builder.__module__.rpartition(".")[2]
    return builder.__name__ if noun.startswith("_") else f"{noun}.{builder.__name__}"
