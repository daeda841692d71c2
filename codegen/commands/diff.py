"""`diff OLD NEW`: what a release changed, in Markdown, breaking changes of our Python first."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from codegen.commands import FAILED, OK, USAGE, existing_path, say
from codegen.description import comparison, facts, history, openapi, patches
from codegen.description.assemble import assemble
from codegen.description.build import UNKNOWN_VERSION, build, version_of
from codegen.description.openapi import Json
from codegen.python import model_names
from codegen.python.changes_page import Comparison, changes_page
from codegen.python.compatibility import compare
from codegen.python.model_names import ModelNames
from codegen.python.names import Entry, NameFile, read_names
from codegen.python.resources import Plan, plan
from codegen.python.surface import surface
from codegen.reading.reader import read

if TYPE_CHECKING:
    from codegen.commands import Subparsers

_PACKAGE: Final = "coder_sdk"


class _UnreadableError(ValueError):
    """A file or folder that is no description; one line for each reason."""


def add_parser(subparsers: Subparsers) -> None:
    """Offer the command."""
    parser = subparsers.add_parser(
        "diff",
        help="say what a release changed, breaking changes of the Python API first",
        description="Compare two releases, each a description or a folder with its pages, and "
        "print in Markdown what was added, removed and changed: first what breaks users of "
        "this package, then operations, then schemas. Exit code 1 tells of findings of level "
        "error, and with --exit-code of breaking changes too.",
    )
    parser.add_argument("old", metavar="OLD", type=existing_path)
    parser.add_argument("new", metavar="NEW", type=existing_path)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: print it")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 if something breaks")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read both, compare them, print or write the page."""
    output: Path | None = args.output
    try:
        found = _compare(_description(args.old), _description(args.new))
    except _UnreadableError as error:
        say(str(error), to_stderr=True)
        return FAILED
    page = changes_page(found)
    if output is None:
        say(page.rstrip("\n"))
    else:
        try:
            output.write_text(page, encoding="utf-8")
        except OSError as error:
            say(f"The page cannot be written: {error}", to_stderr=True)
            return USAGE
    say(f"{len(found.breaking)} breaking changes.", to_stderr=True)
    return FAILED if args.exit_code and found.breaking else OK


# --- Reading --------------------------------------------------------------------------------


def _description(path: Path) -> Json:
    """Read a description; one that holds nothing but what pages say is completed."""
    description = _pages(path) if path.is_dir() else _file(path)
    if any("x-stability" in operation for _, operation in openapi.operations(description)):
        return description
    known = patches.load()
    fitting = patches.fitting(description, known)
    if len(fitting) < len(known):
        count = len(known) - len(fitting)
        say(f"{path}: {count} patches do not fit and are passed over.", to_stderr=True)
    completed = assemble(description, fitting, facts.load(), history.load())
    # In the order in which a description is kept, whatever the order on the pages is.
    ordered: Json = json.loads(openapi.dumps(completed))
    return ordered


def _pages(path: Path) -> Json:
    reading = read([path])
    errors = [finding for finding in reading.findings if finding.level == "error"]
    if errors:
        raise _UnreadableError(
            "\n".join(f"{finding.file}:{finding.line}: {finding.message}" for finding in errors)
        )
    return build(reading, version_of(path) or UNKNOWN_VERSION)


def _file(path: Path) -> Json:
    try:
        description = openapi.load(path)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _UnreadableError(f"{path} is no description: {error}.") from error
    if not openapi.is_table(description) or not {"paths", "components"} <= description.keys():
        raise _UnreadableError(f"{path} is no description: it has no paths or no components.")
    return description


# --- Comparing ------------------------------------------------------------------------------


def _compare(old: Json, new: Json) -> Comparison:
    pairs = comparison.pair(old, new)
    before = _plan(old, *_old_names(pairs))
    after = _plan(new, *_new_names(pairs, before))
    offered = surface(new, after)
    return Comparison(
        old=_version(old),
        new=_version(new),
        changes=tuple(compare(surface(old, before), offered, pairs.operations)),
        operations=comparison.compare_operations(old, new, pairs),
        schemas=comparison.compare_schemas(old, new, pairs),
        surface=offered,
        models=after.annotations.names,
    )


def _plan(description: Json, names: NameFile, models: ModelNames) -> Plan:
    return plan(description, names, models, _PACKAGE)


def _version(description: Json) -> str:
    return str(description.get("info", {}).get("version", UNKNOWN_VERSION))


def _old_names(pairs: comparison.Pairs) -> tuple[NameFile, ModelNames]:
    """The reviewed names; what is called otherwise in the new description has them too."""
    names, models = read_names(), model_names.load()
    entries = {
        old: names.entries[new] for old, new in pairs.operations.items() if new in names.entries
    }
    classes = {old: models.names[new] for old, new in pairs.schemas.items() if new in models.names}
    return _extended(names, entries), evolve(models, names={**classes, **models.names})


def _new_names(pairs: comparison.Pairs, before: Plan) -> tuple[NameFile, ModelNames]:
    """The reviewed names; whatever has none keeps that of the old description."""
    names, models = read_names(), model_names.load()
    entries = {new: Entry(before.assigned[old]) for old, new in pairs.operations.items()}
    classes = {new: before.annotations.names[old] for old, new in pairs.schemas.items()}
    return _extended(names, entries), evolve(models, names={**classes, **models.names})


def _extended(names: NameFile, entries: Mapping[str, Entry]) -> NameFile:
    return evolve(names, entries={**entries, **names.entries})
