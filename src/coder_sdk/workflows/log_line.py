"""A line of a log, as callbacks get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LogLine"]


class LogLine(str):
    """The text of a log line; what else is known of it stands beside.

    Attributes:
        log: The line as the server sent it.
        agent: Name of the agent whose startup wrote it; `None` for a line of the build.

    Example:
        >>> line = LogLine("Applying", log={"id": 7})
        >>> print(line, line.log["id"])
        Applying 7
    """

    __slots__ = ("agent", "log")

    log: Any
    agent: str | None

    def __new__(cls, text: str, *, log: Any = None, agent: str | None = None) -> Self:
        """Make the line."""
        self = super().__new__(cls, text)
        self.log = log
        self.agent = agent
        return self
