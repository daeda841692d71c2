"""Arguments of workflows that are listed, looked into or called, held against what they are for.

Each is refused by name before anything is sent. The errors show types alone: a value may be a
secret in the wrong place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TypeVar

from coder_sdk._arguments import Omit, is_model
from coder_sdk._errors.base import RequestValidationError

T = TypeVar("T")


def several(name: str, value: Iterable[T]) -> tuple[T, ...]:
    """The items of a list; a single text is none: its letters are not what is meant.

    Raises:
        RequestValidationError: It is no list.
    """
    given: object = value
    if is_model(given) or isinstance(value, (str, bytes, Mapping)) or not _is(value, Iterable):
        raise refused(name, "a list", given)
    return tuple(value)


def texts(name: str, value: Iterable[str]) -> tuple[str, ...]:
    """The items of a list of texts.

    Raises:
        RequestValidationError: It is no list, or has something else in it.
    """
    items = several(name, value)
    for item in items:
        if not _is(item, str):
            raise refused(name, "a list of texts", item, of="of ")
    return items


def check_texts(**given: object) -> None:
    """Refuse arguments that are no texts, by name; those that were left out pass.

    Raises:
        RequestValidationError: One is none.
    """
    _check("a text", (str, Omit), given)


def check_mappings(**given: object) -> None:
    """Refuse arguments that have no values by name; `None` passes.

    Raises:
        RequestValidationError: One is no mapping.
    """
    _check("a mapping", (Mapping, Omit, type(None)), given)


def check_paths(**given: object) -> None:
    """Refuse arguments that lead to no file; `None` passes.

    Raises:
        RequestValidationError: One is neither a text nor a path.
    """
    _check("a text or a path", (str, os.PathLike, type(None)), given)


def check_functions(**given: object) -> None:
    """Refuse arguments that cannot be called; `None` passes.

    Raises:
        RequestValidationError: One is no function.
    """
    for name, value in given.items():
        if value is not None and not callable(value):
            raise refused(name, "a function", value)


def refused(name: str, what: str, value: object, *, of: str = "") -> RequestValidationError:
    """The error for an argument that is of another type."""
    text = f"`{name}` has to be {what}, not {of}{type(value).__name__}."
    return RequestValidationError(text, parameter=name)


def _check(what: str, kinds: tuple[type, ...], given: Mapping[str, object]) -> None:
    for name, value in given.items():
        if not isinstance(value, kinds):
            raise refused(name, what, value)


def _is(value: object, kind: type) -> bool:
    """Whether a value is what its annotation says, which callers may not have checked."""
    return isinstance(value, kind)
