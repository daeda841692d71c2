"""What the generated code lets its users write: methods, arguments, models, fields, members."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import field, frozen

from codegen.description.openapi import Json
from codegen.python.annotations import Annotations
from codegen.python.methods import Method
from codegen.python.model_fields import Directions, base, enum_members, fields
from codegen.python.resources import Plan
from codegen.python.schemas import kind, prepared
from codegen.python.types import Context, annotation

# What the markers of `coder_sdk.wire` are to somebody who reads or gives a value.
_PLAIN: Final = {
    "Base64": "bytes",
    "Microseconds": "int | timedelta",
    "Milliseconds": "int | timedelta",
    "Nanoseconds": "int | timedelta",
    "NeverDatetime": "datetime | None",
    "Seconds": "int | timedelta",
    "WireList": "list",
    "WireMap": "dict",
    "ZeroNullUUID": "UUID | None",
}
_MARKER: Final = re.compile(rf"\b({'|'.join(_PLAIN)})\b")


@frozen
class Value:
    """An argument, or a field of a model: its type, and whether it must be given."""

    annotation: str
    required: bool = False


@frozen
class Call:
    """A method: the operation that it calls, its arguments, and the types that it gives."""

    operation: str
    kind: str
    arguments: Mapping[str, Value]
    positional: tuple[str, ...]
    returns: tuple[str, ...]


@frozen
class Model:
    """A class of `models`.

    Attributes:
        kind: `model`, `enum`, `opaque` or `alias`.
        sent: Whether users make instances for requests.
        received: Whether users read instances of answers.
        fields: Of a model.
        members: Of an enum, with their values.
        value: Of an alias.
    """

    kind: str
    sent: bool = False
    received: bool = True
    fields: Mapping[str, Value] = field(factory=dict[str, Value])
    members: Mapping[str, str] = field(factory=dict[str, str])
    value: str = ""


@frozen
class Surface:
    """All methods, as `users.list`, and all models of a description.

    Attributes:
        methods: By `resource.method`.
        models: By the name of the class.
    """

    methods: Mapping[str, Call]
    models: Mapping[str, Model]

    def methods_of(self, operation: str) -> list[str]:
        """The methods that call an operation."""
        return sorted(name for name, call in self.methods.items() if call.operation == operation)


def surface(description: Json, found: Plan) -> Surface:
    """List what the code of a description offers.

    Args:
        description: The API description.
        found: What `plan` decided for it.
    """
    complete = prepared(description)
    return Surface(
        methods={str(method.name): _call(method) for method in found.methods},
        models=dict(_models(complete, found.annotations)),
    )


def _call(method: Method) -> Call:
    leading = [item for item in method.arguments if item.place == "content" and item.required]
    return Call(
        operation=method.operation.id,
        kind=method.kind,
        arguments={
            item.python: Value(_tidy(item.annotation), item.required) for item in method.arguments
        },
        positional=tuple(item.python for item in (*method.at("path"), *leading)),
        returns=tuple(_tidy(text) for text in method.returns),
    )


def _models(description: Json, annotations: Annotations) -> Iterator[tuple[str, Model]]:
    context = Context(annotations.schemas, annotations.names)
    directions = Directions.of(description)
    for name, python in sorted(annotations.names.items(), key=lambda item: item[1]):
        yield python, _model(name, context, directions)


def _model(name: str, context: Context, directions: Directions) -> Model:
    schema = context.schemas[name]
    form = kind(schema)
    if form == "alias":
        return Model(form, value=_tidy(annotation(schema, context)))
    if form == "enum":
        return Model(form, members={item.name: repr(item.value) for item in enum_members(schema)})
    if form == "opaque":
        return Model(form)
    parent = base(name, schema, directions)
    if parent == "RequestModel":
        context = Context(context.schemas, context.names, request=True)
    return Model(
        form,
        sent=parent in {"RequestModel", "SharedModel"},
        received=parent != "RequestModel",
        fields={
            item.name: Value(_tidy(item.annotation), item.default is None)
            for item in fields(name, context, directions)
        },
    )


def _tidy(text: str) -> str:
    """Write a type without what only the generated module needs: aliases, markers, `builtins`."""
    match ast.parse(text, mode="eval").body:
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *_])):
            text = ast.unparse(inner)
        case _:
            pass
    plain = _MARKER.sub(lambda match: _PLAIN[match[0]], text.replace("builtins.", ""))
    options = dict.fromkeys(ast.unparse(option) for option in alternatives(plain))
    return " | ".join(options)


def alternatives(text: str) -> list[ast.expr]:
    """Take a union apart."""
    waiting, found = [ast.parse(text, mode="eval").body], list[ast.expr]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp):
            waiting += [node.right, node.left]
        else:
            found.append(node)
    return found
