"""Every block of Python in the documentation runs, or a reason why it cannot stands in data."""

from __future__ import annotations

import ast
import asyncio
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from coder_sdk import Client
from coder_sdk.testing import FakeCoder
from tests.docs.deployment import deployed
from tests.docs.pages import Block, pages, python_blocks

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DATA = Path(__file__).with_name("code_blocks.toml")
COMPILED: list[dict[str, str]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["compiled"]
PAGES = [page for page in pages() if python_blocks(page)]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeCoder]:
    monkeypatch.chdir(tmp_path)
    with deployed(monkeypatch) as made:
        yield made


def code_of(block: Block) -> CodeType:
    """The block as code that knows its page and line; `await` may stand at top level."""
    padded = "\n" * (block.line - 1) + block.text
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(padded, block.page, "exec", flags, dont_inherit=True)


def is_compiled_only(block: Block) -> bool:
    return any(
        entry["page"] == block.page and entry["contains"] in block.text for entry in COMPILED
    )


def run(block: Block, names: dict[str, Any]) -> None:
    code = code_of(block)
    if code.co_flags & inspect.CO_COROUTINE:

        async def main() -> None:
            await eval(code, names)  # noqa: S307 - code of our own documentation

        asyncio.run(main())
    else:
        exec(code, names)  # noqa: S102 - likewise


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run_one_after_the_other(page: str, fake: FakeCoder, capsys: Any):
    names: dict[str, Any] = {"__name__": "__main__"}
    with Client() as coder:
        for block in python_blocks(page):
            names["coder"] = coder
            if is_compiled_only(block):
                code_of(block)
            else:
                run(block, names)


@pytest.mark.parametrize(
    "entry", COMPILED, ids=lambda entry: f"{entry['page']} {entry['contains']}"
)
def test_a_block_that_is_only_compiled_exists_and_has_a_reason(entry: dict[str, str]):
    found = [b for b in python_blocks(entry["page"]) if entry["contains"] in b.text]
    assert len(found) == 1
    assert len(entry["reason"]) > 20


@pytest.mark.parametrize("page", PAGES)
def test_async_main_functions_are_called(page: str):
    for block in python_blocks(page):
        if "async def main(" in block.text:
            assert "run(main" in block.text, str(block)
