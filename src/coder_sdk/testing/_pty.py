"""Terminals of fake agents."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import frozen

from coder_sdk.testing._session import Session
from coder_sdk.testing._shell import Ask, CommandResult, Nap, Out, Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from coder_sdk.testing._clock import Event, FakeClock
    from coder_sdk.testing._shell import Step

_INTERRUPT: Final = "\x03"
_END: Final = "\x04"
_IDLE: Final = 5 * 60.0


@frozen
class Command:
    """A registered command.

    Attributes:
        pattern: A text that the command equals, or an expression that matches all of it.
        run: Gives what it does, from the text of the command.
    """

    pattern: str | re.Pattern[str]
    run: Callable[[str], CommandResult]

    def fits(self, text: str) -> bool:
        """Whether a command is this one."""
        if isinstance(self.pattern, str):
            return text == self.pattern
        return self.pattern.fullmatch(text) is not None


def find_command(commands: list[Command], text: str) -> CommandResult | None:
    """What a command does; the newest registration counts."""
    for command in reversed(commands):
        if command.fits(text):
            return command.run(text)
    return None


class Terminal:
    """A program that runs in a terminal; connections come and go, and see what it printed."""

    def __init__(self, clock: FakeClock, commands: list[Command], command: str) -> None:
        self._clock = clock
        self._shell = Shell(lambda text: find_command(commands, text))
        self.done = False
        self._history = b""
        self._sessions: list[TerminalSession] = []
        self._typed = ""
        self._closed_input = False
        self._asking = False
        self._timer: Event | None = None
        self._idle: Event | None = None
        self._run: Generator[Step, str | None, int] = (
            self._shell.run(command) if command else self._login()
        )
        self._go(None)

    def _login(self) -> Generator[Step, str | None, int]:
        prompt = "coder@workspace:~$ "
        yield Out("\x1b[?2004h" + prompt)
        while True:
            line = yield Ask()
            if line is None or line.strip() in {"exit", "logout"}:
                yield Out("\x1b[?2004l\rlogout\n")
                return 0
            yield Out("\x1b[?2004l\r")
            code = yield from self._shell.run(line)
            self._shell.variables["?"] = str(code)
            yield Out("\x1b[?2004h" + prompt)

    def _go(self, given: str | None) -> None:
        self._asking = False
        while not self.done:
            try:
                step = self._run.send(given)
            except StopIteration:
                self._finish()
                return
            given = None
            if isinstance(step, Out):
                self._print(step.text)
            elif isinstance(step, Nap):
                self._timer = self._clock.schedule(step.seconds, lambda: self._go(None))
                return
            else:
                self._asking = True
                if not self._feed():
                    return
                given = self._next_line()
                self._asking = False

    def _feed(self) -> bool:
        return "\n" in self._typed or self._closed_input

    def _next_line(self) -> str | None:
        if "\n" in self._typed:
            line, _, self._typed = self._typed.partition("\n")
            return line + "\n"
        # The end of the input gives what was typed so far, and then nothing.
        line, self._typed = self._typed, ""
        return line or None

    def _print(self, text: str) -> None:
        data = text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
        if not data:
            return
        self._history += data
        for session in self._sessions:
            session.put(data)

    def type(self, text: str) -> None:
        """Take keys; the terminal shows what is typed."""
        if self.done:
            return
        if _INTERRUPT in text:
            self._interrupt()
            return
        shown = text.replace("\r", "\n")
        self._print(shown.replace(_END, ""))
        self._closed_input = self._closed_input or _END in text
        self._typed += shown.replace(_END, "")
        if self._asking and self._feed():
            self._go(self._next_line())

    def _interrupt(self) -> None:
        self._print("^C\n")
        if self._timer is not None:
            self._timer.cancel()
        self._run.close()
        self._finish()

    def _finish(self) -> None:
        self.done = True
        for session in list(self._sessions):
            session.end(1000)

    def join(self, session: TerminalSession) -> None:
        """Show a connection what was printed, and go on with it."""
        if self._idle is not None:
            self._idle.cancel()
        if self._history:
            session.put(self._history)
        self._sessions.append(session)
        if self.done:
            session.end(1000)

    def part(self, session: TerminalSession) -> None:
        """Lose a connection; without any the program ends after a while."""
        if session in self._sessions:
            self._sessions.remove(session)
        if not self._sessions and not self.done:
            self._idle = self._clock.schedule(_IDLE, self._interrupt, background=True)

    def hang_up(self) -> None:
        """End with the agent."""
        if not self.done:
            self._interrupt()


class TerminalSession(Session):
    """A connection to a terminal."""

    two_way = True

    def __init__(self, clock: FakeClock, terminal: Terminal) -> None:
        super().__init__(clock)
        self._terminal = terminal
        self._undo.append(lambda: terminal.part(self))
        terminal.join(self)

    def receive(self, frame: str | bytes) -> None:
        """Take a JSON object with keys or a new size; anything else ends the connection."""
        try:
            value: Any = json.loads(frame)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.end(1001)
            return
        keys = cast("dict[str, Any]", value).get("data")
        if isinstance(keys, str) and keys:
            self._terminal.type(keys)
