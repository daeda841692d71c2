"""Makes any model with valid values; what matters to a test is given, the rest is made up.

Example:
    >>> from coder_sdk.models import User
    >>> from coder_sdk.testing import factories
    >>> factories.make(User, username="ada").username
    'ada'
"""

from __future__ import annotations

import types
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID, uuid5

from pydantic import BaseModel, RootModel, TypeAdapter
from pydantic.fields import FieldInfo

__all__ = ["example", "make", "make_many"]

M = TypeVar("M", bound=BaseModel)

_SPACE: Final = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
_MOMENT: Final = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
_DEPTH: Final = 6
# In this order: a boolean is an integer too.
_ZEROS: Final[tuple[tuple[type, Any], ...]] = (
    (datetime, _MOMENT.isoformat().replace("+00:00", "Z")),
    (bool, False),
    (timedelta, 0),
    (int, 0),
    (float, 0),
    (Decimal, 0),
    (bytes, ""),
    (list, list[Any]),
    (tuple, list[Any]),
    (set, list[Any]),
    (dict, dict[str, Any]),
)
_TEXTS: Final[dict[str, str]] = {
    "email": "ada@example.com",
    "username": "ada",
    "url": "https://example.com",
    "icon": "",
    "avatar_url": "",
    "version": "v2.36.0",
    "ip": "127.0.0.1",
    "date": "2026-11-02",
}


def make(model: type[M], /, **fields: Any) -> M:
    """Make a model.

    Args:
        model: Its class, of `coder_sdk.models` or an emitted package.
        **fields: Values of fields, by the name of the field or its name on the wire. Nested
            models may be dictionaries of the fields that matter; the others are made up.

    Returns:
        A valid model; optional fields that were not given are unset.

    Raises:
        pydantic.ValidationError: A value does not fit.
        TypeError: There is no such field.
    """
    known = {*model.model_fields, *(_wire_name(*item) for item in model.model_fields.items())}
    unknown = next((name for name in fields if name not in known), None)
    if unknown is not None:
        raise TypeError(f"{model.__name__} has no field {unknown!r}.")
    return model.model_validate({**example(model), **_plain(model, fields)})


def make_many(model: type[M], count: int, /, **fields: Any) -> list[M]:
    """Make several models that differ in their identifiers.

    Args:
        model: Their class.
        count: How many.
        **fields: Values of fields; a function is called with the number of the model.

    Returns:
        The models.
    """
    made: list[M] = []
    for number in range(count):
        given = {name: value(number) if callable(value) else value
                 for name, value in fields.items()}  # fmt: skip
        identified = "id" in model.model_fields and "id" not in given
        if identified and model.model_fields["id"].annotation is UUID:
            given["id"] = uuid5(_SPACE, f"{model.__name__}.{number}")
        made.append(make(model, **given))
    return made


def example(kind: Any, name: str = "") -> Any:
    """A valid value of a type as JSON has it.

    Args:
        kind: A model, or any annotation that is made of models and plain types.
        name: Name of the field, which says what kind of text it holds.

    Returns:
        Plain values: dictionaries, lists, strings, numbers, booleans and `None`.
    """
    return _value(kind, name, (), "")


def _plain(model: type[BaseModel], fields: dict[str, Any]) -> dict[str, Any]:
    aliases = {name: _wire_name(name, info) for name, info in model.model_fields.items()}
    kinds = {aliases[name]: info.annotation for name, info in model.model_fields.items()}
    wired = {aliases.get(name, name): value for name, value in fields.items()}
    return {name: _completed(kinds.get(name), value) for name, value in wired.items()}


def _completed(kind: Any, value: Any) -> Any:
    """A value as JSON; a dictionary in place of a model gets the fields that it lacks."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    inner = _models_in(kind)
    if isinstance(value, (list, tuple)):
        return [_completed(kind, item) for item in cast("list[Any]", value)]
    given = cast("dict[str, Any]", value)
    if inner is None or not isinstance(value, dict):
        return given
    if get_origin(kind) is dict:
        return {key: _completed(inner, item) for key, item in given.items()}
    return {**example(inner), **_plain(inner, given)}


def _models_in(kind: Any) -> Any:
    """The class of the only model that an annotation is made of; `None` for none or several."""
    if isinstance(kind, type) and get_origin(kind) is None:
        plain = issubclass(kind, BaseModel) and not _is_root(kind)
        return cast("Any", kind) if plain else None
    inner = {model for item in get_args(kind) if (model := _models_in(item)) is not None}
    return inner.pop() if len(inner) == 1 else None


def _is_root(kind: type) -> bool:
    return issubclass(kind, RootModel)


def _wire_name(name: str, info: FieldInfo) -> str:
    return info.alias or (info.validation_alias if isinstance(info.validation_alias, str) else name)


def _model(model: type[BaseModel], path: tuple[str, ...]) -> Any:
    if issubclass(model, RootModel):
        return {}
    value: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        # A factory may make the mark of a field that answers must have.
        needed = info.is_required() or info.default_factory is not None
        if not needed and (_optional(info.annotation) or path.count(model.__name__) > 1):
            continue
        field = f"{model.__name__}.{name}"
        value[_wire_name(name, info)] = _value(info.annotation, name, path, field)
    return value


def _optional(kind: Any) -> bool:
    return type(None) in get_args(kind) and get_origin(kind) in {Union, types.UnionType}


def _value(kind: Any, name: str, path: tuple[str, ...], field: str) -> Any:
    while hasattr(kind, "__metadata__") and not isinstance(kind, type):
        kind = get_args(kind)[0]
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        choices = [item for item in get_args(kind) if item is not type(None)]
        return None if len(choices) < len(get_args(kind)) else _value(choices[0], name, path, field)
    if origin is Literal:
        return get_args(kind)[0]
    if origin in {list, tuple, set, frozenset}:
        return []
    if origin is dict:
        return {}
    if isinstance(kind, type):
        return _of_class(kind, name, path, field)
    return None


def _of_class(kind: type[Any], name: str, path: tuple[str, ...], field: str) -> Any:
    if issubclass(kind, BaseModel):
        return _model(kind, (*path, kind.__name__)) if len(path) <= _DEPTH else {}
    if issubclass(kind, Enum):
        return next((item.value for item in kind if item.value), next(iter(kind)).value)
    if issubclass(kind, UUID):
        return str(uuid5(_SPACE, field or name))
    if issubclass(kind, str):
        return _TEXTS.get(name, name)
    for base, zero in _ZEROS:
        if issubclass(kind, base):
            return zero() if callable(zero) else zero
    return _by_schema(kind, name)


def _by_schema(kind: type[Any], name: str) -> Any:
    """A value of a class that only its JSON schema describes."""
    schema = TypeAdapter(kind).json_schema()
    zero: dict[str, Any] = {"string": name, "integer": 0, "number": 0, "boolean": False,
                            "array": [], "object": {}}  # fmt: skip
    return zero.get(schema.get("type", ""))
