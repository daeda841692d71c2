"""The weekly look for a newer release of Coder, on a repository made here."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "codegen" / "reading" / "samples"
Load = Callable[[str], ModuleType]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@coder.test"]
    call = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(call, check=True, capture_output=True)  # noqa: S603 - made here


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with pages and types, and tags of several releases."""
    folder = tmp_path / "coder"
    pages = folder / "docs" / "reference" / "api"
    pages.mkdir(parents=True)
    for name in ("gadgets.md", "schemas.md"):
        shutil.copy(SAMPLES / name, pages)
    types = folder / "site" / "src" / "api" / "typesGenerated.ts"
    types.parent.mkdir(parents=True)
    types.write_text("export interface Gadget {\n\treadonly id: string;\n}\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Pages")
    for tag in ("v2.9.0", "v2.10.0", "v2.10.3", "v2.11.0-rc.1", "nightly"):
        git(folder, "tag", tag)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose description is of v2.9."""
    folder = tmp_path / "checkout"
    data = folder / "codegen" / "description" / "data"
    data.mkdir(parents=True)
    description = {
        "info": {"version": "2.9.0"},
        "paths": {},
        "components": {"schemas": {}},
    }
    (data / "coder.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "docs" / "reference").mkdir(parents=True)
    line = "      - What Coder 2.9 changed: reference/changes-2.9.md\n"
    (folder / "mkdocs.yml").write_text(f"nav:\n{line}", encoding="utf-8")
    return folder


def test_the_newest_minor_release_is_found_by_number(script: Load, repository: Path):
    assert script("upstream").newest(repository.as_uri()) == (2, 10)


def test_a_newer_release_is_fetched_and_compared(
    script: Load, repository: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
):
    outputs = checkout / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    arguments = ["--repository", repository.as_uri(), "--root", str(checkout)]
    assert script("upstream").main(arguments) == 0
    page = "docs/reference/changes-2.10.md"
    assert outputs.read_text(encoding="utf-8") == f"release=v2.10.0\npage={page}\n"
    text = (checkout / page).read_text(encoding="utf-8")
    assert "# Coder 2.9.0 to 2.10.0" in text
    assert "- `GET /api/v2/gadgets`: `coder.gadgets.list`" in text
    facts = (checkout / "codegen" / "description" / "data" / "facts.json").read_text("utf-8")
    assert '"codersdk.Gadget"' in facts
    navigation = (checkout / "mkdocs.yml").read_text(encoding="utf-8")
    lines = [line.strip() for line in navigation.splitlines()[1:]]
    assert lines == [
        "- What Coder 2.10 changed: reference/changes-2.10.md",
        "- What Coder 2.9 changed: reference/changes-2.9.md",
    ]


def test_nothing_is_done_where_nothing_is_newer(
    script: Load,
    repository: Path,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    git(repository, "tag", "--delete", "v2.10.0")
    outputs = checkout / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    arguments = ["--repository", repository.as_uri(), "--root", str(checkout)]
    assert script("upstream").main(arguments) == 0
    assert capsys.readouterr().out == "Nothing is newer than 2.9.\n"
    assert not outputs.exists()
    assert not (checkout / ".make").exists()
