"""Run every benchmark of this folder, each in a process of its own.

Usage:
    python benchmarks/run.py [NAME ...]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LIBRARY = {"run", "isolated"}


def main() -> None:
    """Run those that are named, or all."""
    names = sys.argv[1:] or sorted(
        path.stem for path in FOLDER.glob("*.py") if path.stem not in LIBRARY
    )
    for name in names:
        print(f"== {name} ==", flush=True)
        subprocess.run([sys.executable, str(FOLDER / f"{name}.py")], check=True)


if __name__ == "__main__":
    main()
