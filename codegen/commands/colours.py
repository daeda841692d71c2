"""`python -m codegen colours`: write the synchronous twins, or check them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from codegen.colours import UnusedRuleError, leftovers, twins

ROOT = Path(__file__).resolve().parents[2]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "colours", help="derive the synchronous twin of what is written once in async"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail on drift")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write or check every derived module."""
    try:
        texts = twins(ROOT)
    except UnusedRuleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    drift = [
        target
        for target, text in texts.items()
        if not target.exists() or target.read_text(encoding="utf-8") != text
    ]
    gone = leftovers(ROOT)
    for path in [*drift, *gone]:
        verb = "differs" if args.check else ("removed" if path in gone else "written")
        sys.stderr.write(f"{verb}: {path.relative_to(ROOT)}\n")
    if args.check:
        return 1 if drift or gone else 0
    for path in gone:
        path.unlink()
    for target in drift:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(texts[target], encoding="utf-8")
    return 0
