"""`describe PATH... -o FILE`: pages of the documentation to an API description."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from codegen.commands import FAILED, OK, USAGE, existing_path, say
from codegen.description import openapi
from codegen.description.build import UNKNOWN_VERSION, build, version_of
from codegen.reading.document import Finding, Reading
from codegen.reading.reader import read

if TYPE_CHECKING:
    from codegen.commands import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Offer the command."""
    parser = subparsers.add_parser(
        "describe",
        help="read pages of the documentation and write an API description",
        description="Read folders of schema markdown or single pages, in any dialect, and write "
        "an API description (OpenAPI 3.1, facts only). Exit code 1 tells of findings of level "
        "error.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", type=existing_path)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the pages, write the description, print a summary."""
    paths: Sequence[Path] = args.paths
    reading = read(paths)
    version = next(filter(None, map(version_of, paths)), UNKNOWN_VERSION)
    description = build(reading, version)
    counts = {
        "operations": sum(1 for _ in openapi.operations(description)),
        "schemas": len(reading.schemas),
        "tags": len(reading.tags),
    }
    failed = any(finding.level == "error" for finding in reading.findings)
    if counts["operations"] or counts["schemas"]:
        try:
            args.output.write_text(openapi.dumps(description), encoding="utf-8")
        except OSError as error:
            say(f"The description cannot be written: {error}", to_stderr=True)
            return USAGE
    _summarise(reading, counts, to_stderr=args.json)
    if args.json:
        findings = [attrs.asdict(finding) for finding in reading.findings]
        result: dict[str, Any] = {**counts, "findings": findings}
        say(json.dumps(result))
    return FAILED if failed else OK


def _summarise(reading: Reading, counts: dict[str, int], *, to_stderr: bool) -> None:
    """Print what was read, and the findings: errors first."""
    dialects = Counter(page.dialect for page in reading.pages)
    pages = ", ".join(f"{count} in {dialect}" for dialect, count in sorted(dialects.items()))
    facts = ", ".join(f"{count} {noun}" for noun, count in counts.items())
    say(f"Pages: {pages or 'none'}", to_stderr=to_stderr)
    say(f"Read:  {facts}", to_stderr=to_stderr)
    for level in ("error", "warning", "info"):
        for finding in reading.findings:
            if finding.level == level:
                say(_line(finding), to_stderr=to_stderr)


def _line(finding: Finding) -> str:
    return f"{finding.level}: {finding.file}:{finding.line}: {finding.message}"
