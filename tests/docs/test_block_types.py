"""Type checkers find nothing in the blocks of Python either: editors show users the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import ROOT, pages, python_blocks

SETTINGS = {
    "extraPaths": [str(ROOT / "src")],
    "typeCheckingMode": "basic",
    "reportMissingModuleSource": "none",
    # A page defines `main` again and again.
    "reportRedeclaration": "none",
    # Blocks may use what an extra brings.
    "reportMissingImports": "none",
}
# What a page shows on purpose, or what only a notebook takes.
EXPECTED = {
    "docs/architecture.md": ["is not defined"],
    "docs/guides/lists.md": ["runing"],
    "docs/guides/notebooks.md": ["Expression value is unused", "async function"],
    "docs/guides/threads-and-async.md": ["allowed"],
}


def written(page: str) -> str:
    """The blocks of a page as one module, each line where it is in the page."""
    lines = ["from coder_sdk import Client; coder = Client()"]
    for block in python_blocks(page):
        lines += [""] * (block.line - 1 - len(lines)) + block.text.splitlines()
    return "\n".join(lines) + "\n"


def problems(folder: Path) -> Iterator[tuple[str, int, str]]:
    """What pyright finds: page, line, and text."""
    names = {f"page_{number}.py": page for number, page in enumerate(pages())}
    for name, page in names.items():
        (folder / name).write_text(written(page), encoding="utf-8")
    (folder / "pyrightconfig.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    call = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run([*call, "-p", str(folder)], capture_output=True, check=False)  # noqa: S603 - our own call
    for found in json.loads(done.stdout)["generalDiagnostics"]:
        page = names[Path(found["file"]).name]
        yield page, found["range"]["start"]["line"] + 1, found["message"]


def test_the_types_of_the_blocks_fit(tmp_path: Path):
    unexpected = [
        f"{page}:{line}: {text}"
        for page, line, text in problems(tmp_path)
        if not any(expected in text for expected in EXPECTED.get(page, []))
    ]
    assert not unexpected, "\n".join(unexpected)
