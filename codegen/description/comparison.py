"""What differs between the descriptions of two releases, in the words of the wire.

Operations and schemas are paired first: those of the same name, operations whose placeholders
are called otherwise, and those that `evolution` finds to have moved or to be renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from codegen.description.evolution import anonymous, compute
from codegen.description.openapi import (
    Json,
    is_list,
    is_table,
    operations,
    reference,
    referred,
    schemas,
)

# What is known of an operation, and how a reader calls it.
_MARKS: Final = {
    "deprecated": "deprecated",
    "x-stability": "stability",
    "x-premium": "licensed feature",
    "x-experiment": "experiment",
    "x-paging": "paging",
    "x-stream": "stream",
    "x-filter": "grammar of `q`",
}
# What is known of a value, and how a reader calls it.
_FLAGS: Final = {
    "x-optional": "may be absent",
    "x-nullable": "may be null",
    "x-never": "may mean never",
    "x-zero-null": "may mean none",
    "x-secret": "secret",
    "x-ignored": "ignored",
}


@attrs.frozen(slots=True)
class Pairs:
    """What is in both descriptions: the names in the old one, each with that in the new one."""

    operations: Mapping[str, str]
    schemas: Mapping[str, str]


@attrs.frozen(slots=True)
class Differences:
    """What only one of two descriptions has of one kind of thing, and what both have otherwise.

    `renamed` maps old names to new ones; `changed` maps new names to phrases, one for a fact.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: Mapping[str, str]
    changed: Mapping[str, tuple[str, ...]]


def pair(old: Json, new: Json) -> Pairs:
    """Find what two descriptions have in common."""
    found = compute({"old": old, "new": new})
    after = {anonymous(call): call for call, _ in operations(new)}
    same = {call: after[anonymous(call)] for call, _ in operations(old) if anonymous(call) in after}
    for call, target in sorted(found.moved.items()):
        if target not in same.values():
            same[call] = target
    names = {name: name for name in schemas(old) if name in schemas(new)}
    return Pairs(dict(sorted(same.items())), dict(sorted({**names, **found.renamed}.items())))


def compare_operations(old: Json, new: Json, pairs: Pairs) -> Differences:
    """Compare the operations of two descriptions."""
    before = dict(operations(_with_new_names(old, pairs.schemas)))
    after = dict(operations(new))
    for call, target in pairs.operations.items():
        if anonymous(call) != anonymous(target):
            before[call] = _as_known(before[call], after[target])
    return _compare(before, after, pairs.operations, _operation)


def compare_schemas(old: Json, new: Json, pairs: Pairs) -> Differences:
    """Compare the schemas of two descriptions."""
    before = {name: _with_new_names(node, pairs.schemas) for name, node in schemas(old).items()}
    return _compare(before, schemas(new), pairs.schemas, _component)


def _compare(
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    same: Mapping[str, str],
    differ: Callable[[Json, Json], Iterator[str]],
) -> Differences:
    changes = {new: tuple(differ(before[old], after[new])) for old, new in same.items()}
    return Differences(
        added=tuple(sorted(after.keys() - set(same.values()))),
        removed=tuple(sorted(before.keys() - same.keys())),
        renamed={old: new for old, new in same.items() if old != new},
        changed={name: changes[name] for name in sorted(changes) if changes[name]},
    )


def _with_new_names(node: Any, names: Mapping[str, str]) -> Any:
    """Copy a part of the old description, so that it refers to schemas as the new one does."""
    if is_list(node):
        return [_with_new_names(item, names) for item in node]
    if not is_table(node):
        return node
    name = referred(node)
    own = reference(names.get(name, name)) if name is not None else {}
    return {**{key: _with_new_names(value, names) for key, value in node.items()}, **own}


# --- Operations -----------------------------------------------------------------------------


def _as_known(old: Json, new: Json) -> Json:
    """Give an operation that moved what patches, which name paths, know of the new one only."""
    plain = {key: value for key, value in old.items() if not key.startswith("x-")}
    return {**plain, **{key: value for key, value in new.items() if key.startswith("x-")}}


def _operation(old: Json, new: Json) -> Iterator[str]:
    one, other = _inputs(old), _inputs(new)
    yield from _each(one, other, "parameter", _value)
    yield from _body("body", old.get("requestBody", {}), new.get("requestBody", {}))
    before, after = old.get("responses", {}), new.get("responses", {})
    yield from _each(before, after, "answer", lambda _: "")
    for status in sorted(before.keys() & after.keys()):
        yield from _body(f"answer `{status}`", before[status], after[status])
    for mark, words in _MARKS.items():
        if old.get(mark) != new.get(mark):
            yield f"{words}: {_spelled(old.get(mark))} became {_spelled(new.get(mark))}"


