"""Runs shell scripts without a shell: as much of `sh` as one-shot commands use.

Nothing is executed on this machine. Commands are either registered ones or the few built in here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve, field, frozen

from coder_sdk.testing._shell_parser import (
    Chain,
    Group,
    Pipeline,
    Simple,
    SyntaxProblem,
    Word,
    parse_script,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from coder_sdk.testing._shell_parser import Node


@frozen
class Out:
    """Text that a command prints."""

    text: str


@frozen
class Nap:
    """A command that takes its time."""

    seconds: float


@frozen
class Ask:
    """A command that waits for a line of input; the answer is `None` at its end."""


Step: TypeAlias = "Out | Nap | Ask"


class Exit(Exception):  # noqa: N818 - not an error
    """Ends the script."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


@frozen
class CommandResult:
    """What a registered command does.

    Attributes:
        output: What it prints, standard output and error together.
        returncode: Its exit status.
        delay: Seconds that it takes.
    """

    output: str = ""
    returncode: int = 0
    delay: float = 0.0


Run = "Generator[Step, str | None, int]"
_NOT_FOUND: Final = 127
# What the client puts around a command to learn its status, and what it asks a lost session.
_WRAPPER = re.compile(r"exec sh -c '(stty -echo 2>/dev/null; printf |printf %s-%s-%s \w+ \w+ gone)")
_VARIABLE = re.compile(r"\$(\w+|[?$#@*!]|\{(\w+|\?)(?::?-([^}]*))?\})")


@frozen
class Shell:
    """A shell with its variables.

    Attributes:
        lookup: Finds the registered command for a text; `None` where there is none.
        variables: Variables, `?` included.
        wrapping: Whether it runs what the client puts around a command. No registered command is
            meant by that; the command itself stands in parentheses.
    """

    lookup: Callable[[str], CommandResult | None]
    variables: dict[str, str] = field(factory=lambda: {"?": "0", "HOME": "/home/coder"})
    wrapping: bool = False

    def registered(self, text: str) -> CommandResult | None:
        """The registered command for a text of the script; `None` where there is none."""
        return None if self.wrapping else self.lookup(text.strip())

    def run(self, script: str) -> Generator[Step, str | None, int]:
        """Run a script; a registered command may be the whole of it."""
        if not self.wrapping and _WRAPPER.match(script):
            return (yield from evolve(self, wrapping=True).run(script))
        found = self.registered(script)
        if found is not None:
            return (yield from _play(found))
        try:
            tree = parse_script(script)
        except SyntaxProblem as problem:
            yield Out(f"sh: syntax error: {problem}\n")
            return 2
        try:
            return (yield from self._chain(tree))
        except Exit as ending:
            return ending.code

    def _chain(self, chain: Chain) -> Generator[Step, str | None, int]:
        code = int(self.variables["?"])
        for connector, node in chain.items:
            skip = (connector == "&&" and code != 0) or (connector == "||" and code == 0)
            if not skip:
                code = yield from self._node(node)
                self.variables["?"] = str(code)
        return code

    def _node(self, node: Node) -> Generator[Step, str | None, int]:
        if isinstance(node, Pipeline):
            return (yield from self._pipeline(node))
        if isinstance(node, Group):
            found = self.lookup(node.source.strip())
            if found is not None:
                return (yield from _filtered(_play(found), silent=node.silent))
            shell = Shell(self.lookup, dict(self.variables)) if node.subshell else self
            try:
                code = yield from _filtered(shell._chain(node.body), silent=node.silent)  # noqa: SLF001 - ours
            except Exit as ending:
                if not node.subshell:
                    raise
                code = ending.code
            return code
        return (yield from self._simple(node))

    def _pipeline(self, node: Pipeline) -> Generator[Step, str | None, int]:
        text: str | None = None
        code = 0
        for index, part in enumerate(node.parts):
            run = self._node(part)
            last = index == len(node.parts) - 1
            text, code = yield from _captured(run, text, pass_on=last)
        return (0 if code else 1) if node.negated else code

    def _simple(self, node: Simple) -> Generator[Step, str | None, int]:
        found = self.registered(node.source)
        if found is not None:
            return (yield from _filtered(_play(found), silent=node.silent))
        words = [self._expand(word) for word in node.words]
        for name, word in node.assignments:
            self.variables[name] = self._expand(word)
        if not words:
            return 0
        document = None if node.document is None else self._expand(node.document)
        run = self._command(words[0], words[1:], document)
        return (yield from _filtered(run, silent=node.silent))

    def _expand(self, word: Word) -> str:
        return "".join(
            text if literal else _VARIABLE.sub(self._value, text) for literal, text in word.parts
        )

    def _value(self, found: re.Match[str]) -> str:
        name, braced, default = found.groups()
        return self.variables.get(braced or name, default or "")

    def _command(
        self, name: str, arguments: list[str], document: str | None
    ) -> Generator[Step, str | None, int]:
        from coder_sdk.testing._shell_commands import BUILT_IN  # noqa: PLC0415 - it needs us

        base = name.rpartition("/")[2]
        command = BUILT_IN.get(base)
        if command is None:
            yield Out(f"sh: 1: {name}: not found\n")
            return _NOT_FOUND
        run = command(self, arguments)
        if document is None:
            return (yield from run)
        _, code = yield from _captured(run, document, pass_on=True)
        return code


def _play(result: CommandResult) -> Generator[Step, str | None, int]:
    if result.delay:
        yield Nap(result.delay)
    if result.output:
        yield Out(result.output)
    return result.returncode


def _filtered(
    run: Generator[Step, str | None, int], *, silent: bool
) -> Generator[Step, str | None, int]:
    given: str | None = None
    while True:
        try:
            step = run.send(given)
        except StopIteration as ending:
            return int(ending.value)
        given = None
        if not (silent and isinstance(step, Out)):
            given = yield step


def _captured(
    run: Generator[Step, str | None, int], text: str | None, *, pass_on: bool
) -> Generator[Step, str | None, tuple[str, int]]:
    """Run with a text as input; what is printed is passed on or kept."""
    lines = None if text is None else text.splitlines(keepends=True)
    kept: list[str] = []
    given: str | None = None
    while True:
        try:
            step = run.send(given)
        except StopIteration as ending:
            return "".join(kept), int(ending.value)
        given = None
        if isinstance(step, Ask) and lines is not None:
            given = lines.pop(0) if lines else None
        elif isinstance(step, Out) and not pass_on:
            kept.append(step.text)
        else:
            given = yield step
