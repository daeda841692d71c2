"""What the fragments of the changelog say is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from codegen.promise.breaks import Break, spelled

KINDS: Final = ("breaking", "removed")
_NAME: Final = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?`")


def announced(folder: Path) -> list[tuple[str, ...]]:
    """Read the names that fragments of the kinds `breaking` and `removed` give in backticks."""
    found: list[tuple[str, ...]] = []
    for kind in KINDS:
        for path in sorted(folder.glob(f"*.{kind}*.md")):
            text = path.read_text(encoding="utf-8")
            found += [spelled(name.removeprefix("coder.")) for name in _NAME.findall(text)]
    return found


def unannounced(found: Iterable[Break], names: Iterable[tuple[str, ...]]) -> list[Break]:
    """Keep the breaks that no fragment names, as `users.get`, `User.name` or the whole `User`."""
    known = list(names)
    return [item for item in found if not any(_named(item.parts, name) for name in known)]


def _named(parts: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether the parts of a name stand in those of a path, in their order."""
    rest = iter(parts)
    return all(part in rest for part in name)
