"""Which columns the fields of a model make: their names, kinds, and plain values."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timezone
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, cast, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from coder_sdk.wire._loose import OpaqueModel
from coder_sdk.wire._secret import Secret
from coder_sdk.wire._values import Unit

ColumnKind = Literal[
    "text", "texts", "json", "flag", "whole", "number", "instant", "date", "ns", "us", "ms", "s"
]
_NANOSECONDS: Final = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
# Subclasses come before what they are derived from.
_SCALARS: Final[tuple[tuple[type, ColumnKind], ...]] = (
    (bool, "flag"),
    (int, "whole"),
    (float, "number"),
    (str, "text"),
    (UUID, "text"),
    (datetime, "instant"),
    (date, "date"),
    (OpaqueModel, "json"),
)


class Column(NamedTuple):
    """One column.

    Attributes:
        path: Names of the fields that lead to its values.
        kind: What the values are.
        unit: What a number counts that is a duration or an instant.
    """

    path: tuple[str, ...]
    kind: ColumnKind
    unit: Unit | None

    @property
    def name(self) -> str:
        """The fields with dots between them."""
        return ".".join(self.path)

    def value(self, model: object) -> Any:
        """The plain value of a model; `None` where a model on the way is missing."""
        found: Any = model
        for name in self.path:
            found = getattr(found, name, None)
        return None if found is None else self._plain(found)

    def _plain(self, value: Any) -> Any:
        if self.unit is not None:
            return _measured(value, self.unit)
        return _PLAIN[self.kind](value) if self.kind in _PLAIN else value


@lru_cache(maxsize=256)
def columns(model: type[BaseModel], *, nested: bool = True) -> tuple[Column, ...]:
    """The columns of a model: its own fields in their order, then those of models within it.

    Secrets are in none of them, nor are lists and maps of models.

    Args:
        model: The class.
        nested: Take the fields of models within it as well.
    """
    return tuple(_columns(model, (), (), nested=nested))


def _columns(
    model: type[BaseModel],
    path: tuple[str, ...],
    outer: tuple[type[BaseModel], ...],
    *,
    nested: bool,
) -> Iterator[Column]:
    within: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        inner, unit = plain_type(field.annotation), unit_of(field)
        if is_hidden(field):
            continue
        if _is_model(inner):
            within.append((name, inner))
        elif (kind := _unit_kind(unit, inner) or _kind(inner)) is not None:
            yield Column((*path, name), kind, unit)
    outer = (*outer, model)
    for name, inner in within if nested else ():
        if inner not in outer:
            yield from _columns(inner, (*path, name), outer, nested=nested)


def in_utc(moment: datetime) -> datetime:
    """An instant in UTC; one without a zone is in UTC already."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def unit_of(field: FieldInfo) -> Unit | None:
    """What the number in a field counts, if it is a duration or an instant."""
    return next((mark for mark in field.metadata if isinstance(mark, Unit)), None)


def is_hidden(field: FieldInfo) -> bool:
    """Whether a field holds what must not be shown."""
    return field.repr is False or _names(field.annotation, Secret)


def plain_type(annotation: Any) -> Any:
    """An annotation without `None` and without marks."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [item for item in get_args(annotation) if item is not type(None)]
        return plain_type(rest[0]) if len(rest) == 1 else Any
    return annotation


def _names(annotation: Any, wanted: type) -> bool:
    """Whether a type is an annotation or within it."""
    return annotation is wanted or any(_names(item, wanted) for item in get_args(annotation))


def _is_model(annotation: Any) -> bool:
    is_class = isinstance(annotation, type) and get_origin(annotation) is None
    return (
        is_class and issubclass(annotation, BaseModel) and not issubclass(annotation, OpaqueModel)
    )


def _unit_kind(unit: Unit | None, annotation: Any) -> ColumnKind | None:
    if unit is None:
        return None
    if unit is Unit.EPOCH_SECONDS:
        return "instant"
    # A fraction of a unit is kept, as a whole number of a smaller one.
    return "ns" if annotation is float else cast("ColumnKind", unit.value)


def _kind(annotation: Any) -> ColumnKind | None:
    if annotation is Any or annotation is object:
        return "json"
    if get_origin(annotation) in {list, dict}:
        return _collection_kind(annotation)
    if not isinstance(annotation, type):
        return None
    return next((kind for base, kind in _SCALARS if issubclass(annotation, base)), None)


def _collection_kind(annotation: Any) -> ColumnKind | None:
    inner = plain_type(get_args(annotation)[-1])
    if _holds_model(inner):
        return None
    is_list = get_origin(annotation) is list
    return "texts" if is_list and _kind(inner) == "text" else "json"


def _holds_model(annotation: Any) -> bool:
    inner = plain_type(annotation)
    return _is_model(inner) or any(_holds_model(item) for item in get_args(inner))


def _unwrapped(value: Any) -> Any:
    """What a free-form value is as JSON; keys and values are as they were sent."""
    if isinstance(value, OpaqueModel):
        return value.root
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {str(key): _unwrapped(item) for key, item in items}
    return value


def _json(value: Any) -> str:
    return json.dumps(_unwrapped(value), default=str, ensure_ascii=False)


def _texts(values: Any) -> list[str]:
    return [str(value) for value in values]


def _measured(value: Any, unit: Unit) -> Any:
    if unit is Unit.EPOCH_SECONDS:
        return datetime.fromtimestamp(value, timezone.utc)
    return round(value * _NANOSECONDS[unit.value]) if isinstance(value, float) else value


# What turns a value into a plain one; enums are numbers and texts of a class of their own.
_PLAIN: Final[Mapping[ColumnKind, Callable[[Any], Any]]] = {
    "text": str,
    "texts": _texts,
    "json": _json,
    "whole": int,
    "instant": in_utc,
}
