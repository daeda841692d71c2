"""Typed filters of the search text `q`: keywords are checked here and become a quoted query.

The grammar is the server's: `key:value` elements divided by spaces, double quotes around values,
no escape for a double quote, lists by repeating a key, bare words for the default key. A server
answers an unknown key or enum value with 400, but an unknown *name* with an empty list and a
misspelt text filter with everything, so whatever can be refused here is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timezone
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from coder_sdk._request import OMIT, Omit, Ref

if TYPE_CHECKING:
    from typing_extensions import Self

    from coder_sdk._errors.base import RequestValidationError

_UNQUOTABLE: Final = re.compile(r'["\x00-\x1f\x7f]')
_NAMED_BY: Final = {
    "user": ("username",),
    "template": ("name",),
    "workspace": ("name",),
    "organization": ("id",),
    "group": ("id",),
}
_CHECKED: Final = frozenset({"user", "template", "organization"})
_WORDS: Final = frozenset({"me", "default"})


class Key:
    """One filter.

    Args:
        name: The key on the wire.
        kind: `text`, `bool`, `int`, `uuid`, `time`, `date`, `enum`, `param`, or what a value
            identifies: `user`, `template`, `workspace`, `organization`, `group`.
        values: The values of an `enum`.
        many: A collection of values is accepted.
        field: The item's field that a `date` filter speaks of; an instant is narrowed by it.
        until: A `date` filter that bounds from above.
    """

    __slots__ = ("field", "kind", "many", "name", "until", "values")

    def __init__(  # noqa: PLR0913 - one argument for each fact
        self,
        name: str,
        kind: str = "text",
        *,
        values: Iterable[str] = (),
        many: bool = False,
        field: str | None = None,
        until: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.values = tuple(values)
        self.many = many
        self.field = field
        self.until = until


class Grammar:
    """The filters of one list.

    Args:
        name: What the list holds, for error texts.
        keys: Keyword of Python -> filter.
        default: Key that bare words mean; `None` where the server refuses them.
    """

    __slots__ = ("default", "keys", "name")

    def __init__(self, name: str, keys: Mapping[str, Key], *, default: str | None = None) -> None:
        self.name = name
        self.keys = keys
        self.default = default


class Narrowing:
    """Where an instant was asked for and the server compares days: what is kept of its answer."""

    __slots__ = ("field", "instant", "until")

    def __init__(self, field: str, instant: datetime, *, until: bool) -> None:
        self.field = field
        self.instant = instant
        self.until = until

    def keeps(self, item: object) -> bool:
        """Whether the item lies on the right side of the instant."""
        when = getattr(item, self.field, None)
        if not isinstance(when, datetime):
            return True
        return when <= self.instant if self.until else when >= self.instant


class FilterQuery(str):
    """The text of `q`, with what the server's grammar cannot express.

    Attributes:
        narrowings: What is to be dropped from the answer.
        lookups: Parts whose value must be looked up first: the reference, and the filter's key.
        named: Kind and name of objects that may not exist; the server answers such a filter with
            an empty list.
    """

    __slots__ = ("_parts", "lookups", "named", "narrowings")

    narrowings: tuple[Narrowing, ...]
    lookups: tuple[tuple[str, Ref], ...]
    named: tuple[tuple[str, str], ...]
    _parts: tuple[tuple[str, str | Ref], ...]

    def __new__(
        cls,
        parts: Iterable[tuple[str, str | Ref]],
        narrowings: Iterable[Narrowing] = (),
        named: Iterable[tuple[str, str]] = (),
    ) -> Self:
        """Join the parts; the key `""` stands for raw text."""
        parts = tuple(parts)
        self = super().__new__(cls, " ".join(_element(key, value) for key, value in parts))
        self._parts = parts
        self.narrowings = tuple(narrowings)
        self.named = tuple(named)
        self.lookups = tuple((key, value) for key, value in parts if isinstance(value, Ref))
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self._parts, self.narrowings, self.named)

    def resolved(self, names: Callable[[str, Ref], str]) -> FilterQuery:
        """Replace each lookup by the text that `names(key, ref)` gives for it."""
        return FilterQuery(
            (
                (key, names(key, value) if isinstance(value, Ref) else value)
                for key, value in self._parts
            ),
            self.narrowings,
            self.named,
        )

    def within(self, organization: str) -> FilterQuery:
        """Search in one organization only, unless the caller named one."""
        if any(key == "organization" for key, _ in self._parts):
            return self
        parts = (*self._parts, ("organization", organization))
        return FilterQuery(parts, self.narrowings, self.named)


def query(
    grammar: Grammar, values: Mapping[str, object], q: str | Omit = OMIT
) -> FilterQuery | Omit:
    """Combine typed filters and free search text into the value of `q`.

    Args:
        grammar: The filters of this list.
        values: Keyword -> value; `OMIT` and empty collections mean "not given".
        q: Search text in the server's own grammar, passed on as it is.

    Returns:
        The text, or `OMIT` when nothing was given.

    Raises:
        RequestValidationError: A filter is unknown, or a value cannot be what was meant.
    """
    parts: list[tuple[str, str | Ref]] = []
    narrowings: list[Narrowing] = []
    named: list[tuple[str, str]] = []
    for keyword, value in values.items():
        key = grammar.keys.get(keyword)
        if key is None:
            raise _unknown(grammar, keyword)
        parts += [(key.name, text) for text in _texts(keyword, key, value)]
        if key.kind in _CHECKED and isinstance(value, str) and value not in _WORDS:
            named.append((key.kind, value))
        if key.kind == "date" and key.field and isinstance(value, datetime):
            narrowings.append(Narrowing(key.field, value, until=key.until))
    # The type is checked as typed callers cannot be trusted to be typed.
    if not isinstance(q, (str, Omit)):
        raise _refusal("q", f"has to be a text, not {type(q).__name__}")
    if isinstance(q, str) and q.strip():
        parts.append(("", q.strip()))
    found = FilterQuery(parts, narrowings, named) if parts else OMIT
    # The search compares names of templates only, and another organization may use the same.
    place = getattr(values.get("template"), "organization_id", None)
    return found.within(str(place)) if found and place and "organization" in grammar.keys else found


def _element(key: str, value: str | Ref) -> str:
    text = value.value if isinstance(value, Ref) else value
    return f'{key}:"{text}"' if key else text


def _texts(keyword: str, key: Key, value: object) -> list[str | Ref]:
    """All values of one filter."""
    if isinstance(value, Omit):
        return []
    if key.kind == "param" and isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        value = [name if item is None else f"{name}={_plain(item)}" for name, item in pairs]
    if not _is_collection(value):
        return [_text(keyword, key, value)]
    several = list(cast("Iterable[object]", value))
    if len(several) > 1 and not key.many:
        raise _refusal(keyword, f"takes one value, not {len(several)}")
    return [_text(keyword, key, item) for item in several]


def _is_collection(value: object) -> bool:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return False
    # A model iterates over its own fields, and yet it is one value.
    return getattr(value, "id", None) is None and getattr(value, "user_id", None) is None


def _text(keyword: str, key: Key, value: object) -> str | Ref:
    """One value as the server reads it."""
    write = _WRITERS.get(key.kind)
    text = write(keyword, key, value) if write else _reference(keyword, key, value)
    plain = text.value if isinstance(text, Ref) else text
    if _UNQUOTABLE.search(plain):
        raise _refusal(
            keyword,
            f"cannot search for {plain!r}: the server's search text has no way to write a double "
            "quote or a control character",
        )
    if not plain.strip():
        raise _refusal(keyword, "is empty; leave it out to search without this filter")
    if key.many and "," in plain:
        raise _refusal(
            keyword, f"cannot search for {plain!r}: the server would split it at the comma"
        )
    return text


def _as_text(keyword: str, _key: Key, value: object) -> str:
    if isinstance(value, (str, int, float, UUID)) and not isinstance(value, bool):
        return _plain(value)
    raise _refusal(keyword, f"must be a text, not {type(value).__name__}")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.value) if isinstance(value, Enum) else str(value)


def _as_bool(keyword: str, _key: Key, value: object) -> str:
    if not isinstance(value, bool):
        raise _refusal(keyword, f"must be True or False, not {value!r}")
    return _plain(value)


def _as_int(keyword: str, _key: Key, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refusal(keyword, f"must be a whole number, not {value!r}")
    return str(value)


def _as_uuid(keyword: str, _key: Key, value: object) -> str:
    identifier = getattr(value, "id", value)
    if isinstance(identifier, UUID):
        return str(identifier)
    try:
        return str(UUID(str(identifier)))
    except ValueError:
        problem = f"must be a UUID or an object that has one, not {value!r}"
        raise _refusal(keyword, problem) from None


def _as_enum(keyword: str, key: Key, value: object) -> str:
    text = _plain(value)
    if key.values and text.lower() not in key.values:
        raise _refusal(keyword, f"has no value {text!r}{near(text, key.values)}")
    return text


def _as_time(keyword: str, _key: Key, value: object) -> str:
    if not isinstance(value, datetime):
        raise _refusal(keyword, f"must be a datetime with a time zone, not {value!r}")
    return _instant(keyword, value).isoformat().replace("+00:00", "Z")


def _as_date(keyword: str, _key: Key, value: object) -> str:
    if isinstance(value, datetime):  # the server compares days of UTC
        return _instant(keyword, value).date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise _refusal(keyword, f"must be a date, or a datetime with a time zone, not {value!r}")


def _instant(keyword: str, value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise _refusal(
            keyword, f"has no time zone: {value.isoformat()}; use `datetime.now(timezone.utc)`, "
            "or give it one with `replace(tzinfo=...)`",
        )  # fmt: skip
    return value.astimezone(timezone.utc)


def _reference(keyword: str, key: Key, value: object) -> str | Ref:
    """The name of an object: of the model itself, as given, or to be looked up."""
    if isinstance(value, UUID):
        by_id = _NAMED_BY.get(key.kind, ())[:1] == ("id",)
        return str(value) if by_id else Ref(key.kind, str(value))
    if isinstance(value, str):
        return Ref(key.kind, value) if _is_foreign(key.kind, value) else value
    for attribute in _NAMED_BY.get(key.kind, ()):
        if (name := getattr(value, attribute, None)) is not None:
            return str(name)
    raise _refusal(keyword, f"must be a {key.kind}, a UUID or a name, not {type(value).__name__}")


def _is_foreign(kind: str, value: str) -> bool:
    """Whether a name is one that the server's search does not understand."""
    if kind == "user":
        return "@" in value
    if kind == "template":
        return "/" in value
    return kind == "organization" and value == "default"


