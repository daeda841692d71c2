"""Shows the methods of a resource as their callers see them.

In the source a method builds a request, and a decorator turns it into the call. A reader wants what
the call returns, `Group` and not `Request[Group]`, and not the options that every call takes.
"""

from __future__ import annotations

import re
from typing import Any

from griffe import (
    Class,
    Expr,
    ExprName,
    ExprSubscript,
    ExprTuple,
    Extension,
    Function,
    Module,
    Parameters,
)

DECORATORS = "coder_sdk._endpoint."
RESOURCES = ("coder_sdk.resources.", "coder_sdk.workflows._sync.")
CLIENTS = ("resources._client.ClientResources", "resources._client.AsyncClientResources")
OPTIONS = frozenset({"timeout", "deadline", "headers", "retry", "extra_query"})
# What the call returns, by the decorator: the name to stand around the types, and which of them.
RETURNS: dict[str, tuple[str | None, slice]] = {
    "endpoint": (None, slice(None)),
    "paged": ("Pager", slice(1, None)),
    "stream": ("Stream", slice(None)),
    "socket": ("Socket", slice(None)),
}


class Calls(Extension):
    """Rewrites the functions below a decorator of endpoints."""

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        """Write docstrings as the site renders them; a client's resources have their own pages."""
        _dress(pkg)
        for path in CLIENTS if pkg.path == "coder_sdk" else ():
            client = pkg[path]
            for name in [name for name, member in client.members.items() if member.is_attribute]:
                client.del_member(name)

    def on_class_instance(self, *, cls: Class, **_: Any) -> None:
        """Leave out what the page says above: the sentence of a resource."""
        if cls.module.path.startswith(RESOURCES):
            cls.docstring = None

    def on_function_instance(self, *, func: Function, **_: Any) -> None:
        """Give a builder the signature of the call that it becomes."""
        for decorator in list(func.decorators):
            if decorator.callable_path.startswith(DECORATORS):
                kind = decorator.callable_path.removeprefix(DECORATORS)
                func.returns = _answer(func.returns, *RETURNS[kind])
                func.parameters = Parameters(*(p for p in func.parameters if p.name not in OPTIONS))
                func.decorators.remove(decorator)


def _answer(built: Expr | str | None, around: str | None, which: slice) -> Expr | str | None:
    """Return the type of the answer to what a builder builds."""
    if not isinstance(built, ExprSubscript):
        return built
    inner = built.slice
    types = list(inner.elements) if isinstance(inner, ExprTuple) else [inner]
    if around is None:
        return types[-1]
    shown = types[which]
    content = shown[0] if len(shown) == 1 else ExprTuple(shown, implicit=True)
    return ExprSubscript(ExprName(around, parent=built.left.parent), content)


def _dress(thing: Module | Class) -> None:
    """Let examples be examples and addresses be links, in all that belongs to a thing."""
    for member in thing.members.values():
        if not member.is_alias and member.docstring:
            text = re.sub(r"(?m)^Example:$", "Examples:", member.docstring.value)
            text = re.sub(r"(?m)^See:\n\s+(https://\S+)", r"[Documentation](\1)", text)
            member.docstring.value = text
        if isinstance(member, (Module, Class)):
            _dress(member)
