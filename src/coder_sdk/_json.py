"""Parsed JSON of unknown form, read without surprises."""

from __future__ import annotations

from typing import Any, cast


def as_object(value: Any) -> dict[str, Any]:
    """The object, or an empty one if it is something else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The list, or an empty one if it is something else."""
    return cast("list[Any]", value) if isinstance(value, list) else []