_WRITERS: Final[Mapping[str, Callable[[str, Key, object], str]]] = {
    "text": _as_text,
    "param": _as_text,
    "bool": _as_bool,
    "int": _as_int,
    "uuid": _as_uuid,
    "enum": _as_enum,
    "time": _as_time,
    "date": _as_date,
}


def near(word: str, known: Iterable[str]) -> str:
    """Hint with the names that look like `word`, else with all of them."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error text

    known = sorted(known)
    close = get_close_matches(word.lower(), known, n=3)
    if close:
        return "; did you mean " + " or ".join(f"`{name}`" for name in close) + "?"
    return "; known are " + ", ".join(f"`{name}`" for name in known)


def _unknown(grammar: Grammar, keyword: str) -> RequestValidationError:
    from coder_sdk._errors.base import RequestValidationError  # noqa: PLC0415 - only when raised

    hint = near(keyword, grammar.keys)
    message = f"Unknown filter `{keyword}` of {grammar.name}{hint}"
    return RequestValidationError(message, parameter=keyword)


def _refusal(keyword: str, problem: str) -> RequestValidationError:
    from coder_sdk._errors.base import RequestValidationError  # noqa: PLC0415 - only when raised

    return RequestValidationError(f"Filter `{keyword}` {problem}", parameter=keyword)
