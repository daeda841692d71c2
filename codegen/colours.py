"""Derives the synchronous twin of code that was written once, in async.

Every folder `_async` below `src/` and `tests/` has a sibling `_sync`; each module in it is the
async one with `async` and `await` removed and names replaced by the table. A module whose first
lines hold the mark `colour: handwritten` is left alone: it is what the two colours differ by.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MARK: Final = "colour: handwritten"
NOTE: Final = "# Derived from `{source}`\n# by `python -m codegen colours`; edit that file.\n"
ROOTS: Final = ("src", "tests")

# Whole names; a rule that nothing uses is an error. A name that begins with `Async` and is not
# listed loses that word, so that a workflow needs no rule of its own.
NAMES: Final = {
    "AsyncResource": "SyncResource",
    "AsyncNames": "Names",
    "AsyncGate": "Gate",
    "AsyncUpload": "Upload",
    "AsyncRetrying": "Retrying",
    "AsyncGenerator": "Generator",
    "aclosing": "closing",
    "asleep": "sleep",
    "aiter_bytes": "iter_bytes",
    "AsyncClient": "Client",
    "_async_client": "_client",
    "AbstractAsyncContextManager": "AbstractContextManager",
    "AsyncIterable": "Iterable",
    "AsyncSource": "Source",
    "AsyncSocketSource": "SocketSource",
    "AsyncEventSource": "EventSource",
    "AsyncConnection": "Connection",
    "AsyncStream": "Stream",
    "AsyncFrames": "Frames",
    "AsyncSocket": "Socket",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "AsyncFilterNames": "FilterNames",
    "AsyncItems": "Items",
    "AsyncPager": "Pager",
    "AsyncPages": "Pages",
    "StopAsyncIteration": "StopIteration",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "_async": "_sync",
    "AsyncTransport": "Transport",
    "AsyncIterator": "Iterator",
    "AsyncStreamingResponse": "StreamingResponse",
    "aclose": "close",
    "asynccontextmanager": "contextmanager",
}
# Order and use of imports, needless suppressions, loops that now only pass on.
MENDED: Final = "I,F401,RUF100,UP028,C416"
WORD: Final = re.compile(r"\b(async |await )?([A-Za-z_]\w*)\b")
PREFIXED: Final = re.compile(r"Async[A-Z]\w*")


class UnusedRuleError(Exception):
    """A rule of the table renames nothing."""


def renamed(name: str, used: set[str]) -> str:
    """The name in the synchronous form, noting which rule was used."""
    if name in NAMES:
        used.add(name)
        return NAMES[name]
    return name.removeprefix("Async") if PREFIXED.fullmatch(name) else name


def derive(source: str, used: set[str]) -> str:
    """Make the synchronous form of a module, noting which rules were used."""
    lines = source.splitlines(keepends=True)
    edits: list[tuple[int, int, int, str]] = []
    brackets: list[bool] = []
    unwrap = False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (row, start), (end_row, end) = token.start, token.end
        if token.type == tokenize.NAME and token.string in {"async", "await"}:
            # The blank after the keyword goes with it.
            edits.append((row, start, end + 1, ""))
        elif token.type == tokenize.NAME and (new := renamed(token.string, used)) != token.string:
            edits.append((row, start, end, new))
        elif token.type == tokenize.NAME and token.string == "Awaitable":
            # `Awaitable[T]` becomes `T`; an import of the name is cleaned up by the linter.
            unwrap = lines[row - 1][end : end + 1] == "["
            edits += [(row, start, end, "")] if unwrap else []
        elif token.type == tokenize.OP and token.string == "[":
            brackets.append(unwrap)
            edits += [(row, start, end, "")] if unwrap else []
            unwrap = False
        elif token.type == tokenize.OP and token.string == "]":
            edits += [(row, start, end, "")] if brackets.pop() else []
        elif token.type in {tokenize.STRING, tokenize.COMMENT}:
            for line in range(row, end_row + 1):
                first, last = (start if line == row else 0), (end if line == end_row else None)
                edits += _in_text(lines[line - 1][:last], line, first, used)
    for row, start, end, new in sorted(set(edits), reverse=True):
        lines[row - 1] = lines[row - 1][:start] + new + lines[row - 1][end:]
    return "".join(lines)


def _in_text(
    line: str, row: int, first: int, used: set[str]
) -> Iterator[tuple[int, int, int, str]]:
    """Rename inside strings and comments: docstrings name classes, lazy tables name modules."""
    for match in WORD.finditer(line, first):
        keyword, name = match.groups()
        new = renamed(name, used)
        if new != name or keyword:
            yield row, match.start(), match.end(), new


def pairs(root: Path) -> Iterator[tuple[Path, Path]]:
    """Source and target of every module that is derived."""
    for top in ROOTS:
        for source in sorted((root / top).glob("**/_async/**/*.py")):
            if MARK not in source.read_text(encoding="utf-8")[:400]:
                parts = ["_sync" if part == "_async" else part for part in source.parts]
                yield source, Path(*parts)


def twins(root: Path) -> dict[Path, str]:
    """Text of every derived module by path.

    Raises:
        UnusedRuleError: A rule of the table renames nothing.
    """
    used: set[str] = set()
    texts: dict[Path, str] = {}
    for source, target in pairs(root):
        note = NOTE.format(source=source.relative_to(root).as_posix())
        texts[target] = note + derive(source.read_text(encoding="utf-8"), used)
    unused = sorted(NAMES.keys() - used)
    if unused:
        raise UnusedRuleError(f"rules that rename nothing: {', '.join(unused)}")
    return {target: formatted(text, target, root) for target, text in texts.items()}


def formatted(text: str, target: Path, root: Path) -> str:
    """Format with the project's settings, and mend what only the missing `async` made wrong."""
    mend = ["check", "-q", "--exit-zero", "--fix", "--unsafe-fixes", "--fixable", MENDED]
    for command in (mend, ["format", "-q"]):
        text = subprocess.run(  # noqa: S603 - the linter of this environment
            [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(target), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
        ).stdout
    return text


def leftovers(root: Path) -> list[Path]:
    """Modules in `_sync` whose source is gone."""
    targets = {target for _, target in pairs(root)}
    found = (path for top in ROOTS for path in (root / top).glob("**/_sync/**/*.py"))
    return [
        path
        for path in sorted(found)
        if path not in targets and MARK not in path.read_text(encoding="utf-8")[:400]
    ]
