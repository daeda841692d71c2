"""Parsed JSON of unknown form, read without surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeGuard


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
