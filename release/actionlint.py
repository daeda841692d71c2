"""Checks the workflows of GitHub Actions, where actionlint is there or Go can install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".make" / "bin"
PROGRAM = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


def main() -> int:
    """Run actionlint over all workflows; return its exit code."""
    found = actionlint()
    if found is not None:
        return subprocess.run([found, "-color"], cwd=ROOT, check=False).returncode
    print(
        f"The workflows are not checked: actionlint is missing, and Go could not install {PROGRAM}."
    )
    # On a machine that somebody works on this is no reason to stop; CI has Go.
    return 1 if os.environ.get("CI") else 0


def actionlint() -> str | None:
    """Return the program: from `.make/bin`, from the path, or freshly installed."""
    here = shutil.which("actionlint", path=str(FOLDER)) or shutil.which("actionlint")
    go = shutil.which("go")
    if here is not None or go is None:
        return here
    call = [go, "install", PROGRAM]
    done = subprocess.run(
        call,
        env={**os.environ, "GOBIN": str(FOLDER)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    return shutil.which("actionlint", path=str(FOLDER))


if __name__ == "__main__":
    sys.exit(main())
