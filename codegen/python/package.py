"""A whole generated package: models, resources, and the files that lie beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from codegen.description.openapi import Json
from codegen.python.availability import render_availability
from codegen.python.docstring import Words, read_arguments
from codegen.python.formatting import formatted
from codegen.python.model_names import ModelNames
from codegen.python.models import HEADER, render_models
from codegen.python.names import NameFile
from codegen.python.resources import Plan, plan, render_resources
from codegen.python.secret_fields import render_secrets

GENERATED = ("models", "resources")
"""The folders that hold nothing handwritten."""


@frozen
class Package:
    """What is written into the folder of a package.

    Attributes:
        plan: The methods.
        texts: The modules by path.
    """

    plan: Plan
    texts: Mapping[str, str]


def package(
    description: Json, names: NameFile, reviewed: ModelNames, name: str, *, complete: bool = False
) -> Package:
    """Generate the modules of a package.

    Args:
        description: The API description.
        names: Public names of operations.
        reviewed: Public names of models.
        name: Name of the package.
        complete: Whether it gets files of its own beside models and resources.
    """
    found = plan(description, names, reviewed, name)
    models = render_models(description, reviewed, name)
    resources = render_resources(found, spoken(names, found), name)
    texts = {f"models/{path}": text for path, text in models.items()}
    texts |= {f"resources/{path}": text for path, text in resources.items()}
    texts["resources/_operations.py"] = render_availability(description, HEADER)
    texts["resources/_secrets.py"] = render_secrets(description, HEADER)
    if complete:
        texts["__init__.py"] = _init(description)
        texts["py.typed"] = ""
    return Package(found, formatted(texts, name))


def spoken(names: NameFile, found: Plan) -> Words:
    """Our own words, from the files of names."""
    return Words(
        effects={key: entry.does for key, entry in names.entries.items() if entry.does},
        arguments=read_arguments(),
        names={key: str(name) for key, name in found.assigned.items()},
    )


def _init(description: Json) -> str:
    version = str(description.get("info", {}).get("version", "?"))
    about = f"Models and endpoints of a Coder API, version {version}.".replace('"', "'")
    if "\\" in about or not about.isprintable():
        about = "Models and endpoints of a Coder API."
    return f'{HEADER}\n"""{about}"""\n'


def drift(texts: Mapping[str, str], folder: Path) -> list[str]:
    """The paths that differ from what lies in a folder, or that should not be there."""
    differ = [path for path, text in texts.items() if _read(folder / path) != text]
    present = {
        path.relative_to(folder).as_posix()
        for part in GENERATED
        for path in (folder / part).rglob("*.py")
    }
    return sorted({*differ, *(present - texts.keys())})


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Write a package: what differs is replaced, what it does not have any more is removed."""
    for path in drift(texts, folder):
        target = folder / path
        if path not in texts:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(texts[path], encoding="utf-8")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
