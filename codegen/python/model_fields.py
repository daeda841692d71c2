"""What the class of a schema looks like: base, fields, defaults, docs."""

import re
from collections.abc import Mapping

from attrs import evolve, frozen

from codegen.description.openapi import Json, is_table, operations, references, referred
from codegen.python.identifiers import members, safe, snake
from codegen.python.model_durations import Property, measured, unit_of
from codegen.python.model_layout import closure, dependencies
from codegen.python.phrases import until
from codegen.python.schemas import bodies, kind, resolved
from codegen.python.types import Context, absorbs_null, annotation, is_never, is_zero_null, shape

OLDEST = (2, 20)
"""The oldest server release whose answers are decoded."""

# What pydantic's base class has itself.
_INHERITED = """
    construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json
    update_forward_refs validate model_computed_fields model_config model_construct model_copy
    model_dump model_dump_json model_extra model_fields model_fields_set model_json_schema
    model_parametrized_name model_post_init model_rebuild model_validate model_validate_json
    model_validate_strings
"""
RESERVED: frozenset[str] = frozenset(_INHERITED.split())

# Types of annotations: a field of that name hides the type from the other fields of its class.
_TYPES = {"bool", "bytes", "date", "datetime", "float", "int", "list", "str"}

_ZERO = {
    "string": '""',
    "integer": "0",
    "number": "0.0",
    "boolean": "False",
    "list": "absent_is(list)",
    "map": "absent_is(dict)",
    "any": "None",
}
_SENT = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_DURATIONS = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}
_UNITS = {
    **_DURATIONS,
    "min": "minutes",
    "h": "hours",
    "micros": "millionths of the unit of money",
    "epoch-s": "seconds since 1970-01-01T00:00:00Z",
    "go": "Go's text of a duration, such as `1h30m0s`",
    "go-duration": "Go's text of a duration, such as `1h30m0s`",
}


@frozen
class Field:
    """A field of a model."""

    name: str
    annotation: str
    default: str | None = None
    doc: str | None = None


@frozen
class Directions:
    """Which schemas are sent, and which are received."""

    sent: frozenset[str]
    received: frozenset[str]

    @classmethod
    def of(cls, description: Json) -> "Directions":
        """Follow the bodies of all operations."""
        schemas = description["components"]["schemas"]
        roots: dict[str, set[str]] = {"request": set(), "response": set()}
        for _, operation in operations(description):
            for direction, schema in bodies(operation):
                roots[direction].update(references(schema))
        needs = dependencies(schemas)
        sent = closure(roots["request"], needs)
        received = closure(roots["response"], needs)
        for name in closure({name for name in schemas if _is_request(name)} - received, needs):
            sent.add(name)
        return cls(frozenset(sent), frozenset(received | (schemas.keys() - sent)))

    def only_sent(self, name: str) -> bool:
        """Whether a schema is only part of requests."""
        return name in self.sent and name not in self.received

    def both(self, name: str) -> bool:
        """Whether a schema is part of requests and of answers."""
        return name in self.sent and name in self.received


def _is_request(name: str) -> bool:
    return name.endswith("Request") and "." in name


def release(text: str | None) -> tuple[int, ...]:
    """Compare releases as numbers: 2.9 is before 2.10."""
    return tuple(int(part) for part in text.split(".")[:2]) if text else (2, 0)


def base(name: str, schema: Json, directions: Directions) -> str:
    """The base class of a model."""
    if kind(schema) == "opaque":
        return "OpaqueModel"
    if schema.get("x-case-insensitive"):
        return "CaseInsensitiveModel"
    if directions.only_sent(name):
        return "RequestModel"
    return "SharedModel" if directions.both(name) else "ResponseModel"


def fields(name: str, context: Context, directions: Directions) -> list[Field]:
    """The fields of a model, by the rules for its direction."""
    schema = context.schemas[name]
    kind_of_base = base(name, schema, directions)
    context = evolve(context, both=kind_of_base == "SharedModel")
    required = set(schema.get("required", []))
    found: list[Field] = []
    taken: set[str] = set(RESERVED)
    hiding = _hiding(schema, context)
    for wire, inner in sorted(schema.get("properties", {}).items()):
        field = safe(snake(wire), frozenset(taken | hiding))
        taken.add(field)
        plain = resolved(inner, context.schemas)
        if kind_of_base == "RequestModel":
            text, default = _request(inner, context, needed=wire in required)
        else:
            later = _is_later(inner, schema)
            given = wire in required if kind_of_base == "SharedModel" else None
            text, default = _response(inner, plain, context, later=later, given=given)
            text = _measured(text, plain)
        text = _annotated(text, wire, field, hidden=_is_hidden(plain, context))
        found.append(Field(field, text, default, _doc(plain, schema, kind_of_base)))
    return found


def properties(name: str, found: list[Field], context: Context) -> list[Property]:
    """What a model that is received says of its fields beside them: durations and instants."""
    schema = context.schemas[name]
    taken = {*RESERVED, *(field.name for field in found)}
    made: list[Property] = []
    for field, (_, inner) in zip(found, sorted(schema["properties"].items()), strict=True):
        plain = resolved(inner, context.schemas)
        item = measured(field.name, field.annotation, plain, taken)
        if item is not None:
            taken.add(item.name)
            made.append(item)
    return made


def _hiding(schema: Json, context: Context) -> set[str]:
    """Names of types that the annotations of a class need."""
    texts = [annotation(inner, context) for inner in schema.get("properties", {}).values()]
    return _TYPES & {word for text in texts for word in re.findall(r"\w+", text)}


def _request(schema: Json, context: Context, *, needed: bool) -> tuple[str, str | None]:
    text = annotation(schema, context)
    if needed:
        return text, None
    return _or_none(text, schema, context), "None"


