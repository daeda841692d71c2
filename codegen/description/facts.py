"""Presence and nullability of the wire's fields: the compact facts file.

The documentation does not say which keys of an answer may be absent and which values may be
null; Coder's generated TypeScript types do. They name types without their Go package, so the
names are resolved against the documented schemas. What they lack is told in
`data/facts-extra.toml`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from codegen.description import toml
from codegen.description.typescript import Declarations, Field, Interface

DATA = Path(__file__).parent / "data"
FACTS = DATA / "facts.json"

_NAMES = DATA / "facts-names.toml"
_EXTRA = DATA / "facts-extra.toml"
_REST = "*"


@attrs.frozen(slots=True)
class Presence:
    """May the key of a field be absent, may its value be null."""

    optional: bool = False
    nullable: bool = False

    @property
    def code(self) -> str:
        """How the facts file spells it: `""`, `"?"`, `"|null"` or `"?|null"`."""
        return ("?" if self.optional else "") + ("|null" if self.nullable else "")

    @classmethod
    def from_code(cls, code: str) -> Presence:
        """Read the spelling of the facts file."""
        if code not in {"", "?", "|null", "?|null"}:
            raise ValueError(f"Unknown presence {code!r} in the facts.")
        return cls(optional=code.startswith("?"), nullable=code.endswith("|null"))


@attrs.frozen(slots=True)
class Facts:
    """Presence by schema and field, and the values of enums, by full names.

    A field called `*` speaks for all fields of its schema that are not listed.
    """

    schemas: Mapping[str, Mapping[str, Presence]]
    enums: Mapping[str, tuple[str, ...]]

    def presence(self, schema: str, field: str) -> Presence | None:
        """Return what is known of a field; None if nothing is.

        The documentation spells some keys in another case than the wire does, hence the
        second look that ignores case.
        """
        fields = self.schemas.get(schema)
        if fields is None:
            return None
        if field in fields:
            return fields[field]
        folded = {name.casefold(): value for name, value in fields.items()}
        return folded.get(field.casefold(), fields.get(_REST))

    def dumps(self) -> str:
        """Write the facts file: sorted, one schema a line."""
        schemas = {
            name: {field: fields[field].code for field in sorted(fields)}
            for name, fields in self.schemas.items()
        }
        enums = {name: sorted(values) for name, values in self.enums.items()}
        return f'{{\n "enums": {_lines(enums)},\n "schemas": {_lines(schemas)}\n}}\n'


def load(path: Path = FACTS) -> Facts:
    """Read a facts file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Facts(
        schemas={
            name: {field: Presence.from_code(code) for field, code in fields.items()}
            for name, fields in data["schemas"].items()
        },
        enums={name: tuple(values) for name, values in data["enums"].items()},
    )


def declarations_from_json(data: Mapping[str, Any]) -> Declarations:
    """Read declarations that were dumped as JSON: `interfaces`, `enums`, bare names."""
    return Declarations(
        interfaces={
            name: Interface(
                name=name,
                extends=tuple(interface["extends"]),
                fields=tuple(
                    Field(field, bool(fact["optional"]), bool(fact["nullable"]), str(fact["type"]))
                    for field, fact in interface["fields"].items()
                ),
            )
            for name, interface in data["interfaces"].items()
        },
        enums={name: tuple(values) for name, values in data["enums"].items()},
        aliases={},
    )


def from_declarations(
    declarations: Declarations, documented: Mapping[str, Collection[str]]
) -> Facts:
    """Give the declared types their full names and add what the types lack.

    Args:
        declarations: Types by bare names.
        documented: The documented schemas, each with the names of its properties.

    Returns:
        Facts by full names, inherited fields included.
    """
    names = _Names.load(documented)
    schemas: dict[str, dict[str, Presence]] = {}
    for bare, interface in declarations.interfaces.items():
        fields = declarations.flattened(bare)
        for full in names.full(bare, fields, interface.package):
            schemas[full] = {
                name: Presence(field.optional, field.nullable) for name, field in fields.items()
            }
    enums = {
        full: values
        for bare, values in declarations.enums.items()
        for full in names.full(bare, (), None)
    }
    for name, told in _extra().items():
        schemas[name] = {**schemas.get(name, {}), **told}
    return Facts(schemas, enums)


@attrs.frozen(slots=True)
class _Names:
    """Finds the full names of a TypeScript type."""

    documented: Mapping[str, Collection[str]]
    given: Mapping[str, list[str]]
    ignored: Collection[str]

    @classmethod
    def load(cls, documented: Mapping[str, Collection[str]]) -> _Names:
        data = toml.load(_NAMES)
        return cls(documented, data["names"], data["ignored"])

    def full(self, bare: str, fields: Iterable[str], package: str | None) -> list[str]:
        if bare in self.ignored:
            return []
        if bare in self.given:
            return self.given[bare]
        if package is not None and f"{package}.{bare}" in self.documented:
            return [f"{package}.{bare}"]
        taken = {name for names in self.given.values() for name in names}
        candidates = [
            name for name in self.documented if name not in taken and name.partition(".")[2] == bare
        ]
        if not candidates:
            return [f"{package or 'codersdk'}.{bare}"]
        wanted = {field.casefold() for field in fields}
        return [max(candidates, key=lambda name: (self._overlap(name, wanted), name))]

    def _overlap(self, name: str, wanted: set[str]) -> float:
        have = {field.casefold() for field in self.documented[name]}
        return len(have & wanted) / max(1, len(have | wanted))


def _extra() -> dict[str, dict[str, Presence]]:
    data = toml.load(_EXTRA)
    extra: dict[str, dict[str, Presence]] = {}
    for name, entry in data.items():
        optional, nullable = set(entry.get("optional", ())), set(entry.get("nullable", ()))
        fields = {
            field: Presence(field in optional, field in nullable)
            for field in sorted({*optional, *nullable, *entry.get("always", ())})
        }
        if entry.get("rest") == "always":
            fields[_REST] = Presence()
        extra[name] = fields
    return extra


def _lines(entries: Mapping[str, object]) -> str:
    lines = (f"  {json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries))
    return "{\n" + ",\n".join(lines) + "\n }"
