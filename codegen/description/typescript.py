"""Reads the declarations of Coder's generated TypeScript types.

The dashboard is compiled with these types, so they tell of every field whether its key may
be absent (`name?: T`) and whether its value may be null (`T | null`). Only declarations are
read: `export interface`, `export type`, and the `export const` arrays that follow an enum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
  | (?P<word>[A-Za-z_$][\w$]*)
  | (?P<number>-?\d[\w.]*)
  | (?P<mark>=>|[{}\[\]()<>|&;:,=?.\-])
    """,
    re.VERBOSE | re.DOTALL,
)
_ORIGIN = re.compile(r"//\s*From\s+(?:[\w.-]+/)*(?P<package>\w+)/[\w.-]+\.go")
_OPENING = {"{": "}", "[": "]", "(": ")", "<": ">"}


class TypeScriptError(ValueError):
    """A declaration that cannot be read; the text names its file and line."""


@attrs.frozen(slots=True)
class Field:
    """A property of an interface."""

    name: str
    optional: bool
    nullable: bool
    type: str


@attrs.frozen(slots=True)
class Interface:
    """An interface with its own fields; those of `extends` come on top."""

    name: str
    extends: tuple[str, ...]
    fields: tuple[Field, ...]
    package: str | None = None


@attrs.frozen(slots=True)
class Declarations:
    """What a file declares. `enums` are unions of strings, `aliases` all other types."""

    interfaces: Mapping[str, Interface]
    enums: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str]

    def flattened(self, name: str) -> dict[str, Field]:
        """Return the fields of an interface, inherited ones first."""
        interface = self.interfaces[name]
        fields: dict[str, Field] = {}
        for parent in interface.extends:
            if parent not in self.interfaces:
                raise TypeScriptError(f"Interface `{name}` extends `{parent}`, which is missing.")
            fields.update(self.flattened(parent))
        fields.update({field.name: field for field in interface.fields})
        return fields


@attrs.frozen(slots=True)
class _Token:
    kind: str
    text: str
    line: int

    @property
    def value(self) -> str:
        """The name or the string that the token spells."""
        if self.kind != "string":
            return self.text
        return re.sub(r"\\(.)", r"\1", self.text[1:-1])


def parse(text: str, file: str = "<types>") -> Declarations:
    """Read the declarations of a TypeScript file.

    Args:
        text: The content of the file.
        file: Its name, for error messages.

    Returns:
        Interfaces, enums and other aliases by their names.

    Raises:
        TypeScriptError: If a construct is not known; nothing is passed over silently.
    """
    return _Parser(list(_tokens(text, file)), file).declarations()


def _tokens(text: str, file: str) -> Iterator[_Token]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise TypeScriptError(f"{file}:{line}: Unknown character {text[position]!r}.")
        kind = match.lastgroup or "space"
        origin = _ORIGIN.match(match.group()) if kind == "comment" else None
        if origin is not None:
            yield _Token("origin", origin["package"], line)
        elif kind not in {"space", "comment"}:
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
        position = match.end()