def _inputs(operation: Json) -> dict[str, Json]:
    """The schemas of the parameters; those of the path belong to the name of the operation."""
    return {
        f"{item['in']}:{item['name']}": {**item, **item["schema"], "required": item.get("required")}
        for item in operation.get("parameters", ())
        if item["in"] != "path"
    }


def _body(what: str, old: Json, new: Json) -> Iterator[str]:
    before, after = _contents(old), _contents(new)
    if before and after and before.keys() != after.keys():
        yield f"{what}: {_media(before)} became {_media(after)}"
    one, other = (next(iter(found.values()), {"type": "nothing"}) for found in (before, after))
    if _type(one) != _type(other):
        yield f"{what}: {_type(one)} became {_type(other)}"
    for phrase in _fields_and_values(one, other):
        yield f"{what}: {phrase}"


def _contents(body: Json) -> dict[str, Json]:
    contents: dict[str, Json] = body.get("content", {})
    return {media: content["schema"] for media, content in contents.items()}


def _media(contents: Mapping[str, Json]) -> str:
    return ", ".join(f"`{media}`" for media in sorted(contents))


def _spelled(value: Any) -> str:
    if is_table(value):
        return "(" + ", ".join(f"{key} {_spelled(value[key])}" for key in sorted(value)) + ")"
    return "none" if value is None else f"`{value}`"


# --- Schemas --------------------------------------------------------------------------------


def _component(old: Json, new: Json) -> Iterator[str]:
    if _type(old) != _type(new):
        yield f"{_type(old)} became {_type(new)}"
    yield from _fields_and_values(old, new)


def _fields_and_values(old: Json, new: Json) -> Iterator[str]:
    yield from _values(old, new)
    yield from _each(dict(_fields(old)), dict(_fields(new)), "field", _value)


def _each(
    old: Mapping[str, Json], new: Mapping[str, Json], noun: str, spell: Callable[[Json], str]
) -> Iterator[str]:
    """Say what is new, what is gone, and what is another type now or has other values."""
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield f"new {noun} `{name}`" + (f": {spell(new[name])}" if spell(new[name]) else "")
        elif name not in new:
            yield f"{noun} `{name}` is gone"
        else:
            was, now = spell(old[name]), spell(new[name])
            if was != now:
                yield f"{noun} `{name}`: {was} became {now}"
            for phrase in _values(old[name], new[name]):
                yield f"{noun} `{name}`: {phrase}"


def _values(old: Json, new: Json) -> Iterator[str]:
    """Compare the values of an enum, or of a list of one."""
    one, other = _enum(old), _enum(new)
    came = [value for value in other if value not in one]
    went = [value for value in one if value not in other]
    if (came and one) or (went and other):
        yield from (f"new value `{value}`" for value in came)
        yield from (f"value `{value}` is gone" for value in went)


def _enum(schema: Json) -> list[str]:
    inner = schema.get("items")
    found: list[Any] = schema.get("enum", _enum(inner) if is_table(inner) else [])
    return sorted({str(value) for value in found})


def _fields(schema: Json, above: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the fields with their names, those of the objects inside too, as `emails.value`."""
    needed: list[str] = schema.get("required") or []
    properties: dict[str, Json] = schema.get("properties", {})
    for name, field in properties.items():
        yield above + name, {**field, "required": name in needed}
        yield from _fields(field, f"{above}{name}.")
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if is_table(inner):
            yield from _fields(inner, above)


def _value(schema: Json) -> str:
    """Spell the type of a parameter or field with all that is known of it."""
    parts = [_type(schema)]
    parts += ["required"] if schema.get("required") is True else []
    parts += [words for flag, words in _FLAGS.items() if schema.get(flag)]
    parts += [f"in {schema['x-unit']}"] if "x-unit" in schema else []
    return ", ".join(parts)


def _type(schema: Json) -> str:
    """Spell the type of a schema: `array of codersdk.User`."""
    return f"`{_bare(schema)}`"


def _bare(schema: Json) -> str:
    if name := referred(schema):
        return name
    kind: Any = schema.get("type", "any")
    kind = "|".join(kind) if is_list(kind) else kind
    inner = schema.get("items") if kind == "array" else schema.get("additionalProperties")
    if is_table(inner):
        return f"{'array' if kind == 'array' else 'map'} of {_bare(inner)}"
    found = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if found:
        return " or ".join(_bare(option) for option in found)
    return f"{kind}({schema['format']})" if "format" in schema else str(kind)
