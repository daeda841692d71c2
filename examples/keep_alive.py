"""Keep workspaces from being stopped for idleness while a long piece of work runs.

With a command, that runs on this machine, and its exit code is passed on. Without one, the
workspaces are kept alive for `--hours`, or until Ctrl-C. It is reported as use, so deadlines move
on as far as the templates allow; it cannot outlast a limit that a template sets.

Needs: `CODER_URL` and a `CODER_SESSION_TOKEN` that may use these workspaces. Any edition.

Usage:
    python examples/keep_alive.py me/gpu --hours 8
    python examples/keep_alive.py me/gpu me/db -- ./train.sh --epochs 40
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Sequence
from threading import Event

from coder_sdk import Client, CoderError, ConfigError


def work(options: argparse.Namespace) -> int:
    """Run the command, or wait."""
    if options.command:
        return subprocess.run(options.command, check=False).returncode  # noqa: S603 - as asked for
    Event().wait(None if options.hours is None else options.hours * 3600)
    return 0


def keep_alive(coder: Client, options: argparse.Namespace) -> int:
    """Do the work while all of the workspaces count as used."""
    with contextlib.ExitStack() as stack:
        for name in options.workspaces:
            kept = stack.enter_context(coder.workspaces.keep_alive(name, every=options.every))
            build = kept.latest_build
            until = f", else until {build.deadline:%Y-%m-%d %H:%M} UTC" if build.deadline else ""
            print(f"Keeping {kept.owner_name}/{kept.name} alive{until}")
        return work(options)


def main(argv: Sequence[str] | None = None) -> int:
    """Keep alive; return the exit code of the command."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n\n")[0],
        usage="%(prog)s [--hours H] [--every S] WORKSPACE [WORKSPACE ...] [-- COMMAND ...]",
    )
    parser.add_argument("workspaces", nargs="+", metavar="WORKSPACE")
    parser.add_argument("--hours", type=float, help="how long, where there is no command")
    parser.add_argument("--every", type=float, default=60, help="seconds between two reports")
    given = list(sys.argv[1:] if argv is None else argv)
    cut = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:cut])
    options.command = given[cut + 1 :]
    try:
        with Client(app_name="keep-alive") as coder:
            return keep_alive(coder, options)
    except CoderError as error:
        print("keep_alive:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except OSError as error:
        print(f"keep_alive: {error}", file=sys.stderr)
        return 127
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