def _response(
    schema: Json, plain: Json, context: Context, *, later: bool, given: bool | None
) -> tuple[str, str | None]:
    """Annotation and default of a field of an answer.

    `given` says of a schema that is sent as well whether a request must have the field.
    """
    text = annotation(schema, context)
    optional = bool(schema.get("x-optional") or schema.get("x-nullable"))
    form = shape(plain)
    if given:
        return (_or_none(text, schema, context), None) if plain.get("x-nullable") else (text, None)
    if form in {"list", "map", "any"}:
        if optional or later:
            return text, _ZERO[form]
    elif optional:
        return _or_none(text, schema, context), "None"
    elif later:
        return _zero(text, plain, context)
    return text, None if given is None else _sent(text, plain, context)


def _zero(text: str, plain: Json, context: Context) -> tuple[str, str]:
    """Go's zero value, for a field that servers before some release do not send."""
    if name := referred(plain):
        enum = context.schemas[name]
        if kind(enum) == "enum":
            value = 0 if enum.get("type") == "integer" else ""
            return text, f"{text}({value!r})"
    elif "Secret" in text:
        return text, 'Secret("")'
    elif "Base64" in text or text == "bytes":
        return text, 'b""'
    elif plain.get("format") not in {"date-time", "date", "uuid"} and shape(plain) in _ZERO:
        return text, _ZERO[shape(plain)]
    return _or_none(text, plain, context), "None"


def _sent(text: str, plain: Json, context: Context) -> str:
    """The default of a field that answers always have and that requests may leave out."""
    if name := referred(plain):
        enum = context.schemas[name]
        zero = f"lambda: {_zero(text, plain, context)[1]}" if kind(enum) == "enum" else "dict"
        return f"sent({zero})"
    if shape(plain) in {"list", "map"}:
        return f"sent({shape(plain).replace('map', 'dict')})"
    if "Secret" in text:
        return 'sent(lambda: Secret(""))'
    if plain.get("format") == "uuid":
        return "sent(lambda: UUID(int=0))"
    if plain.get("format") == "date-time":
        return "sent(lambda: NEVER)"
    return f"sent({_SENT[shape(plain)]})" if shape(plain) in _SENT else "None"


def _or_none(text: str, schema: Json, context: Context) -> str:
    if text.endswith("| None") or shape(resolved(schema, context.schemas)) == "any":
        return text
    plain = resolved(schema, context.schemas)
    if absorbs_null(schema, context) and (is_never(plain) or is_zero_null(plain)):
        return text
    return f"{text} | None"


def _annotated(text: str, wire: str, field: str, *, hidden: bool) -> str:
    """Say in the annotation what the wire calls a field, and that it is not to be shown."""
    options = [f"alias={wire!r}"] if wire != field else []
    options += ["repr=False"] if hidden else []
    if not options:
        return text
    inner = text.removeprefix("Annotated[")
    text = text if inner == text else inner[:-1]
    return f"Annotated[{text}, Field({', '.join(options)})]"


def _measured(text: str, plain: Json) -> str:
    """Say in the annotation of a received number what makes it a duration or an instant."""
    unit = unit_of(plain)
    return text if unit is None else f"Annotated[{text}, Unit.{unit}]"


def _is_hidden(plain: Json, context: Context) -> bool:
    """Whether a secret is of a type that does not mask itself."""
    if not plain.get("x-secret"):
        return False
    return "Secret" not in annotation(plain, context)


def _is_later(field: Json, schema: Mapping[str, object]) -> bool:
    """Whether servers that are decoded may not know a field yet, or not any more."""
    first = max(OLDEST, release(str(schema.get("x-since") or "2.0")))
    return release(field.get("x-since")) > first or bool(field.get("x-until"))


def _doc(plain: Json, schema: Json, kind_of_base: str) -> str | None:
    parts: list[str] = []
    unit: str = plain.get("x-unit", "")
    if unit in _DURATIONS and kind_of_base == "RequestModel" and shape(plain) == "integer":
        parts.append(f"A `timedelta`, or a number of {_DURATIONS[unit]}.")
    elif unit:
        parts.append(f"In {_UNITS.get(unit, unit)}.")
    elif inner := _unit_of_values(plain):
        parts.append(f"The values are in {_UNITS.get(inner, inner)}.")
    if is_never(plain) and kind_of_base != "RequestModel":
        parts.append("`None` means never.")
    since = plain.get("x-since")
    if since and release(since) > max((2, 0), release(schema.get("x-since"))):
        parts.append(f"Since {since}.")
    if plain.get("x-until"):
        parts.append(f"Until {plain['x-until']}.")
    if gone := plain.get("x-gone"):
        parts.append(f"Earlier releases had the values {until(gone)}.")
    return " ".join(parts) or None


def _unit_of_values(plain: Json) -> str:
    """The unit of what a list or map holds."""
    inner = plain.get("additionalProperties") or plain.get("items")
    return str(inner.get("x-unit", "")) if is_table(inner) else ""


@frozen
class Member:
    """A member of an enum."""

    name: str
    value: str | int
    doc: str | None


def enum_members(schema: Json) -> list[Member]:
    """The members of an enum, each with the releases that know it."""
    since: Mapping[str, str] = schema.get("x-since-values", {})
    until: Mapping[str, str] = schema.get("x-until-values", {})
    found: list[Member] = []
    for name, value in members(schema["enum"]):
        parts = [f"Since {since[str(value)]}."] if str(value) in since else []
        parts += [f"Until {until[str(value)]}."] if str(value) in until else []
        found.append(Member(name, value, " ".join(parts) or None))
    return found
