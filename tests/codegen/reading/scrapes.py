"""Markdown pages as the scrapes of each dialect would show them.

The scrapes that exist show single pages of single releases. These functions do to any page
what was done to those, so that reading the result can be compared with reading the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_CODE = re.compile(r"``|`([^`]+)`")
_TAGS = re.compile(r"<[^>]+>")
_PIPE = re.compile(r"(?<!\\)\|")
_MIRROR_HEAD = (
    "mirror of",
    "https://git.example/coder/coder.git",
    "0123456789",
    "# feat: a commit message ```text with marks ``` # and headings",
    "918 lines",
    "56 KiB",
    "Markdown",
    "Generated",
)


def mirror_page(markdown: str) -> str:
    """Show a page as a mirror does: a gutter around every line, spaces collapsed."""
    lines = list(_MIRROR_HEAD)
    for line in markdown.removesuffix("\n").split("\n"):
        text = re.sub(r"\s+", " ", line).strip()
        lines += ["|", text, "|"] if text else ["|", "|"]
    return "\n".join(lines[: len(_MIRROR_HEAD)] + lines[len(_MIRROR_HEAD) + 1 :])


def piped_page(markdown: str) -> str:
    """Show a page as text: no empty lines, no marks of headings, pipes between cells."""
    lines = [
        re.sub(r"^(?:  )+", lambda indent: "\t" * (len(indent.group()) // 2), line)
        if fenced
        else line
        for line, fenced in _flat(markdown, _piped_table)
    ]
    return "\n".join(line for line in lines if line.strip()) + "\n"


def glued_page(markdown: str) -> str:
    """Show a page as text after breadcrumbs: the cells of a row have nothing between them."""
    lines = [line for line, _ in _flat(markdown, _glued_table)]
    title = lines[0]
    page = "\n".join(["Home", "/", "API", "/", title, "", title, "", *lines])
    return re.sub(r"\n{3,}", "\n\n", page)


def _flat(
    markdown: str, table: Callable[[Sequence[Sequence[str]]], list[str]]
) -> Iterator[tuple[str, bool]]:
    """Yield the lines without marks, and whether each stands in a fence."""
    fenced = False
    rows: list[list[str]] = []
    for line in [*markdown.split("\n"), ""]:
        if line.startswith("|") and not fenced:
            cells = _PIPE.split(line.strip().removeprefix("|").removesuffix("|"))
            rows.append([_bare(cell) for cell in cells])
            continue
        if rows:
            literal = len(rows) == 1 or set(rows[1][0]) != {"-"}
            lines = [f"|{'|'.join(row)}|" for row in rows] if literal else table(rows)
            yield from ((row, False) for row in lines)
            rows = []
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                yield "", False
        elif fenced:
            yield line, True
        else:
            text = re.sub(r"^#+ |^> ", "", line)
            yield _bare(_TAGS.sub("", text)), False


def _bare(text: str) -> str:
    """Drop marks and links; an empty code span is no code span and stays."""
    text = _LINK.sub(r"\1", text.strip().replace("**", "")).replace("\\|", "|")
    return _CODE.sub(lambda span: span[1] or span[0], text)


def _piped_table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, _, *body = rows
    lines = ["| " + " | ".join(head) + " | ", "|" + "---|" * len(head)]
    for number, row in enumerate(body):
        cells = list(row)
        while cells and not cells[-1]:
            cells.pop()
        empty = "" if number == len(body) - 1 else "|" * (len(row) - len(cells))
        filled = [cell for cell in cells if cell]
        start = "| " if head[0] == "Status" else ""
        lines.append(start + " | ".join(filled) + " | " + empty)
    return lines


def _glued_table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, _, *body = rows
    return ["".join(head), *("".join(row) for row in body)]
