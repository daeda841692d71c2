"""Refuses a tag that is not the release that the checkout describes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Look at the checkout for the tag that the only argument names; return the exit code."""
    wrong = list(problems(ROOT, sys.argv[1]))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def problems(root: Path, tag: str) -> Iterator[str]:
    """Say what a release with this tag lacks."""
    text = (root / "src" / "coder_sdk" / "_version.py").read_text(encoding="utf-8")
    version = text.partition('__version__ = "')[2].partition('"')[0]
    if tag != f"v{version}":
        yield f"The tag is `{tag}`, the version in _version.py is `{version}`."
    if f"\n## {version} (" not in (root / "CHANGELOG.md").read_text(encoding="utf-8"):
        yield f"CHANGELOG.md has no section for {version}: `towncrier build`."
    for path in sorted((root / "changes").glob("*.*.md")):
        yield f"{path.relative_to(root)} is not in the changelog yet: `towncrier build`."


if __name__ == "__main__":
    sys.exit(main())
