"""The subcommands of `python -m codegen`, one module each.

A module has `add_parser(subparsers)` and `run(args)`, which returns the exit code: 0 when all
is well, 1 for findings of level error and for drift, 2 for wrong usage and missing paths.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    # argparse has no public name for what `add_subparsers` returns.
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2


def existing_path(text: str) -> Path:
    """Return the path if it exists; argparse makes another one wrong usage, exit code 2."""
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"the path `{text}` does not exist")
    return path


def say(text: str, *, to_stderr: bool = False) -> None:
    """Write a line for the person who runs the command."""
    (sys.stderr if to_stderr else sys.stdout).write(text + "\n")
