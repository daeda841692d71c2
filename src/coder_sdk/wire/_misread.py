"""What pydantic takes for something else than the caller can have meant, and would be sent so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final, TypeGuard

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_Path = tuple[int | str, ...]
_INT64: Final = 2**63
_NUMBER: Final = re.compile(r"[0-9.+\-eE]+")


def check_read(given: Mapping[str, object], model: BaseModel) -> None:
    """Refuse what the constructor of a model took for something else.

    Args:
        given: What it was called with.
        model: What came of it.

    Raises:
        ValidationError: A boolean became a number, a number an instant, or the like.
    """
    wrong = list(misread(given, model))
    if wrong:
        raise ValidationError.from_exception_data(type(model).__name__, wrong, hide_input=True)


def misread(given: object, checked: object, path: _Path = ()) -> Iterator[InitErrorDetails]:
    """Say which values became something else than was given.

    Args:
        given: What the caller wrote.
        checked: What validation made of it.
        path: Keys and indices that lead to it.
    """
    if is_mapping(given):
        for key, one, other in _pairs(given, checked):
            yield from misread(one, other, (*path, key))
    elif is_several(given) and is_several(checked):
        for index, (one, other) in enumerate(zip(given, checked, strict=True)):
            yield from misread(one, other, (*path, index))
    else:
        message = _complaint(given, checked)
        if message is not None:
            error = PydanticCustomError("misread", message)
            yield InitErrorDetails(type=error, loc=path, input="(hidden)")


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value has keys."""
    return isinstance(value, Mapping)


def is_several(value: object) -> TypeGuard[Sequence[object]]:
    """Whether a value is a list or tuple of others."""
    return isinstance(value, list | tuple)


def _pairs(given: Mapping[str, object], checked: object) -> Iterator[tuple[str, object, object]]:
    """Keys of what was given, with both values."""
    if isinstance(checked, BaseModel):
        for name, field in type(checked).model_fields.items():
            for key in {name, field.alias or name} & given.keys():
                yield key, given[key], getattr(checked, name)
    elif is_mapping(checked):
        for key in given.keys() & checked.keys():
            yield key, given[key], checked[key]


def _complaint(given: object, checked: object) -> Any:
    """What is wrong with a single value; `None` if nothing is."""
    if isinstance(checked, bool):
        return None
    if isinstance(checked, int | float):
        return _about_a_number(given, checked)
    if isinstance(checked, timedelta):
        return "Input should be a number: a duration has no unit here"
    if isinstance(checked, datetime):
        return _about_an_instant(given, checked)
    return None


def _about_a_number(given: object, checked: float) -> Any:
    if isinstance(given, bool):
        return "Input should be a number, not a boolean"
    if isinstance(checked, float):
        return None if isfinite(checked) else "Input should be a finite number"
    fits = -_INT64 <= checked < _INT64
    return None if fits else "Input should be a number of at most 64 bits"


def _about_an_instant(given: object, checked: datetime) -> Any:
    is_text = isinstance(given, str | bytes)
    if not is_text and not isinstance(given, datetime):
        return "Input should be an instant with a time zone, not a number"
    if is_text and isinstance(given, str) and _NUMBER.fullmatch(given):
        return "Input should be an instant with a time zone, not a number"
    if checked.utcoffset() is None:
        return "Input should be an instant with a time zone"
    return None
