"""Schemas as the types of methods: what an answer decodes into, what an argument may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from attrs import frozen

from codegen.description.openapi import Json, reference, referred
from codegen.python.operations import Schema
from codegen.python.schemas import kind, resolved
from codegen.python.types import (
    SIGNATURE,
    Context,
    annotation,
    expression,
    keyed_by_uuid,
    shape,
)

_MAX_LITERALS = 10
UNITS = ("ns", "us", "ms", "s")
"""Units of whole numbers for which a `timedelta` is taken too."""

GO_UNITS = ("go", "go-duration")
"""Names of the unit of a duration that is written as Go writes it: `1h30m`."""

_FORMATS = {"uuid": "UUID | str", "date-time": "datetime", "date": "date", "binary": "bytes"}
_SCALARS = {"number": "float", "boolean": "bool"}
_PUBLIC = {
    "UUID": "uuid.UUID",
    "datetime": "datetime.datetime",
    "timedelta": "datetime.timedelta",
    "date": "datetime.date",
    "Any": "typing.Any",
    "Sequence": "typing.Sequence",
    "Mapping": "typing.Mapping",
    "Literal": "typing.Literal",
    "Secret": "coder_sdk.wire.Secret",
    "JSON": "coder_sdk.wire.JSON",
    "bytes": "bytes",
}
_STRING_OR_WORD = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_][\w.]*")


@frozen
class Annotations:
    """Writes the types of one prepared description.

    Attributes:
        schemas: All named schemas.
        names: The Python name of each.
        package: The package that the annotations of `public_answer` start from.
    """

    schemas: dict[str, Json]
    names: dict[str, str]
    package: str = "coder_sdk"

    def resolve(self, schema: Schema) -> Json:
        """Follow references to what has fields or values of its own."""
        plain = resolved(dict(schema), self.schemas)
        name = referred(plain)
        return self.schemas[name] if name else plain

    # ---- answers

    def answer(self, schema: Schema, list_type: str = "list") -> str:
        """The type of a decoded answer; `list_type` is what `list` is called where it stands."""
        context = Context(self.schemas, self.names, request=False, style=SIGNATURE)
        text = annotation(dict(schema), context)
        return re.sub(r"\blist\[", f"{list_type}[", text)

    def public_answer(self, schema: Schema) -> str:
        """The same, lenient, as an expression over the package, `datetime`, `uuid`, `typing`."""
        style = expression(self.package)
        context = Context(self.schemas, self.names, request=False, style=style)
        return annotation(dict(schema), context)

    def enumeration(self, spec: Mapping[str, Any]) -> Json:
        """The named enumeration with the values of a filter, if there is exactly one."""
        if "$ref" in spec:
            return {"$ref": spec["$ref"]}
        values = set(spec["values"])
        same = [
            name
            for name, schema in self.schemas.items()
            if kind(schema) == "enum" and "#" not in name and {*schema["enum"]} - {""} == values
        ]
        return reference(same[0]) if len(same) == 1 else {"enum": spec["values"]}

    # ---- arguments

    def argument(self, schema: Schema, unit: str | None = None) -> str:
        """What may be given for a parameter or for a field of a body."""
        plain = resolved(dict(schema), self.schemas)
        text = self._argument(plain, unit or plain.get("x-unit"))
        nullable = plain.get("x-nullable") or "null" in _types(plain)
        return f"{text} | None" if nullable and text != "Any" else text

    def public(self, text: str, others: Mapping[str, str]) -> str:
        """Spell an annotation of a signature from outside the package.

        Args:
            text: The annotation.
            others: What stands for names that are neither models nor of the standard library.

        Returns:
            An expression over the package, `datetime`, `uuid` and `typing`.
        """

        def spell(match: re.Match[str]) -> str:
            word = match[0]
            if word[0] in "'\"":
                return word
            if word in others:
                return others[word]
            if word in self._models:
                return f"{self.package}.models.{word}"
            return _PUBLIC.get(word, word)

        return _STRING_OR_WORD.sub(spell, text)

    @property
    def _models(self) -> frozenset[str]:
        return frozenset(self.names.values())

    def _argument(self, schema: Json, unit: str | None) -> str:  # noqa: PLR0911 - by shape
        if name := referred(schema):
            return self._named(name)
        values = schema.get("enum")
        if values:
            return literal(values)
        match shape(schema):
            case "list":
                return f"Sequence[{self.argument(schema.get('items', {}))}]"
            case "map":
                inner = schema.get("additionalProperties")
                text = self.argument(cast("Json", inner)) if isinstance(inner, dict) else "Any"
                # A mapping of one kind of keys is none of a wider kind, and checkers cannot tell
                # which of two kinds a literal is meant to be: UUIDs and texts are both taken.
                return f"Mapping[{'Any' if keyed_by_uuid(schema) else 'str'}, {text}]"
            case "union":
                options: list[Json] = schema.get("anyOf") or schema["oneOf"]
                texts = [self.argument(option) for option in options]
                return "Any" if "Any" in texts else _joined(texts)
            case "string":
                return self._string(schema, unit)
            case "integer":
                return "timedelta | int" if unit in UNITS else "int"
            case "number" | "boolean" as scalar:
                return _SCALARS[scalar]
            case _:
                return "Any"

    @staticmethod
    def _string(schema: Json, unit: str | None) -> str:
        if unit in GO_UNITS:
            return "timedelta"
        if schema.get("format") == "byte":
            return "bytes"
        if schema.get("x-secret"):
            return "str | Secret"
        return _FORMATS.get(schema.get("format", ""), "str")

    def _named(self, name: str) -> str:
        schema = self.schemas[name]
        if kind(schema) != "enum":
            return f"{self.names[name]} | Mapping[str, Any]"
        values = schema["enum"]
        if schema.get("type") == "integer":
            return f"{self.names[name]} | int"
        text = literal(values) if len(values) <= _MAX_LITERALS else "str"
        return f"{self.names[name]} | {text}"


def _joined(texts: Iterable[str]) -> str:
    """A union of types, plain ones of which are unions themselves."""
    parts = [[text] if "[" in text else text.split(" | ") for text in texts]
    return " | ".join(dict.fromkeys(part for found in parts for part in found))


def literal(values: list[Any]) -> str:
    """A `Literal` of distinct values."""
    return f"Literal[{', '.join(repr(value) for value in dict.fromkeys(values))}]"


def _types(schema: Json) -> list[str]:
    types: Any = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)
