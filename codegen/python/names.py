"""The name file: which resource and method an operation is, and what its parameters are called."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from codegen.description import toml
from codegen.python.defaults import default_name
from codegen.python.operations import Operation

OPERATIONS_FILE = Path(__file__).parents[1] / "names" / "operations.toml"
RELEASED_FILE = Path(__file__).parents[1] / "names" / "released.json"

_MAX_METHODS = 25
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OPTIONS = {"timeout", "deadline", "headers", "retry", "extra_query", "extra_body", "idle_timeout"}
_TAKEN = {"self", "max_items", "with_raw_response", "with_streaming_response"}


@frozen
class Name:
    """Where an operation lives: `resource` is `None` for a method of the client itself."""

    resource: str | None
    method: str

    def __str__(self) -> str:
        return self.method if self.resource is None else f"{self.resource}.{self.method}"

    @classmethod
    def parse(cls, text: str) -> Name:
        """Read `resource.method` or `method`."""
        resource, _, method = text.rpartition(".")
        return cls(resource or None, method)


@frozen
class Entry:
    """What the name file says about one operation."""

    name: Name
    does: str | None = None


@frozen
class NameFile:
    """The reviewed public names."""

    entries: Mapping[str, Entry] = field(factory=dict[str, Entry])
    resources: Mapping[str, str] = field(factory=dict[str, str])
    reserved: Mapping[str, frozenset[str]] = field(factory=dict[str, frozenset[str]])
    parameters: Mapping[str, str] = field(factory=dict[str, str])
    own_parameters: Mapping[str, Mapping[str, str]] = field(factory=dict[str, Mapping[str, str]])
    accepted: Mapping[str, str] = field(factory=dict[str, str])
    workflows: Mapping[str, str] = field(factory=dict[str, str])
    own: tuple[str, ...] = ()

    def is_own(self, path: str) -> bool:
        """Whether the caller is meant where no user is given: nothing else is in the path."""
        below = any(path == own or path.startswith(f"{own}/") for own in self.own)
        return below and path.count("{") == 1

    def parameter(self, operation: str, wire: str) -> str:
        """The Python name of a parameter or body field."""
        own = self.own_parameters.get(operation, {})
        name = own.get(wire) or self.parameters.get(wire) or snake(wire) or "value"
        return f"{name}_" if name in _OPTIONS | _TAKEN or keyword.iskeyword(name) else name


def read_names(path: Path = OPERATIONS_FILE) -> NameFile:
    """Read the name file."""
    raw: dict[str, Any] = toml.load(path)
    parameters: dict[str, Any] = raw.get("parameters", {})
    return NameFile(
        entries={
            operation: Entry(Name.parse(item["name"]), item.get("does"))
            for operation, item in raw["operations"].items()
        },
        resources=raw["resources"],
        reserved={noun: frozenset(names) for noun, names in raw.get("reserved", {}).items()},
        parameters={key: value for key, value in parameters.items() if isinstance(value, str)},
        own_parameters={
            key: value for key, value in parameters.items() if not isinstance(value, str)
        },
        accepted=raw.get("accepted", {}),
        workflows=raw.get("workflows", {}),
        own=tuple(raw.get("own", {}).get("paths", ())),
    )


def assign(operations: Iterable[Operation], names: NameFile) -> dict[str, Name]:
    """Give every operation its name: the reviewed one, else one by rule that is still free."""
    listed = list(operations)
    found = {item.id: names.entries[item.id].name for item in listed if item.id in names.entries}
    taken = {*map(str, found.values()), *names.resources}
    places = {key: entry.name for key, entry in names.entries.items()}
    # Short paths first: the plainest operation gets the plainest name.
    for item in sorted(listed, key=lambda item: item.path.count("/")):
        if item.id in found:
            continue
        candidates = default_name(item.method, item.path, places)
        named = (_unreserved(Name(*candidate), names) for candidate in candidates)
        found[item.id] = next(name for name in named if str(name) not in taken)
        taken.add(str(found[item.id]))
    return {item.id: found[item.id] for item in listed}


def problems(found: Mapping[str, Name], names: NameFile, released: Mapping[str, str]) -> list[str]:
    """What is wrong with the names of a release: doubles, reserved ones, unaccepted changes."""
    counted = Counter(map(str, found.values()))
    sizes = Counter(name.resource for name in found.values() if name.resource)
    wrong = [f"`{name}` names {count} operations" for name, count in counted.items() if count > 1]
    wrong += [
        f"`{name}` ({operation}) is kept for a workflow"
        for operation, name in found.items()
        if _is_reserved(name, names)
    ]
    wrong += [
        f"`{resource}` has {size} methods, more than {_MAX_METHODS}"
        for resource, size in sizes.items()
        if size > _MAX_METHODS
    ]
    wrong += [
        f"{operation} was released as `{released[operation]}` and is now `{name}`; "
        "list the old name under [accepted] in operations.toml if that is meant"
        for operation, name in found.items()
        if operation in released
        and released[operation] != str(name)
        and names.accepted.get(operation) != released[operation]
    ]
    wrong += [
        f"{operation} is named in operations.toml but is not in the description"
        for operation in names.entries
        if operation not in found
    ]
    return wrong


def _unreserved(name: Name, names: NameFile) -> Name:
    """Make a name by rule possible: no keyword, nothing that the client or a workflow needs."""
    resource, own = name.resource, names.reserved.get("client", frozenset())
    if resource is not None and (resource in own or keyword.iskeyword(resource)):
        name = evolve(name, resource=f"{resource}_")
    if keyword.iskeyword(name.method):
        name = evolve(name, method=f"{name.method}_")
    return evolve(name, method=f"request_{name.method}") if _is_reserved(name, names) else name


def _is_reserved(name: Name, names: NameFile) -> bool:
    if name.resource is None:
        return name.method in names.reserved.get("client", ()) or name.method in names.resources
    return name.method in names.reserved.get(name.resource, ())


def snake(text: str) -> str:
    """Spell a wire name in snake case: `claimField`, `has-agent` and `jobID` alike."""
    words = _BOUNDARY.sub("_", text).replace("-", "_").replace(".", "_").replace(" ", "_")
    name = re.sub(r"\W|_+(?=_)", "", words).strip("_").lower()
    return f"_{name}" if name[:1].isdigit() else name
