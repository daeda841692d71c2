"""What is wrong with a value, told without the value."""

from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from coder_sdk.wire._collections import LIST_LABEL, MAP_LABEL, NULL_LABEL
from coder_sdk.wire._models import ABSENT

__all__ = ["Problem", "problems"]


class Problem(NamedTuple):
    """One reason why a value was refused."""

    location: tuple[int | str, ...]
    """Keys and indices from the outside in."""
    type: str
    """Pydantic's name of the reason, such as `missing`."""
    message: str
    """The reason in words, without the value."""


def problems(error: ValidationError) -> tuple[Problem, ...]:
    """Say where and why validation failed, without the values, which may be secret.

    A list or map is tried as `null` too; that attempt is not a reason, and it has no place in
    the location.

    Args:
        error: What pydantic raised.

    Returns:
        The reasons in the order of the fields.
    """
    details = error.errors(include_url=False, include_context=False)
    return tuple(_problem(detail) for detail in details if NULL_LABEL not in detail["loc"])


def _problem(detail: ErrorDetails) -> Problem:
    location = tuple(part for part in detail["loc"] if part not in (LIST_LABEL, MAP_LABEL))
    if detail["input"] is ABSENT:
        return Problem(location, "missing", "Field required")
    return Problem(location, detail["type"], detail["msg"])
