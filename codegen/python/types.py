"""From a schema to the Python annotation of its values."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from attrs import frozen

from codegen.description.openapi import Json, referred
from codegen.python.schemas import resolved

# Durations that Python can convert; other units stay plain numbers.
DURATIONS = {
    "ns": "Nanoseconds",
    "us": "Microseconds",
    "ms": "Milliseconds",
    "s": "Seconds",
}

_SCALARS = {"number": "float", "boolean": "bool", "null": "None"}


@frozen
class Style:
    """How the names of types are written where the annotation stands.

    Attributes:
        models: What stands before the name of a model, such as `coder_sdk.models.`.
        wire: What stands before the names of `coder_sdk.wire`; `None` writes plain types instead
            (`list[...]`, `str`, `int | timedelta`), as signatures show them, and a bare `JSON`.
        datetime: What stands before `datetime`, `date` and `timedelta`.
        uuid: What stands before `UUID`.
        typing: What stands before `Any`.
    """

    models: str = ""
    wire: str | None = ""
    datetime: str = ""
    uuid: str = ""
    typing: str = ""


MODULE = Style()
"""Inside a generated module that imports the names."""

SIGNATURE = Style(wire=None)
"""In the signature of a method."""


def expression(package: str) -> Style:
    """Expressions that evaluate with `package`, `datetime`, `uuid` and `typing` imported."""
    return Style(
        models=f"{package}.models.",
        wire="coder_sdk.wire.",
        datetime="datetime.",
        uuid="uuid.",
        typing="typing.",
    )


@frozen
class Context:
    """Where an annotation stands.

    Attributes:
        schemas: All named schemas of the description, after `prepared`.
        names: Python name of each of them.
        request: Whether the value is sent; otherwise it is received.
        both: Whether what is received is sent as well.
        style: How names are written.
    """

    schemas: dict[str, Json]
    names: dict[str, str]
    request: bool = False
    both: bool = False
    style: Style = MODULE


def annotation(schema: Json, context: Context) -> str:
    """Write the annotation of a schema's values.

    Args:
        schema: A schema of the description, or of one of its fields, parameters or bodies.
        context: Where the annotation stands.

    Returns:
        A Python expression; `| None` is part of it where the schema says `x-nullable`.
    """
    schema = resolved(schema, context.schemas)
    text = _plain(schema, context)
    nullable = schema.get("x-nullable") or "null" in _types(schema)
    if not nullable or absorbs_null(schema, context):
        return text
    return f"{text} | None"


def absorbs_null(schema: Json, context: Context) -> bool:
    """Whether the annotation takes `null` without `| None`."""
    schema = resolved(schema, context.schemas)
    if shape(schema) in {"any", "null"}:
        return True
    if context.request or context.style.wire is None:
        return False
    return shape(schema) in {"list", "map"} or is_never(schema) or is_zero_null(schema)


def shape(schema: Json) -> str:
    """The kind of a resolved schema: a JSON type, `list`, `map`, `ref`, `union` or `any`.

    A type beside `null` counts alone.
    """
    if "$ref" in schema:
        return "ref"
    if schema.get("anyOf") or schema.get("oneOf"):
        return "union"
    types = [name for name in _types(schema) if name != "null"]
    if not types and _types(schema):
        return "null"
    if len(types) != 1:
        return "any"
    return {"array": "list", "object": "map"}.get(types[0], types[0])


def is_never(schema: Json) -> bool:
    """Whether sentinels of an instant mean never."""
    return bool(schema.get("x-never")) and schema.get("format") == "date-time"


def is_zero_null(schema: Json) -> bool:
    """Whether the zero UUID means none."""
    return bool(schema.get("x-zero-null")) and schema.get("format") == "uuid"


def is_base64(schema: Json) -> bool:
    """Whether bytes travel as base64 text."""
    return schema.get("format") == "byte" or schema.get("contentEncoding") == "base64"


def may_be_uuid(schema: Mapping[str, Any]) -> bool:
    """Whether a value is a UUID, or may be one among other texts."""
    options: Sequence[Mapping[str, Any]] = schema.get("anyOf") or [schema]
    return any(option.get("format") == "uuid" for option in options)


def keyed_by_uuid(schema: Json) -> bool:
    """Whether the keys of a mapping are UUIDs, or may be."""
    return may_be_uuid(schema.get("propertyNames") or {})


def _key(schema: Json, context: Context) -> str:
    """The type of the keys of a mapping, which JSON writes as texts."""
    if not keyed_by_uuid(schema):
        return "str"
    return annotation({"type": "string", **schema["propertyNames"]}, context)


def _types(schema: Json) -> list[str]:
    types: Any = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _plain(schema: Json, context: Context) -> str:
    style = context.style
    if name := referred(schema):
        return style.models + context.names[name]
    form = shape(schema)
    if form in {"list", "map", "union"}:
        return _compound(schema, form, context)
    if form == "string":
        return _string(schema, context)
    if form == "integer":
        return _integer(schema, context)
    return _SCALARS.get(form) or _free(context)


def _free(context: Context) -> str:
    """What has no form: whoever sends it may, whoever receives it has to look."""
    if context.request or context.both:
        return f"{context.style.typing}Any"
    return f"{context.style.wire or ''}JSON"


def _compound(schema: Json, form: str, context: Context) -> str:
    match form:
        case "list":
            return _generic("WireList", "list[{}]", schema.get("items", {}), context)
        case "map":
            values = schema.get("additionalProperties")
            inner = cast("Json", values) if isinstance(values, dict) else {}
            return _generic("WireMap", f"dict[{_key(schema, context)}, {{}}]", inner, context)
        case _:
            choices = [annotation(choice, context) for choice in _choices(schema)]
            return " | ".join(dict.fromkeys(choices))


def _choices(schema: Json) -> list[Json]:
    found: list[Json] = schema.get("anyOf") or schema["oneOf"]
    return found


def _generic(lenient: str, plain: str, values: Json, context: Context) -> str:
    inner = annotation(values, context)
    wire = context.style.wire
    return plain.format(inner) if context.request or wire is None else f"{wire}{lenient}[{inner}]"


def _integer(schema: Json, context: Context) -> str:
    unit = DURATIONS.get(schema.get("x-unit", ""))
    if unit is None or not context.request:
        return "int"
    wire = context.style.wire
    return f"int | {context.style.datetime}timedelta" if wire is None else f"{wire}{unit}"


def _string(schema: Json, context: Context) -> str:
    style = context.style
    if is_base64(schema):
        return "bytes" if style.wire is None else f"{style.wire}Base64"
    if schema.get("x-secret"):
        return _secret(context)
    if style.wire is not None and not context.request:
        if is_never(schema):
            return f"{style.wire}NeverDatetime"
        if is_zero_null(schema):
            return f"{style.wire}ZeroNullUUID"
    formats = {
        "date-time": f"{style.datetime}datetime",
        "date": f"{style.datetime}date",
        "uuid": f"{style.uuid}UUID",
        "binary": "bytes",
    }
    return formats.get(schema.get("format", ""), "str")


def _secret(context: Context) -> str:
    """A signature shows the plain string too; the type itself lies in `coder_sdk.wire`."""
    wire = context.style.wire
    if wire is not None:
        return f"{wire}Secret"
    return "str | Secret" if context.request else "Secret"
