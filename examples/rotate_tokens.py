"""Replace API tokens before they expire, and put the new secrets into files.

Each name stands for a family: `ci`, then `ci-2`, `ci-3`, and so on. The newest of it is replaced if
it expires soon, or not at all if it does not. A file is written in one step and only its owner may
read it. The old token goes on working for `--grace` hours, so that whoever has read the old file
notices nothing; the next run deletes it.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may manage the tokens of its user (scope
`coder:apikeys.manage_self`; `--user` needs the role `user-admin` or `owner`). Any edition.

Usage:
    python examples/rotate_tokens.py ci nightly --directory /run/secrets/coder --within 7
    python examples/rotate_tokens.py ci --directory /run/secrets/coder --dry-run
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from coder_sdk import OMIT, Client, CoderError, ConfigError
from coder_sdk.wire import Secret


def save(secret: Secret, file: Path) -> None:
    """Write a secret so that the file is the old one or the new one, never half of either."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(secret.get_secret_value())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink()
        raise


def rotate(coder: Client, name: str, options: argparse.Namespace) -> str:
    """Rotate one family if that is due; return what was done."""
    grace = timedelta(hours=options.grace)
    newest = coder.tokens.latest(name, user=options.user)
    expires = newest.expires_at
    if expires and expires - datetime.now(timezone.utc) > timedelta(days=options.within):
        retired = () if options.dry_run else coder.tokens.retire(
            name, user=options.user, grace=grace
        )  # fmt: skip
        done = f"; deleted {', '.join(retired)}" if retired else ""
        return f"valid until {expires:%Y-%m-%d}{done}"
    if options.dry_run:
        return f"{newest.token_name} would be replaced"
    lifetime = timedelta(days=options.lifetime) if options.lifetime else OMIT
    made = coder.tokens.rotate(name, user=options.user, lifetime=lifetime, grace=grace)
    save(made.secret, options.directory / name)
    until = f"{made.expires_at:%Y-%m-%d}" if made.expires_at else "for ever"
    return f"{made.name} is in {options.directory / name}, valid until {until}"


def attempt(coder: Client, name: str, options: argparse.Namespace) -> bool:
    """Rotate one family and say so; an error does not keep the others from it."""
    try:
        print(f"{name}: {rotate(coder, name, options)}")
    except (CoderError, OSError) as error:
        print(f"{name}:", *str(error).splitlines(), file=sys.stderr)
        return False
    return True


def main(argv: Sequence[str] | None = None) -> int:
    """Rotate each; return 1 if one could not be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("names", nargs="+", metavar="NAME", help="the first name of a family")
    parser.add_argument("--directory", type=Path, required=True, help="where the files go")
    parser.add_argument("--user", default="me", help="whose tokens they are")
    parser.add_argument("--within", type=float, default=7, help="days before the end")
    parser.add_argument("--lifetime", type=float, help="days; by default that of the old one")
    parser.add_argument("--grace", type=float, default=24, help="hours that the old one stays")
    parser.add_argument("--dry-run", action="store_true", help="only say what is due")
    options = parser.parse_args(argv)
    if not os.access(options.directory, os.W_OK):
        parser.error(f"`{options.directory}` is no folder that can be written to")
    try:
        with Client(app_name="rotate-tokens") as coder:
            done = [attempt(coder, name, options) for name in options.names]
    except ConfigError as error:
        print("rotate_tokens:", *str(error).splitlines(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
