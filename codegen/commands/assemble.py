"""`python -m codegen assemble`: make the committed description of a release."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from codegen.description import facts as facts_module
from codegen.description import openapi, patches
from codegen.description.assemble import assemble, unknown_to_facts
from codegen.description.build import UNKNOWN_VERSION, build, version_of
from codegen.reading.reader import read


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "assemble", help="make the committed description from a release's pages"
    )
    parser.add_argument("path", type=Path, metavar="FOLDER", help="pages, or a description file")
    parser.add_argument("-o", "--output", type=Path, default=openapi.COMMITTED, metavar="FILE")
    parser.add_argument("--release", metavar="X.Y.Z", help="default: told by the folder's name")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, patch, complete and write the description."""
    path: Path = args.path
    if not path.exists():
        sys.stderr.write(f"{path} does not exist.\n")
        return 2
    unpatched, errors = _unpatched(path, args.release)
    sys.stderr.writelines(f"{error}\n" for error in errors)
    known = facts_module.load()
    try:
        description = assemble(unpatched, patches.load(), known)
    except patches.PatchError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    output: Path = args.output
    output.write_text(openapi.dumps(description), encoding="utf-8")
    sys.stderr.writelines(
        f"Nothing is known of the presence of the fields of {name}.\n"
        for name in unknown_to_facts(description, known)
    )
    count = sum(1 for _ in openapi.operations(description))
    sys.stdout.write(
        f"{output}: {count} operations, {len(openapi.schemas(description))} schemas.\n"
    )
    return 1 if errors else 0


def _unpatched(path: Path, release: str | None) -> tuple[openapi.Json, list[str]]:
    if path.suffix == ".json":
        description: openapi.Json = json.loads(path.read_text(encoding="utf-8"))
        return description, []
    reading = read([path])
    errors = [
        f"{finding.file}:{finding.line}: {finding.message}"
        for finding in reading.findings
        if finding.level == "error"
    ]
    return build(reading, release or version_of(path) or UNKNOWN_VERSION), errors
