"""Builds sdist and wheel, and refuses what should not be published.

They are built twice: from the checkout, and in another folder from what the sdist holds. Both must
be the same to the byte, so whoever has the sources of a release can check what was published.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAX_WHEEL = 1_000_000
# What an sdist holds besides the package, and what hatchling adds.
SOURCES = {"CHANGELOG.md", "LICENSE", "README.md", "PKG-INFO", "pyproject.toml", ".gitignore"}


def main() -> int:
    """Build into the folder that the only argument names; return the exit code."""
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = build(ROOT, folder / "first")
        second = build(unpacked(first[0], folder / "sources"), folder / "second")
        wrong = [
            *(
                f"{one.name} is another file when it is built again"
                for one, other in zip(first, second, strict=True)
                if (one.name, one.read_bytes()) != (other.name, other.read_bytes())
            ),
            *problems(*first),
        ]
        for line in wrong:
            print(line, file=sys.stderr)
        if not wrong:
            target.mkdir(parents=True, exist_ok=True)
            for path in target.glob("coder_sdk-*"):
                path.unlink()
            for path in first:
                shutil.copy(path, target)
                print(f"{target / path.name}: {path.stat().st_size:,} bytes, reproducible")
    return 1 if wrong else 0


def build(source: Path, target: Path) -> tuple[Path, Path]:
    """Build the sdist of a folder, and the wheel from that sdist."""
    call = [sys.executable, "-m", "build", "--installer", "uv", "--outdir", str(target)]
    done = subprocess.run(
        [*call, str(source)],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{source} cannot be built:\n{done.stdout}{done.stderr}")
    [sdist], [wheel] = target.glob("*.tar.gz"), target.glob("*.whl")
    return sdist, wheel


def epoch() -> str:
    """Return the time that files in the archives have: that of the last commit."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told:
        return told
    call = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "315532800"  # 1980, the first year that a wheel can tell


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist; return the folder with its `pyproject.toml`."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    [found] = folder.iterdir()
    return found


def problems(sdist: Path, wheel: Path) -> Iterator[str]:
    """Say what is wrong with what the two files hold."""
    if wheel.stat().st_size > MAX_WHEEL:
        yield f"{wheel.name} has {wheel.stat().st_size:,} bytes, more than {MAX_WHEEL:,}"
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.namelist()
    yield from dangling(wheel)
    for name in packed:
        if not name.startswith(("coder_sdk/", f"coder_sdk-{version()}.dist-info/")):
            yield f"{wheel.name} holds {name}"
    with tarfile.open(sdist) as archive:
        members = [name.partition("/")[2] for name in archive.getnames()]
    for name in members:
        if name not in SOURCES and not name.startswith("src/coder_sdk/"):
            yield f"{sdist.name} holds {name}"
    for name in ("py.typed", "_version.py", "testing/plugin.py"):
        if f"coder_sdk/{name}" not in packed or f"src/coder_sdk/{name}" not in members:
            yield f"{name} is missing"
    for name in [*packed, *members]:
        if name.endswith((".pyc", ".pyo")) or "__pycache__" in name:
            yield f"{name} is no source"


def dangling(wheel: Path) -> Iterator[str]:
    """Say which links of the description only a checkout has."""
    with zipfile.ZipFile(wheel) as archive:
        described = archive.read(f"coder_sdk-{version()}.dist-info/METADATA").decode()
    for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", described):
        yield f"{wheel.name} describes itself with a link to {link}, which leads nowhere"


def version() -> str:
    """Return the version of the package, which one file tells."""
    text = (ROOT / "src" / "coder_sdk" / "_version.py").read_text(encoding="utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


if __name__ == "__main__":
    sys.exit(main())
