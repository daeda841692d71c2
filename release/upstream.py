"""Looks for a newer minor release of Coder, and writes what it would change.

The pages and the types come from Coder's repository, as in the first step of CONTRIBUTING.md. What
is written is the input of a pull request: the facts, and the page with the differences.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://github.com/coder/coder"
PAGES = "docs/reference/api"
TYPES = "site/src/api/typesGenerated.ts"
DESCRIPTION = Path("codegen/description/data/coder.json")
FACTS = Path("codegen/description/data/facts.json")
Minor = tuple[int, int]


def main(argv: Sequence[str] | None = None) -> int:
    """Look, fetch and compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repository", default=REPOSITORY)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to write to")
    args = parser.parse_args(argv)
    known, there = described(args.root), newest(args.repository)
    if there <= known:
        print(f"Nothing is newer than {spelled(known)}.")
        return 0
    tag = f"v{spelled(there)}.0"
    folder = fetch(args.repository, tag, args.root / ".make" / "upstream")
    page = compare(args.root, folder, known, there)
    print(f"{tag} is newer than {spelled(known)}: {page} says what it changes.")
    tell_github(release=tag, page=page)
    return 0


def described(root: Path) -> Minor:
    """Return the release that the committed description is of."""
    text = (root / DESCRIPTION).read_text(encoding="utf-8")
    return minor(json.loads(text)["info"]["version"])


def newest(repository: str) -> Minor:
    """Return the newest minor release that a repository has a tag of."""
    listed = git("ls-remote", "--tags", "--refs", repository, "v*.*.0").decode()
    found = re.findall(r"refs/tags/v(\d+\.\d+)\.0$", listed, flags=re.MULTILINE)
    return max(map(minor, found), default=(0, 0))


def fetch(repository: str, tag: str, folder: Path) -> Path:
    """Fetch the pages of a release into a folder named after it, and the types beside it."""
    clone, pages = folder / "coder.git", folder / tag
    pages.mkdir(parents=True, exist_ok=True)
    if not clone.exists():
        options = ("--bare", "--quiet", "--filter=blob:none", "--depth=1", "--branch", tag)
        git("clone", *options, repository, str(clone))
    packed = git("-C", str(clone), "archive", f"{tag}:{PAGES}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(pages, filter="data")
    types = git("-C", str(clone), "show", f"{tag}:{TYPES}")
    (folder / "types.ts").write_bytes(types)
    return pages


def compare(root: Path, pages: Path, known: Minor, there: Minor) -> str:
    """Write the facts of the new release, and the page of what it changes; return its path."""
    unpatched = pages.parent / "unpatched.json"
    page = f"reference/changes-{spelled(there)}.md"
    codegen("describe", pages, "-o", unpatched)
    codegen("facts", pages.parent / "types.ts", "--description", unpatched, "-o", root / FACTS)
    codegen("diff", root / DESCRIPTION, pages, "-o", root / "docs" / page)
    navigation = root / "mkdocs.yml"
    before = f"      - What Coder {spelled(known)} changed:"
    text = navigation.read_text(encoding="utf-8")
    if page not in text:
        line = f"      - What Coder {spelled(there)} changed: {page}\n"
        navigation.write_text(text.replace(before, line + before, 1), encoding="utf-8")
    return f"docs/{page}"


def tell_github(**outputs: str) -> None:
    """Tell the next steps of the job what was found."""
    path = os.environ.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def git(*arguments: str) -> bytes:
    """Run git; what it prints is the result."""
    return subprocess.run(["git", *arguments], stdout=subprocess.PIPE, check=True).stdout


def codegen(*arguments: str | Path) -> None:
    """Run a command of the generator."""
    call = [sys.executable, "-m", "codegen", *map(str, arguments)]
    subprocess.run(call, cwd=ROOT, check=True)


def minor(text: str) -> Minor:
    """Read `2.36` or `2.36.1` as numbers: 2.9 is before 2.10."""
    first, second = text.split(".")[:2]
    return int(first), int(second)


def spelled(release: Minor) -> str:
    """Write a minor release as `2.36`."""
    return "{}.{}".format(*release)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failed:
        sys.exit(f"`{shlex.join(map(str, failed.cmd))}` failed; what it says stands above.")
