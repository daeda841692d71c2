"""From what a caller gave to the JSON of a request, checked by its model."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails

from coder_sdk.wire._misread import misread
from coder_sdk.wire._models import ResponseModel, requesting

__all__ = ["encode_request"]

_Path = tuple[int | str, ...]


def encode_request(annotation: Any, value: object) -> bytes:
    """Check a value as the body of a request and write what was set of it as JSON.

    Types that the server sends as well are complete in answers only: what a request leaves out is
    not sent. Keys that such a type does not know are refused in what the caller wrote, and kept
    in a model that came from the server. What would be sent as something else is refused as well.

    Args:
        annotation: The model or type of the body.
        value: Plain values, models, or both mixed.

    Returns:
        The JSON.

    Raises:
        ValidationError: A field is unknown, missing or does not fit.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    with requesting():
        checked = adapter.validate_python(value)
    wrong = [*_unknown(value, checked, ()), *misread(value, checked)]
    if wrong:
        raise ValidationError.from_exception_data(_title(annotation), wrong, hide_input=True)
    return adapter.dump_json(checked, by_alias=True, exclude_unset=True)


def _title(annotation: Any) -> str:
    return str(getattr(annotation, "__name__", "body"))


def _unknown(given: object, checked: object, path: _Path) -> Iterator[InitErrorDetails]:
    """Keys that lenient models kept although a caller wrote them."""
    if isinstance(given, Mapping):
        keys = cast("Mapping[str, object]", given)
        if isinstance(checked, BaseModel):
            yield from _unknown_of_model(keys, checked, path)
        elif isinstance(checked, Mapping):
            values = cast("Mapping[str, object]", checked)
            for key in keys.keys() & values.keys():
                yield from _unknown(keys[key], values[key], (*path, key))
    elif isinstance(given, list | tuple) and isinstance(checked, list):
        pairs = zip(cast("list[object]", given), cast("list[object]", checked), strict=True)
        for index, (one, other) in enumerate(pairs):
            yield from _unknown(one, other, (*path, index))


def _unknown_of_model(
    given: Mapping[str, object], checked: BaseModel, path: _Path
) -> Iterator[InitErrorDetails]:
    if isinstance(checked, ResponseModel):
        for key in checked.model_extra or ():
            yield InitErrorDetails(type="extra_forbidden", loc=(*path, key), input="(hidden)")
    for name, field in type(checked).model_fields.items():
        for key in {name, field.alias or name} & given.keys():
            yield from _unknown(given[key], getattr(checked, name), (*path, key))
