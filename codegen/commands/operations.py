"""`python -m codegen operations`: every operation with its method and its types, for machines."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from codegen.description.openapi import COMMITTED, load
from codegen.python import model_names
from codegen.python.catalogue import catalogue
from codegen.python.names import read_names
from codegen.python.resources import plan


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "operations", help="print which method every operation is, with all types"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("description", type=Path, nargs="?", default=COMMITTED)
    parser.add_argument("--package", default="coder_sdk", help="where the types lie")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    if not args.description.is_file():
        sys.stderr.write(f"{args.description} does not exist.\n")
        return 2
    found = plan(load(args.description), read_names(), model_names.load(), args.package)
    listed = catalogue(found)
    if args.json:
        sys.stdout.write(json.dumps({"operations": listed}, indent=1) + "\n")
        return 0
    width = max(len(item["operation"]) for item in listed)
    for item in listed:
        method = ".".join(filter(None, (item["resource"], item["method"])))
        sys.stdout.write(f"{item['operation']:<{width}}  {method}\n")
    return 0
