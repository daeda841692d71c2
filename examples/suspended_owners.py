"""Find the workspaces whose owner is suspended, and stop them, make them dormant, or delete them.

By default it only lists them; `--apply` does what `--action` says. Suspending somebody stops
nothing, so their workspaces go on costing. At the moment of the change it is asked again whether
the owner is still suspended. `dormant` stops a workspace and leaves it to the template's rules for
dormant ones.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may see users and change their workspaces (role
`owner`). Any edition; deleting dormant workspaces by rule needs a license. A progress bar
needs `pip install 'coder-sdk[rich]'`.

Usage:
    python examples/suspended_owners.py
    python examples/suspended_owners.py --action stop --apply
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from coder_sdk import BulkReport, Client, CoderError, ConfigError, Outcome, Skip
from coder_sdk.models import Workspace

Result = Outcome[Workspace] | Outcome[Workspace | None]
Report = BulkReport[Workspace, Result]


def owned_by_suspended(coder: Client) -> Iterator[Workspace]:
    """Yield the workspaces of every suspended user."""
    for user in coder.users.list(status="suspended"):
        yield from coder.workspaces.list(owner=user)


def clear(coder: Client, options: argparse.Namespace, report: Report) -> None:
    """Do what was asked with each workspace, and fill the report."""

    def still(workspace: Workspace) -> bool | Skip:
        owner = coder.users.get(workspace.owner_id)
        return owner.status == "suspended" or Skip(f"{owner.username} is {owner.status}")

    def stop(workspace: Workspace) -> Result:
        return coder.workspaces.stop(workspace, only_if=still)

    def dormant(workspace: Workspace) -> Result:
        stopped = coder.workspaces.stop(workspace, only_if=still)
        if isinstance(stopped.action, Skip):
            return stopped
        return coder.workspaces.set_dormant(workspace, True)  # noqa: FBT003 - the setting itself

    def delete(workspace: Workspace) -> Result:
        return coder.workspaces.delete(workspace, only_if=still, missing_ok=True)

    action = {"stop": stop, "dormant": dormant, "delete": delete}[options.action]
    found = owned_by_suspended(coder)
    coder.bulk(action, found, dry_run=not options.apply, progress=True, report=report)


def show(report: Report) -> None:
    """Print what came of each workspace."""
    for entry in report.entries:
        build = entry.item.latest_build
        state = f"{build.status}, {build.daily_cost} credits a day"
        print(f"{entry.label:<32} {state:<28} {entry.reason or entry.action or entry.state}")
        if entry.error is not None:
            print(f"{entry.label}: {entry.error}", file=sys.stderr)
    print(report.summary())
    if report.dry_run:
        print("Nothing was changed; `--apply` does it.")


def main(argv: Sequence[str] | None = None) -> int:
    """List or clear; return 1 if something could not be done."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--action", choices=["stop", "dormant", "delete"], default="stop")
    parser.add_argument("--apply", action="store_true", help="do it, not only list them")
    options = parser.parse_args(argv)
    report: Report = BulkReport()
    try:
        with Client(app_name="suspended-owners") as coder:
            clear(coder, options, report)
    except CoderError as error:
        print("suspended_owners:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        show(report)
        return 130
    show(report)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
