"""How long it takes to regenerate everything from the committed description.

Prints seconds of wall time, minimum of three runs, and the size of what is generated.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ("src/coder_sdk/models", "src/coder_sdk/resources")
RUNS = 3


def main() -> None:
    """Print the time and the size."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "codegen", "generate", "--check"], check=True, cwd=ROOT
        )
        best = min(best, time.perf_counter() - start)
    files = [path for folder in GENERATED for path in (ROOT / folder).glob("*.py")]
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    print(f"regenerate: {best:.1f} s (goal 15 s), {lines} lines in {len(files)} files")


if __name__ == "__main__":
    main()
