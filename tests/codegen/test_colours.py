"""The script that derives the synchronous twin."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from codegen import colours
from codegen.commands import colours as command

ASYNC = '''\
"""An AsyncTransport, once written in async."""

from collections.abc import Awaitable, Callable

from coder_sdk._io._async.transport import AsyncTransport


class Thing:
    # The AsyncTransport waits with `await go()`.
    def __init__(self, go: Callable[[int], Awaitable[list[int]]]) -> None:
        self.go = go

    async def run(self, things: list[AsyncTransport]) -> list[int]:
        async with self.lock:
            return [x async for thing in things for x in await self.go(len(things))]
'''

SYNC = '''\
"""An Transport, once written in async."""

from collections.abc import Callable

from coder_sdk._io._sync.transport import Transport


class Thing:
    # The Transport waits with `go()`.
    def __init__(self, go: Callable[[int], list[int]]) -> None:
        self.go = go

    def run(self, things: list[Transport]) -> list[int]:
        with self.lock:
            return [x for thing in things for x in self.go(len(things))]
'''


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(colours, "NAMES", {"AsyncTransport": "Transport", "_async": "_sync"})
    monkeypatch.setattr(command, "ROOT", tmp_path)
    folder = tmp_path / "src" / "x" / "_async"
    folder.mkdir(parents=True)
    (folder / "thing.py").write_text(ASYNC)
    return tmp_path


def test_the_twin_has_neither_async_nor_await(root: Path):
    assert command.run(Namespace(check=False)) == 0
    text = (root / "src" / "x" / "_sync" / "thing.py").read_text()
    assert text.split("\n", 2)[2] == SYNC
    assert text.startswith("# Derived from `src/x/_async/thing.py`\n")


def test_drift_is_found_and_mended(root: Path, capsys: pytest.CaptureFixture[str]):
    assert command.run(Namespace(check=True)) == 1
    assert "differs: src/x/_sync/thing.py" in capsys.readouterr().err
    command.run(Namespace(check=False))
    assert command.run(Namespace(check=True)) == 0
    target = root / "src" / "x" / "_sync" / "thing.py"
    target.write_text(target.read_text() + "x = 1\n")
    assert command.run(Namespace(check=True)) == 1


def test_a_twin_whose_source_is_gone_is_removed(root: Path):
    left = root / "src" / "x" / "_sync" / "left.py"
    left.parent.mkdir()
    left.write_text("x = 1\n")
    assert command.run(Namespace(check=True)) == 1
    command.run(Namespace(check=False))
    assert not left.exists()


def test_handwritten_modules_are_left_alone(root: Path):
    for folder in ("_async", "_sync"):
        path = root / "src" / "x" / folder / "own.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'"""colour: handwritten"""\nwhich = "{folder}"\n')
    command.run(Namespace(check=False))
    own = root / "src" / "x" / "_sync" / "own.py"
    assert own.read_text().endswith('which = "_sync"\n')
    assert command.run(Namespace(check=True)) == 0


def test_a_rule_that_renames_nothing_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(colours.NAMES, "AsyncUnused", "Unused")
    assert command.run(Namespace(check=False)) == 1
    assert "AsyncUnused" in capsys.readouterr().err


def test_the_committed_twins_are_up_to_date():
    assert command.run(Namespace(check=True)) == 0
