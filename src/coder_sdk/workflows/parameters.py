"""Template parameters: what they are, and whether a value fits.

The server takes unknown names without a word and says little about wrong values, so both are
checked before anything is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._near import near

if TYPE_CHECKING:
    from coder_sdk.models import PreviewParameter, TemplateVersionParameter

__all__ = ["ParameterDefinition", "ParameterValue", "ResolvedParameter"]

ParameterValue = str | bool | int | float | Decimal | Sequence[str]
"""A value as Python has it: `4`, `True`, `"eu"`, `["a", "b"]`."""

_TRUE_FALSE: Final = ("true", "false")


class ParameterDefinition(NamedTuple):
    """What a template says of a parameter.

    Attributes:
        name: Its name.
        type: `string`, `number`, `bool` or `list(string)`.
        default: Value where none is given; `None` if one has to be.
        mutable: Whether it may change after the workspace was created.
        ephemeral: Whether a value counts for one build only.
        options: The values that may be chosen; none if any fits.
        minimum: The least number.
        maximum: The greatest number.
        pattern: Expression that a text has to match.
        monotonic: `increasing` or `decreasing` if a number may only change that way.
        complaint: The template's own words for a value that does not fit.
        several: Whether several of the options may be chosen.
        description: What it is for.
    """

    name: str
    type: str = "string"
    default: str | None = ""
    mutable: bool = True
    ephemeral: bool = False
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    monotonic: str = ""
    complaint: str = ""
    several: bool = False
    description: str = ""

    @property
    def required(self) -> bool:
        """Whether a value has to be given."""
        return self.default is None


class ResolvedParameter(NamedTuple):
    """A parameter with the value that a build would use.

    Attributes:
        name: Its name.
        value: The value as the server has it.
        source: Where it comes from: `given`, `preset`, `previous`, or `default`.
        definition: What the template says of it.
    """

    name: str
    value: str | None
    source: str
    definition: ParameterDefinition


def from_static(item: TemplateVersionParameter) -> ParameterDefinition:
    """Read a parameter as the import of a version found it."""
    return ParameterDefinition(
        item.name,
        str(item.type),
        None if item.required else item.default_value,
        item.mutable,
        item.ephemeral,
        tuple(option.value for option in item.options),
        item.validation_min,
        item.validation_max,
        item.validation_regex or "",
        str(item.validation_monotonic or ""),
        item.validation_error or "",
        item.type == "list(string)",
        item.description_plaintext or item.description,
    )


def from_dynamic(item: PreviewParameter) -> ParameterDefinition:
    """Read a parameter as it is in force for certain inputs."""
    rule: Any = item.validations[0] if item.validations else None
    default = item.default_value.value if item.default_value.valid else None
    return ParameterDefinition(
        item.name,
        str(item.type),
        None if item.required and default is None else default or "",
        item.mutable,
        item.ephemeral,
        tuple(option.value.value for option in item.options),
        getattr(rule, "validation_min", None),
        getattr(rule, "validation_max", None),
        getattr(rule, "validation_regex", None) or "",
        getattr(rule, "validation_monotonic", None) or "",
        getattr(rule, "validation_error", "") or "",
        item.type == "list(string)",
        item.description,
    )


def text_of(definition: ParameterDefinition, value: ParameterValue | Enum) -> str:
    """A Python value as the server has it.

    Raises:
        RequestValidationError: The value is of another type.
    """
    raw: Any = value.value if isinstance(value, Enum) else value
    if definition.type == "bool":
        text = str(raw).lower() if isinstance(raw, (bool, str)) else ""
        return text if text in _TRUE_FALSE else _refuse(definition, value, "true or false")
    if definition.type == "number":
        return _number(definition, raw)
    if definition.type == "list(string)":
        return _list(definition, raw)
    return _text(definition, raw)


def _text(definition: ParameterDefinition, raw: Any) -> str:
    if isinstance(raw, bool):
        return _TRUE_FALSE[0] if raw else _TRUE_FALSE[1]
    if isinstance(raw, (str, int, float, Decimal)):
        return str(raw)
    if definition.type == "string":
        return _refuse(definition, raw, "a text")
    # A type that came with a later server.
    return json.dumps(raw)


def _number(definition: ParameterDefinition, raw: Any) -> str:
    if isinstance(raw, (str, int, float, Decimal)) and not isinstance(raw, bool):
        try:
            number = Decimal(str(raw))
        except InvalidOperation:
            return _refuse(definition, raw, "a number")
        if number.is_finite():
            whole = number == number.to_integral_value()
            return str(int(number)) if whole else format(number, "f")
    return _refuse(definition, raw, "a number")


def _list(definition: ParameterDefinition, raw: Any) -> str:
    items = raw
    if isinstance(raw, str):
        try:
            items = json.loads(raw)
        except ValueError:
            return _refuse(definition, raw, "a list of texts")
    if isinstance(items, (set, frozenset)):
        items = sorted(items)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(items, (list, tuple)) and all(isinstance(item, str) for item in items):  # pyright: ignore[reportUnknownVariableType]
        return json.dumps(items, ensure_ascii=False, separators=(",", ":"))
    return _refuse(definition, raw, "a list of texts")


def _refuse(definition: ParameterDefinition, value: object, wanted: str) -> str:
    text = f"Parameter `{definition.name}` is {value!r}: it has to be {wanted}."
    hint = definition.complaint or None
    raise RequestValidationError(text, parameter=definition.name, hint=hint)


def check(definition: ParameterDefinition, text: str, previous: str | None = None) -> None:
    """Refuse a value that does not fit.

    Args:
        definition: What the template says.
        text: The value as the server has it.
        previous: Its value so far, for a workspace that exists.

    Raises:
        RequestValidationError: It does not fit.
    """
    if definition.options:
        chosen = json.loads(text) if definition.several else [text]
        for item in chosen:
            if item not in definition.options:
                _refuse(definition, item, f"one of {', '.join(definition.options)}")
    elif definition.type == "number":
        _check_range(definition, Decimal(text), previous)
    elif definition.pattern and not _matches(definition.pattern, text):
        _refuse(definition, text, f"a text that matches `{definition.pattern}`")
    if previous is not None and not definition.mutable and text != previous:
        raise RequestValidationError(
            f"Parameter `{definition.name}` cannot change from {previous!r} to {text!r}: "
            "the template says that it is fixed once the workspace exists.",
            parameter=definition.name,
        )


def _check_range(definition: ParameterDefinition, number: Decimal, previous: str | None) -> None:
    low, high = definition.minimum, definition.maximum
    if (low is not None and number < Decimal(str(low))) or (
        high is not None and number > Decimal(str(high))
    ):
        _refuse(definition, _shown(number), _range(low, high))
    if previous is None or not definition.monotonic:
        return
    before = Decimal(previous)
    rising = definition.monotonic == "increasing"
    if number < before if rising else number > before:
        limit = f"{'at least' if rising else 'at most'} {before}, as it was"
        _refuse(definition, _shown(number), limit)


def _shown(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"between {low} and {high}"


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True  # an expression of Go that Python cannot read: the server decides


def checked(
    definitions: Iterable[ParameterDefinition],
    given: Mapping[str, ParameterValue],
    previous: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The given values as the server has them.

    Args:
        definitions: The parameters of the template version.
        given: Values by name.
        previous: The values so far, for a workspace that exists.

    Raises:
        RequestValidationError: A name is unknown, or a value does not fit.
    """
    known = {item.name: item for item in definitions}
    values: dict[str, str] = {}
    for name, value in given.items():
        definition = known.get(name)
        if definition is None:
            raise RequestValidationError(
                f"The template has no parameter `{name}`.",
                parameter=name,
                hint=near(name, known) or "It has no parameters at all.",
            )
        values[name] = text_of(definition, value)
        check(definition, values[name], (previous or {}).get(name))
    return values


