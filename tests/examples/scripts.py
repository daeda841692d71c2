"""The scripts in `examples/`, as modules."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "examples"
NAMES: Final = sorted(file.stem for file in EXAMPLES.glob("*.py"))


def script(name: str) -> ModuleType:
    """A script as a module of its own; `main()` of it takes arguments."""
    full = f"examples_{name}"
    if full not in sys.modules:
        spec = spec_from_file_location(full, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[full] = module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]
