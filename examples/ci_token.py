"""Make a token for CI that may do no more than a job needs, verify it, and replace it.

`mint` prints the secret on standard output and everything else on standard error, so that it can be
piped into the secret store: `ci_token.py mint ci | gh secret set CODER_SESSION_TOKEN`. `verify`
looks at the token in `CODER_SESSION_TOKEN`, as a first step of a job does. `rotate` makes the
successor of a token, `ci-2` after `ci`, and leaves the old one working for `--grace` hours.

The scopes of each job are those of `JOBS` below; permissions are what `verify` asks for.

Needs: `CODER_URL` and, for `mint` and `rotate`, a `CODER_SESSION_TOKEN` that may manage tokens (a
whole one, or one with the scope `coder:apikeys.manage_self`). The best owner of a token for CI is a
user of its own, who has no role. Any edition.

Usage:
    python examples/ci_token.py mint ci --job workspace --days 7 > token
    CODER_SESSION_TOKEN=$(cat token) python examples/ci_token.py verify --job workspace
    python examples/ci_token.py rotate ci > token
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from attrs import frozen

from coder_sdk import OMIT, Client, CoderError, ConfigError
from coder_sdk.workflows.tokens import CreatedToken


@frozen
class Job:
    """What a sort of CI job needs of its token."""

    scopes: tuple[str, ...]
    needs: tuple[str, ...]


# With `api_key:read` and `user:read` a token sees itself and its owner, for `verify` to show.
_SELF: Final = ("api_key:read", "user:read")
JOBS: Final = {
    "workspace": Job(
        (
            "coder:workspaces.create",
            "coder:workspaces.operate",
            "coder:workspaces.access",
            "coder:workspaces.delete",
            *_SELF,
        ),
        ("template:use", "workspace:create", "workspace:ssh", "workspace:delete"),
    ),
    "templates": Job(
        ("coder:templates.build", "coder:templates.author", "organization:read", *_SELF),
        ("template:create", "template:update", "file:create"),
    ),
    "report": Job(("workspace:read", "template:read", *_SELF), ("workspace:read", "template:read")),
}


def hand_out(made: CreatedToken) -> None:
    """Print the secret on standard output, the rest on standard error."""
    until = f"{made.expires_at:%Y-%m-%d %H:%M} UTC" if made.expires_at else "for ever"
    print(f"{made.name}: valid until {until}, for {', '.join(made.scopes)}", file=sys.stderr)
    if made.kept:
        print(f"still valid for a while: {', '.join(made.kept)}", file=sys.stderr)
    print(made.secret.get_secret_value())


def verify(coder: Client, options: argparse.Namespace) -> int:
    """Say what the token is worth; return 1 if it does not do."""
    check = coder.tokens.check(needs=JOBS[options.job].needs)
    left = check.expires_at - datetime.now(timezone.utc) if check.expires_at else None
    problems = [*check.warnings] if not check.valid else []
    if check.missing:
        problems.append(f"The token may not: {', '.join(check.missing)}.")
    if check.valid and "coder:all" in check.scopes:
        problems.append("The token may do everything that its owner may: `mint` a narrower one.")
    if left is not None and left < timedelta(days=options.days):
        problems.append(f"The token expires in {left.days} days: `rotate` it.")
    for problem in problems:
        print(f"ci_token: {problem}", file=sys.stderr)
    if check.valid:
        lasts = "without an end" if left is None else f"valid for another {left.days} days"
        print(f"{check.name or 'a token'} of {check.username or 'somebody'}, {lasts}")
        print(f"hidden from it: {', '.join(check.hidden) or 'nothing'}")
    return 1 if problems else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Do one of the three; return 1 if the token does not do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    parsers = {action: actions.add_parser(action) for action in ("mint", "verify", "rotate")}
    for action in ("mint", "rotate"):
        parsers[action].add_argument("name")
        parsers[action].add_argument("--user", default="me", help="whose token it is")
        parsers[action].add_argument("--days", type=float, help="how long it is valid")
    for action in ("mint", "verify"):
        parsers[action].add_argument("--job", choices=sorted(JOBS), default="workspace")
    parsers["verify"].add_argument("--days", type=float, default=2, help="how long it has to last")
    parsers["rotate"].add_argument("--grace", type=float, default=24, metavar="HOURS")
    options = parser.parse_args(argv)
    try:
        with Client(app_name="ci-token") as coder:
            if options.action == "verify":
                return verify(coder, options)
            lifetime = timedelta(days=options.days) if options.days else OMIT
            if options.action == "mint":
                scopes = JOBS[options.job].scopes
                hand_out(
                    coder.tokens.create(
                        options.name, user=options.user, lifetime=lifetime, scopes=scopes
                    )
                )
            else:
                grace = timedelta(hours=options.grace)
                hand_out(
                    coder.tokens.rotate(
                        options.name, user=options.user, lifetime=lifetime, grace=grace
                    )
                )
            return 0
    except CoderError as error:
        print("ci_token:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
