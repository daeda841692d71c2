"""Releases of Coder: reading them, and telling those apart that this package was made for."""

from __future__ import annotations

import re
from typing import Final

OLDEST: Final = (2, 20)
NEWEST: Final = (2, 36)
_RELEASE: Final = r"v?(\d+)\.(\d+)"


class ServerVersionWarning(UserWarning):
    """The server is older or newer than the releases that this package was made for."""


class InsecureURLWarning(UserWarning):
    """The token goes over the network unencrypted."""


def release(version: str | None) -> tuple[int, int] | None:
    """Major and minor number; `None` for development builds (`v0.0.0`) and what is no version."""
    match = re.match(_RELEASE, version or "")
    if match is None:
        return None
    found = int(match[1]), int(match[2])
    return None if found == (0, 0) else found


def complaint(version: str) -> str | None:
    """What to warn of, if anything."""
    found = release(version)
    if found is None or OLDEST <= found <= NEWEST:
        return None
    age = "older" if found < OLDEST else "newer"
    span = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    return (
        f"The server is Coder {found[0]}.{found[1]}, {age} than the releases that this version of "
        f"coder-sdk supports ({span}): some calls may fail or miss fields."
    )
