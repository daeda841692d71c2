"""What the command prints: levels in colour where the terminal has it, spans of time in words."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from typing import Final, Literal

from coder_sdk._errors.base import CoderError, without_hint

Level = Literal["ok", "note", "warning", "failed"]
_COLOURS: Final[dict[Level, str]] = {"ok": "32", "note": "36", "warning": "33", "failed": "31"}


def has_colour() -> bool:
    """Whether the output is a terminal that shows colours, and nobody asked for none."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()


def marked(level: Level) -> str:
    """The name of a level, padded to the width of the longest."""
    text = f"{level:<7}"
    return f"\033[{_COLOURS[level]}m{text}\033[0m" if has_colour() else text


def say(text: str) -> None:
    """Print a line."""
    print(text)  # noqa: T201 - a command prints


def words_of(error: CoderError) -> str:
    """The text of an error without its hint, on one line where the rest is a page of the web."""
    text = without_hint(error)
    return text.partition("\n")[0] if "<html" in text.lower() else text


def span(length: timedelta) -> str:
    """A span in its two largest units: `6 days 3 hours`."""
    seconds = int(abs(length.total_seconds()))
    parts = [
        (seconds // 86400, "day"),
        (seconds % 86400 // 3600, "hour"),
        (seconds % 3600 // 60, "minute"),
        (seconds % 60, "second"),
    ]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    shown = [part for part in parts[first : first + 2] if part[0]] or [parts[-1]]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in shown)


def validity(expires_at: datetime | None, now: datetime) -> str:
    """How long something is still valid."""
    if expires_at is None:
        return "never expires"
    when = expires_at.astimezone().isoformat(" ", "minutes")
    if expires_at <= now:
        return f"expired {span(now - expires_at)} ago ({when})"
    return f"valid for {span(expires_at - now)} (until {when})"
