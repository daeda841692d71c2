"""The scripts of a release as modules: they lie in no package."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """Import a script of the folder `release` by its name."""

    def load(name: str) -> ModuleType:
        path = ROOT / "release" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"release_{name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
