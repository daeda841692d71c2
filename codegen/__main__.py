"""`python -m codegen`: one subcommand for each module of `codegen.commands`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import cast

from codegen import commands


def main(argv: Sequence[str] | None = None) -> int:
    """Run the subcommand that the arguments name; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m codegen",
        description="Generate coder-sdk from the pages of the API documentation.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in sorted(module.name for module in pkgutil.iter_modules(commands.__path__)):
        importlib.import_module(f"codegen.commands.{module}").add_parser(subparsers)
    args = parser.parse_args(argv)
    return cast("int", args.run(args))


if __name__ == "__main__":
    sys.exit(main())