def unknown_names(
    definitions: Iterable[ParameterDefinition], given: Mapping[str, Any]
) -> list[str]:
    """Names that none of the definitions has."""
    known = {item.name for item in definitions}
    return [name for name in given if name not in known]


def unanswered(
    definitions: Iterable[ParameterDefinition], values: Mapping[str, Any]
) -> tuple[str, ...]:
    """Names of the parameters that have to be given and are not."""
    return tuple(item.name for item in definitions if item.required and item.name not in values)


def check_answered(definitions: Iterable[ParameterDefinition], values: Mapping[str, Any]) -> None:
    """Refuse a workspace for which the template needs more values.

    Raises:
        RequestValidationError: With the names, types and descriptions of those that are missing.
    """
    error = unanswered_error(definitions, values)
    if error is not None:
        raise error


def unanswered_error(
    definitions: Iterable[ParameterDefinition], values: Mapping[str, Any]
) -> RequestValidationError | None:
    """The error for values that the template needs and that are missing; `None` if none are."""
    known = {item.name: item for item in definitions}
    missing = unanswered(known.values(), values)
    if not missing:
        return None
    wanted = ", ".join(_asked(known[name]) for name in missing)
    return RequestValidationError(
        f"The template needs a value for {wanted}.",
        parameter=missing[0] if len(missing) == 1 else "parameters",
        hint=f"Pass it in `parameters`, as `parameters={{{missing[0]!r}: ...}}`.",
    )


def _asked(item: ParameterDefinition) -> str:
    return f"`{item.name}` ({item.type}{': ' if item.description else ''}{item.description})"


def resolved(
    definitions: Iterable[ParameterDefinition],
    *,
    given: Mapping[str, str],
    preset: Mapping[str, str],
    previous: Mapping[str, str],
) -> list[ResolvedParameter]:
    """Each parameter with the value that a build would use; what a preset fixes wins."""
    found: list[ResolvedParameter] = []
    for item in definitions:
        sources = [("preset", preset), ("given", given)]
        if not item.ephemeral:
            sources.append(("previous", previous))
        source, value = next(
            ((word, values[item.name]) for word, values in sources if item.name in values),
            ("default", item.default),
        )
        found.append(ResolvedParameter(item.name, value, source, item))
    return found
