"""A virtual environment with the run-time dependencies only, and CPU time of whole processes in it.

The package is installed as a wheel with compiled bytecode, so that what is measured is what a user
pays, not what an editable checkout or a cold bytecode cache costs.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A setting of the caller's shell that would keep bytecode from being used or written.
FORBIDDEN = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONSTARTUP")


def uv(*arguments: str) -> None:
    """Run uv from the development environment, quietly."""
    tool = Path(sys.executable).with_name("uv")
    subprocess.run([str(tool), *arguments], check=True, cwd=ROOT, capture_output=True)


def make_environment() -> Path:
    """Build the wheel, install it with its dependencies, and return the environment's Python."""
    folder = Path(tempfile.mkdtemp(prefix="coder-sdk-bench-"))
    uv("build", "--wheel", "--out-dir", str(folder / "dist"))
    wheel = next((folder / "dist").glob("*.whl"))
    uv("venv", "--python", sys.executable, str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    uv("pip", "install", "--compile-bytecode", "--python", str(python), str(wheel))
    return python


def remove_environment(python: Path) -> None:
    """Remove what `make_environment` made."""
    shutil.rmtree(python.parents[2])


def cpu_seconds(python: Path, code: str, environment: Mapping[str, str] | None = None) -> float:
    """Return user plus system CPU seconds of one process that runs `code`."""
    clean = {k: v for k, v in os.environ.items() if k not in FORBIDDEN} | dict(environment or {})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(python), "-c", code], check=True, env=clean)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def peak_memory(python: Path, code: str) -> int:
    """Return the peak resident memory in kB of one process that runs `code`."""
    clean = {k: v for k, v in os.environ.items() if k not in FORBIDDEN}
    tell = f"{code}\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run(
        [str(python), "-c", tell], check=True, env=clean, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1])


def count_modules(python: Path, code: str) -> int:
    """Return how many modules of the package one process has loaded that runs `code`."""
    clean = {k: v for k, v in os.environ.items() if k not in FORBIDDEN}
    tell = f"{code}\nimport sys; print(sum(n.startswith('coder_sdk') for n in sys.modules))"
    done = subprocess.run(
        [str(python), "-c", tell], check=True, env=clean, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1])


def interleaved(python: Path, codes: Mapping[str, str], runs: int = 40) -> dict[str, list[float]]:
    """Return for each code the CPU seconds of `runs` processes, run in turn."""
    found: dict[str, list[float]] = {name: [] for name in codes}
    for code in codes.values():  # a warm-up each, not counted
        cpu_seconds(python, code)
    for _ in range(runs):
        for name, code in codes.items():
            found[name].append(cpu_seconds(python, code))
    return found
