"""Names that the server takes, made from any text or checked before anything is sent.

The rules are those of the server: letters, digits and single hyphens, at most 32 characters;
versions of templates may be twice as long and have dots and underscores.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._given import check_texts

__all__ = ["check_name", "is_valid_name", "make_name"]

Kind = Literal["workspace", "template", "template_version", "user", "group", "organization", "task"]

_PLAIN: Final = r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*"
_VERSION: Final = r"[a-zA-Z0-9]+(?:[_.-][a-zA-Z0-9]+)*"
_PLAIN_LENGTH: Final = 32
_VERSION_LENGTH: Final = 64
_GROUP_LENGTH: Final = 36
_RESERVED: Final = frozenset({"new", "create"})
_DIGEST_LENGTH: Final = 6
_RULES: Final = {
    "template_version": "letters and digits, with single `-`, `_` or `.` between them",
}
_PLAIN_RULE: Final = "letters and digits, with single `-` between them"


def longest(kind: Kind) -> int:
    """How long a name of that kind may be."""
    return {"template_version": _VERSION_LENGTH, "group": _GROUP_LENGTH}.get(kind, _PLAIN_LENGTH)


def is_valid_name(name: str, kind: Kind = "workspace") -> bool:
    """Whether the server takes a name.

    Args:
        name: The name.
        kind: What is named; the rules differ.

    Example:
        >>> is_valid_name("dev-1"), is_valid_name("dev_1")
        (True, False)
        >>> is_valid_name("v1.2", "template_version")
        True
    """
    pattern = _VERSION if kind == "template_version" else _PLAIN
    return (
        len(name) <= longest(kind)
        and re.fullmatch(pattern, name) is not None
        and name.lower() not in _RESERVED
    )


def check_name(name: str, kind: Kind = "workspace") -> str:
    """Return a name that the server takes.

    Args:
        name: The name.
        kind: What is named; the rules differ.

    Raises:
        RequestValidationError: The server would refuse it; the hint is a name that it takes.

    Example:
        >>> check_name("dev")
        'dev'
    """
    check_texts(name=name)
    if is_valid_name(name, kind):
        return name
    if name.lower() in _RESERVED:
        rule = "this word is reserved"
    else:
        rule = f"it has to be {_RULES.get(kind, _PLAIN_RULE)}, at most {longest(kind)} characters"
    raise RequestValidationError(
        f"{name!r} is no name for a {kind.replace('_', ' ')}: {rule}.",
        parameter="name",
        hint=f"`make_name` would make it {make_name(name, kind)!r}.",
    )


def make_name(text: str, kind: Kind = "workspace", *, max_length: int | None = None) -> str:
    """Make a name that the server takes, always the same one from the same text.

    A text that is such a name already, in lower case, stays as it is. Any other gets a short digest
    of itself at the end, so that two texts that look alike after cleaning do not share a name.

    Args:
        text: Any text: a branch, a title, a person's name.
        kind: What is named; the rules differ.
        max_length: A smaller bound than the server's, 8 at least.

    Raises:
        RequestValidationError: The bound is too small.

    Example:
        >>> make_name("fix-login")
        'fix-login'
        >>> make_name("Überarbeitung: Größe & Menü")
        'uberarbeitung-grosse-menu-g57phe'
        >>> make_name("機能") != make_name("修正")
        True
    """
    limit = longest(kind) if max_length is None else min(max_length, longest(kind))
    if limit < _DIGEST_LENGTH + 2:
        raise RequestValidationError(
            f"`max_length` is {max_length}: {_DIGEST_LENGTH + 2} is the least.",
            parameter="max_length",
        )
    if text == text.lower() and is_valid_name(text, kind) and len(text) <= limit:
        return text
    import unicodedata  # noqa: PLC0415 - these three only for making names
    from base64 import b32encode  # noqa: PLC0415
    from hashlib import sha256  # noqa: PLC0415

    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", plain)) or "n"
    digest = b32encode(sha256(text.encode("utf-8", "surrogatepass")).digest())
    suffix = digest[:_DIGEST_LENGTH].decode().lower()
    return f"{words[: limit - _DIGEST_LENGTH - 1].rstrip('-')}-{suffix}"
