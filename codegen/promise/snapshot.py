"""The public API of a package as data, read from its source without importing it.

Public is what stands in the `__all__` of a module without underscores; where it is defined does
not matter. Members are kept as lines of Python (`def close(self) -> None: ...`), one for each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import griffe
from attrs import asdict, field, frozen

_KINDS: Final = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}


@frozen
class Definition:
    """A class, or something else that is public.

    Attributes:
        bases: The classes that a class inherits from, the nearest first.
        members: Its own members, by name.
        line: Of what is no class: its definition.
    """

    bases: tuple[str, ...] = ()
    members: Mapping[str, str] = field(factory=dict[str, str])
    line: str = ""


@frozen
class Snapshot:
    """The public names of each module, where they are defined, and how."""

    modules: Mapping[str, Mapping[str, str]]
    definitions: Mapping[str, Definition]

    def dumps(self) -> str:
        """Write it: sorted, one line for each member, so that releases compare."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def loads(cls, text: str) -> Snapshot:
        """Read what `dumps` wrote."""
        data = json.loads(text)
        return cls(
            modules=data["modules"],
            definitions={
                path: Definition(tuple(item["bases"]), item["members"], item["line"])
                for path, item in data["definitions"].items()
            },
        )


def take(package: str, source: Path) -> Snapshot:
    """Read the public API of a package.

    Args:
        package: Its name.
        source: The folder that it lies in.
    """
    loaded = griffe.load(
        package, search_paths=[source], resolve_aliases=True, allow_inspection=False
    )
    if not isinstance(loaded, griffe.Module):
        raise TypeError(f"{package} is no package.")
    modules: dict[str, dict[str, str]] = {}
    definitions: dict[str, Definition] = {}
    for module in _public_modules(loaded):
        names = sorted(str(name) for name in module.exports or ())
        for name in names:
            member = module.members[name]
            target = member.final_target if isinstance(member, griffe.Alias) else member
            modules.setdefault(module.path, {})[name] = target.path
            definitions.update(_definitions(target))
    return Snapshot(modules, definitions)


def _public_modules(module: griffe.Module) -> Iterator[griffe.Module]:
    yield module
    for name, inner in module.modules.items():
        if not name.startswith("_") and isinstance(inner, griffe.Module):
            yield from _public_modules(inner)


def _definitions(target: griffe.Object) -> Iterator[tuple[str, Definition]]:
    if not isinstance(target, griffe.Class):
        yield target.path, Definition(line=_line(target))
        return
    ancestors = target.mro()
    yield target.path, _class(target, ancestors)
    for ancestor in ancestors:
        yield ancestor.path, _class(ancestor, ancestor.mro())


def _class(target: griffe.Class, ancestors: list[griffe.Class]) -> Definition:
    return Definition(
        bases=tuple(ancestor.path for ancestor in ancestors),
        members={
            name: _line(member)
            for name, member in target.members.items()
            if _is_public(name) and not isinstance(member, (griffe.Alias, griffe.Class))
        },
    )


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _line(item: griffe.Object) -> str:
    """Write a definition without its body."""
    if isinstance(item, griffe.Function):
        word = "async def" if "async" in item.labels else "def"
        returns = f" -> {item.returns}" if item.returns is not None else ""
        return f"{word} {item.name}({', '.join(_parameters(item))}){returns}: ..."
    if isinstance(item, griffe.Attribute):
        kind = f": {item.annotation}" if item.annotation is not None else ""
        # What a property, or a field without default, has is told by its type alone.
        value = " = ..." if item.value is not None or not kind else ""
        return f"{item.name}{kind}{value}"
    return f"{item.name} = ..."


def _parameters(function: griffe.Function) -> Iterator[str]:
    kinds = [parameter.kind for parameter in function.parameters]
    positional = griffe.ParameterKind.positional_only
    keyword = griffe.ParameterKind.keyword_only
    for index, parameter in enumerate(function.parameters):
        kind = parameter.kind
        if kind is keyword and keyword not in kinds[:index]:
            yield from () if griffe.ParameterKind.var_positional in kinds else ("*",)
        yield _parameter(parameter)
        if kind is positional and kinds[index + 1 : index + 2] != [positional]:
            yield "/"


def _parameter(parameter: griffe.Parameter) -> str:
    stars = _KINDS.get(parameter.kind) if parameter.kind else None
    text = f"{stars or ''}{parameter.name}"
    if parameter.annotation is not None:
        text += f": {parameter.annotation}"
    if parameter.default is not None and not stars:
        text += f" = {parameter.default}"
    return text
