"""API tokens: what making one returns, how rotated ones are named, and when they expire."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._given import check_texts, several

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coder_sdk._request import Omit
    from coder_sdk.models import APIKey, APIKeyWithOwner
    from coder_sdk.wire import Secret

__all__ = ["CreatedToken", "ExpiringToken", "ExpiryReport", "TokenCheck"]

_NUMBERED: Final = re.compile(r"-(\d+)$")


@frozen
class CreatedToken:
    """A token that was just made; its secret cannot be read again.

    Attributes:
        name: Its name.
        id: The part of it that names it, its first ten characters.
        secret: The token itself; `get_secret_value()` shows it.
        expires_at: When it expires.
        scopes: What it is good for; `("coder:all",)` for everything.
        allow_list: Which objects it may be used for; `("*:*",)` for all.
        removed: Names of the older tokens that a rotation deleted.
        kept: Names of the older tokens that are left until `grace` is over.
    """

    name: str
    id: str
    secret: Secret
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    allow_list: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What is known of the token, for a log or a file; the secret is masked."""
        return {
            "name": self.name,
            "id": self.id,
            "secret": str(self.secret),
            "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
            "scopes": list(self.scopes),
            "allow_list": list(self.allow_list),
            "removed": list(self.removed),
            "kept": list(self.kept),
        }


@frozen
class TokenCheck:
    """What a token is worth.

    Attributes:
        valid: Whether the server accepts it.
        reason: Why not: `expired`, `invalid`, `suspended`; `None` if it does.
        username: Whose it is; `None` if it may not see that.
        name: Its name; `None` if it may not see itself.
        expires_at: When it expires; `None` if it may not see that.
        scopes: Its scopes; none if it may not see them.
        allow_list: The objects that it is limited to, likewise.
        hidden: What it cannot see although its owner can: lists of these are empty, and reading
            one of them is answered as if it did not exist.
        missing: Those of the wanted permissions that it does not have.
        lifetime: How long it is valid from its creation, or from its last use if it is that of a
            session; `None` if it may not see itself.
    """

    valid: bool
    reason: str | None = None
    username: str | None = None
    name: str | None = None
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    allow_list: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lifetime: timedelta | None = None

    @property
    def ok(self) -> bool:
        """Whether it is valid, hides nothing, and has every wanted permission."""
        return self.valid and not self.hidden and not self.missing

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with it, in words."""
        if not self.valid:
            return (f"The server does not accept the token: it is {self.reason}.",)
        found: list[str] = []
        if self.hidden:
            found.append(
                f"The scopes of the token hide {', '.join(self.hidden)}: lists of them are empty, "
                "and reading one answers that it does not exist."
            )
        if self.missing:
            found.append(f"The token may not: {', '.join(self.missing)}.")
        return tuple(found)


@frozen
class ExpiringToken:
    """When a token expires.

    Attributes:
        name: Its name.
        id: The part of it that names it.
        username: Whose it is.
        expires_at: When it expires; `None` if never.
        left: How long it is still valid; negative once it has expired.
        last_used: When it was used last; `None` if never.
        state: `expired`, `expiring` or `valid`.
    """

    name: str
    id: str
    username: str
    expires_at: datetime | None
    left: timedelta | None
    last_used: datetime | None
    state: str


@frozen
class ExpiryReport:
    """Which tokens have expired or soon will, those that expire first in front.

    Attributes:
        within: What counts as soon.
        tokens: Every token.
    """

    within: timedelta
    tokens: tuple[ExpiringToken, ...] = field(factory=tuple)

    def _of(self, state: str) -> tuple[ExpiringToken, ...]:
        return tuple(item for item in self.tokens if item.state == state)

    @property
    def expired(self) -> tuple[ExpiringToken, ...]:
        """Those that have expired."""
        return self._of("expired")

    @property
    def expiring(self) -> tuple[ExpiringToken, ...]:
        """Those that will, soon."""
        return self._of("expiring")

    def summary(self) -> str:
        """One line: how many of each."""
        valid = len(self._of("valid"))
        return f"valid={valid} expiring={len(self.expiring)} expired={len(self.expired)}"

    def to_records(self) -> list[dict[str, Any]]:
        """One dictionary for each token."""
        return [
            {
                "name": item.name,
                "id": item.id,
                "username": item.username,
                "expires_at": item.expires_at,
                "left": item.left,
                "last_used": item.last_used,
                "state": item.state,
            }
            for item in self.tokens
        ]


def report_of(keys: Iterable[APIKeyWithOwner], now: datetime, within: timedelta) -> ExpiryReport:
    """Sort tokens by when they expire."""
    found: list[ExpiringToken] = []
    for key in keys:
        left = None if key.expires_at is None else key.expires_at - now
        state = "valid"
        if left is not None and left <= within:
            state = "expired" if left <= timedelta() else "expiring"
        found.append(
            ExpiringToken(
                key.token_name, key.id, key.username, key.expires_at, left, key.last_used, state
            )
        )
    found.sort(key=lambda item: (item.left is None, item.left or timedelta(), item.name))
    return ExpiryReport(within, tuple(found))


class Family:
    """The tokens `ci`, `ci-2`, `ci-3`, … of one user, the oldest first.

    Args:
        base: The first name.
        keys: Tokens of the user, others too.
    """

    def __init__(self, base: str, keys: Iterable[APIKeyWithOwner]) -> None:
        self.base = base
        numbered = [(number_of(base, key.token_name), key) for key in keys]
        members = [(number, key) for number, key in numbered if number]
        members.sort(key=lambda member: (member[1].created_at, member[0]))
        self.members: list[APIKeyWithOwner] = [key for _, key in members]
        self._highest = max((number for number, _ in members), default=0)

    def newest(self, now: datetime | None = None) -> APIKeyWithOwner | None:
        """The newest, of those that have not expired if a time is given; `None` if none."""
        for key in reversed(self.members):
            if now is None or not has_expired(key, now):
                return key
        return None

    def next_name(self, skip: int = 0) -> str:
        """A name that none has yet."""
        number = self._highest + 1 + skip
        return self.base if number == 1 else f"{self.base}-{number}"

    def superseded(self, now: datetime, grace: timedelta) -> list[APIKeyWithOwner]:
        """Those that have had a successor for that long, or have expired; the newest never."""
        found: list[APIKeyWithOwner] = []
        for key, successor in zip(self.members, self.members[1:], strict=False):
            if successor.created_at + grace <= now or has_expired(key, now):
                found.append(key)
        return found


def number_of(base: str, name: str) -> int:
    """The number of a token in its family; the first has 1, what does not belong to it 0."""
    if name == base:
        return 1
    numbered = _NUMBERED.search(name)
    if numbered is None or name[: numbered.start()] != base:
        return 0
    return max(int(numbered[1]), 0)


def has_expired(key: APIKeyWithOwner, now: datetime) -> bool:
    """Whether a token has expired."""
    return key.expires_at is not None and key.expires_at <= now


def is_whole(key: APIKey) -> bool:
    """Whether a token is good for everything that its owner may do."""
    scopes = {str(scope) for scope in key.scopes} or {str(key.scope)}
    return bool(scopes & {"coder:all", "all"}) and set(key.allow_list) <= {"*:*"}


def instant(seconds: float) -> datetime:
    """Seconds since the epoch as an instant."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def check_token_name(name: str) -> str:
    """Refuse a name that no token has.

    Raises:
        RequestValidationError: It is no text, empty, or has a slash, which its path could not
            hold.
    """
    check_texts(name=name)
    if not name or "/" in name:
        raise RequestValidationError(f"{name!r} is no name for a token.", parameter="name")
    return name