class _Parser:
    """A cursor over the tokens of one file."""

    def __init__(self, tokens: Sequence[_Token], file: str) -> None:
        self._tokens = tokens
        self._file = file
        self._position = 0
        self._package: str | None = None
        self._interfaces: dict[str, Interface] = {}
        self._enums: dict[str, tuple[str, ...]] = {}
        self._aliases: dict[str, str] = {}
        self._arrays: dict[str, tuple[str, ...]] = {}

    def declarations(self) -> Declarations:
        readers = {"interface": self._interface, "type": self._alias, "const": self._constant}
        while (token := self._peek()) is not None:
            if token.kind == "origin":
                self._package = self._next().text
                continue
            if token.text == "import":
                self._until(";")
                self._take(";")
                continue
            self._take("export")
            word = self._next()
            if word.text not in readers:
                raise self._error(word, "Expected `interface`, `type` or `const`")
            readers[word.text]()
        for name, values in self._arrays.items():
            self._enums[name] = tuple(dict.fromkeys((*self._enums.get(name, ()), *values)))
        return Declarations(self._interfaces, self._enums, self._aliases)

    def _interface(self) -> None:
        name = self._next().text
        self._skip_parameters()
        extends: list[str] = []
        if self._at("extends"):
            self._take("extends")
            while not self._at("{"):
                extends.append(self._next().text)
                self._skip_parameters()
                if self._at(","):
                    self._take(",")
        self._take("{")
        fields: list[Field] = []
        while not self._at("}"):
            if (token := self._peek()) is not None and token.kind == "origin":
                self._next()
                continue
            fields.append(self._field())
        self._take("}")
        if self._at(";"):
            self._take(";")
        self._interfaces[name] = Interface(name, tuple(extends), tuple(fields), self._package)

    def _field(self) -> Field:
        name = self._next()
        if name.text == "readonly" and not (self._at(":") or self._at("?")):
            name = self._next()
        if name.kind not in {"word", "string", "number"}:
            raise self._error(name, "Expected the name of a property")
        optional = self._at("?")
        if optional:
            self._take("?")
        self._take(":")
        members = _union(self._type(";", ",", "}"))
        if self._at(";") or self._at(","):
            self._next()
        rest = [member for member in members if member not in {"null", "undefined"}]
        return Field(
            name=name.value,
            optional=optional or "undefined" in members,
            nullable="null" in members,
            type=" | ".join(rest) or "null",
        )

    def _alias(self) -> None:
        name = self._next().text
        self._skip_parameters()
        self._take("=")
        tokens = self._type(";")
        if self._at(";"):
            self._take(";")
        members = [token for token in tokens if token.text != "|"]
        if members and all(token.kind == "string" for token in members):
            self._enums[name] = tuple(token.value for token in members)
        else:
            self._aliases[name] = " | ".join(_union(tokens))

    def _constant(self) -> None:
        self._next()
        kind: Sequence[_Token] = ()
        if self._at(":"):
            self._take(":")
            kind = self._until("=")
        self._take("=")
        tokens = self._until(";")
        self._take(";")
        element = re.fullmatch(r"(?:readonly )?(\w+)\[\]", _text([token.text for token in kind]))
        values = tuple(token.value for token in tokens if token.kind == "string")
        only_strings = len(values) == sum(token.text not in {"[", "]", ","} for token in tokens)
        if element is not None and element[1] != "string" and values and only_strings:
            self._arrays[element[1]] = values

    def _skip_parameters(self) -> None:
        if self._at("<"):
            self._take("<")
            self._until(">")
            self._take(">")

    def _type(self, *ends: str) -> list[_Token]:
        """Take the tokens of a type: up to one of `ends`, or to the end of its last line."""
        taken = self._until(*ends, by_line=True)
        if not taken:
            raise self._error(self._next(), "Expected a type")
        return taken

    def _until(self, *ends: str, by_line: bool = False) -> list[_Token]:
        """Take tokens up to one of `ends` that stands outside of all brackets.

        With `by_line`, a new line ends them, too, unless a union goes on there.
        """
        taken: list[_Token] = []
        closing: list[str] = []
        while True:
            token = self._peek()
            if by_line and not closing and taken and _ends_line(taken[-1], token):
                return taken
            if token is None:
                raise self._error(self._tokens[-1], f"The file ends before `{ends[0]}`")
            if not closing and token.text in ends and token.kind == "mark":
                return taken
            if token.kind == "mark" and token.text in _OPENING:
                closing.append(_OPENING[token.text])
            elif closing and token.text == closing[-1] and token.kind == "mark":
                closing.pop()
            taken.append(self._next())

    def _peek(self) -> _Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _at(self, text: str) -> bool:
        token = self._peek()
        return token is not None and token.kind in {"mark", "word"} and token.text == text

    def _next(self) -> _Token:
        token = self._peek()
        if token is None:
            raise TypeScriptError(f"{self._file}: The file ends inside a declaration.")
        self._position += 1
        return token

    def _take(self, text: str) -> None:
        token = self._next()
        if token.text != text or token.kind == "string":
            raise self._error(token, f"Expected `{text}`")

    def _error(self, token: _Token, what: str) -> TypeScriptError:
        return TypeScriptError(f"{self._file}:{token.line}: {what}, found {token.text!r}.")


def _ends_line(last: _Token, following: _Token | None) -> bool:
    if following is None:
        return True
    return following.line > last.line and "|" not in {last.text, following.text}


def _union(tokens: Sequence[_Token]) -> list[str]:
    """Split the tokens of a type into the members of its union, each as normal text."""
    members: list[str] = []
    current: list[str] = []
    depth = 0
    for token in tokens:
        if token.kind == "mark" and token.text in _OPENING:
            depth += 1
        elif token.kind == "mark" and token.text in _OPENING.values():
            depth -= 1
        if token.text == "|" and token.kind == "mark" and depth == 0:
            members.append(_text(current))
            current = []
        elif token.kind != "origin":
            current.append(token.text)
    members.append(_text(current))
    return [member for member in members if member]


def _text(words: Sequence[str]) -> str:
    text = " ".join(words)
    text = re.sub(r" ?([<>\[\]().]) ?", r"\1", text)
    text = re.sub(r" ,", ",", text)
    text = re.sub(r" ?\| ?", " | ", text)
    return re.sub(r"(?:^|(?<=[<(]))readonly ", "", text).strip()
