"""What `bulk` can be called with, found out before the first item."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, Final

from coder_sdk._endpoint import AsyncResource, SyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows.bulk import BulkReport

_ASYNC: Final = "`func` has to be a coroutine function, or a method of this `AsyncClient`"
_SYNC: Final = "`func` has to be a plain function, or a method of this `Client`"


class WrongColourError(Exception):
    """A function returned at once what is awaited, or the other way round."""


def wrong_function(*, asynchronous: bool) -> RequestValidationError:
    """The error for a function of the other colour."""
    if asynchronous:
        text = f"{_ASYNC}: what it returned cannot be awaited."
        hint = "Write it with `async def`, or return what a method of the client returns."
    else:
        text = f"{_SYNC}: what it returned would have to be awaited."
        hint = "Write it with `def`, or use an `AsyncClient`."
    return RequestValidationError(text, parameter="func", hint=hint)


def check_arguments(func: Any, items: Any, *, asynchronous: bool, **options: Any) -> None:
    """Refuse what cannot be meant.

    Args:
        func: What is called with each item.
        items: The items.
        asynchronous: Whether it is the bulk of an `AsyncClient`.
        options: The keywords of `bulk`.

    Raises:
        RequestValidationError: With the argument that is wrong.
    """
    inner = func
    while isinstance(inner, partial):
        inner = inner.func
    owner = getattr(inner, "__self__", None)
    if not callable(inner):
        raise _refused("func", "a function", func)
    if isinstance(owner, SyncResource if asynchronous else AsyncResource):
        raise wrong_function(asynchronous=asynchronous)
    if not asynchronous and iscoroutinefunction(inner):
        raise wrong_function(asynchronous=False)
    if isinstance(items, (str, bytes)):
        raise RequestValidationError("`items` is one text: pass a list.", parameter="items")
    if not isinstance(items, (Iterable, AsyncIterable) if asynchronous else Iterable):
        raise _refused("items", "a list, or whatever lists items", items)
    _check_options(**options)


def _check_options(
    *, concurrency: Any, progress: Any, dry_run: Any, only_if: Any, stop_on: Any, report: Any
) -> None:
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise RequestValidationError(
            f"`concurrency` is {concurrency!r}: it must be at least 1.", parameter="concurrency"
        )
    if not isinstance(progress, bool) and not callable(progress):
        raise _refused("progress", "True, False, or a function", progress)
    if not isinstance(dry_run, bool):
        raise _refused("dry_run", "True or False", dry_run)
    if only_if is not None and not callable(only_if):
        raise _refused("only_if", "a function", only_if)
    classes: list[Any] = [*stop_on] if isinstance(stop_on, tuple) else [stop_on]
    if not all(isinstance(item, type) and issubclass(item, BaseException) for item in classes):
        raise _refused("stop_on", "a class of errors, or a tuple of them", classes[0])
    if report is not None and not isinstance(report, BulkReport):
        raise _refused("report", "a `BulkReport`", report)


def _refused(name: str, what: str, value: object) -> RequestValidationError:
    text = f"`{name}` has to be {what}, not {type(value).__name__}."
    return RequestValidationError(text, parameter=name)
