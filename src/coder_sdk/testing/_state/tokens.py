"""API keys: sessions and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from coder_sdk.testing._times import EPOCH, stamp

if TYPE_CHECKING:
    from datetime import datetime


@define(eq=False)
class ApiKey:
    """A key; the secret half is known only here, where nothing is hashed."""

    id: str
    secret: str
    user_id: str
    created_at: datetime
    expires_at: datetime
    lifetime_seconds: int
    name: str = ""
    login_type: str = "token"
    scopes: list[str] = field(factory=lambda: ["coder:all"])
    allow_list: list[str] = field(factory=lambda: ["*:*"])
    last_used: datetime | None = None
    updated_at: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def token(self) -> str:
        """What the client sends."""
        return f"{self.id}-{self.secret}"

    def wire(self) -> dict[str, Any]:
        """The key as the API shows it, without its secret."""
        legacy = {"coder:all": "all", "coder:application_connect": "application_connect"}
        return {
            "id": self.id,
            "user_id": self.user_id,
            "last_used": EPOCH if self.last_used is None else stamp(self.last_used),
            "expires_at": stamp(self.expires_at),
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "login_type": self.login_type,
            "scope": legacy.get(self.scopes[0], "") if len(self.scopes) == 1 else "",
            "scopes": list(self.scopes),
            "token_name": self.name,
            "lifetime_seconds": self.lifetime_seconds,
            "allow_list": list(self.allow_list),
        }
