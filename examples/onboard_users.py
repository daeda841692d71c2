"""Make sure that the users of a CSV file exist, with their roles, groups and organizations.

The columns are `email` and, as wanted, `username`, `name`, `roles`, `groups`, `organizations`; in
the last three, several values are separated by semicolons. Every row is checked before anything is
written; what is wrong is said with its line number. A second run changes nothing.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may manage users (role `user-admin`). Any
edition; groups and further organizations need a license. A progress bar needs
`pip install 'coder-sdk[rich]'`.

Usage:
    python examples/onboard_users.py people.csv --dry-run
    python examples/onboard_users.py people.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from coder_sdk import (
    OMIT,
    BulkReport,
    Client,
    CoderError,
    ConfigError,
    FeatureUnavailableError,
    Outcome,
)
from coder_sdk.models import User
from coder_sdk.workflows.names import is_valid_name

COLUMNS: Final = frozenset({"email", "username", "name", "roles", "groups", "organizations"})


@frozen
class Row:
    """A user of the file."""

    line: int
    email: str
    username: str
    name: str
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    organizations: tuple[str, ...]


def several(text: str | None) -> tuple[str, ...]:
    """Split the values of a field."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def read(file: Path) -> list[Row]:
    """Read the file.

    Raises:
        ValueError: It has no column `email`, or one that nobody knows.
    """
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream, skipinitialspace=True, restval="")
        columns = set(reader.fieldnames or ())
        if unknown := columns - COLUMNS:
            raise ValueError(f"unknown columns: {', '.join(sorted(unknown))}")
        if "email" not in columns:
            raise ValueError("there is no column `email`")
        return [
            Row(
                reader.line_num,
                email=fields["email"].strip(),
                username=fields.get("username", "").strip(),
                name=fields.get("name", "").strip(),
                roles=several(fields.get("roles")),
                groups=several(fields.get("groups")),
                organizations=several(fields.get("organizations")),
            )
            for fields in reader
        ]


def known(coder: Client) -> dict[str, set[str]]:
    """Ask which roles, groups and organizations there are."""
    organizations = coder.organizations.list()
    try:
        names = {each.id: each.name for each in organizations}
        groups = {f"{names[group.organization_id]}/{group.name}" for group in coder.groups.list()}
    except FeatureUnavailableError:
        groups = set[str]()
    return {
        "role": {role.name for role in coder.roles.list()},
        "group": groups,
        "organization": {each.name for each in organizations} | {"default"},
    }


def complaints(rows: Iterable[Row], there: dict[str, set[str]]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong, each with its line."""
    seen: dict[str, int] = {}
    for row in rows:
        if "@" not in row.email:
            yield row.line, f"{row.email!r} is no e-mail address"
        if row.username and not is_valid_name(row.username, "user"):
            yield row.line, f"{row.username!r} is no user name"
        if (first := seen.setdefault(row.email.casefold(), row.line)) != row.line:
            yield row.line, f"{row.email} is in line {first} already"
        wanted = {"role": row.roles, "group": row.groups, "organization": row.organizations}
        for kind, names in wanted.items():
            for name in sorted({*names} - there[kind]):
                yield row.line, f"there is no {kind} {name!r}"


def onboard(coder: Client, rows: list[Row], options: argparse.Namespace) -> int:
    """Check the rows, then make sure of each; return the exit code."""
    if wrong := list(complaints(rows, known(coder))):
        for line, text in wrong:
            print(f"{options.file}:{line}: {text}", file=sys.stderr)
        return 2

    def ensure(row: Row) -> Outcome[User]:
        return coder.users.ensure(
            email=row.email,
            username=row.username or OMIT,
            name=row.name or OMIT,
            roles=row.roles or OMIT,
            groups=row.groups or OMIT,
            organizations=row.organizations or OMIT,
        )

    report: BulkReport[Row, Outcome[User]] = BulkReport()
    try:
        coder.bulk(ensure, rows, dry_run=options.dry_run, progress=True, report=report)
    except KeyboardInterrupt:
        show(report, options.file)
        return 130
    show(report, options.file)
    return 1 if report.failed else 0


def show(report: BulkReport[Row, Outcome[User]], file: Path) -> None:
    """Print what came of each row."""
    for entry in report.entries:
        would = f"would send {entry.request}" if entry.request else ""
        print(f"{entry.item.email:<32} {would or entry.action or entry.state}")
        if entry.error is not None:
            print(f"{file}:{entry.item.line}: {entry.error}", file=sys.stderr)
    print(report.summary())


def main(argv: Sequence[str] | None = None) -> int:
    """Onboard; return 2 if the file is wrong, 1 if a user could not be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="only say who would be changed")
    options = parser.parse_args(argv)
    try:
        rows = read(options.file)
        with Client(app_name="onboard-users") as coder:
            return onboard(coder, rows, options)
    except CoderError as error:
        print("onboard_users:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except (OSError, ValueError) as error:
        print(f"onboard_users: {options.file}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
