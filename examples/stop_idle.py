"""Stop the workspaces that nobody has used for a while.

By default it only says what it would stop; `--apply` does it. Whether a workspace is still idle is
asked again at the moment of stopping it, so that nobody who has just come back is cut off.
Favorites of their owners can be left alone. After Ctrl-C it still says what it has done.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may see and stop the workspaces of others (role
`owner`, or `organization-admin`); with an ordinary token it sees your own. Any edition. A progress
bar needs `pip install 'coder-sdk[rich]'`.

Usage:
    python examples/stop_idle.py --hours 12
    python examples/stop_idle.py --hours 12 --template docker --apply
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from coder_sdk import OMIT, BulkReport, Client, CoderError, ConfigError, Outcome, Skip
from coder_sdk.models import Workspace

Report = BulkReport[Workspace, Outcome[Workspace]]


def stop_idle(coder: Client, options: argparse.Namespace, report: Report) -> None:
    """Stop what has not been used since then, a few at a time, and fill the report."""
    limit = datetime.now(timezone.utc) - timedelta(hours=options.hours)

    def is_idle(workspace: Workspace) -> bool | Skip:
        used = workspace.last_used_at
        if used is not None and used >= limit:
            return Skip(f"used {used:%Y-%m-%d %H:%M}")
        if workspace.is_prebuild:
            return Skip("waits for its first user")
        if options.keep_favorites and workspace.favorite:
            return Skip("a favorite")
        return True

    def stop(workspace: Workspace) -> Outcome[Workspace]:
        return coder.workspaces.stop(workspace, only_if=is_idle)

    coder.bulk(
        stop,
        coder.workspaces.list(
            status="running", last_used_before=limit, template=options.template or OMIT
        ),
        only_if=is_idle,
        concurrency=options.concurrency,
        dry_run=not options.apply,
        progress=True,
        report=report,
    )


def show(report: Report) -> None:
    """Print what came of each workspace."""
    for entry in report.entries:
        used = entry.item.last_used_at
        last = f"last used {used:%Y-%m-%d %H:%M}" if used else "never used"
        print(f"{entry.label:<32} {last:<28} {entry.reason or entry.action or entry.state}")
        if entry.error is not None:
            print(f"{entry.label}: {entry.error}", file=sys.stderr)
    print(report.summary())
    if report.dry_run:
        print("Nothing was stopped; `--apply` does it.")


def main(argv: Sequence[str] | None = None) -> int:
    """Stop or rehearse it; return 1 if a workspace could not be stopped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--hours", type=float, default=12, help="idle for at least so long")
    parser.add_argument("--template", help="only workspaces of this template")
    parser.add_argument("--keep-favorites", action="store_true")
    parser.add_argument("--concurrency", type=int, default=5)
    parser.add_argument("--apply", action="store_true", help="stop them, not only list them")
    options = parser.parse_args(argv)
    report: Report = BulkReport()
    try:
        with Client(app_name="stop-idle") as coder:
            stop_idle(coder, options, report)
    except CoderError as error:
        print("stop_idle:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        show(report)
        return 130
    show(report)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
