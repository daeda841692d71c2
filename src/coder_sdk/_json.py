"""Parsed JSON of unknown form, read without surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias, TypeGuard

    JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
    """Any value of JSON: what is answered where its form is not known.

    Checkers want to see by `isinstance` what it is; pydantic decodes it as it comes.
    """
else:
    JSON = Any


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a list."""
    return isinstance(value, list)


def as_object(value: Any) -> dict[str, Any]:
    """The object, or an empty one if it is something else."""
    return value if is_object(value) else {}


def as_list(value: Any) -> list[Any]:
    """The list, or an empty one if it is something else."""
    return value if is_list(value) else []
