"""Wrapped commands, run by the shell of this machine in a terminal of this machine."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from typing import Any

import pytest

from coder_sdk.workflows._terminal import Script, Transcript

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="terminals differ elsewhere")

SECONDS = 20.0  # until a shell that says nothing counts as stuck


def ran(command: str, **options: Any) -> Transcript:
    """Run a command to its end, as the agent of a workspace does."""
    script = Script(command, **options)
    seen = script.transcript()
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(  # noqa: S603 - commands of this file
        ["/bin/sh", "-c", script.line], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    keys, typed = b"", False
    try:
        while seen.returncode is None:
            readable, writable, _ = select.select([ours], [ours] if keys else [], [], SECONDS)
            assert readable or writable, seen.output
            if readable:
                seen.feed(os.read(ours, 4096))
                if seen.ready and not typed:
                    keys, typed = "".join(script.typed).encode(), True
            if writable:
                keys = keys[os.write(ours, keys[:1000]) :]
    finally:
        os.close(ours)
        shell.kill()
        shell.wait()
    return seen


@pytest.mark.parametrize(
    ("command", "options", "status", "output"),
    [
        ("echo hi; exit 3", {}, 3, "hi\n"),
        ("printf 'no newline'; false", {}, 1, "no newline"),
        ('echo "$A"; pwd', {"env": {"A": "b a'r $x"}, "cwd": "/"}, 0, "b a'r $x\n/\n"),
        ("cat", {"stdin": "ünï\t\x03\x04 end"}, 0, "ünï\t\x03\x04 end"),
        ('read x; echo "got=$x"; echo error >&2', {"env": {"Z": "1"}}, 0, "got=\nerror\n"),
        ("wc -c | tr -d ' '", {"stdin": "abc" * 50_000}, 0, "150000\n"),
    ],
)  # fmt: skip
def test_a_command_is_wrapped_for_a_real_shell(
    command: str, options: dict[str, Any], status: int, output: str
):
    seen = ran(command, **options)
    assert (seen.returncode, seen.output) == (status, output)


def test_a_long_script_runs_to_its_end():
    seen = ran("".join(f"echo line{number}\n" for number in range(9000)))
    assert (seen.returncode, seen.output.count("line")) == (0, 9000)
