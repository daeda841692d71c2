"""`python -m codegen generate`: everything that follows from the committed description."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codegen.description.openapi import load
from codegen.python import model_names
from codegen.python.names import RELEASED_FILE, NameFile, problems, read_names
from codegen.python.package import Package, drift, package, write
from codegen.python.table import reference_page

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "coder_sdk"
FOLDER = ROOT / "src" / PACKAGE
PAGE = ROOT / "docs" / "reference" / "operations.md"


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "generate", help="write models, resources and tables of the committed description"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail on drift")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write or check everything."""
    description, names, reviewed = load(), read_names(), model_names.load()
    made = package(description, names, reviewed, PACKAGE)
    wrong = _wrong(made, names, reviewed)
    if wrong:
        sys.stderr.writelines(f"{line}\n" for line in wrong)
        return 1
    others = {
        PAGE: reference_page(made.plan),
        RELEASED_FILE: _released(made),
        model_names.RELEASED: model_names.recorded(made.plan.annotations.names),
    }
    if args.check:
        return _check(made, others)
    write(made.texts, FOLDER)
    for path, text in others.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    by_rule = {key: name for key, name in made.plan.assigned.items() if key not in names.entries}
    for operation, name in sorted(by_rule.items()):
        sys.stderr.write(f"{operation} got its name by rule: `{name}`.\n")
    lines = sum(text.count("\n") for text in made.texts.values())
    sys.stdout.write(f"{FOLDER.relative_to(ROOT)}: {len(made.texts)} files, {lines} lines.\n")
    return 0


def _wrong(made: Package, names: NameFile, reviewed: model_names.ModelNames) -> list[str]:
    before: dict[str, str] = {}
    if RELEASED_FILE.exists():
        before = json.loads(RELEASED_FILE.read_text(encoding="utf-8"))
    models = made.plan.annotations.names
    return [
        *problems(made.plan.assigned, names, before),
        *model_names.problems(models, reviewed, model_names.released()),
    ]


def _released(made: Package) -> str:
    names = {operation: str(name) for operation, name in sorted(made.plan.assigned.items())}
    return json.dumps(names, indent=1) + "\n"


def _check(made: Package, others: Mapping[Path, str]) -> int:
    differ = [f"{(FOLDER / path).relative_to(ROOT)}" for path in drift(made.texts, FOLDER)]
    differ += [
        f"{path.relative_to(ROOT)}"
        for path, text in others.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in differ:
        sys.stderr.write(f"{path} differs from what the description gives.\n")
    return 1 if differ else 0
