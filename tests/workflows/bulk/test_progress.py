"""How far many calls have come, on a terminal without `rich`."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from coder_sdk.workflows._progress_bar import ProgressBar
from coder_sdk.workflows.bulk import BulkProgress
from tests.colours import Colour


def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard error a terminal of 40 columns, and hide `rich`."""
    plain = builtins.__import__

    def importing(name: str, *args: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "rich":
            raise ImportError(name)
        return plain(name, *args, **options)

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(builtins, "__import__", importing)
    monkeypatch.setenv("COLUMNS", "40")


def run(colour: Colour, func: Any, items: Any, **options: Any) -> None:
    coder: Any = colour.client()
    called = colour.function(func)
    called.__name__ = func.__name__
    colour.call(coder.bulk, called, items, progress=True, **options)


def test_a_terminal_without_the_library_shows_one_line(
    colour: Colour, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)

    def work(item: int) -> int:
        return 1 // item

    run(colour, work, [1, 0], concurrency=1)
    shown = capsys.readouterr()
    assert shown.err.split("\r") == [
        "",
        "work 0/2 ok=0 failed=0 skipped=0",
        "work 1/2 ok=1 failed=0 skipped=0",
        "work 2/2 ok=1 failed=1 skipped=0\n",
    ]
    assert not shown.out


def test_the_line_is_as_long_as_the_terminal_is_wide(
    colour: Colour, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)

    def a_function_with_a_long_name(item: int) -> int:
        return item

    run(colour, a_function_with_a_long_name, [1])
    _, *lines = capsys.readouterr().err.removesuffix("\n").split("\r")
    assert {len(line) for line in lines} == {39}


def test_a_shorter_line_leaves_nothing_of_the_longer_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)
    with ProgressBar("stop") as bar:
        bar.show(BulkProgress(total=10, ok=10, failed=0, skipped=0))
        bar.show(BulkProgress(total=10, ok=9, failed=0, skipped=0))
    *_, long, short = capsys.readouterr().err.removesuffix("\n").split("\r")
    assert len(long) == len(short)
    assert short.rstrip() == "stop 9/10 ok=9 failed=0 skipped=0"


def test_the_line_ends_when_the_run_is_interrupted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)

    def interrupted() -> None:
        with ProgressBar("stop") as bar:
            bar.show(BulkProgress(total=10, ok=1, failed=0, skipped=0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert capsys.readouterr().err.endswith("\n")
