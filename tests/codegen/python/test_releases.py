"""Packages emitted from older releases and from single scraped pages import and type-check."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from codegen.__main__ import main
from tests.reference import needs_reference, reference

pytestmark = needs_reference

RELEASES = ("v2.0.0", "v2.10.0", "v2.20.0", "v2.30.0")
ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {
    "include": ["."],
    "extraPaths": [str(ROOT / "src"), "."],
    "pythonVersion": "3.10",
    "typeCheckingMode": "strict",
    "venvPath": str(Path(sys.prefix).parent),
    "venv": Path(sys.prefix).name,
    "reportPrivateUsage": "none",
    "reportImportCycles": "none",
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package for each release and for each page."""
    folder = tmp_path_factory.mktemp("emitted")
    sources = tmp_path_factory.mktemp("pages")
    for path in history(sources):
        emit(path, folder, path.name.replace(".", "_"))
    for page in sorted(reference("seeds").iterdir()):
        emit(page, folder, f"page_{page.name[:3]}")
    return folder


def history(folder: Path) -> list[Path]:
    """Unpack the releases that are tried."""
    [archive] = reference("coder-docs").glob("history.tar*")
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            if member.isfile() and any(f"{name}/" in member.name for name in RELEASES):
                packed.extract(member, folder, filter="data")
    return [found for name in RELEASES for found in folder.rglob(name)]


def emit(source: Path, folder: Path, name: str) -> None:
    description = folder / f"{name}.json"
    main(["describe", str(source), "-o", str(description)])
    assert json.loads(description.read_text(encoding="utf-8"))["openapi"].startswith("3.1")
    assert main(["emit", str(description), "-o", str(folder / name), "--package", name]) == 0


def test_every_module_imports(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(packages)
    names = sorted(path.parent.name for path in packages.glob("*/py.typed"))
    assert len(names) == len(RELEASES) + 5
    for name in names:
        found = importlib.import_module(name)
        for module in pkgutil.walk_packages(found.__path__, f"{name}."):
            importlib.import_module(module.name)


def test_every_package_type_checks(packages: Path) -> None:
    (packages / "pyrightconfig.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    call = [sys.executable, "-m", "pyright", "--outputjson", "-p", str(packages)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    report = json.loads(done.stdout)
    errors = [
        f"{item['file']}: {item['message']}"
        for item in report["generalDiagnostics"]
        if item["severity"] == "error"
    ]
    assert errors == []
    assert report["summary"]["filesAnalyzed"] > 0
