"""The command `python -m coder_sdk`: four answers, for which nobody should write a script."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._cli.output import words_of
from coder_sdk._errors.base import CoderError, ConfigError
from coder_sdk._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coder_sdk._client import Client

# What the command returns to the shell.
OK: Final = 0
FOUND: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None, *, connect: Callable[..., Client] | None = None) -> int:
    """Run the command.

    Args:
        argv: Its arguments; those of the process by default.
        connect: Makes the client; called with a URL or `None`, and options of a client.

    Returns:
        0 if all is well, 1 if something is wrong or not found, 2 for a bad setting or argument,
        130 after Ctrl-C.
    """
    arguments = _parser().parse_args(argv)
    try:
        code = int(arguments.run(arguments, connect or _connect))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output has seen enough; nothing is left to be written at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command prints
        return USAGE
    except CoderError as error:
        hint = f"\nHint: {error.hint}" if error.hint else ""
        print(f"{words_of(error)}{hint}", file=sys.stderr)  # noqa: T201 - a command prints
        return FOUND
    return code


def _connect(url: str | None, **options: Any) -> Client:
    from coder_sdk._client import Client  # noqa: PLC0415 - one of the commands needs none

    return Client(url, app_name="coder-sdk-cli", **options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m coder_sdk",
        description="Look at the connection to a Coder deployment, and at this package.",
        epilog="Settings come from the environment (CODER_URL, CODER_SESSION_TOKEN, …) and from "
        "what `coder login` stored. What you do to workspaces is done by the `coder` command.",
    )
    parser.add_argument("--version", action="version", version=f"coder-sdk {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add(commands, "whoami", "show whose token it is, and what it is worth", _whoami)
    _add(commands, "doctor", "check URL, connection, versions, clock and token", _doctor)
    _add(commands, "config", "show where each setting comes from", _config)
    search = commands.add_parser("operations", help="find the method for an operation")
    search.add_argument("search", nargs="*", metavar="SEARCH", help="words, or a method and a path")
    search.set_defaults(run=_operations)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    purpose: str,
    run: Callable[[argparse.Namespace, Callable[..., Client]], int],
) -> None:
    command = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}."
    )
    command.add_argument("--url", help="the deployment, in place of the one that is set")
    command.set_defaults(run=run)


def _whoami(arguments: argparse.Namespace, connect: Callable[..., Client]) -> int:
    from coder_sdk._cli.whoami import whoami  # noqa: PLC0415 - one command is run

    return whoami(arguments.url, connect)


def _doctor(arguments: argparse.Namespace, connect: Callable[..., Client]) -> int:
    from coder_sdk._cli.doctor import doctor  # noqa: PLC0415 - one command is run

    return doctor(arguments.url, connect)


def _config(arguments: argparse.Namespace, connect: Callable[..., Client]) -> int:
    try:
        coder = connect(arguments.url)
    except ConfigError as error:
        # Where only the token is missing, the others can be shown.
        with connect(arguments.url, token=None) as coder:
            print(coder.config.explain())  # noqa: T201 - a command prints
        raise error from None
    with coder:
        print(coder.config.explain())  # noqa: T201 - a command prints
    return OK


def _operations(arguments: argparse.Namespace, connect: Callable[..., Client]) -> int:  # noqa: ARG001 - as all
    from coder_sdk._cli.operations import operations  # noqa: PLC0415 - one command is run

    return operations(arguments.search)
