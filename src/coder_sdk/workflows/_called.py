"""What a function that is called with many items is called in reports."""

from __future__ import annotations

import dis
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

_ATTRIBUTES: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
# What stands before the first value on one Python or another.
_LEADING: Final = frozenset({"COPY_FREE_VARS", "MAKE_CELL", "NOP", "PUSH_NULL", "RESUME"})
_JUMPS: Final = frozenset({*dis.hasjrel, *dis.hasjabs})


def name_of(func: Callable[..., Any]) -> str:
    """The name of a function, as the action of the report; of a lambda, what it calls.

    Args:
        func: A method, a function, a `partial` or a lambda of one.
    """
    while isinstance(func, partial):
        func = func.func
    name = getattr(func, "__name__", "")
    if name == "<lambda>":
        name = _called(func.__code__)
    return name or "called"


def _called(code: CodeType) -> str:
    """The `stop` of `lambda ws: coder.workspaces.stop(ws, ...)`; empty if it is no single call."""
    steps = list(dis.get_instructions(code))
    if len(steps) < 2 or any(step.opcode in _JUMPS for step in steps):  # noqa: PLR2004 - call, return
        return ""
    if not steps[-2].opname.startswith("CALL"):
        return ""
    name = ""
    for step in steps:
        if step.opname in _LEADING:
            continue
        if step.opname not in _ATTRIBUTES and (name or not step.opname.startswith("LOAD_")):
            break
        name = step.argval if isinstance(step.argval, str) else ""
    return name
