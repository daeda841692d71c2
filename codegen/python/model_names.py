"""The Python name of each schema: reviewed in a file, by rule for what is not in it."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from attrs import Factory, frozen

from codegen.description import toml
from codegen.python.identifiers import camel, safe

FILE = Path(__file__).parents[1] / "names" / "models.toml"
RELEASED = FILE.with_name("released_models.json")

# Names that generated modules import.
_IMPORTED = """
    Annotated Any Base64 CaseInsensitiveModel Field JSON Microseconds Milliseconds NEVER
    Nanoseconds NeverDatetime OpaqueModel OpenEnum OpenIntEnum RequestModel ResponseModel
    Seconds Secret SharedModel TYPE_CHECKING TypeAlias UUID Unit WireList WireMap ZeroNullUUID None
    True False
"""
RESERVED = frozenset(_IMPORTED.split())


@frozen
class ModelNames:
    """The reviewed names of the models.

    Attributes:
        names: Python name by full name of the schema.
        modules: Other names for modules of shared models than the rule gives.
        accepted: Released names that were changed on purpose, by full name of the schema.
        about: What a model is, in a sentence, by its Python name.
    """

    names: Mapping[str, str] = Factory(dict[str, str])
    modules: Mapping[str, str] = Factory(dict[str, str])
    accepted: Mapping[str, str] = Factory(dict[str, str])
    about: Mapping[str, str] = Factory(dict[str, str])


def load(path: Path = FILE) -> ModelNames:
    """Read the file of reviewed names."""
    data = toml.load(path)
    return ModelNames(
        names=data.get("names", {}),
        modules=data.get("modules", {}),
        accepted=data.get("accepted", {}),
        about=data.get("about", {}),
    )


def released(path: Path = RELEASED) -> dict[str, str]:
    """Read the names that the last release had."""
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return names


def recorded(names: Mapping[str, str]) -> str:
    """Write down the names of a release."""
    return json.dumps(dict(sorted(names.items())), indent=1) + "\n"


def resolve(schemas: Collection[str], reviewed: ModelNames) -> dict[str, str]:
    """Give every schema its name; one from the file is never taken by another schema."""
    named = {name: reviewed.names[name] for name in schemas if name in reviewed.names}
    taken = set(named.values()) | RESERVED
    # Types of Coder itself first: they keep the bare name when another package has it too.
    for name in sorted(schemas, key=lambda full: (not full.startswith("codersdk."), full)):
        if name not in named:
            named[name] = _free(name, named, taken)
            taken.add(named[name])
    return named


def _free(name: str, named: Mapping[str, str], taken: Collection[str]) -> str:
    if "#" in name:
        owner, _, field = name.rpartition("#")
        bare = prefixed = named.get(owner, camel(owner.rpartition(".")[2])) + _title(field)
    else:
        package, _, rest = name.rpartition(".")
        bare, prefixed = _title(rest), camel(package) + _title(rest)
    for candidate in (safe(bare), safe(prefixed)):
        if candidate not in taken:
            return candidate
    number = 2
    while f"{prefixed}{number}" in taken:
        number += 1
    return f"{prefixed}{number}"


def _title(name: str) -> str:
    """Spell a schema's own name; of a generic one, the argument's package goes."""
    generic, *arguments = name.split("-")
    bare = [argument.rpartition("codersdk_")[2] for argument in arguments]
    return "".join(
        camel(part.replace("_", " ")) if part != generic else camel(part)
        for part in (generic, *bare)
    )


def problems(
    names: Mapping[str, str], reviewed: ModelNames, before: Mapping[str, str]
) -> list[str]:
    """What is wrong with the names of a release.

    Args:
        names: What `resolve` returned for the description.
        reviewed: The file of names.
        before: The names that the last release had.

    Returns:
        A sentence for each entry of the file that names no schema, each name that cannot be one
        or stands twice, and each name that changed without being accepted.
    """
    found = [
        f"{name} is named {reviewed.names[name]!r} but no schema of the description any more"
        for name in sorted(set(reviewed.names) - set(names))
    ]
    found += [
        f"{python!r} is described but no model any more"
        for python in sorted(set(reviewed.about) - set(names.values()))
    ]
    used: dict[str, str] = {}
    for name, python in sorted(names.items()):
        if python in used:
            found.append(f"{name} and {used[python]} have the same name {python!r}")
        if not python.isidentifier() or python in RESERVED:
            found.append(f"{python!r} cannot be the name of {name}")
        old = before.get(name, python)
        if old not in {python, reviewed.accepted.get(name)}:
            found.append(f"{name} was released as {old!r} and is now {python!r}; accept it or not")
        used[python] = name
    return found
