"""Corrections of the documentation, as data: where it is wrong about the wire.

Each patch has a target, a value, a reason and its evidence. A patch that does not apply any
more is an error: either the documentation was mended, or the target moved. One whose target
came later than the others says so with `since`, and older releases are left alone by it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from codegen.description import toml
from codegen.description.openapi import METHODS, Json, is_list, is_table

PATCHES = Path(__file__).parent / "data" / "patches"

EVIDENCE = frozenset({
    "v2.36.0 server",  # It answered so.
    "v2.24.0 server",
    "server source",  # Read in the code of the server, or in the types of its dashboard.
    "documentation",  # The pages say it in words, by a name, or by the type of the same value.
    "unconfirmed",  # Likely, from a standard or from what is alike; refuses nothing that may work.
})  # fmt: skip
_OPS = frozenset({"replace", "add", "remove", "merge", "append"})
_KEYS = frozenset({"target", "op", "was", "value", "reason", "evidence", "since"})
ABSENT = object()
"""Stands for a `was` or a `value` that a patch does not tell."""


class PatchError(ValueError):
    """Patches that cannot be read or do not apply; one line for each."""


class _MisfitError(ValueError):
    """Why one patch does not apply."""


@attrs.frozen(slots=True)
class Patch:
    """One correction; `source` names its file and place for error messages.

    `since` is the first release whose pages have what is corrected, None for "as long as the
    project looks back".
    """

    source: str
    target: tuple[str | int, ...]
    op: str
    value: Any
    was: Any
    reason: str
    evidence: str
    since: str | None = None

    def __str__(self) -> str:
        return f"{self.source} ({' / '.join(str(part) for part in self.target)})"


def load(path: Path = PATCHES) -> tuple[Patch, ...]:
    """Read all patch files of a folder, in the order of their names.

    Raises:
        PatchError: If a patch lacks a part or has one that is not known.
    """
    patches: list[Patch] = []
    for file in sorted(path.glob("*.toml")):
        entries = toml.load(file).get("patch", [])
        for index, entry in enumerate(entries, start=1):
            patches.append(_read(entry, f"{file.name}: patch {index}"))
    return tuple(patches)


def apply(description: Json, patches: Iterable[Patch]) -> Json:
    """Return a patched copy of a description, by the patches that are for its release.

    Raises:
        PatchError: If any patch does not apply; the text has a line for each.
    """
    patched, misfits = _attempt(description, patches)
    if misfits:
        raise PatchError("\n".join(f"{patch}: {why}" for patch, why in misfits))
    return patched


def fitting(description: Json, patches: Iterable[Patch]) -> tuple[Patch, ...]:
    """Return the patches that apply to a description: all of them, for the release they are for."""
    tried = tuple(patches)
    _, misfits = _attempt(description, tried)
    sources = {patch.source for patch, _ in misfits}
    return tuple(patch for patch in tried if patch.source not in sources)


def later(description: Json, patches: Iterable[Patch]) -> int:
    """Count the patches that are for releases after that of a description."""
    version = description.get("info", {}).get("version")
    return sum(not _is_for(patch, version) for patch in patches)


def location(description: Json, target: Iterable[str | int]) -> tuple[str | int, ...]:
    """Return a target as a path of plain keys and indices from the description's root.

    A parameter that is not there yet has the index after the last one.
    """
    first, *rest = target
    path: list[str | int] = [*_root(first)]
    for part in rest:
        node = _walk(description, path)
        path.append(_index(node, part) if isinstance(part, str) and is_list(node) else part)
    return tuple(path)


def _read(entry: Mapping[str, Any], source: str) -> Patch:
    unknown = sorted(entry.keys() - _KEYS)
    missing = sorted({"target", "reason", "evidence"} - entry.keys())
    if unknown or missing:
        raise PatchError(f"{source}: unknown keys {unknown}, missing keys {missing}.")
    value = entry.get("value", ABSENT)
    op = entry.get("op", "merge" if isinstance(value, dict) else "replace")
    if op not in _OPS:
        raise PatchError(f"{source}: `op` is {op!r}, none of {sorted(_OPS)}.")
    if (value is ABSENT) != (op == "remove"):
        raise PatchError(f"{source}: `value` belongs to every `op` but `remove`.")
    if entry["evidence"] not in EVIDENCE:
        raise PatchError(f"{source}: `evidence` is none of {sorted(EVIDENCE)}.")
    if "since" in entry and not (isinstance(entry["since"], str) and _minor(entry["since"])):
        raise PatchError(f"{source}: `since` is no release such as `2.36`.")
    if not entry["target"] or not entry["reason"].strip():
        raise PatchError(f"{source}: `target` or `reason` is empty.")
    return Patch(
        source=source,
        target=tuple(entry["target"]),
        op=op,
        value=value,
        was=entry.get("was", ABSENT),
        reason=entry["reason"],
        evidence=entry["evidence"],
        since=entry.get("since"),
    )


def _minor(version: object) -> tuple[int, int] | None:
    """Return the minor release of a version, None where none is told (`0.0.0`)."""
    match = re.match(r"(\d+)\.(\d+)(?:\.|$)", str(version))
    return (int(match[1]), int(match[2])) if match and int(match[1]) else None


def _is_for(patch: Patch, version: object) -> bool:
    """Whether a patch is for a release; a description of no known release takes them all."""
    first, release = _minor(patch.since), _minor(version)
    return first is None or release is None or release >= first


def _attempt(description: Json, patches: Iterable[Patch]) -> tuple[Json, list[tuple[Patch, str]]]:
    """Patch a copy; tell which patches do not apply, each with the reason."""
    patched = copy.deepcopy(description)
    version = description.get("info", {}).get("version")
    misfits: list[tuple[Patch, str]] = []
    for patch in patches:
        if _is_for(patch, version):
            try:
                _apply(patched, patch)
            except _MisfitError as misfit:
                misfits.append((patch, str(misfit)))
    return patched, misfits


def _apply(description: Json, patch: Patch) -> None:
    path = location(description, patch.target)
    if patch.op == "add" and len(patch.target) == 1 and path[0] == "paths":
        description["paths"].setdefault(path[1], {})
    parent, key = _walk(description, path[:-1]), path[-1]
    if parent is ABSENT:
        raise _MisfitError(f"`{' / '.join(map(str, path[:-1]))}` does not exist.")
    old = _get(parent, key)
    if (old is ABSENT) != (patch.op == "add"):
        raise _MisfitError("The target exists already." if patch.op == "add" else "No such target.")
    _check_was(patch, old)
    if patch.op == "remove":
        del parent[key]
        return
    new = _changed(patch, old)
    if new == old:
        raise _MisfitError("No longer applies, the target has this value already.")
    if is_table(parent):
        parent[str(key)] = new
    elif is_list(parent) and isinstance(key, int):
        parent[key : key + 1] = [new]


def _changed(patch: Patch, old: Any) -> Any:
    value = copy.deepcopy(patch.value)
    if patch.op == "merge":
        if not is_table(old) or not is_table(value):
            raise _MisfitError("`merge` is for tables.")
        return _merged(old, value)
    if patch.op == "append":
        if not is_list(old) or not is_list(value):
            raise _MisfitError("`append` is for lists.")
        present = [item for item in value if item in old]
        if present:
            raise _MisfitError(f"No longer applies, {present} is there already.")
        return [*old, *value]
    return value


def _check_was(patch: Patch, old: Any) -> None:
    was = patch.was
    if was is ABSENT:
        return
    if patch.op == "merge" and is_table(was) and is_table(old):
        old = {key: value for key, value in old.items() if key in was}
    if was != old:
        raise _MisfitError(f"Expected the old value {was!r}, found {old!r}.")


def _merged(old: Json, new: Json) -> Json:
    merged = dict(old)
    for key, value in new.items():
        below = merged.get(key)
        if is_table(below) and is_table(value):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def _root(first: str | int) -> tuple[str, ...]:
    text = str(first)
    method, _, path = text.partition(" ")
    if path and method.lower() in METHODS:
        return ("paths", path, method.lower())
    if "." in text:
        return ("components", "schemas", text)
    return (text,)


def _walk(node: Any, path: Iterable[str | int]) -> Any:
    for key in path:
        node = _get(node, key)
    return node


def _get(node: Any, key: str | int) -> Any:
    if is_table(node):
        return node.get(str(key), ABSENT)
    if is_list(node) and isinstance(key, int):
        return node[key] if 0 <= key < len(node) else ABSENT
    return ABSENT


def _index(items: list[Any], address: str) -> int:
    """Find `query:limit` among parameters; a missing one has the index after the last."""
    place, _, name = address.partition(":")
    for index, item in enumerate(items):
        if item.get("in") == place and item.get("name") == name:
            return index
    return len(items)
