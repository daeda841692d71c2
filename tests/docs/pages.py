"""The pages of the documentation, and the blocks of Python in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")


class Block(NamedTuple):
    """A fenced block: its page, the line of its first line of code, and its text."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """Every page with prose: the README and the site."""
    return ["README.md", *sorted(str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md"))]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    found: list[Block] = []
    begin: re.Match[str] | None = None
    first, lines = 0, list[str]()
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if begin is None:
            begin, first, lines = fence, number + 1, []
        elif fence is not None and not fence["info"]:
            found.append(Block(page, first, begin["info"].strip(), "\n".join(lines) + "\n"))
            begin = None
        else:
            lines.append(line.removeprefix(begin["indent"]))
    return found


def python_blocks(page: str) -> list[Block]:
    """The blocks of Python."""
    return [block for block in blocks(page) if block.language.partition(" ")[0] == "python"]
