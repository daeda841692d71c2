"""`operations`: which method calls which operation, as the docstrings of the methods say."""

from __future__ import annotations

import inspect
import re
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPERATION: Final = re.compile(r"`((?:DELETE|GET|HEAD|PATCH|POST|PUT) /[^`\s]*)`")


class Method(NamedTuple):
    """A method of a client.

    Attributes:
        name: As it is called: `coder.users.get`.
        operation: Verb and path, if it sends one request.
        summary: What it does.
        remarks: Since when, and what it needs.
    """

    name: str
    operation: str
    summary: str
    remarks: str


def operations(search: Sequence[str]) -> int:
    """Print the methods that match all words, or the operation with this verb and path."""
    every = list(methods())
    found = [method for method in every if matches(method, search)]
    if not found:
        say(f"There is no method for {' '.join(search)!r}.{_suggestion(every, search)}")
        return 1
    for method in sorted(found, key=lambda method: _distance(method, search)):
        say(method.name)
        if method.operation:
            say(f"    {method.operation}")
        say(f"    {method.summary}{f' ({method.remarks})' if method.remarks else ''}")
    return 0


def _distance(method: Method, search: Sequence[str]) -> int:
    """How far a name is from the words: 0 if each is one of its parts, or its singular."""
    parts = method.name.lower().split(".")[1:]
    pieces = [piece for part in parts for piece in part.split("_")]
    distance = 0
    for word in map(str.lower, search):
        if not {word, f"{word}s"} & {*parts}:
            begun = any(part.startswith(word) for part in parts)
            distance += 1 if begun else 2 if word in pieces else 3 if word in method.name else 4
    return distance


def _suggestion(every: list[Method], search: Sequence[str]) -> str:
    words = {part for method in every for part in method.name.split(".")[1:]}
    near = get_close_matches(" ".join(search), sorted(words), 3)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def matches(method: Method, search: Sequence[str]) -> bool:
    """Whether a method has all words in its name, operation or summary, or calls this path."""
    verbs = [word.upper() for word in search if word.upper() in {"GET", "PUT", "POST"}]
    verbs += [word.upper() for word in search if word.upper() in {"PATCH", "DELETE", "HEAD"}]
    text = " ".join(method).lower()
    return all(
        method.operation.startswith(f"{word.upper()} ")
        if word.upper() in verbs and any("/" in other for other in search)
        else word.lower() in text or _is_path(word, method.operation)
        for word in search
    )


def _is_path(word: str, operation: str) -> bool:
    """Whether a path with values in it is one of an operation."""
    template = operation.partition(" ")[2]
    if not template or not word.startswith("/"):
        return False
    pattern = "".join(
        "[^/]+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^}]+\})", template)
    )
    return re.fullmatch(f"{pattern}/?", word.partition("?")[0]) is not None


def methods() -> Iterator[Method]:
    """Every public method of a client and of its resources."""
    from coder_sdk._client import Client  # noqa: PLC0415 - the other commands need less

    yield from _of("coder", Client)
    # Without its constructor: no setting matters here, nor may a bad one be in the way.
    client = Client.__new__(Client)
    for noun in sorted(_nouns(Client)):
        resource: Any = getattr(client, noun)
        yield from _of(f"coder.{noun}", resource.__class__)


def _nouns(client: type[Any]) -> set[str]:
    return {
        name
        for cls in client.__mro__
        for name, value in vars(cls).items()
        if isinstance(value, cached_property) and not name.startswith("_")
    }


def _of(owner: str, cls: type[Any]) -> Iterator[Method]:
    """The public methods of a class, those of its bases included."""
    for name in sorted({name for base in cls.__mro__ for name in vars(base)}):
        value = inspect.getattr_static(cls, name)
        if name.startswith("_") or isinstance(value, (property, cached_property)):
            continue
        text = inspect.cleandoc(value.__doc__ or "")
        if text and (callable(value) or hasattr(value, "builder") or hasattr(value, "__func__")):
            yield _described(f"{owner}.{name}", text)


def _described(name: str, text: str) -> Method:
    summary, *paragraphs = text.split("\n\n")
    operation = _OPERATION.fullmatch(paragraphs[0]) if paragraphs else None
    remarks = [
        " ".join(paragraph.split()).rstrip(".")
        for paragraph in paragraphs
        if paragraph.startswith(("Since Coder", "Premium:", "Experimental"))
    ]
    said = " ".join(summary.split())
    return Method(name, operation[1] if operation else "", said, "; ".join(remarks))
