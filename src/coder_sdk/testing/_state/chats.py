"""Chats with agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from coder_sdk.testing._clock import Event


@define(eq=False)
class Chat:
    """A chat.

    Attributes:
        messages: What was said, as the API shows it.
        queued: What was said while an answer was being written.
        waiters: Called with every event.
    """

    id: str
    owner_id: str
    organization_id: str
    title: str
    created_at: datetime
    labels: dict[str, str] = field(factory=dict[str, str])
    workspace_id: str | None = None
    status: str = "waiting"
    archived: bool = False
    last_error: dict[str, Any] | None = None
    messages: list[dict[str, Any]] = field(factory=list["dict[str, Any]"])
    queued: list[dict[str, Any]] = field(factory=list["dict[str, Any]"])
    waiters: list[Callable[[list[dict[str, Any]]], None]] = field(
        factory=list["Callable[[list[dict[str, Any]]], None]"]
    )
    answering: Event | None = None
    updated_at: datetime = field(init=False)
    model_config_id: str = ""

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def active(self) -> bool:
        """Whether an answer is being written."""
        return self.status == "running"

    def tell(self, kind: str, **value: Any) -> None:
        """Send an event to those that follow."""
        event = {"type": kind, "chat_id": self.id, **value}
        for waiter in list(self.waiters):
            waiter([event])

    def wire(self, username: str, name: str) -> dict[str, Any]:
        """The chat as the API shows it."""
        value: dict[str, Any] = {
            "id": self.id,
            "organization_id": self.organization_id,
            "owner_id": self.owner_id,
            "owner_username": username,
            "owner_name": name,
            "root_chat_id": self.id,
            "last_model_config_id": self.model_config_id,
            "title": self.title,
            "status": self.status,
            "last_turn_summary": None,
            "summary": None,
            "diff_status": {
                "chat_id": self.id,
                "pull_request_title": "",
                "pull_request_draft": False,
                "changes_requested": False,
                "additions": 0,
                "deletions": 0,
                "changed_files": 0,
            },
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "archived": self.archived,
            "shared": False,
            "pin_order": 0,
            "mcp_server_ids": [],
            "labels": self.labels,
            "has_unread": False,
            "client_type": "api",
            "children": [],
        }
        if self.workspace_id is not None:
            value["workspace_id"] = self.workspace_id
        if self.last_error is not None:
            value["last_error"] = self.last_error
        return value


def text_part(text: str) -> dict[str, Any]:
    """A part of a message that is text; the other fields are always there."""
    return {
        "type": "text",
        "text": text,
        "mcp_server_config_id": None,
        "url": "",
        "media_type": "",
        "file_id": None,
        "file_name": "",
        "start_line": 0,
        "end_line": 0,
        "content": "",
        "context_file_path": "",
        "context_file_agent_id": None,
        "skill_name": "",
    }
