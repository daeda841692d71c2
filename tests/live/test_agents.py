"""What runs in a workspace. Needs `CODER_LIVE_TEMPLATE`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.colours import Colour
from tests.live.deployment import MINUTES, TEMPLATE


def test_a_command_runs_in_a_workspace(coder: Any, colour: Colour, name: str):
    if TEMPLATE is None:
        pytest.skip("set CODER_LIVE_TEMPLATE to a template whose workspaces have an agent")
    limit = 10 * MINUTES
    ws = colour.call(coder.workspaces.provision, f"me/{name}", template=TEMPLATE, timeout=limit)
    try:
        result = colour.call(coder.workspaces.run, ws, "echo from-the-workspace", timeout=limit)
        assert (result.returncode, result.output.strip()) == (0, "from-the-workspace")
        assert colour.call(coder.workspaces.run, ws, "exit 7", timeout=limit).returncode == 7
    finally:
        colour.call(coder.workspaces.delete, ws, timeout=10 * MINUTES)
