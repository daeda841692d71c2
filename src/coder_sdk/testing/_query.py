"""Query parameters and JSON bodies, with the server's complaints about them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import UUID

from coder_sdk.testing._web import Call, Refusal, invalid, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

BAD_QUERY: Final = "Query parameters have invalid values."
_INT32: Final = 2**31
_NAME = re.compile(r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*")
_VERSION_NAME = re.compile(r"[a-zA-Z0-9]+(?:[_.-]{1}[a-zA-Z0-9]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MAX_NAME: Final = 32
_MAX_LONG_NAME: Final = 64


def is_uuid(value: str) -> bool:
    """Whether a text is a UUID in its usual form."""
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


def uuid_param(call: Call, name: str) -> str:
    """A path parameter that has to be a UUID.

    Raises:
        Refusal: It is none.
    """
    value = call.params[name]
    if is_uuid(value):
        return value.lower()
    detail = f"invalid UUID length: {len(value)}" if len(value) not in {32, 36, 38, 45} else (
        "invalid UUID format"
    )  # fmt: skip
    raise refuse(400, f'Invalid UUID "{value}".', detail)


def valid_name(value: str) -> bool:
    """Whether a name of a user, workspace or template is permitted."""
    return (
        0 < len(value) <= _MAX_NAME
        and _NAME.fullmatch(value) is not None
        and value not in {"new", "create"}
    )


def valid_version_name(value: str) -> bool:
    """Whether a name of a template version is permitted."""
    return len(value) <= _MAX_LONG_NAME and _VERSION_NAME.fullmatch(value) is not None


def valid_email(value: str) -> bool:
    """Whether a text looks like an address."""
    return _EMAIL.fullmatch(value) is not None


class Page:
    """Bounds of a page, read from `limit`, `offset` and `after_id`."""

    def __init__(self, call: Call) -> None:
        problems: list[dict[str, str]] = []
        self.limit = _bound(call, "limit", problems)
        self.offset = _bound(call, "offset", problems)
        self.after_id = call.get("after_id")
        if self.after_id and not is_uuid(self.after_id):
            detail = 'Query param "after_id" must be a valid uuid'
            problems.append({"field": "after_id", "detail": detail})
        if problems:
            raise refuse(400, BAD_QUERY, validations=problems)

    def cut(self, items: Sequence[T], default: int = 0) -> list[T]:
        """The items of the page; a limit of zero is the default, and its zero is none."""
        limit = self.limit or default
        end = self.offset + limit if limit else None
        return list(items[self.offset : end])

    def after(self, items: Sequence[T], key: Callable[[T], str]) -> list[T] | None:
        """The items behind `after_id`; `None` if no item has that id."""
        if not self.after_id:
            return list(items)
        for index, item in enumerate(items):
            if key(item) == self.after_id:
                return list(items[index + 1 :])
        return None


def _bound(call: Call, name: str, problems: list[dict[str, str]]) -> int:
    value = call.get(name)
    if not value:
        return 0
    reason = ""
    try:
        number = int(value)
    except ValueError:
        number, reason = 0, f'strconv.ParseInt: parsing "{value}": invalid syntax'
    if not reason and not -_INT32 <= number < _INT32:
        reason = f'strconv.ParseInt: parsing "{value}": value out of range'
    elif not reason and number < 0:
        reason = "value is negative"
    if reason:
        detail = f'Query param "{name}" must be a valid 32-bit positive integer: {reason}'
        problems.append({"field": name, "detail": detail})
    return number


def only(call: Call, *names: str, title: str = BAD_QUERY) -> None:
    """Refuse query parameters that are not known.

    Raises:
        Refusal: There is one.
    """
    problems = [
        {"field": key, "detail": f'"{key}" is not a valid query param'}
        for key in dict.fromkeys(key for key, _ in call.query)
        if key not in names
    ]
    if problems:
        raise refuse(400, title, validations=problems)


def flag(call: Call, name: str) -> bool:
    """A boolean query parameter."""
    return call.get(name).lower() in {"true", "1", "t"}


class Body:
    """A JSON object that was sent, and what the server complains about in it."""

    def __init__(self, call: Call) -> None:
        self.values = _parse_object(call.body)
        self.problems: list[dict[str, str]] = []

    @classmethod
    def of(cls, values: dict[str, Any]) -> Body:
        """An object that is part of another."""
        body = cls.__new__(cls)
        body.values, body.problems = values, []
        return body

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def has(self, name: str) -> bool:
        """Whether a field was sent and is not null."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """A field that is a string; absent and null are empty.

        Raises:
            Refusal: It is of another type.
        """
        return self._typed(name, str, "string", "")

    def number(self, name: str) -> int:
        """A field that is an integer; absent and null are zero."""
        return self._typed(name, int, "int64", 0)

    def truth(self, name: str) -> bool:
        """A field that is a boolean; absent and null are false."""
        return self._typed(name, bool, "bool", False)  # noqa: FBT003 - the value for absent

    def items(self, name: str) -> list[Any]:
        """A field that is a list; absent and null are empty."""
        return self._typed(name, list, "slice", list[Any]())

    def table(self, name: str) -> dict[str, Any]:
        """A field that is an object; absent and null are empty."""
        return self._typed(name, dict, "map", dict[str, Any]())

    def strings(self, name: str) -> list[str]:
        """A field that is a list of strings."""
        return [_checked(name, item, str, "string") for item in self.items(name)]

    def objects(self, name: str) -> list[dict[str, Any]]:
        """A field that is a list of objects."""
        return [_checked(name, item, dict, "struct") for item in self.items(name)]

    def texts(self, name: str) -> dict[str, str]:
        """A field that is an object whose values are strings."""
        table = self.table(name)
        return {key: _checked(name, value, str, "string") for key, value in table.items()}

    def tables(self, name: str) -> dict[str, dict[str, Any]]:
        """A field that is an object whose values are objects."""
        table = self.table(name)
        return {key: _checked(name, value, dict, "struct") for key, value in table.items()}

    def pairs(self, name: str) -> dict[str, str]:
        """A field that is a list of objects with `name` and `value`."""
        return {
            _checked(name, item.get("name", ""), str, "string"): _checked(
                name, item.get("value", ""), str, "string"
            )
            for item in self.objects(name)
        }

    def like(self, name: str, pattern: Any) -> Any:
        """A field that has the type of another value; absent and null are its zero."""
        if isinstance(pattern, bool):
            return self.truth(name)
        if isinstance(pattern, int):
            return self.number(name)
        if isinstance(pattern, dict):
            return self.table(name)
        return self.text(name)

    def _typed(self, name: str, kind: type[T], go: str, zero: T) -> T:
        value = self.values.get(name)
        if value is None:
            return zero
        return _checked(name, value, kind, go)

    def fail(self, name: str, tag: str, value: object) -> None:
        """Note that a field breaks a rule."""
        detail = f'Validation failed for tag "{tag}" with value: "{value}"'
        self.problems.append({"field": name, "detail": detail})

    def require(self, *names: str) -> None:
        """Note which strings are empty."""
        for name in names:
            if not self.text(name):
                self.fail(name, "required", "")

    def choice(self, name: str, permitted: Iterable[str]) -> None:
        """Note whether a string is not among the permitted ones."""
        if self.text(name) not in permitted:
            self.fail(name, "oneof", self.text(name))

    def finish(self) -> None:
        """Refuse what was noted.

        Raises:
            Refusal: Something was.
        """
        if self.problems:
            raise refuse(400, "Validation failed.", validations=self.problems)


def _checked(name: str, value: object, kind: type[T], go: str) -> T:
    """A value of the right type, as Go's decoder insists on."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise refuse(
            400,
            "Request body must be valid JSON.",
            f"json: cannot unmarshal {_json_kind(value)} into Go struct field .{name} of type {go}",
        )
    return value


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        value: Any = json.loads(body)
    except ValueError as error:
        detail = "EOF" if not body.strip() else f"invalid character: {error}"
        raise refuse(400, "Request body must be valid JSON.", detail) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        detail = f"json: cannot unmarshal {_json_kind(value)} into Go value"
        raise refuse(400, "Request body must be valid JSON.", detail)
    return cast("dict[str, Any]", value)


def _json_kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    kinds: dict[type, str] = {int: "number", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


def checked_uuid(field: str, value: str, title: str = "Validation failed.") -> str:
    """A UUID out of a body.

    Raises:
        Refusal: It is none.
    """
    if not is_uuid(value):
        raise invalid(field, f"{value} is not a valid UUID.", title)
    return value.lower()


__all__ = ["BAD_QUERY", "Body", "Page", "Refusal", "checked_uuid", "flag", "is_uuid", "only",
           "uuid_param", "valid_email", "valid_name", "valid_version_name"]  # fmt: skip
