"""Export the audit log, one file for each day, as JSON Lines or CSV.

A file appears only when its day is complete, and a day that has a file is not read again: run it
every night, and after an interruption it goes on where it stopped. Days are those of `--tz`.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may read the audit log (role `auditor` or
`owner`). A license: without one the deployment has no audit log.

Usage:
    python examples/export_audit.py audit/ --days 30
    python examples/export_audit.py audit/ --days 7 --format csv --tz Europe/Berlin
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Final

from coder_sdk import Client, CoderError, ConfigError, Window
from coder_sdk.models import AuditLog

COLUMNS: Final = (
    "time", "user", "action", "resource_type", "resource_target", "status_code", "ip", "description"
)  # fmt: skip


def write_jsonl(entries: Iterable[AuditLog], stream: IO[str]) -> int:
    """Write all that the server tells of each entry, one a line."""
    count = 0
    for entry in entries:
        told = entry.model_dump(mode="json", exclude_unset=True)
        stream.write(json.dumps(told, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_csv(entries: Iterable[AuditLog], stream: IO[str]) -> int:
    """Write the main columns of each entry."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    for entry in entries:
        user = entry.user.username if entry.user else ""
        rest = (getattr(entry, column) for column in COLUMNS[2:])
        writer.writerow([entry.time.isoformat(), user, *rest])
        count += 1
    return count


def export_day(coder: Client, day: Window, file: Path) -> int:
    """Write a day, in one step at the end; return how many entries it has."""
    write = write_csv if file.suffix == ".csv" else write_jsonl
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=file.parent, prefix=f".{file.name}-", delete=False
    ) as stream:
        try:
            count = write(coder.audit.export(day), stream)
        except BaseException:
            Path(stream.name).unlink()
            raise
    Path(stream.name).replace(file)
    return count


def main(argv: Sequence[str] | None = None) -> int:
    """Export the days that are missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--days", type=int, default=7, help="how many whole days, up to yesterday")
    parser.add_argument("--tz", default="UTC", help="time zone of the days")
    parser.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
    options = parser.parse_args(argv)
    now = datetime.now(timezone.utc)
    try:
        window = Window.last(days=options.days, tz=options.tz, now=now)
        options.directory.mkdir(parents=True, exist_ok=True)
        with Client(app_name="export-audit") as coder:
            for day in window.split("day"):
                file = options.directory / f"audit-{day.first_day}.{options.format}"
                if not file.exists():
                    print(f"{file}: {export_day(coder, day, file)} entries", file=sys.stderr)
    except CoderError as error:
        print("export_audit:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"export_audit: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
