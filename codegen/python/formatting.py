"""One form for all generated modules: sorted imports, formatted, known to parse."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

LINE_LENGTH = 100
_SETTINGS = ("--isolated", "--no-cache", "--quiet", "--target-version", "py310")


def formatted(modules: Mapping[str, str], package: str) -> dict[str, str]:
    """Format modules with the pinned ruff.

    Args:
        modules: Texts by path, relative to the package.
        package: Its name; imports from it and from `coder_sdk` stand together.

    Returns:
        The same paths with their final texts, in order.

    Raises:
        SyntaxError: A module does not parse.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in modules.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        first_party = f"lint.isort.known-first-party=['coder_sdk', {package!r}]"
        width = f"line-length={LINE_LENGTH}"
        _ruff("check", "--select", "I,F401", "--fix", "--config", first_party, folder)
        _ruff("format", "--config", width, folder)
        texts = {path: (folder / path).read_text(encoding="utf-8") for path in sorted(modules)}
    for path, text in texts.items():
        ast.parse(text, path)
    return texts


def _ruff(command: str, *arguments: str | Path) -> None:
    call = [sys.executable, "-m", "ruff", command, *_SETTINGS, *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
