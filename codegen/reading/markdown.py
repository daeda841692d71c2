"""Markdown lines to blocks, by markdown-it with tables; every block keeps its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from codegen.reading.blocks import Block, Fence, Heading, Line, Quote, Table, Text
from codegen.reading.document import TableRow

_SEPARATOR: Final = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*")
_UNESCAPED_PIPE: Final = re.compile(r"(?<!\\)\|")
_FENCE: Final = re.compile(r"\s{0,3}(`{3,}|~{3,})(.*)")
_HEADING: Final = re.compile(r"#{1,4} \S")
_HTML_HEADING: Final = re.compile(r"<h([1-6])[^>]*>(.*?)</h[1-6]>")
_MAX_JOINED_LINES: Final = 40


def read_blocks(lines: Sequence[Line]) -> list[Block]:
    """Read markdown into blocks.

    Table rows whose description contains line breaks are joined first: a markdown parser
    would end the table there.
    """
    joined = list(_close_fences(_join_broken_rows(lines)))
    tokens = _parser().parse("\n".join(line.text for line in joined))
    return list(_Blocks(joined, tokens))


def _parser() -> MarkdownIt:
    """Return a parser of block structure only; cells and paragraphs stay raw text."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.disable(["code", "lheading", "list", "hr", "reference"])
    parser.core.ruler.disable(["inline"])
    return parser


def _join_broken_rows(lines: Sequence[Line]) -> Iterator[Line]:
    """Join the rows of a table whose description goes on in lines without a leading pipe."""
    index, fenced, in_table = 0, False, False
    while index < len(lines):
        line = lines[index]
        fenced ^= _FENCE.match(line.text) is not None
        separator = _SEPARATOR.fullmatch(line.text) is not None
        in_table = not fenced and line.text.startswith("|") and (in_table or separator)
        if in_table and not separator:
            line, index = _join_row(lines, index)
        yield line
        index += 1


def _join_row(lines: Sequence[Line], start: int) -> tuple[Line, int]:
    """Join the row at `start` with the lines up to the pipe that ends its description."""
    parts: list[str] = []
    for index in range(start + 1, min(start + _MAX_JOINED_LINES, len(lines))):
        text = lines[index].text.strip()
        if text.startswith(("|", "<")) or _HEADING.match(text) or _FENCE.match(text):
            break
        parts += [text] if text else []
        if text.endswith("|"):
            row = lines[start].text.rstrip()
            return Line(" ".join([row.removesuffix("|"), *parts]), lines[start].number), index
    return lines[start], start


def _pipes(row: str) -> int:
    return len(_UNESCAPED_PIPE.findall(row))


def _close_fences(lines: Iterator[Line]) -> Iterator[Line]:
    """Close a JSON or YAML fence before a heading: no example contains one."""
    closing = ""
    for line in lines:
        fence = _FENCE.match(line.text)
        if fence and not closing:
            data = fence.group(2).strip() in {"json", "yaml"}
            closing = fence.group(1) if data else "never"
        elif fence and not fence.group(2).strip():
            closing = ""
        elif closing not in {"", "never"} and _HEADING.match(line.text):
            yield Line(closing, line.number)
            closing = ""
        yield line


def _html(content: str, line: int) -> Block:
    heading = _HTML_HEADING.match(content)
    if heading is None:
        return Text(content, line)
    return Heading(int(heading.group(1)), heading.group(2).strip(), line)


class _Blocks:
    """Iterates over the blocks of a token stream."""

    def __init__(self, lines: Sequence[Line], tokens: Sequence[Token]) -> None:
        self._lines = lines
        self._tokens = tokens

    def __iter__(self) -> Iterator[Block]:
        index = 0
        while index < len(self._tokens):
            token = self._tokens[index]
            end = self._end(index)
            block = self._block(token, self._tokens[index + 1 : end])
            if block is not None:
                yield block
            index = end + 1

    def _end(self, index: int) -> int:
        """Return the index of the token that closes the one at `index`."""
        token = self._tokens[index]
        if token.nesting == 0:
            return index
        depth = 0
        for place in range(index, len(self._tokens)):
            depth += self._tokens[place].nesting
            if depth == 0:
                return place
        return len(self._tokens) - 1

    def _block(self, token: Token, inner: Sequence[Token]) -> Block | None:
        line = self._number(token)
        text = "\n".join(part.content for part in inner if part.type == "inline")
        if token.type == "heading_open":
            return Heading(int(token.tag[1:]), text.strip(), line)
        if token.type == "fence":
            return Fence(token.info.strip(), token.content, line, closed=self._closed(token))
        if token.type == "table_open":
            return self._table(line, inner)
        if token.type == "blockquote_open":
            return Quote(text.strip(), line)
        if token.type == "html_block":
            return _html(token.content.strip(), line)
        return Text(text.strip(), line) if text.strip() else None

    def _number(self, token: Token) -> int:
        return self._lines[token.map[0]].number if token.map else 0

    def _closed(self, token: Token) -> bool:
        start, end = token.map or [0, 0]
        last = self._lines[end - 1].text.strip()
        return end - 1 > start and last.startswith(token.markup) and not last.strip(token.markup)

    def _table(self, line: int, inner: Sequence[Token]) -> Table:
        rows: list[TableRow] = []
        cells: list[str] = []
        starts = [token for token in inner if token.type == "tr_open"]
        closed = self._source(starts[0]).endswith("|")
        for token in inner:
            if token.type == "tr_open":
                cells = []
            elif token.type == "inline":
                cells.append(token.content.strip())
            elif token.type == "tr_close":
                start = starts[len(rows)]
                whole = self._whole_cells(start, closed=closed)
                rows.append(TableRow(tuple(cells[:whole]), self._number(start)))
        return Table(rows[0].cells, tuple(rows[1:]), line)

    def _source(self, row: Token) -> str:
        return self._lines[row.map[0]].text.strip() if row.map else ""

    def _whole_cells(self, row: Token, *, closed: bool) -> int:
        """Count the cells that the source has: the parser fills short rows up.

        Where the table's head ends with a pipe, a cell without one is cut.
        """
        text = self._source(row)
        return _pipes(text) - text.startswith("|") + (not closed and not text.endswith("|"))
