"""Push the templates of a monorepo: each folder with Terraform files is a template of that name.

Only what differs from the server is written, so that this may run after every merge. Without
`--promote` the new versions wait to be tried and promoted; a new template has its version active
in any case.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may write templates (role `template-admin`, or
the scopes `coder:templates.build` and `coder:templates.author`). Any edition. A progress bar
needs `pip install 'coder-sdk[rich]'`.

Usage:
    python examples/push_templates.py examples/templates --dry-run
    python examples/push_templates.py examples/templates --promote --message "$(git rev-parse HEAD)"
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from coder_sdk import (
    OMIT,
    BulkReport,
    Client,
    CoderError,
    ConfigError,
    Outcome,
    TemplateImportError,
)
from coder_sdk.models import TemplateVersion
from coder_sdk.workflows.names import is_valid_name


def folders(root: Path) -> list[Path]:
    """Find the templates: the folders below the root that have Terraform files at their top."""
    return sorted({file.parent for file in root.glob("*/*.tf")})


Report = BulkReport[Path, Outcome[TemplateVersion]]


def push_all(
    coder: Client, found: Sequence[Path], options: argparse.Namespace, report: Report
) -> None:
    """Push some templates at a time, and fill the report."""

    def push(folder: Path) -> Outcome[TemplateVersion]:
        return coder.templates.push(
            f"{options.organization}/{folder.name}",
            folder,
            message=options.message or OMIT,
            activate=options.promote,
        )

    coder.bulk(push, found, concurrency=4, dry_run=options.dry_run, progress=True, report=report)


def show(report: Report) -> None:
    """Print what came of each template."""
    for entry in report.entries:
        version = f" ({entry.result.object.name})" if entry.result else ""
        print(f"{entry.label:<20} {entry.action or entry.state}{version}")
        if entry.error is not None:
            print(f"{entry.label}: {entry.error}", file=sys.stderr)
        if isinstance(entry.error, TemplateImportError):
            print(*entry.error.log_tail(20), sep="\n", file=sys.stderr)
    print(("Would be: " if report.dry_run else "") + report.summary())


def main(argv: Sequence[str] | None = None) -> int:
    """Push; return 1 if a template could not be pushed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("root", type=Path, help="the folder with a folder for each template")
    parser.add_argument("--organization", default="default")
    parser.add_argument("--message", help="what the new versions say of themselves")
    parser.add_argument("--promote", action="store_true", help="make the new versions active")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be pushed")
    options = parser.parse_args(argv)
    found = folders(options.root)
    if not found:
        parser.error(f"no folder in `{options.root}` has Terraform files")
    if wrong := [folder.name for folder in found if not is_valid_name(folder.name, "template")]:
        parser.error(f"no template can have the name of these folders: {', '.join(wrong)}")
    report: Report = BulkReport()
    try:
        with Client(app_name="push-templates") as coder:
            push_all(coder, found, options, report)
    except CoderError as error:
        print("push_templates:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        show(report)
        return 130
    show(report)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
