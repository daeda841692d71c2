"""Run a command in a workspace that exists only for that, in a CI job.

The output comes as it is written, folded where GitHub Actions and GitLab CI fold, and the exit code
is that of the command; 1 if there was no workspace to run it in, 2 if a setting is missing. The
workspace is deleted on every way out. A canceled job has only seconds for that, so let a later
step, which also runs after a cancellation, call `delete`: see `ci/github-actions.yml` and
`ci/gitlab-ci.yml`.

Needs: `CODER_URL` and, as `CODER_SESSION_TOKEN`, a token that may create, use and delete workspaces
(`ci_token.py mint` makes one). Any edition.

Usage:
    python examples/ci_workspace.py run --template docker --name ci-17 -- "make test"
    python examples/ci_workspace.py delete --name ci-17
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Generator, Sequence
from datetime import timedelta

from coder_sdk import Client, CoderError, CommandTimeoutError, ConfigError
from coder_sdk.workflows.names import make_name


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    run = actions.add_parser("run", help="create the workspace, run the command, delete it")
    run.add_argument("--template", required=True)
    run.add_argument("--name", required=True, help="any text; a valid name is made of it")
    run.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    run.add_argument("--env", action="append", default=[], metavar="NAME", help="pass this on")
    run.add_argument("--minutes", type=float, default=60, help="how long the command may take")
    run.add_argument("command", nargs="+", help="a shell command, or its words")
    delete = actions.add_parser("delete", help="delete the workspace if it is still there")
    delete.add_argument("--name", required=True)
    options = parser.parse_args(argv)
    for text in getattr(options, "parameter", ()):
        if "=" not in text:
            run.error(f"`--parameter {text}` is not of the form NAME=VALUE")
    for name in getattr(options, "env", ()):
        if name not in os.environ:
            run.error(f"`--env {name}`: there is no such variable")
    return options


@contextlib.contextmanager
def section(title: str, *, folded: bool) -> Generator[None]:
    """Put what is printed into a section of the log; it cannot give orders to the runner."""
    before, after = f"--- {title}", ""
    if os.environ.get("GITHUB_ACTIONS"):
        key = secrets.token_hex(16)
        before, after = f"::stop-commands::{key}", f"::{key}::"
        if folded:
            before, after = f"::group::{title}\n{before}", f"{after}\n::endgroup::"
    elif os.environ.get("GITLAB_CI"):
        key, now = make_name(title), int(time.time())
        state = "[collapsed=true]" if folded else ""
        before = f"\x1b[0Ksection_start:{now}:{key}{state}\r\x1b[0K{title}"
        after = f"\x1b[0Ksection_end:{now}:{key}\r\x1b[0K"
    print(before, flush=True)
    try:
        yield
    finally:
        print(after, flush=True)


@contextlib.contextmanager
def canceled_by_signals() -> Generator[None]:
    """Let a cancellation of the job raise, once, so that the workspace is deleted."""
    signals = (signal.SIGINT, signal.SIGTERM)

    def cancel(number: int, _: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    handlers = {each: signal.signal(each, cancel) for each in signals}
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)


def run(coder: Client, options: argparse.Namespace) -> int:
    """Run the command in a workspace of its own; return its exit code."""
    limit = timedelta(minutes=options.minutes)
    words: list[str] = options.command
    with contextlib.ExitStack() as stack:
        with section(f"Workspace {options.name}", folded=True):
            workspace = stack.enter_context(
                coder.workspaces.temporary(
                    f"me/{make_name(options.name)}",
                    template=options.template,
                    parameters=dict(text.split("=", 1) for text in options.parameter),
                    ttl=limit + timedelta(minutes=30),  # should this process be killed
                    on_log=lambda line: print(line, flush=True),
                )
            )
        with section("Command", folded=False):
            result = coder.workspaces.run(
                workspace,
                words[0] if len(words) == 1 else words,
                env={name: os.environ[name] for name in options.env},
                timeout=limit,
                on_output=lambda text: print(text, end="", flush=True),
            )
    print(f"The command ended with {result.returncode}; the workspace is deleted.")
    return result.returncode


def main(argv: Sequence[str] | None = None) -> int:
    """Run or delete; return the exit code."""
    options = parse(argv)
    try:
        with Client(app_name="ci-workspace") as coder:
            if options.action == "run":
                with canceled_by_signals():
                    return run(coder, options)
            name = f"me/{make_name(options.name)}"
            _, action = coder.workspaces.delete(name, missing_ok=True)
            print(f"{name}: {action}")
            return 0
    except CommandTimeoutError as error:
        print(f"ci_workspace: {error.message}", file=sys.stderr)
        return 1
    except CoderError as error:
        print("ci_workspace:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
