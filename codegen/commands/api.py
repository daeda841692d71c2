"""`api`: fail when the public API of the package breaks and no changelog fragment says so."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegen.commands import FAILED, OK, USAGE, existing_path, say
from codegen.promise.announcements import announced, unannounced
from codegen.promise.breaks import breaks
from codegen.promise.snapshot import Snapshot, take

if TYPE_CHECKING:
    from codegen.commands import Subparsers

ROOT: Final = Path(__file__).resolve().parents[2]
RECORD: Final = ROOT / "codegen" / "names" / "released_api.json"
_PACKAGE: Final = "coder_sdk"


def add_parser(subparsers: Subparsers) -> None:
    """Offer the command."""
    parser = subparsers.add_parser(
        "api",
        help="compare the public API of the package with that of the last release",
        description="Compare the public API with the record of the last release. What breaks "
        "its users must be named in a fragment of the changelog, of the kind `breaking` or "
        "`removed`; exit code 1 tells of what is not.",
    )
    parser.add_argument("--record", action="store_true", help="make the API of now the record")
    parser.add_argument("--source", metavar="FOLDER", type=existing_path, default=ROOT / "src")
    parser.add_argument("--against", metavar="FILE", type=Path, default=RECORD)
    parser.add_argument("--changes", metavar="FOLDER", type=Path, default=ROOT / "changes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, or write the record."""
    record: Path = args.against
    now = take(_PACKAGE, args.source)
    if args.record:
        record.write_text(now.dumps(), encoding="utf-8")
        say(f"{record}: {sum(map(len, now.modules.values()))} public names.")
        return OK
    if not record.is_file():
        say(f"There is no record {record}: `python -m codegen api --record`.", to_stderr=True)
        return USAGE
    found = breaks(Snapshot.loads(record.read_text(encoding="utf-8")), now)
    silent = unannounced(found, announced(args.changes))
    for item in silent:
        say(str(item), to_stderr=True)
    if silent:
        say(_ADVICE.format(count=len(silent)), to_stderr=True)
        return FAILED
    say(f"Nothing breaks that the changelog does not tell ({len(found)} breaks are told).")
    return OK


_ADVICE: Final = """\
{count} changes break users of the last release and no fragment of the changelog tells them.
Either keep the old name or type working, or add `changes/+NAME.breaking.md` (or `.removed.md`) that
says what to do instead and names each in backticks, as in `users.get` or `User.name`."""
