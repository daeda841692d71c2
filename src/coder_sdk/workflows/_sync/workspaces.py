# Derived from `src/coder_sdk/workflows/_async/workspaces.py`
# by `python -m codegen colours`; edit that file.
"""Workspaces, brought to the state that is wanted."""

from __future__ import annotations

from coder_sdk.resources import workspaces as generated
from coder_sdk.workflows._sync._workspace_waits import WorkspaceWaits


class Workspaces(WorkspaceWaits, generated.Workspaces):
    """Workspaces."""
