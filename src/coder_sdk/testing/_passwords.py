"""Which passwords the server takes."""

from __future__ import annotations

from typing import Final

WEAK: Final = (
    "insecure password, try including more special characters, using uppercase letters, using "
    "numbers or using a longer password"
)
_SHORTEST: Final = 8
_KINDS: Final = 3
_LONG: Final = 16


def is_weak(password: str) -> bool:
    """Whether a password has too little variety for its length."""
    kinds = sum(
        (
            any(character.islower() for character in password),
            any(character.isupper() for character in password),
            any(character.isdigit() for character in password),
            any(not character.isalnum() for character in password),
        )
    )
    return len(password) < _SHORTEST or (kinds < _KINDS and len(password) < _LONG)
