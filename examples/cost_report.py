"""Report what workspaces cost a day, and how much of the quota is used.

Costs are the credits that templates declare (`daily_cost`), of every workspace as its latest build
left it. By user, the report also has what is consumed of the budget in each organization; that
needs a license, and is left empty without one.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may see the workspaces of others (role `owner`,
`organization-admin` or `auditor`); with an ordinary token it reports on your own. Any edition.

Usage:
    python examples/cost_report.py
    python examples/cost_report.py --by template --format csv > costs.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from coder_sdk import Client, CoderError, ConfigError, FeatureUnavailableError
from coder_sdk.models import Workspace

Key = tuple[str, ...]
BY: Final[dict[str, Callable[[Workspace], Key]]] = {
    "user": lambda workspace: (workspace.organization_name, workspace.owner_name),
    "organization": lambda workspace: (workspace.organization_name,),
    "template": lambda workspace: (workspace.organization_name, workspace.template_name),
}
COLUMNS: Final = {
    "user": ("organization", "user"),
    "organization": ("organization",),
    "template": ("organization", "template"),
}
NUMBERS: Final = ("workspaces", "running", "daily_cost")


def costs(workspaces: Iterable[Workspace], key_of: Callable[[Workspace], Key]) -> list[list[str]]:
    """Add up, the most expensive first."""
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for workspace in workspaces:
        row, build = sums[key_of(workspace)], workspace.latest_build
        row[0] += 1
        row[1] += build.status == "running"
        row[2] += build.daily_cost
    ordered = sorted(sums.items(), key=lambda item: (-item[1][2], item[0]))
    return [[*key, *map(str, numbers)] for key, numbers in ordered]


def with_quota(coder: Client, rows: list[list[str]]) -> list[list[str]]:
    """Add what each user has consumed of the budget."""
    full: list[list[str]] = []
    for row in rows:
        try:
            quota = coder.members.workspace_quota(row[0], row[1])
        except FeatureUnavailableError as error:
            print(f"cost_report: no budgets: {error.message}", file=sys.stderr)
            return [[*row, "", ""] for row in rows]
        full.append([*row, str(quota.credits_consumed), str(quota.budget)])
    return full


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns that are as wide as they need."""
    lines = [columns, *rows]
    widths = [max(len(line[number]) for line in lines) for number in range(len(columns))]
    for line in lines:
        cells = [
            cell.rjust(width) if stands_right(cell) else cell.ljust(width)
            for cell, width in zip(line, widths, strict=True)
        ]
        print("  ".join(cells).rstrip())


def stands_right(cell: str) -> bool:
    """Whether a cell stands on the right."""
    return cell.lstrip("-").isdigit() or cell in {*NUMBERS, "consumed", "budget"}


def main(argv: Sequence[str] | None = None) -> int:
    """Report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--by", choices=sorted(BY), default="user")
    parser.add_argument("--format", choices=["table", "csv"], default="table")
    options = parser.parse_args(argv)
    columns = [*COLUMNS[options.by], *NUMBERS]
    try:
        with Client(app_name="cost-report") as coder:
            rows = costs(coder.workspaces.list(), BY[options.by])
            if options.by == "user":
                columns += ["consumed", "budget"]
                rows = with_quota(coder, rows)
    except CoderError as error:
        print("cost_report:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130
    if options.format == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])
    else:
        table(columns, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
