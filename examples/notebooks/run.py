"""Runs notebooks as their readers do, each in a kernel of its own.

Without `CODER_URL` they are about an invented deployment. The files stay as they are: outputs are
kept only with `--save`, in a folder of your own.

Usage:
    python examples/notebooks/run.py [NAME ...] [--save FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).resolve().parent
_TIMEOUT = 300  # seconds for a cell
_FORMAT: Any = nbformat  # its functions have no types


def notebooks() -> list[str]:
    """Names of all notebooks."""
    return sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def executed(notebook: Any, environment: Mapping[str, str] | None = None) -> Any:
    """Run a notebook in the environment of this interpreter; return it with its outputs.

    Raises:
        CellExecutionError: A cell failed.
    """
    client = NotebookClient(
        notebook,
        timeout=_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        # The kernel warns on the terminal that its channels are not encrypted; they are loopback.
        extra_arguments=["--log-level=ERROR"],
    )
    options = {} if environment is None else {"env": dict(environment)}
    return client.execute(**options)


def main() -> int:
    """Run the notebooks; return 1 if a cell of one fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="all by default")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="keep them with their outputs")
    options = parser.parse_args()
    failed = False
    for name in options.names or notebooks():
        notebook, begin = _FORMAT.read(FOLDER / f"{name}.ipynb", as_version=4), time.monotonic()
        try:
            executed(notebook)
        except CellExecutionError as error:
            print(f"{name}: failed\n{error}")
            failed = True
        else:
            print(f"{name}: {time.monotonic() - begin:.1f} s")
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
            _FORMAT.write(notebook, options.save / f"{name}.ipynb")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
