"""`facts TYPESCRIPT_FILE`: presence and nullability from Coder's generated TypeScript types."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.commands import FAILED, OK, USAGE, existing_path, say
from codegen.description import openapi, typescript
from codegen.description.assemble import unknown_to_facts
from codegen.description.facts import declarations_from_json, from_declarations

if TYPE_CHECKING:
    from codegen.commands import Subparsers

_SHOWN = 20


def add_parser(subparsers: Subparsers) -> None:
    """Offer the command."""
    parser = subparsers.add_parser(
        "facts",
        help="make the facts file of a release from Coder's TypeScript types",
        description="Read the `export interface` and `export type` declarations of the types "
        "that Coder's dashboard is compiled with, and write which keys may be absent and which "
        "values may be null, by the full names of the documentation.",
    )
    parser.add_argument(
        "types",
        metavar="TYPESCRIPT_FILE",
        type=existing_path,
        help="the declarations; a .json file holds them already parsed",
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: print them")
    parser.add_argument(
        "--description",
        metavar="FILE",
        type=existing_path,
        default=openapi.COMMITTED,
        help="whose schemas give the full names (default: the committed description)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the declarations, resolve their names, write the facts."""
    types: Path = args.types
    output: Path | None = args.output
    try:
        declarations = _declarations(types)
        description = openapi.load(args.description)
        documented = {
            name: tuple(schema.get("properties", ()))
            for name, schema in openapi.schemas(description).items()
        }
        facts = from_declarations(declarations, documented)
    except (typescript.TypeScriptError, UnicodeDecodeError) as error:
        say(str(error), to_stderr=True)
        return FAILED
    if output is None:
        say(facts.dumps().rstrip("\n"))
    else:
        try:
            output.write_text(facts.dumps(), encoding="utf-8")
        except OSError as error:
            say(f"The facts cannot be written: {error}", to_stderr=True)
            return USAGE
    say(f"{len(facts.schemas)} schemas, {len(facts.enums)} enums.", to_stderr=True)
    unknown = unknown_to_facts(description, facts)
    for name in unknown[:_SHOWN]:
        say(f"The types tell nothing of {name}, which the API answers.", to_stderr=True)
    if len(unknown) > _SHOWN:
        say(f"Nor of {len(unknown) - _SHOWN} others.", to_stderr=True)
    return OK


def _declarations(path: Path) -> typescript.Declarations:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return declarations_from_json(json.loads(text))
    return typescript.parse(text, str(path))
