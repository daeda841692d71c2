"""What may have been meant by a name that nothing has: which list shows it, and in which words."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._json import as_list, as_object
from coder_sdk._request import Request, is_uuid

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

_expected: ContextVar[bool] = ContextVar("coder_sdk_absence_expected", default=False)
_SHOWN: Final = 8
# Placeholder of the name that is missing: its noun, and the path, list and field of the others.
_LISTS: Final = {
    "groupName": ("group", "/api/v2/organizations/{organization}/groups", "", "name"),
    "organization": ("organization", "/api/v2/organizations", "", "name"),
    "templatename": ("template", "/api/v2/organizations/{organization}/templates", "", "name"),
    "user": ("user", "/api/v2/users", "users", "username"),
    "workspacename": ("workspace", "/api/v2/workspaces", "workspaces", "name"),
}
# Names of those who are always there.
_WORDS: Final = frozenset({"me", "default"})


class Listing(NamedTuple):
    """A list whose names may be like the one that was asked for.

    Attributes:
        noun: What it lists.
        name: The name that was asked for.
        request: The request for the list.
        items: Key of the list in the answer; empty for a bare array.
        field: Field that people know an item by.
    """

    noun: str
    name: str
    request: Request[Any]
    items: str = ""
    field: str = "name"

    def hint(self, answer: Any) -> str | None:
        """What the answer suggests."""
        items = as_list(as_object(answer).get(self.items)) if self.items else as_list(answer)
        return suggestion(
            self.noun, self.name, (str(as_object(item).get(self.field)) for item in items)
        )


@contextmanager
def absence_expected() -> Generator[None]:
    """Let a 404 be an answer like any other, for which nothing more is read."""
    token = _expected.set(True)
    try:
        yield
    finally:
        _expected.reset(token)


def listing(path: Mapping[str, Any]) -> Listing | None:
    """The list in which a name is to be looked for that the server answered with a 404.

    Args:
        path: What the placeholders of the path were filled with, in their order.

    Returns:
        `None` where no name is at fault, or where its absence was to be expected.
    """
    if _expected.get() or not path:
        return None
    key, name = list(path.items())[-1]
    if key not in _LISTS or not isinstance(name, str) or name in _WORDS or is_uuid(name):
        return None
    noun, template, items, field = _LISTS[key]
    query: dict[str, Any] | None = {"limit": 100} if items else None
    if key == "workspacename":
        query = {"q": f'owner:"{path.get("user")}"', "limit": 100}
    needed = {"organization": path["organization"]} if "{organization}" in template else {}
    return Listing(noun, name, _get(template, query, **needed), items, field)


def templates_like(name: str) -> Listing:
    """The templates of all organizations, for a name that was searched for in vain."""
    return Listing("template", name, _get("/api/v2/templates"))


def _get(path: str, query: dict[str, Any] | None = None, **values: Any) -> Request[Any]:
    return Request("GET", path, path=values or None, query=query)


def suggestion(noun: str, name: str, known: Iterable[str]) -> str | None:
    """A hint that names what may have been meant; `None` if nothing is known, or it is there."""
    names = sorted(set(known))
    if not names or name.lower() in {item.lower() for item in names}:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - only for errors

    close = get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"Did you mean the {noun} {' or '.join(f'`{item}`' for item in close)}?"
    if len(names) == 1:
        return f"There is the {noun} `{names[0]}`."
    shown = ", ".join(f"`{item}`" for item in names[:_SHOWN])
    return f"There are the {noun}s {shown}{', and more' if len(names) > _SHOWN else ''}."
