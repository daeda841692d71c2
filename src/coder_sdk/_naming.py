"""What Python calls a method in its own errors: by the name that callers know."""

from __future__ import annotations

from types import FunctionType
from typing import Any, Final

_GENERATED: Final = "coder_sdk.resources."
_HANDWRITTEN: Final = "coder_sdk.workflows."


def name_workflows(cls: type) -> None:
    """Call the handwritten methods of a resource as callers do: `workspaces.start`.

    A `TypeError` for arguments that do not fit then names them as it names generated ones, and
    not a class or a base of it that nobody sees.
    """
    if not cls.__module__.startswith(_HANDWRITTEN):
        return
    homes = [home.__module__ for home in cls.__mro__ if home.__module__.startswith(_GENERATED)]
    if homes:
        name_methods(cls, homes[0].removeprefix(_GENERATED), (_HANDWRITTEN,))


def name_methods(cls: type, prefix: str, modules: tuple[str, ...]) -> None:
    """Call the public methods that a class has from some modules `prefix.method`."""
    for home in cls.__mro__:
        if not home.__module__.startswith(modules):
            continue
        for name, method in vars(home).items():
            if not name.startswith("_"):
                _rename(getattr(method, "__func__", method), f"{prefix}.{name}")


def _rename(function: Any, name: str) -> None:
    """Rename a function, and the one that it wraps: that is what refuses arguments."""
    while isinstance(function, FunctionType):
        function.__qualname__ = name
        function = getattr(function, "__wrapped__", None)
