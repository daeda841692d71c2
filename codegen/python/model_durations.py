"""Properties that read a number with a unit as what it means: a duration, or an instant."""

import re
from collections.abc import Collection

from attrs import frozen

from codegen.description.openapi import Json
from codegen.python.types import shape

UNITS = {
    "ns": "NANOSECONDS",
    "us": "MICROSECONDS",
    "ms": "MILLISECONDS",
    "s": "SECONDS",
    "epoch-s": "EPOCH_SECONDS",
}
# Words at the end of a name that tell the unit; the property has the name without them.
_SUFFIX = re.compile(r"(?:^|_)(?:ns|us|ms|seconds|milliseconds|nanoseconds)$")


@frozen
class Property:
    """A property of a model, as the template writes it."""

    name: str
    annotation: str
    expression: str
    doc: str


def unit_of(plain: Json) -> str | None:
    """The member of `Unit` that a received field is measured in, if it is."""
    is_number = shape(plain) in {"integer", "number"}
    return UNITS.get(plain.get("x-unit", "")) if is_number else None


def measured(field: str, text: str, plain: Json, taken: Collection[str]) -> Property | None:
    """The property that reads a field as a `timedelta` or a `datetime`.

    Args:
        field: Name of the field in Python.
        text: Its annotation.
        plain: Its schema.
        taken: Names that the class has already.

    Returns:
        The property; `None` for a field without such a unit.
    """
    unit = unit_of(plain)
    if unit is None:
        return None
    kind, maker = ("datetime", "instant") if unit == "EPOCH_SECONDS" else ("timedelta", "duration")
    never = bool(plain.get("x-never"))
    value = f"self.{field} or None" if never else f"self.{field}"
    call = f"{maker}({value})" if kind == "datetime" else f"{maker}({value}, Unit.{unit})"
    optional = never or "| None" in text
    return Property(
        _name(field, kind, taken),
        f"{kind} | None" if optional else kind,
        call,
        _about(field, kind, never=never),
    )


def _name(field: str, kind: str, taken: Collection[str]) -> str:
    """The name without the unit, where it tells one and is free; else with the type."""
    short = _SUFFIX.sub("", field) or "duration"
    return f"{short}_{kind}" if short == field or short in taken else short


def _about(field: str, kind: str, *, never: bool) -> str:
    text = f"`{field}` as a `{kind}`"
    return f"{text}; `None` for zero." if never else f"{text}."
