"""The search language of `q`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from coder_sdk.testing._query import is_uuid
from coder_sdk.testing._times import parse
from coder_sdk.testing._web import refuse

if TYPE_CHECKING:
    from coder_sdk.testing._web import Refusal

_DATE = "2006-01-02T15:04:05.999999999Z07:00"


@frozen
class Search:
    """The terms of a search.

    Attributes:
        noun: What is searched, for messages.
        terms: Values by key.
    """

    noun: str
    terms: dict[str, list[str]] = field(factory=dict[str, "list[str]"])

    def refusal(self, name: str, detail: str) -> Refusal:
        """What the server says about a key."""
        text = f"Invalid {self.noun} search query."
        return refuse(400, text, validations=[{"field": name, "detail": detail}])

    def has(self, key: str) -> bool:
        """Whether a key was given."""
        return bool(self.terms.get(key))

    def one(self, key: str) -> str:
        """The only value of a key; empty if it was not given."""
        values = self.terms.get(key, [])
        if len(values) > 1:
            raise self.refusal(key, f'Query param "{key}" provided more than once')
        return values[0] if values else ""

    def many(self, key: str) -> list[str]:
        """Every value of a key, repeated or separated by commas."""
        return [part for value in self.terms.get(key, []) for part in value.split(",") if part]

    def truth(self, key: str) -> bool | None:
        """A boolean; `None` if it was not given."""
        value = self.one(key)
        if not value:
            return None
        if value not in {"true", "false"}:
            raise self.refusal(key, f'Query param "{key}" must be a valid boolean')
        return value == "true"

    def choice(self, key: str, permitted: set[str], *, several: bool = False) -> list[str]:
        """Values that have to be among the permitted ones."""
        values = self.many(key) if several else [value for value in [self.one(key)] if value]
        for value in values:
            if value not in permitted:
                word = "values" if several else "value"
                detail = f'Query param "{key}" has invalid {word}: "{value}" is not a valid value'
                raise self.refusal(key, detail)
        return values

    def moment(self, key: str) -> datetime | None:
        """A time; `None` if it was not given."""
        value = self.one(key)
        if not value:
            return None
        found = parse(value.upper())
        if found is None:
            rest, wanted = (value[10:], "T") if len(value) > 4 else ("", "-")  # noqa: PLR2004
            detail = (
                f'Query param "{key}" must be a valid date format ({_DATE}): parsing time '
                f'"{value}" as "{_DATE}": cannot parse "{rest}" as "{wanted}"'
            )
            raise self.refusal(key, detail)
        return found

    def identifiers(self, key: str) -> list[str]:
        """Values that have to be UUIDs."""
        values = self.many(key)
        for value in values:
            if not is_uuid(value):
                detail = f'Query param "{key}" has invalid values: invalid UUID length: '
                raise self.refusal(key, detail + str(len(value)))
        return values


def search(
    noun: str, query: str, keys: set[str], default: str | None, *, lower: bool = True
) -> Search:
    """Read a search.

    Args:
        noun: What is searched, for messages.
        query: The text.
        keys: Keys that are known.
        default: Key of words without one; `None` refuses them.
        lower: Whether the whole search is lower-cased.

    Raises:
        Refusal: The search is wrong.
    """
    found = Search(noun)
    words: list[str] = []
    for element in _elements(query.lower() if lower else query):
        key, colon, value = _divide(element, found)
        if not colon:
            words.append(_unquote(element))
        else:
            found.terms.setdefault(key, []).append(value)
    if words:
        if default is None:
            raise found.refusal("search", '"search" is not a valid query param')
        found.terms.setdefault(default, []).append(" ".join(words))
    for key in found.terms:
        if key not in keys and key != default:
            raise found.refusal(key, f'"{key}" is not a valid query param')
    return found


def _elements(query: str) -> list[str]:
    elements: list[str] = []
    current, quoted = "", False
    for character in query:
        if character == '"':
            quoted = not quoted
        if character == " " and not quoted:
            elements.append(current)
            current = ""
        else:
            current += character
    return [element for element in [*elements, current] if element]


def _divide(element: str, found: Search) -> tuple[str, str, str]:
    parts: list[str] = [""]
    quoted = False
    for character in element:
        if character == '"':
            quoted = not quoted
        if character == ":" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    if len(parts) == 1:
        return "", "", element
    if len(parts) > 2:  # noqa: PLR2004 - key and value
        raise found.refusal("q", f"Query element \"{element}\" can only contain 1 ':'")
    if not parts[0] or not parts[1]:
        raise found.refusal("q", f"Query element \"{element}\" cannot start or end with ':'")
    return _unquote(parts[0]), ":", _unquote(parts[1])


def _unquote(value: str) -> str:
    return value.replace('"', "")
