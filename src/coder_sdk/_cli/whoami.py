"""`whoami`: the user, the token, and what the token hides."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from coder_sdk._cli.output import marked, say, validity
from coder_sdk._errors.status import APIStatusError
from coder_sdk.workflows._clients import clock_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._client import Client
    from coder_sdk.workflows.tokens import TokenCheck


def whoami(url: str | None, connect: Callable[..., Client]) -> int:
    """Show whose token it is, and what it is worth."""
    with connect(url) as coder:
        check = coder.tokens.check()
        if not check.valid:
            say(f"{marked('failed')} {check.warnings[0]}")
            say("        Run `coder login`, or set `CODER_SESSION_TOKEN` to a new token.")
            return 1
        say(f"{_user(coder, check)} at {coder.url}")
        now = datetime.fromtimestamp(clock_of(coder).time(), timezone.utc)
        for line in token_lines(check, now):
            say(line)
        for warning in check.warnings:
            say(f"{marked('warning')} {warning}")
        return 0 if check.ok else 1


def _user(coder: Client, check: TokenCheck) -> str:
    """Name the user as far as the token may see itself."""
    try:
        user = coder.users.get("me")
    except APIStatusError:
        return check.username or "A user whom the token may not see"
    roles = ", ".join(role.name for role in user.roles) or "member"
    name = f" ({user.name})" if user.name else ""
    return f"{user.username}{name}, {user.email}, {roles},"


def token_lines(check: TokenCheck, now: datetime) -> list[str]:
    """Name, validity, scopes and allow list of a token."""
    if check.name is None and check.expires_at is None and not check.scopes:
        return ["token:  it may not see itself"]
    named = f"{check.name}, " if check.name else ""
    lines = [f"token:  {named}{validity(check.expires_at, now)}"]
    lines += [f"scopes: {', '.join(check.scopes) or 'none'}"]
    if check.allow_list and tuple(check.allow_list) != ("*:*",):
        lines += [f"only:   {', '.join(check.allow_list)}"]
    return lines