def check_lifetime(lifetime: timedelta, longest: timedelta) -> None:
    """Refuse a lifetime that the server would refuse.

    Raises:
        RequestValidationError: It is not positive, or longer than this server allows.
    """
    if lifetime <= timedelta():
        raise RequestValidationError(
            f"`lifetime` is {lifetime}: it has to be positive.", parameter="lifetime"
        )
    if lifetime > longest:
        raise RequestValidationError(
            f"`lifetime` is {lifetime}: on this server the token may live {longest} at most.",
            parameter="lifetime",
            hint="Pass `None` for as long as the server allows.",
        )


def is_wider(
    made: CreatedToken, scopes: tuple[str, ...] | Omit, allow_list: tuple[str, ...] | Omit
) -> bool:
    """Whether a server from before there were several scopes passed over what was asked for.

    Later servers call the scope of a whole token `coder:all`.
    """
    if made.scopes != ("all",):
        return False
    narrowed = scopes and not {"all", "coder:all"} & set(scopes)
    limited = allow_list and "*:*" not in allow_list and not made.allow_list
    return bool(narrowed or limited)


def allow_entries(entries: Iterable[Any]) -> tuple[str, ...]:
    """The entries of an allow list.

    Raises:
        RequestValidationError: It is no list, or an item is no such entry.
    """
    return tuple(allow_entry(entry) for entry in several("allow_list", entries))


def allow_entry(entry: Any) -> str:
    """An entry of an allow list: a text such as `workspace:<UUID>`, or a model.

    Raises:
        RequestValidationError: It is neither.
    """
    if isinstance(entry, str):
        kind, colon, target = entry.partition(":")
        if kind and colon and target:
            return entry
    elif hasattr(entry, "latest_build"):
        return f"workspace:{entry.id}"
    elif hasattr(entry, "active_version_id"):
        return f"template:{entry.id}"
    raise RequestValidationError(
        f"{entry!r} is no entry of an allow list: it has to be `type:UUID`, `type:*`, a workspace "
        "or a template.",
        parameter="allow_list",
    )


# What a token has to see of its owner's own things, lest lists are empty without a word.
VISIBLE: Final[dict[str, tuple[str, bool]]] = {
    "users": ("user", True),
    "organizations": ("organization", False),
    "templates": ("template", False),
    "workspaces": ("workspace", True),
    "tokens": ("api_key", True),
}


def checks_for(needs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The permission checks that tell what a token hides, and whether it has what is needed.

    Raises:
        RequestValidationError: A need is not of the form `resource:action`.
    """
    checks: dict[str, dict[str, Any]] = {}
    for noun, (resource, own) in VISIBLE.items():
        target: dict[str, Any] = {"resource_type": resource}
        target.update({"owner_id": "me"} if own else {"any_org": True})
        checks[f"visible {noun}"] = {"object": target, "action": "read"}
    for need in needs:
        resource, colon, action = need.partition(":")
        if not (resource and colon and action):
            raise RequestValidationError(
                f"{need!r} is no permission: it has to be `resource:action`.", parameter="needs"
            )
        target = {"resource_type": resource, "owner_id": "me", "any_org": True}
        checks[f"needed {need}"] = {"object": target, "action": action}
    return checks


def failed_checks(answers: dict[str, bool], word: str) -> tuple[str, ...]:
    """The names of the checks of one sort that were answered by no."""
    prefix = f"{word} "
    return tuple(
        name.removeprefix(prefix)
        for name, granted in answers.items()
        if name.startswith(prefix) and not granted
    )
