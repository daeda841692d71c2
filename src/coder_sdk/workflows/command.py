"""What a command in a workspace came to."""

from __future__ import annotations

from typing import NamedTuple

from coder_sdk._errors.work import CommandError

__all__ = ["CommandResult"]


class CommandResult(NamedTuple):
    """What a command in a workspace came to.

    Attributes:
        returncode: Its exit status.
        output: What it wrote, standard output and error together, with plain line ends.
        command: The command.

    Example:
        >>> result = CommandResult(1, "no such test", "pytest")
        >>> result.ok
        False
        >>> result.check()
        Traceback (most recent call last):
        coder_sdk.CommandError: `pytest` ended with status 1.
        no such test
    """

    returncode: int
    output: str
    command: str

    @property
    def ok(self) -> bool:
        """Whether the status is 0."""
        return self.returncode == 0

    def check(self) -> CommandResult:
        """Return the result itself, or raise.

        Raises:
            CommandError: The status is not 0.
        """
        if self.returncode != 0:
            raise CommandError(
                f"`{_short(self.command)}` ended with status {self.returncode}.",
                returncode=self.returncode,
                output=self.output,
                command=self.command,
            )
        return self


def _short(command: str) -> str:
    first, _, rest = command.strip().partition("\n")
    return f"{first[:80]} …" if rest or len(first) > 80 else first  # noqa: PLR2004 - a line
