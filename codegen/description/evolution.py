"""How the API changed: the descriptions of many releases to spans of releases.

What is documented in a release counts as there, what is not as absent: for answers that was
found to be right. Something that went and came back later, as `codersdk.Chat` did in another
shape, is there since it came back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from codegen.description.history import History, Span, fields, inputs
from codegen.description.openapi import (
    Json,
    is_table,
    operations,
    references,
    referred,
    schemas,
)

Fact = tuple[str, ...]

_PLACEHOLDER: Final = re.compile(r"\{[^}]*\}")
_API: Final = re.compile(r"^/api/(v2|experimental)(?=/)")
_WORD: Final = re.compile(r"\w+")
_ENOUGH: Final = 0.5
# What the last word of a fact belongs to: a fact about a whole has none.
_PART: Final = 2


def compute(releases: Mapping[str, Json]) -> History:
    """Compute since when and until when everything was there.

    Args:
        releases: Unpatched descriptions by release (`2.36`), the oldest first.

    Returns:
        The spans that say more than "from the first release until now".
    """
    names = list(releases)
    descriptions = list(releases.values())
    renames = [_renames(old, new) for old, new in pairwise(descriptions)]
    latest = _latest_names(descriptions, renames)
    seen: dict[Fact, set[int]] = {}
    silent: dict[str, set[int]] = {}
    spelling: dict[str, str] = {}
    for index, description in enumerate(descriptions):
        for fact in _facts(description, latest[index], spelling):
            seen.setdefault(fact, set()).add(index)
        for name in _silent_schemas(description):
            silent.setdefault(latest[index].get(name, name), set()).add(index)
    spans = {
        fact: _span(indices | (silent.get(fact[1], set()) if len(fact) > _PART else set()), names)
        for fact, indices in seen.items()
    }
    today = schemas(descriptions[-1])
    renamed = {old: new for then in latest for old, new in then.items() if old not in today}
    return _history(names, spans, spelling, renamed, _moves(descriptions, spans, spelling))


def _span(indices: Collection[int], names: Sequence[str]) -> Span:
    """Return the span of the last releases without a break that have something."""
    last = max(indices)
    first = last
    while first - 1 in indices:
        first -= 1
    return Span(
        since=names[first] if first else None,
        until=names[last] if last < len(names) - 1 else None,
    )


def _history(
    names: Sequence[str],
    spans: Mapping[Fact, Span],
    spelling: Mapping[str, str],
    renamed: Mapping[str, str],
    moved: Mapping[str, str],
) -> History:
    """Keep the spans that differ from those of what they belong to."""
    whole: dict[str, dict[str, Span]] = {"operations": {}, "schemas": {}}
    parts: dict[str, dict[str, dict[str, Span]]] = {
        "parameters": {},
        "properties": {},
        "values": {},
    }
    for fact, span in spans.items():
        kind, owner, *rest = fact
        shown = _shown(owner, spelling)
        if not rest:
            whole[kind].update({} if span == Span() else {shown: span})
        elif span != _span_of_owner(owner, spans):
            parts[kind].setdefault(shown, {})[rest[0]] = span
    return History(
        releases=tuple(names),
        operations=whole["operations"],
        moved=moved,
        parameters=parts["parameters"],
        schemas=whole["schemas"],
        renamed=renamed,
        properties=parts["properties"],
        values=parts["values"],
    )


def _shown(owner: str, spelling: Mapping[str, str]) -> str:
    """Spell an owner as the newest release that has it: `codersdk.APIKey.scope`."""
    name, _, part = owner.partition("#")
    return spelling.get(name, name) + (f".{part}" if part else "")


def _span_of_owner(owner: str, spans: Mapping[Fact, Span]) -> Span:
    """Return the span of a schema, of an operation, or of a part of one of them."""
    name, _, part = owner.partition("#")
    candidates: list[Fact] = [("operations", name), ("schemas", name)]
    if part:
        candidates = [("parameters", name, part), ("properties", name, part), *candidates]
    return next((spans[fact] for fact in candidates if fact in spans), Span())


# --- What a release has ---------------------------------------------------------------------


def anonymous(call: str) -> str:
    """Return an operation's name without those of its placeholders: they changed at times."""
    return _PLACEHOLDER.sub("{}", call)


def _facts(
    description: Json, latest: Mapping[str, str], spelling: dict[str, str]
) -> Iterator[Fact]:
    """Yield all that a release has, with the names that schemas have today."""
    for call, operation in operations(description):
        identity = anonymous(call)
        spelling[identity] = call
        yield ("operations", identity)
        for name, schema, _ in inputs(operation):
            yield ("parameters", identity, name)
            for value in _enum(schema):
                yield ("values", f"{identity}#{name}", value)
    for name, schema in schemas(description).items():
        if schema.get("x-opaque"):
            continue
        owner = latest.get(name, name)
        yield ("schemas", owner)
        for value in _enum(schema):
            yield ("values", owner, value)
        for path, field in fields(schema):
            yield ("properties", owner, path)
            if referred(field) is None:
                for value in _enum(field):
                    yield ("values", f"{owner}#{path}", value)


def _enum(schema: Json) -> list[str]:
    values: list[Any] = schema.get("enum", [])
    inner = schema.get("items")
    found = [str(value) for value in values]
    return found + (_enum(inner) if is_table(inner) and referred(inner) is None else [])


