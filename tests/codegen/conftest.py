"""Fixtures over the reader: pages as text, and the releases of the reference folder."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from codegen.reading.blocks import Line
from codegen.reading.document import Page, Reading
from codegen.reading.reader import read, read_text
from tests.reference import REFERENCE


@pytest.fixture(scope="session")
def page() -> Callable[[str], Page]:
    """Read the text of one page."""

    def read_page(text: str) -> Page:
        lines = [Line(line, number) for number, line in enumerate(text.split("\n"), start=1)]
        return read_text(lines, "folder/page.md", "page.md")

    return read_page


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of every minor release, by `v2.36.0`; skips without the reference folder."""
    if REFERENCE is None:
        pytest.skip("the reference folder is not here")
    folder = tmp_path_factory.mktemp("history")
    with tarfile.open(REFERENCE / "coder-docs" / "history.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    found = [path for path in folder.rglob("v*") if re.fullmatch(r"v\d+\.\d+\.\d+", path.name)]
    newest = REFERENCE / "coder-docs" / "v2.36.0"
    return {path.name: path for path in sorted([*found, newest])}


@pytest.fixture(scope="session")
def reading_of(releases: dict[str, Path]) -> Callable[[str], Reading]:
    """Read a release once."""
    return cache(lambda release: read([releases[release]]))
