"""Spelling: from the names of the wire to names of Python."""

import keyword
import re

# Words whose letters would fall apart.
_WORDS = {
    "ICMPv4": "Icmpv4",
    "IPv4": "Ipv4",
    "IPv6": "Ipv6",
    "OAuth": "Oauth",
    "GitHub": "Github",
    "JavaScript": "Javascript",
}
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[A-Z]")
_LETTERS = re.compile(r"[A-Z]+[0-9]+|[A-Za-z]+[0-9]*|[0-9]+")


def words(text: str) -> list[str]:
    """Cut a name into lower-case words: `STUNPort` is `stun`, `port`."""
    for word, plain in _WORDS.items():
        text = text.replace(word, plain)
    found: list[str] = []
    for part in re.split(r"[^A-Za-z0-9]+", text):
        pieces = _PARTS.findall(part)
        for index, piece in enumerate(pieces):
            if piece.isdigit() and index and found:
                found[-1] += piece
            else:
                found.append(piece.lower())
    return found


def snake(text: str) -> str:
    """Spell a name in snake case: `signInText` is `sign_in_text`."""
    if re.fullmatch(r"[a-z][a-z0-9_]*", text):
        return text
    return "_".join(words(text))


def camel(text: str) -> str:
    """Spell a name as a class; words that are capitals already stay as they are."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", text) if part]
    name = "".join(part[0].upper() + part[1:] for part in parts)
    return name if name[:1].isalpha() else f"Model{name}"


def safe(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Make a name usable: no keyword, no digit in front, none of `taken`."""
    if not name or name[0].isdigit():
        name = f"value_{name}".rstrip("_")
    return f"{name}_" if keyword.iskeyword(name) or name in taken else name


def member(value: str | int) -> str:
    """Name the member of an enum after its value."""
    text = str(value)
    if not text:
        return "EMPTY"
    text = text.replace("*", " all ").replace("+", " plus ")
    name = "_".join(words(text)).upper()
    return safe(name) if name and not name[0].isdigit() else f"VALUE_{name}".rstrip("_")


def members(values: list[str | int]) -> list[tuple[str, str | int]]:
    """Name all members of an enum; equal names get a number."""
    named: dict[str, str | int] = {}
    for value in values:
        name = base = member(value)
        number = 2
        while name in named:
            name, number = f"{base}_{number}", number + 1
        named[name] = value
    return list(named.items())
