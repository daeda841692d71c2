"""Follow the logs of many builds at once, each line behind the name of its workspace.

Without names it follows every build that is under way. A name stands for the latest build of that
workspace. It ends when the last of them has ended. Colours appear on a terminal only, and not where
`NO_COLOR` is set.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may see these workspaces. Any edition.

Usage:
    python examples/follow_builds.py
    python examples/follow_builds.py me/dev ada/lab
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from coder_sdk import AsyncClient, BulkReport, CoderError, ConfigError, JobError
from coder_sdk.models import Workspace, WorkspaceBuild

COLOURS: Final = (36, 35, 33, 32, 34, 31)
UNDER_WAY: Final = ("pending", "starting", "stopping", "deleting", "canceling")


def printer(names: Sequence[str]) -> Callable[[str, object], None]:
    """Make a function that prints a line behind a name."""
    width = max(map(len, names), default=0)
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def show(name: str, line: object) -> None:
        prefix = f"{name:<{width}} |"
        if coloured:
            prefix = f"\x1b[{COLOURS[names.index(name) % len(COLOURS)]}m{prefix}\x1b[0m"
        print(prefix, line, flush=True)

    return show


async def find(coder: AsyncClient, names: Sequence[str]) -> list[Workspace]:
    """Read the workspaces that are named, else those with a build under way."""
    if names:
        return [await coder.workspaces.get(name) for name in names]
    lists = [await coder.workspaces.list(status=status).to_list() for status in UNDER_WAY]
    return [workspace for found in lists for workspace in found]


async def follow(
    coder: AsyncClient, workspaces: Sequence[Workspace]
) -> BulkReport[Workspace, WorkspaceBuild]:
    """Print the logs until every build has ended."""
    show = printer([f"{each.owner_name}/{each.name}" for each in workspaces])

    async def wait(workspace: Workspace) -> WorkspaceBuild:
        name = f"{workspace.owner_name}/{workspace.name}"
        try:
            build = await coder.builds.wait(
                workspace.latest_build, on_log=lambda line: show(name, line), timeout=None
            )
        except JobError as error:
            show(name, f"{error.message}")
            raise
        show(name, f"{build.transition} {build.job.status}")
        return build

    return await coder.bulk(wait, workspaces, concurrency=max(1, len(workspaces)))


async def run(names: Sequence[str]) -> int:
    """Follow; return 1 if a build did not succeed."""
    async with AsyncClient(app_name="follow-builds") as coder:
        workspaces = await find(coder, names)
        if not workspaces:
            print("No build is under way.", file=sys.stderr)
        report = await follow(coder, workspaces)
    for workspace, error in report.failed:
        print(f"{workspace.owner_name}/{workspace.name}: {error}", file=sys.stderr)
    return 1 if report.failed else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Follow; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("workspaces", nargs="*", help="`name` for one of your own, or `owner/name`")
    options = parser.parse_args(argv)
    try:
        return asyncio.run(run(options.workspaces))
    except CoderError as error:
        print("follow_builds:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
