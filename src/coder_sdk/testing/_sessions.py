"""Makes keys."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from coder_sdk.testing._state.tokens import ApiKey

if TYPE_CHECKING:
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.users import User


def new_key(  # noqa: PLR0913 - what a key is made of
    state: Deployment,
    user: User,
    lifetime: timedelta,
    *,
    name: str = "",
    login_type: str = "token",
    scopes: list[str] | None = None,
    allow_list: list[str] | None = None,
) -> ApiKey:
    """Make a key for a user."""
    now = state.now
    key = ApiKey(
        id=state.new_word(10),
        secret=state.new_word(22),
        user_id=user.id,
        created_at=now,
        expires_at=now + lifetime,
        lifetime_seconds=round(lifetime.total_seconds()),
        name=name,
        login_type=login_type,
        scopes=scopes or ["coder:all"],
        allow_list=allow_list or ["*:*"],
    )
    state.keys[key.id] = key
    return key


def new_session(state: Deployment, user: User, days: int) -> ApiKey:
    """Make a key as a login does: without a name, for so many days after its last use."""
    return new_key(
        state,
        user,
        timedelta(days=days),
        name=f"session-{state.new_word(6)}",
        login_type=user.login_type,
    )
