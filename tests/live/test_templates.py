"""Templates and their versions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.colours import Colour
from tests.live.deployment import MINUTES, SOURCES, permitted


def test_a_template_is_pushed_once_pulled_and_deleted(
    coder: Any, colour: Colour, name: str, tmp_path: Path
):
    with permitted():
        version, action = colour.call(coder.templates.push, name, SOURCES, timeout=10 * MINUTES)
    try:
        assert action == "created"
        assert colour.call(coder.templates.push, name, SOURCES).action == "unchanged"
        colour.call(coder.templates.pull, name, tmp_path)
        assert (tmp_path / "main.tf").read_bytes() == (SOURCES / "main.tf").read_bytes()
        diff = colour.call(coder.template_versions.diff, version, directory=tmp_path)
        assert (diff.added, diff.removed, diff.changed) == ((), (), ())
        template, action = colour.call(
            coder.templates.set_settings, name, default_ttl=timedelta(hours=3)
        )
        assert (template.default_ttl_ms, action) == (3 * 3600 * 1000, "updated")
    finally:
        colour.call(coder.templates.delete, name)
