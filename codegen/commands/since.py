"""`since FOLDER...`: the pages of many releases to the table of what came and went when."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.commands import FAILED, OK, USAGE, existing_path, say
from codegen.description.build import build, version_of
from codegen.description.evolution import compute
from codegen.description.history import SINCE, History
from codegen.description.openapi import Json
from codegen.reading.reader import read

if TYPE_CHECKING:
    from codegen.commands import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Offer the command."""
    parser = subparsers.add_parser(
        "since",
        help="compute in which release everything came and went",
        description="Read the pages of many releases, one folder each, named like `v2.36.0`, "
        "and write the table of what came and went in which release.",
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=_release_folder)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, default=SINCE)
    parser.set_defaults(run=run)


def _release_folder(text: str) -> Path:
    path = existing_path(text)
    if not path.is_dir() or version_of(path) is None:
        raise argparse.ArgumentTypeError(f"`{text}` is no folder named after a release, `v2.36.0`")
    return path


def run(args: argparse.Namespace) -> int:
    """Read the releases, oldest first, and write the table."""
    folders: Sequence[Path] = args.folders
    releases: dict[str, Json] = {}
    failed = False
    for folder in sorted(folders, key=_order):
        reading = read([folder])
        errors = [finding for finding in reading.findings if finding.level == "error"]
        failed |= bool(errors)
        for finding in errors:
            say(f"{finding.file}:{finding.line}: {finding.message}", to_stderr=True)
        releases[_release(folder)] = build(reading)
    if failed:
        return FAILED
    history = compute(releases)
    try:
        args.output.write_text(history.dumps(), encoding="utf-8")
    except OSError as error:
        say(f"The table cannot be written: {error}", to_stderr=True)
        return USAGE
    _summarise(history)
    return OK


def _order(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in (version_of(folder) or "0").split("."))


def _release(folder: Path) -> str:
    """Return the release without the patch level: what came and went did so in a minor one."""
    return re.sub(r"\.\d+$", "", version_of(folder) or "")


def _summarise(history: History) -> None:
    came = sum(span.since is not None for span in history.operations.values())
    went = sum(span.until is not None for span in history.operations.values())
    fields = sum(len(spans) for spans in history.properties.values())
    say(f"Releases:   {history.releases[0]} to {history.releases[-1]}")
    say(f"Operations: {came} came later, {went} went, {len(history.moved)} of them moved")
    say(f"Fields:     {fields} came later or went while their schema was there")
