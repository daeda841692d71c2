"""`python -m codegen emit`: a Python package from any description."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, cast

from attrs import evolve

from codegen.python import model_names
from codegen.python.names import read_names
from codegen.python.package import package, write


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "emit", help="write models and endpoints for a description into a folder"
    )
    parser.add_argument("description", type=Path, metavar="DESCRIPTION")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--package", required=True, metavar="NAME", help="name of the package")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the package."""
    if not args.description.is_file():
        sys.stderr.write(f"{args.description} does not exist.\n")
        return 2
    if not all(part.isidentifier() for part in args.package.split(".")):
        sys.stderr.write(f"{args.package!r} cannot be the name of a package.\n")
        return 2
    try:
        description = cast(
            "dict[str, Any]", json.loads(args.description.read_text(encoding="utf-8"))
        )
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{args.description} is no description: {error}.\n")
        return 1
    if type(description) is not dict or "paths" not in description:
        sys.stderr.write(f"{args.description} is no description: it has no paths.\n")
        return 1
    # The workflow classes extend the resources of our own package only.
    names = evolve(read_names(), workflows={})
    try:
        made = package(description, names, model_names.load(), args.package, complete=True)
    except (ValueError, SyntaxError) as error:
        sys.stderr.write(f"{args.description} cannot be emitted: {error}.\n")
        return 1
    write(made.texts, args.output)
    lines = sum(text.count("\n") for text in made.texts.values())
    sys.stdout.write(
        f"{args.output}: {len(made.plan.methods)} methods of {len(made.plan.resources)} resources, "
        f"{len(made.texts)} files, {lines} lines.\n"
    )
    return 0
