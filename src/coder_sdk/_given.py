"""What was given for the arguments of an endpoint, held against their annotations.

Only what would be sent as something else is refused: a boolean in place of a number, a number in
place of an instant. Names, texts and bodies are checked where they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._arguments import Omit, is_model
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._url import instant

if TYPE_CHECKING:
    from typing import TypeGuard

_INT64: Final = 2**63
# Compiled when they are first needed: most calls have no such argument.
_DIGITS: Final = r"[+-]?[0-9]{1,19}"
_RFC3339: Final = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"
# What every call takes is checked where it is used.
_OF_THE_CALL: Final = frozenset({"timeout", "deadline", "headers", "retry"})
# Names of arguments that begin and end the same span differ by these.
_BOUNDS: Final = (("_after", "_before"), ("_from", "_to"), ("start", "end"))
# A text that is no secret whatever it stands for.
_PLAIN: Final = r"[0-9:TZ.+\- ]{0,32}"


class _Rule(NamedTuple):
    """What an argument has to be, in words, and the test for it."""

    what: str
    fits: Callable[[Any], bool]


def check(builder: Callable[..., Any], args: Iterable[Any], kwargs: Mapping[str, Any]) -> None:
    """Refuse values that cannot be what the annotations of a builder say.

    Raises:
        RequestValidationError: With the name of the argument and what it has to be.
    """
    names, rules = _rules(builder)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    for name, value in given.items():
        if value is None or isinstance(value, Omit) or name in _OF_THE_CALL:
            continue
        rule = rules.get(name)
        if rule is not None and not rule.fits(value):
            text = f"`{name}` has to be {rule.what}, not {shown(value)}."
            raise RequestValidationError(text, parameter=name)
        if rule is not None and isinstance(value, date):
            _check_bounds(name, value, given)


def _check_bounds(name: str, value: date, given: Mapping[str, Any]) -> None:
    """Refuse an instant without a zone, and one that comes after the end of the same span."""
    if isinstance(value, datetime):
        instant(name, value)
    for first, last in _BOUNDS:
        end = given.get(name.replace(first, last)) if first in name else None
        if isinstance(end, date) and _as_instant(value) > _as_instant(end, days=1):
            other = name.replace(first, last)
            text = f"`{name}` ({value}) comes after `{other}` ({end}): nothing lies between them."
            raise RequestValidationError(text, parameter=name)


def _as_instant(value: date, days: int = 0) -> datetime:
    """An instant; of a day its beginning, or that of a later day."""
    if isinstance(value, datetime):
        zone = timezone.utc if value.utcoffset() is None else value.tzinfo
        return value.replace(tzinfo=zone)
    begin = datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    last = datetime.max.replace(tzinfo=timezone.utc)
    return begin + min(timedelta(days=days), last - begin)


def shown(value: object) -> str:
    """A value that may be shown, else its type."""
    plain = isinstance(value, (int, float, date, timedelta))
    if plain or (isinstance(value, str) and re.fullmatch(_PLAIN, value)):
        return repr(value)
    return type(value).__name__


def _innermost(builder: Any) -> Any:
    """A deprecated method is wrapped."""
    while hasattr(builder, "__wrapped__"):
        builder = builder.__wrapped__
    return builder


@lru_cache(maxsize=1024)
def _rules(builder: Callable[..., Any]) -> tuple[tuple[str, ...], dict[str, _Rule]]:
    """Names of a builder's arguments, in their order, and the rules of those that have one."""
    code: Any = _innermost(builder).__code__
    found = {name: _rule(annotation) for name, annotation in builder.__annotations__.items()}
    return code.co_varnames[1:], {name: rule for name, rule in found.items() if rule is not None}


def _rule(annotation: str) -> _Rule | None:
    """The rule of an annotation; `None` where there is none, or where others check."""
    if annotation.startswith("Sequence["):
        # A single name would not be looked up.
        return _REFERENCES if annotation.partition("]")[0].endswith("Ref") else _LIST
    return _RULES.get(" | ".join(part for part in annotation.split(" | ") if part not in _ABSENT))


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(_DIGITS, value) is not None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < _INT64 and value == int(value)


def _is_switch(value: Any) -> bool:
    return isinstance(value, int) and value in {0, 1}


def _is_instant(value: Any) -> bool:
    return isinstance(value, datetime) or (
        isinstance(value, str) and re.fullmatch(_RFC3339, value) is not None
    )


def _is_filter(_value: Any) -> bool:
    return True


def _is_span(value: Any) -> bool:
    return isinstance(value, timedelta) or _is_whole(value)


def _is_map(value: Any) -> bool:
    return _is_mapping(value) and all(
        isinstance(name, str) and isinstance(text, str) for name, text in value.items()
    )


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_list(value: Any) -> bool:
    if is_model(value):
        return False
    return isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping))


def _is_list_of_several(value: Any) -> bool:
    return _is_list(value) and not isinstance(value, str)


_LIST: Final = _Rule("a list", _is_list)
_REFERENCES: Final = _Rule("a list", _is_list_of_several)
_ABSENT: Final = frozenset({"Omit", "None"})
_RULES: Final = {
    "int": _Rule("a whole number", _is_whole),
    "bool": _Rule("True or False", _is_switch),
    "datetime": _Rule("an instant, as `datetime.now(timezone.utc)`", _is_instant),
    # A filter, which has been checked; here only that it does not end before it begins.
    "date | datetime": _Rule("a date or an instant", _is_filter),
    "timedelta | int": _Rule("a `timedelta` or a whole number", _is_span),
    "Mapping[str, str]": _Rule("a mapping of texts to texts", _is_map),
}
