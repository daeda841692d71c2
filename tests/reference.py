"""Where the reference folder is: beside the checkout, if it is there at all."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared"

REFERENCE: Path | None = _FOLDER if _FOLDER.is_dir() else None

needs_reference = [
    pytest.mark.reference,
    pytest.mark.skipif(REFERENCE is None, reason="the reference folder is not here"),
]


def reference(*parts: str) -> Path:
    """Return a path in the reference folder; only for tests that need it."""
    if REFERENCE is None:
        pytest.skip("the reference folder is not here")
    return REFERENCE.joinpath(*parts)
