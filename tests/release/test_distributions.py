"""What may be published: the checks of sdist and wheel, on small made archives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def distributions(script: Load) -> ModuleType:
    return script("distributions")


class Archives:
    """An sdist and a wheel that may be published, until something is added or taken out."""

    def __init__(self, version: str) -> None:
        package = ["__init__.py", "_version.py", "py.typed", "testing/plugin.py"]
        self.wheel = [f"coder_sdk/{name}" for name in package]
        self.metadata = f"coder_sdk-{version}.dist-info/METADATA"
        self.description = "[Coder](https://coder.com), [below](#below)"
        self.wheel.append(self.metadata)
        self.sdist = [f"src/coder_sdk/{name}" for name in package]
        self.sdist += ["PKG-INFO", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml"]

    def write(self, folder: Path, size: int = 0) -> tuple[Path, Path]:
        sdist, wheel = folder / "s.tar.gz", folder / "w.whl"
        with tarfile.open(sdist, "w:gz") as archive:
            for name in self.sdist:
                archive.addfile(tarfile.TarInfo(f"coder_sdk-1/{name}"), io.BytesIO())
        with zipfile.ZipFile(wheel, "w") as packed:
            for name in set(self.wheel) - {self.metadata}:
                packed.writestr(name, "\0" * size if name.endswith("__init__.py") else "")
            packed.writestr(self.metadata, self.description)
        return sdist, wheel


@pytest.fixture
def archives(distributions: ModuleType) -> Archives:
    return Archives(distributions.version())


def test_what_should_be_there_and_nothing_else_has_no_problems(
    distributions: ModuleType, archives: Archives, tmp_path: Path
):
    assert list(distributions.problems(*archives.write(tmp_path))) == []


@pytest.mark.parametrize("name", ["tests/test_x.py", "coder_sdk-0.dist-info/METADATA"])
def test_a_wheel_holds_the_package_only(
    distributions: ModuleType, archives: Archives, tmp_path: Path, name: str
):
    archives.wheel.append(name)
    assert list(distributions.problems(*archives.write(tmp_path))) == [f"w.whl holds {name}"]


@pytest.mark.parametrize("name", ["tests/data/x.json", "docs/index.md", "src/other/x.py"])
def test_an_sdist_holds_what_a_wheel_is_made_of(
    distributions: ModuleType, archives: Archives, tmp_path: Path, name: str
):
    archives.sdist.append(name)
    assert list(distributions.problems(*archives.write(tmp_path))) == [f"s.tar.gz holds {name}"]


def test_a_wheel_without_its_types_is_refused(
    distributions: ModuleType, archives: Archives, tmp_path: Path
):
    archives.wheel.remove("coder_sdk/py.typed")
    assert list(distributions.problems(*archives.write(tmp_path))) == ["py.typed is missing"]


def test_compiled_files_are_refused(distributions: ModuleType, archives: Archives, tmp_path: Path):
    archives.wheel.append("coder_sdk/__pycache__/x.pyc")
    [found] = distributions.problems(*archives.write(tmp_path))
    assert found == "coder_sdk/__pycache__/x.pyc is no source"


def test_a_link_that_only_a_checkout_has_is_refused(
    distributions: ModuleType, archives: Archives, tmp_path: Path
):
    archives.description = "[the guide](docs/guides/ci.md)"
    [found] = distributions.problems(*archives.write(tmp_path))
    assert "docs/guides/ci.md" in found


def test_a_big_wheel_is_refused(distributions: ModuleType, archives: Archives, tmp_path: Path):
    [found] = distributions.problems(*archives.write(tmp_path, distributions.MAX_WHEEL))
    assert found.endswith("bytes, more than 1,000,000")


def test_the_time_in_the_archives_is_told_from_outside(
    distributions: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    assert distributions.epoch() == "1234567890"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert int(distributions.epoch()) >= 315532800
