"""Organizations and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from datetime import datetime


@define(eq=False)
class Organization:
    """An organization.

    Attributes:
        settings: Settings of identity providers and sharing, by name.
    """

    id: str
    name: str
    created_at: datetime
    display_name: str = ""
    description: str = ""
    icon: str = ""
    is_default: bool = False
    default_roles: list[str] = field(factory=lambda: ["organization-workspace-access"])
    updated_at: datetime = field(init=False)
    deleted: bool = False
    settings: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    custom_roles: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    provisioner_keys: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    def wire(self) -> dict[str, Any]:
        """The organization as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "display_name": self.display_name or self.name,
            "icon": self.icon,
            "description": self.description,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "is_default": self.is_default,
            "default_org_member_roles": list(self.default_roles),
        }


@define(eq=False)
class Group:
    """A group; that of everybody has the id of its organization."""

    id: str
    name: str
    organization_id: str
    display_name: str = ""
    avatar_url: str = ""
    quota_allowance: int = 0
    source: str = "user"
    members: list[str] = field(factory=list[str])
