"""The changelog is made of fragments, and a tag fits what is in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from codegen.description import toml
from codegen.promise.announcements import KINDS

ROOT = Path(__file__).parents[2]
SETTINGS = toml.load(ROOT / "pyproject.toml")
NAMES = {kind["directory"]: kind["name"] for kind in SETTINGS["tool"]["towncrier"]["type"]}
Load = Callable[[str], ModuleType]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a release reads and writes, without fragments."""
    for name in ("pyproject.toml", "CHANGELOG.md", "src/coder_sdk/_version.py"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    (tmp_path / "src" / "coder_sdk" / "__init__.py").touch()
    (tmp_path / "changes").mkdir()
    shutil.copy(ROOT / "changes" / "README.md", tmp_path / "changes")
    return tmp_path


def towncrier(folder: Path, *arguments: str) -> str:
    call = [sys.executable, "-m", "towncrier", "build", "--date", "2030-01-02", *arguments]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return done.stdout


def test_every_fragment_is_of_a_known_kind_and_says_something():
    for path in (ROOT / "changes").iterdir():
        if path.name != "README.md":
            match = re.fullmatch(r"[\w+-]+\.([a-z]+)(\.\d+)?\.md", path.name)
            assert match is not None, path.name
            assert match[1] in NAMES
            assert path.read_text(encoding="utf-8").strip().endswith((".", "!", ")", "`"))


def test_kinds_that_tell_a_break_are_kinds_of_the_changelog():
    assert set(KINDS) <= NAMES.keys()


@pytest.mark.parametrize("kind", NAMES)
def test_a_fragment_of_each_kind_gets_its_heading(checkout: Path, kind: str):
    (checkout / "changes" / f"+users.{kind}.md").write_text("Users have names.\n", encoding="utf-8")
    found = towncrier(checkout, "--draft", "--version", "9.8.7")
    assert f"## 9.8.7 (2030-01-02)\n\n### {NAMES[kind]}\n\n- Users have names.\n" in found


def test_a_release_takes_the_fragments_and_fits_its_tag(checkout: Path, script: Load):
    ready = script("ready")
    version = script("distributions").version()
    (checkout / "changes" / "+users.added.md").write_text("Users have names.\n", encoding="utf-8")
    before = list(ready.problems(checkout, f"v{version}"))
    assert [line.partition(" ")[0] for line in before] == [
        "CHANGELOG.md",
        str(Path("changes") / "+users.added.md"),
    ]
    towncrier(checkout, "--yes", "--version", version)
    assert list(ready.problems(checkout, f"v{version}")) == []
    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.index("# Changelog") < text.index(f"## {version} (2030-01-02)")
    assert not (checkout / "changes" / "+users.added.md").exists()


def test_another_tag_than_the_version_is_refused(checkout: Path, script: Load):
    [first, *_] = script("ready").problems(checkout, "v99.0.0")
    assert first.startswith("The tag is `v99.0.0`, the version in _version.py is `")


def test_the_version_is_told_once():
    version = re.compile(r'^(__version__|version) *= *"', flags=re.MULTILINE)
    told = [
        path
        for path in [ROOT / "pyproject.toml", *(ROOT / "src").rglob("*.py")]
        if version.search(path.read_text(encoding="utf-8"))
    ]
    assert told == [ROOT / "src" / "coder_sdk" / "_version.py"]
