"""What breaks between two snapshots of the public API.

griffe compares names, kinds, parameters and defaults. It does not compare types, so that is done
here: what is read may become less, what is given may become more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import griffe
from attrs import frozen

from codegen.promise.snapshot import Definition, Snapshot
from codegen.python.compatibility import covers

_ROOT: Final = "public"
_SENT: Final = {"RequestModel", "SharedModel"}
_NOISE: Final = re.compile(r"^async|_|view$|resource$")


@frozen
class Break:
    """A public object that is gone or does not take or give any more what it did.

    `path` is `coder_sdk.models.User.name`.
    """

    path: str
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The path as people write it: `AsyncUsers.get` is `users.get`."""
        return spelled(self.path)

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def spelled(path: str) -> tuple[str, ...]:
    """Spell the parts of a path alike for a class, its twins, and the attribute of a client."""
    return tuple(_NOISE.sub("", part) or part for part in path.lower().split("."))


def breaks(old: Snapshot, new: Snapshot) -> list[Break]:
    """List what breaks, once for a class and its twins."""
    before, after = _tree(old), _tree(new)
    found: dict[tuple[tuple[str, ...], str], Break] = {}
    both = [*_by_griffe(before, after), *_by_type(before, after)]
    # Of a class and its twins, the one with the plainest name stands for all.
    for item in sorted(both, key=lambda item: (len(item.path), item.path)):
        found.setdefault((item.parts[-2:], item.text), item)
    return sorted(found.values(), key=lambda item: (item.path, item.text))


# --- Snapshots as trees of griffe -----------------------------------------------------------


def _tree(snapshot: Snapshot) -> griffe.Module:
    """Write each public module with all that its classes inherit, and let griffe read that."""
    root = griffe.Module(_ROOT)
    for path, names in snapshot.modules.items():
        code = "\n".join(_code(name, target, snapshot) for name, target in names.items())
        module = griffe.visit(path, filepath=Path(f"{path}.pyi"), code=code)
        root.set_member(path.replace(".", "_"), module)
    return root


def _code(name: str, target: str, snapshot: Snapshot) -> str:
    definition = snapshot.definitions[target]
    if definition.line:
        return re.sub(
            rf"^((?:async )?def )?{re.escape(_last(target))}", rf"\g<1>{name}", definition.line
        )
    bases = [_last(base) for base in definition.bases]
    members = _members(definition, snapshot).values()
    lines = [f"class {name}({', '.join(bases)}):", *(f"    {line}" for line in members), "    ..."]
    return "\n".join(lines)


def _members(definition: Definition, snapshot: Snapshot) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(definition.bases):
        found.update(snapshot.definitions[base].members)
    return {**found, **definition.members}


def _last(path: str) -> str:
    return path.rpartition(".")[2]


# --- Comparing ------------------------------------------------------------------------------


def _path(item: griffe.Object | griffe.Alias) -> str:
    return item.path.removeprefix(f"{_ROOT}.")


def _by_griffe(old: griffe.Module, new: griffe.Module) -> Iterator[Break]:
    for found in griffe.find_breaking_changes(old, new):
        parameters = [
            value.name
            for value in (found.old_value, found.new_value)
            if isinstance(value, griffe.Parameter)
        ]
        about = f" (`{parameters[0]}`)" if parameters else ""
        yield Break(_path(found.obj), f"{found.as_dict()['kind'].value}{about}")


def _by_type(old: griffe.Module, new: griffe.Module) -> Iterator[Break]:
    for name, module in old.modules.items():
        if name not in new.members:
            continue
        for path, item in _items(module.members):
            other = _found(new.modules[name], path)
            if isinstance(item, griffe.Function) and isinstance(other, griffe.Function):
                yield from _functions(item, other)
            elif isinstance(item, griffe.Attribute) and isinstance(other, griffe.Attribute):
                yield from _attributes(item, other)
        yield from _needed(module, new.modules[name])


def _items(
    members: Mapping[str, griffe.Object | griffe.Alias], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], griffe.Object | griffe.Alias]]:
    for name, item in members.items():
        yield (*above, name), item
        if isinstance(item, griffe.Class):
            yield from _items(item.members, (*above, name))


def _found(module: griffe.Object, path: tuple[str, ...]) -> griffe.Object | griffe.Alias | None:
    found: griffe.Object | griffe.Alias | None = module
    for name in path:
        found = found.members.get(name) if found is not None else None
    return found


def _functions(old: griffe.Function, new: griffe.Function) -> Iterator[Break]:
    if ("async" in old.labels) != ("async" in new.labels):
        yield Break(_path(new), "is asynchronous no more, or now")
    if not _covers(old.returns, new.returns):
        yield Break(_path(new), f"returns `{new.returns}` instead of `{old.returns}`")
    given = {parameter.name: parameter for parameter in new.parameters}
    for parameter in old.parameters:
        other = given.get(parameter.name)
        if other is not None and not _covers(other.annotation, parameter.annotation):
            text = f"takes `{other.annotation}` instead of `{parameter.annotation}`"
            yield Break(_path(new), f"{text} (`{parameter.name}`)")


def _attributes(old: griffe.Attribute, new: griffe.Attribute) -> Iterator[Break]:
    bases = _bases(new.parent)
    readable = "RequestModel" in bases or _covers(old.annotation, new.annotation)
    givable = not bases & _SENT or _covers(new.annotation, old.annotation)
    if not (readable and givable):
        yield Break(_path(new), f"is `{new.annotation}` instead of `{old.annotation}`")


def _needed(old: griffe.Object, new: griffe.Object) -> Iterator[Break]:
    """Fields that a model which is sent must have now."""
    for name, item in new.members.items():
        before = old.members.get(name)
        if isinstance(item, griffe.Class) and before is not None and _bases(item) & _SENT:
            for field in item.attributes.values():
                was = before.members.get(field.name)
                optional = not isinstance(was, griffe.Attribute) or was.value is not None
                if field.value is None and optional:
                    yield Break(_path(field), "is required now")


def _bases(parent: griffe.Object | griffe.Alias | None) -> set[str]:
    if not isinstance(parent, griffe.Class):
        return set()
    return {str(base) for base in parent.bases}


def _covers(wide: object, narrow: object) -> bool:
    """Whether a type takes all that another one does; one that is not told takes anything."""
    if wide is None or narrow is None or str(wide) == str(narrow):
        return True
    return covers(str(wide), str(narrow))
