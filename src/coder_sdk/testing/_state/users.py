"""Users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from coder_sdk.testing._actor import ORGANIZATION_ROLES, SITE_ROLES
from coder_sdk.testing._times import stamp, stamp_or_never

if TYPE_CHECKING:
    from datetime import datetime


@define(eq=False)
class User:
    """A person or a service account.

    Attributes:
        github_id: The user on GitHub that the account is linked with.
        organizations: Organization id to the roles held there.
        preferences: What the user chose in the dashboard, by page.
        secrets: Secrets by name.
        skills: Skills by name.
        disabled_notifications: Ids of templates that are switched off, with the time of the choice.
    """

    id: str
    username: str
    email: str
    created_at: datetime
    name: str = ""
    password: str = ""
    status: str = "dormant"
    login_type: str = "password"
    service_account: bool = False
    github_id: int | None = None
    roles: list[str] = field(factory=list[str])
    organizations: dict[str, list[str]] = field(factory=dict[str, "list[str]"])
    updated_at: datetime = field(init=False)
    last_seen_at: datetime | None = None
    avatar_url: str = ""
    deleted: bool = False
    git_key: str = ""
    git_key_updated_at: datetime = field(init=False)
    preferences: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    secrets: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    skills: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    disabled_notifications: dict[str, tuple[bool, datetime]] = field(
        factory=dict[str, "tuple[bool, datetime]"]
    )

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at
        self.git_key_updated_at = self.created_at

    def minimal(self) -> dict[str, Any]:
        """Id and names."""
        value = {"id": self.id, "username": self.username}
        if self.name:
            value["name"] = self.name
        if self.avatar_url:
            value["avatar_url"] = self.avatar_url
        return value

    def reduced(self) -> dict[str, Any]:
        """The user without roles and memberships, as members of groups are listed."""
        value: dict[str, Any] = {
            "id": self.id,
            "username": self.username,
            "name": self.name,
            "email": self.email,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "last_seen_at": stamp_or_never(self.last_seen_at),
            "status": self.status,
            "login_type": self.login_type,
        }
        if self.avatar_url:
            value["avatar_url"] = self.avatar_url
        if self.service_account:
            value["is_service_account"] = True
        return value

    def wire(self) -> dict[str, Any]:
        """The user as the API shows it."""
        return {
            **self.reduced(),
            "organization_ids": [] if self.deleted else list(self.organizations),
            "roles": site_roles(self.roles),
            "has_ai_seat": False,
        }

    def membership(self, organization: str) -> dict[str, Any]:
        """The user as a member of an organization."""
        value: dict[str, Any] = {
            "username": self.username,
            "name": self.name,
            "email": self.email,
            "status": self.status,
            "login_type": self.login_type,
            "last_seen_at": stamp_or_never(self.last_seen_at),
            "user_created_at": stamp(self.created_at),
            "user_updated_at": stamp(self.updated_at),
            "global_roles": site_roles(self.roles),
            "has_ai_seat": False,
            **self.slim_membership(organization),
        }
        if not self.name:
            del value["name"]
        if self.avatar_url:
            value["avatar_url"] = self.avatar_url
        if self.service_account:
            value["is_service_account"] = True
        return value

    def slim_membership(self, organization: str) -> dict[str, Any]:
        """The membership alone."""
        return {
            "user_id": self.id,
            "organization_id": organization,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "roles": [
                {
                    "name": role,
                    "display_name": ORGANIZATION_ROLES.get(role, ""),
                    "organization_id": organization,
                }
                for role in self.organizations.get(organization, [])
            ],
        }


def site_roles(names: list[str]) -> list[dict[str, Any]]:
    """Roles of the deployment as the API shows them."""
    return [{"name": name, "display_name": SITE_ROLES.get(name, "")} for name in names]
