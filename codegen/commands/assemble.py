"""`assemble FOLDER`: the committed description of a release."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.commands import FAILED, OK, USAGE, existing_path, say
from codegen.description import facts as facts_module
from codegen.description import history, openapi, patches
from codegen.description.assemble import assemble, unknown_to_facts
from codegen.description.build import UNKNOWN_VERSION, build, version_of
from codegen.reading.reader import read

if TYPE_CHECKING:
    from codegen.commands import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Offer the command."""
    parser = subparsers.add_parser(
        "assemble",
        help="make the description that is committed, from the pages of a release",
        description="Read the pages of a release, apply the patches, complete the result with "
        "the facts and the table of releases, and write the description that `generate` emits "
        "from. Exit code 1 tells of patches that do not apply and of pages that lose facts.",
    )
    parser.add_argument("path", metavar="FOLDER", type=existing_path, help="pages of a release")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, default=openapi.COMMITTED)
    parser.add_argument("--release", metavar="X.Y.Z", help="default: told by the folder's name")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, patch, complete and write."""
    path: Path = args.path
    output: Path = args.output
    reading = read([path])
    errors = [finding for finding in reading.findings if finding.level == "error"]
    for finding in errors:
        say(f"{finding.file}:{finding.line}: {finding.message}", to_stderr=True)
    known = facts_module.load()
    try:
        unpatched = build(reading, args.release or version_of(path) or UNKNOWN_VERSION)
        corrections = patches.load()
        description = assemble(unpatched, corrections, known, history.load())
    except patches.PatchError as error:
        say(str(error), to_stderr=True)
        return FAILED
    try:
        output.write_text(openapi.dumps(description), encoding="utf-8")
    except OSError as error:
        say(f"The description cannot be written: {error}", to_stderr=True)
        return USAGE
    for name in unknown_to_facts(description, known):
        say(f"No facts about {name}: its fields may be absent or null.", to_stderr=True)
    if later := patches.later(unpatched, corrections):
        say(f"{later} patches are for later releases.", to_stderr=True)
    count = sum(1 for _ in openapi.operations(description))
    say(f"{output}: {count} operations, {len(openapi.schemas(description))} schemas.")
    return FAILED if errors else OK
