"""Workspaces, brought to the state that is wanted."""

from __future__ import annotations

from coder_sdk.resources import workspaces as generated
from coder_sdk.workflows._async._workspace_waits import AsyncWorkspaceWaits


class AsyncWorkspaces(AsyncWorkspaceWaits, generated.AsyncWorkspaces):
    """Workspaces."""
