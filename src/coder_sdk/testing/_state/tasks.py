"""Tasks: workspaces in which an agent works on a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

if TYPE_CHECKING:
    from datetime import datetime


@define(eq=False)
class Task:
    """A task.

    Attributes:
        app_slug: Application of the workspace that the agent is.
        state: What the agent says: `working`, `idle`, `complete` or `failed`.
        messages: What was said, as the logs show it.
    """

    id: str
    name: str
    display_name: str
    owner_id: str
    organization_id: str
    template_id: str
    version_id: str
    workspace_id: str
    prompt: str
    created_at: datetime
    app_slug: str = ""
    state: str = "working"
    message: str = ""
    messages: list[dict[str, Any]] = field(factory=list["dict[str, Any]"])
    updated_at: datetime = field(init=False)
    deleted: bool = False

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at
