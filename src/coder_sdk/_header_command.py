"""Headers that the environment brings: a list, or the output of a command."""

from __future__ import annotations

import csv
import subprocess
from typing import TYPE_CHECKING

from coder_sdk._errors.base import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def parse_list(text: str) -> dict[str, str]:
    """Read `CODER_HEADER`: pairs `name=value`, separated by commas, quoted as in CSV.

    Raises:
        ConfigError: An entry has no `=`; the text is not shown, as it may hold a secret.
    """
    try:
        rows = list(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise ConfigError(f"`CODER_HEADER` cannot be read: {error}.") from None
    return _pairs(rows[0] if rows else (), "`CODER_HEADER`")


def run(command: str, url: str, env: Mapping[str, str], platform: str) -> dict[str, str]:
    """Run `CODER_HEADER_COMMAND` and read a pair `name=value` from each line of its output.

    Raises:
        ConfigError: The command fails, or writes something else.
    """
    shell = ["cmd.exe", "/c", command] if platform == "win32" else ["sh", "-c", command]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, as the `coder` CLI runs it
            shell, env={**env, "CODER_URL": url}, capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"`CODER_HEADER_COMMAND` failed: {type(error).__name__}.") from None
    if done.returncode != 0:
        raise ConfigError(f"`CODER_HEADER_COMMAND` failed with exit status {done.returncode}.")
    lines = done.stdout.decode(errors="replace").splitlines()
    return _pairs((line for line in lines if line.strip()), "The output of `CODER_HEADER_COMMAND`")


def _pairs(entries: Iterable[str], source: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in entries:
        name, separator, value = entry.partition("=")
        if not separator or not name.strip():
            raise ConfigError(f"{source} has an entry that is not `name=value`.")
        pairs[name.strip()] = value.strip()
    return pairs
