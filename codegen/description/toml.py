"""TOML files of corrections and names, on every supported Python."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

# Python 3.10 lacks the module; there it is the package that the module was made from.
_READER = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


def load(path: Path) -> dict[str, Any]:
    """Read a TOML file."""
    content: dict[str, Any] = _READER.loads(path.read_text(encoding="utf-8"))
    return content