def _silent_schemas(description: Json) -> Iterator[str]:
    """Yield the schemas of which a release says nothing: some pages lost their tables."""
    for name, schema in schemas(description).items():
        if not (schema.get("properties") or schema.get("enum") or schema.get("x-opaque")):
            yield name


# --- Names that changed ---------------------------------------------------------------------


def _latest_names(
    descriptions: Sequence[Json], renames: Sequence[Mapping[str, str]]
) -> list[dict[str, str]]:
    """For each release, map the names of its schemas to those they have today."""
    latest: list[dict[str, str]] = [{} for _ in descriptions]
    for index in range(len(renames) - 1, -1, -1):
        for name in schemas(descriptions[index]):
            following = renames[index].get(name, name)
            final = latest[index + 1].get(following, following)
            if final != name:
                latest[index][name] = final
    return latest


def _renames(old: Json, new: Json) -> dict[str, str]:
    """Find schemas that are called otherwise in the next release.

    One that went and one that came are the same if they stand in the same place of an
    operation or of a property, or differ in the package only, and have much in common.
    """
    before, after = schemas(old), schemas(new)
    gone = before.keys() - after.keys()
    came = after.keys() - before.keys()
    found = {
        name: other
        for name in sorted(gone)
        for other in sorted(came)
        if name.partition(".")[2] == other.partition(".")[2] and _alike(before[name], after[other])
    }
    while True:
        pairs = _replaced(_places(old, found), _places(new, {}))
        fresh = {
            name: other
            for name, other in sorted(pairs)
            if name in gone - found.keys()
            and other in came - set(found.values())
            and _alike(before[name], after[other])
        }
        if not fresh:
            return found
        name = min(fresh)
        found[name] = fresh[name]


def _replaced(
    old: Mapping[Fact, Sequence[str]], new: Mapping[Fact, Sequence[str]]
) -> set[tuple[str, str]]:
    """Return which schema stands where another one stood."""
    return {
        (one, other)
        for place, names in old.items()
        for one, other in zip(names, new.get(place, ()), strict=False)
        if one != other
    }


def _places(description: Json, renamed: Mapping[str, str]) -> dict[Fact, list[str]]:
    """Return the schemas that operations and properties refer to, by place."""
    places: dict[Fact, list[str]] = {}
    for call, operation in operations(description):
        identity = _API.sub("", anonymous(call).partition(" ")[2])
        for part in ("requestBody", "responses"):
            for status, node in _bodies(operation.get(part, {})):
                place = (call.partition(" ")[0], identity, part, status)
                places[place] = list(references(node))
    for name, schema in schemas(description).items():
        for path, field in fields(schema):
            places[renamed.get(name, name), path] = list(references(field))
    return places


def _bodies(part: Json) -> Iterator[tuple[str, Json]]:
    """Yield the schemas of a request body, or those of the answers by status."""
    answers: dict[str, Json] = {"": part} if "content" in part else part
    for status, answer in answers.items():
        content: dict[str, Json] = answer.get("content", {})
        for media in content.values():
            yield status, media["schema"]


def _alike(one: Json, other: Json) -> bool:
    """Whether two schemas have half of their names in common, or no names at all."""
    names, others = _own_names(one), _own_names(other)
    if not names or not others:
        return not names and not others
    return len(names & others) / min(len(names), len(others)) >= _ENOUGH


def _own_names(schema: Json) -> set[str]:
    return {path for path, _ in fields(schema)} | set(_enum(schema))


# --- Operations that moved ------------------------------------------------------------------


def _moves(
    descriptions: Sequence[Json], spans: Mapping[Fact, Span], spelling: Mapping[str, str]
) -> dict[str, str]:
    """Find where operations that went are found from the next release on."""
    moved: dict[str, str] = {}
    for old, new in pairwise(descriptions):
        before = {anonymous(call): operation for call, operation in operations(old)}
        after = {anonymous(call): operation for call, operation in operations(new)}
        came = sorted(after.keys() - before.keys())
        for call in sorted(before.keys() - after.keys()):
            if spans["operations", call].until is None:
                continue
            target = _same_operation(call, before[call], {name: after[name] for name in came})
            if target is not None:
                moved[spelling[call]] = spelling[target]
    return moved


def _same_operation(call: str, operation: Json, came: Mapping[str, Json]) -> str | None:
    """Return the operation among those that came that is the one that went."""
    method, _, path = call.partition(" ")
    for name in came:
        other_method, _, other = name.partition(" ")
        if other_method == method and _API.sub("", other) == _API.sub("", path):
            return name
    for name, candidate in came.items():
        same_method = name.startswith(f"{method} ")
        if same_method and _words(candidate) == _words(operation):
            return name
    for name, candidate in came.items():
        other_method, _, other = name.partition(" ")
        if other_method == method and _differ_in_one(path, other):
            common = _words(candidate) & _words(operation)
            if len(common) > _ENOUGH * len(_words(operation)):
                return name
    return None


def _words(operation: Json) -> set[str]:
    return set(_WORD.findall(operation.get("summary", "").lower()))


def _differ_in_one(path: str, other: str) -> bool:
    parts, others = path.split("/"), other.split("/")
    return (
        len(parts) == len(others)
        and sum(one != two for one, two in zip(parts, others, strict=True)) == 1
    )
