"""Reads shell scripts: words with quotes, lists, pipes, groups, redirections, here-documents."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from attrs import field, frozen

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_BREAK: Final = " \t;&|()<>\n"
_ENDS: Final = (";", "\n", "&")


class SyntaxProblem(Exception):  # noqa: N818 - shown as a message of the shell
    """The script cannot be read."""


@frozen
class Word:
    """A word: parts that are literal or hold variables."""

    parts: tuple[tuple[bool, str], ...]

    @property
    def plain(self) -> str:
        """The word with its variables as they are written."""
        return "".join(text for _, text in self.parts)


@frozen
class Simple:
    """A command with its words."""

    words: tuple[Word, ...]
    assignments: tuple[tuple[str, Word], ...]
    source: str
    silent: bool = False
    document: Word | None = None


@frozen
class Group:
    """A list in parentheses or braces."""

    body: Chain
    source: str
    subshell: bool
    silent: bool = False


@frozen
class Pipeline:
    """Commands whose output is the input of the next."""

    parts: tuple[Node, ...]
    negated: bool = False


Node: TypeAlias = "Simple | Group | Pipeline"


@frozen
class Chain:
    """Commands one after the other, each with what connects it to the one before."""

    items: tuple[tuple[str, Node], ...] = field(factory=tuple)


def parse_script(source: str) -> Chain:
    """Read a script.

    Raises:
        SyntaxProblem: It cannot be read.
    """
    parser = _Parser(source)
    chain = parser.chain("")
    if parser.at < len(parser.source):
        raise SyntaxProblem(f"`{parser.source[parser.at]}` unexpected")
    return chain


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.document: Word | None = None

    def peek(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def skip(self, characters: str) -> None:
        while self.at < len(self.source):
            if self.peek("\\\n"):
                self.at += 2
            elif self.source[self.at] in characters:
                self.at += 1
            elif self.source[self.at] == "#" and (
                self.at == 0 or self.source[self.at - 1] in " \t\n;"
            ):
                end = self.source.find("\n", self.at)
                self.at = len(self.source) if end < 0 else end
            else:
                return

    def chain(self, closing: str) -> Chain:
        items: list[tuple[str, Node]] = []
        connector = ";"
        while True:
            self.skip(" \t\n;" if connector == ";" else " \t\n")
            if self.at >= len(self.source) or (closing and self.peek(closing)):
                return Chain(tuple(items))
            items.append((connector, self.pipeline()))
            self.skip(" \t")
            if self.peek("&&") or self.peek("||"):
                connector = self.source[self.at : self.at + 2]
                self.at += 2
            elif self.source[self.at : self.at + 1] in _ENDS and self.at < len(self.source):
                connector = ";"
                self.at += 1
            elif self.at < len(self.source) and not (closing and self.peek(closing)):
                raise SyntaxProblem(f"`{self.source[self.at]}` unexpected")

    def pipeline(self) -> Node:
        negated = self.peek("! ")
        self.at += 2 if negated else 0
        parts = [self.command()]
        self.skip(" \t")
        while self.peek("|") and not self.peek("||"):
            self.at += 1
            self.skip(" \t\n")
            parts.append(self.command())
            self.skip(" \t")
        if len(parts) == 1 and not negated:
            return parts[0]
        return Pipeline(tuple(parts), negated)

    def command(self) -> Node:
        self.skip(" \t")
        if self.peek("("):
            return self.group("(", ")")
        if self.peek("{") and self.source[self.at + 1 : self.at + 2] in {" ", "\n", "\t"}:
            return self.group("{", "}")
        return self.simple()

    def group(self, opening: str, closing: str) -> Group:
        start = self.at = self.at + 1
        body = self.chain(closing)
        if not self.peek(closing):
            raise SyntaxProblem(f"`{closing}` expected")
        inner = self.source[start : self.at]
        self.at += 1
        self.skip(" \t")
        silent = False
        while (redirect := self.redirection()) is not None:
            silent = silent or redirect == "silent"
            self.skip(" \t")
        return Group(body, inner.rstrip(" \t\n;"), opening == "(", silent)

    def simple(self) -> Simple:
        start = end = self.at
        words: list[Word] = []
        assignments: list[tuple[str, Word]] = []
        silent = False
        document: Word | None = None
        while self.at < len(self.source):
            self.skip(" \t")
            redirect = self.redirection()
            if redirect is not None:
                silent = silent or redirect == "silent"
                document = self.document if redirect == "<" else document
                continue
            if self.at >= len(self.source) or self.source[self.at] in ";&|()\n":
                break
            begin = self.at
            word = self.word()
            written = self.source[begin : self.at]
            name = _ASSIGNMENT.match(written)
            if name and not words:
                value = _drop(word, name.end())
                assignments.append((name[0][:-1], value))
            else:
                words.append(word)
            end = self.at
        if not words and not assignments and document is None:
            found = self.source[self.at : self.at + 1] or "end of file"
            raise SyntaxProblem(f"`{found}` unexpected")
        source = self.source[start:end]
        return Simple(tuple(words), tuple(assignments), source, silent, document)

    def redirection(self) -> str | None:
        found = re.compile(r"(\d?)(>>|>&|>|<<-?|<)[ \t]*").match(self.source, self.at)
        if found is None:
            return None
        self.at = found.end()
        kind = found[2]
        if kind.startswith("<<"):
            self.document = self.heredoc()
            return "<"
        target = self.word().plain
        if kind == "<":
            self.document = Word(((True, ""),))
            return "<" if target == "/dev/null" else "ignored"
        to_nowhere = target == "/dev/null" and found[1] in {"", "1"}
        return "silent" if to_nowhere or not (target.isdigit() or target.startswith("/dev/"))\
            else "ignored"  # fmt: skip

    def heredoc(self) -> Word:
        word = self.word()
        mark = word.plain
        start = self.source.find("\n", self.at)
        found = re.compile(rf"^\t*{re.escape(mark)}$", re.MULTILINE).search(
            self.source, max(start, 0)
        )
        if start < 0 or found is None:
            raise SyntaxProblem(f"here-document delimited by end of file (wanted `{mark}`)")
        text = self.source[start + 1 : found.start()]
        self.source = self.source[:start] + self.source[found.end() :]
        return Word(((any(literal for literal, _ in word.parts), text),))

    def word(self) -> Word:
        parts: list[tuple[bool, str]] = []
        while self.at < len(self.source) and self.source[self.at] not in _BREAK:
            character = self.source[self.at]
            if character == "'":
                parts.append((True, self.until("'")))
            elif character == '"':
                parts.extend(self.double())
            elif character == "\\":
                parts.append((True, self.source[self.at + 1 : self.at + 2]))
                self.at += 2
            else:
                parts.append((False, character))
                self.at += 1
        return Word(_merged(parts))

    def until(self, quote: str) -> str:
        end = self.source.find(quote, self.at + 1)
        if end < 0:
            raise SyntaxProblem("unterminated quoted string")
        text = self.source[self.at + 1 : end]
        self.at = end + 1
        return text

    def double(self) -> list[tuple[bool, str]]:
        parts: list[tuple[bool, str]] = [(True, "")]
        self.at += 1
        while self.at < len(self.source) and self.source[self.at] != '"':
            if self.source[self.at] == "\\" and self.source[self.at + 1 : self.at + 2] in set(
                '"\\$`'
            ):
                parts.append((True, self.source[self.at + 1]))
                self.at += 2
            else:
                parts.append((False, self.source[self.at]))
                self.at += 1
        if self.at >= len(self.source):
            raise SyntaxProblem("unterminated quoted string")
        self.at += 1
        return parts


def _merged(parts: list[tuple[bool, str]]) -> tuple[tuple[bool, str], ...]:
    merged: list[tuple[bool, str]] = []
    for literal, text in parts:
        if merged and merged[-1][0] == literal:
            merged[-1] = (literal, merged[-1][1] + text)
        else:
            merged.append((literal, text))
    return tuple(merged)


def _drop(word: Word, count: int) -> Word:
    """The word without its first characters."""
    parts: list[tuple[bool, str]] = []
    for literal, text in word.parts:
        parts.append((literal, text[count:]))
        count = max(0, count - len(text))
    return Word(tuple(parts))
