"""Open enums: the server's newer values are values too.

An unknown value becomes an object of the same class: it equals its string, pickles, and says so
by `is_known`. The known members are what iteration and completion show.
"""

from enum import Enum
from typing import Any, TypeVar

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import Self

__all__ = ["OpenEnum", "OpenIntEnum"]

# Unknown values kept per enum; a server that sends more of them gets a new object for each.
_CACHE_LIMIT = 256

_E = TypeVar("_E", bound=Enum)

# Beside the enums and not in them: a mutable attribute of an enum would become a member.
_unknown_values: dict[type[Enum], dict[object, Any]] = {}


def _cached(cls: type[_E], value: object) -> _E | None:
    kept: dict[object, _E] = _unknown_values.get(cls, {})
    return kept.get(value)


def _named(member: _E, value: Any) -> _E:
    """Finish an unknown value and keep it while there is room."""
    member._name_ = str(value)
    member._value_ = value
    cache: dict[object, _E] = _unknown_values.setdefault(type(member), {})
    if len(cache) < _CACHE_LIMIT:
        return cache.setdefault(value, member)
    return member


class _Open(Enum):
    """What both kinds of open enum do alike."""

    @property
    def is_known(self) -> bool:
        """Whether this release of the SDK knows the value."""
        return self._value_ in type(self)._value2member_map_

    def __repr__(self) -> str:
        name = f".{self._name_}" if self.is_known else ""
        return f"<{type(self).__name__}{name}: {self._value_!r}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self._value_,)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the plain type: other values are valid too."""
        described = handler.resolve_ref_schema(handler(schema))
        described["examples"] = described.pop("enum", [])
        return described


class OpenEnum(str, _Open):
    """A string enum that accepts values it does not know."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        return _cached(cls, value) or _named(str.__new__(cls, value), str(value))

    def __str__(self) -> str:
        return str.__str__(self)

    def __format__(self, spec: str) -> str:
        return str.__format__(self, spec)


class OpenIntEnum(int, _Open):
    """An integer enum that accepts values it does not know."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenIntEnum | None":
        if not isinstance(value, int):
            return None
        return _cached(cls, value) or _named(int.__new__(cls, value), int(value))

    def __str__(self) -> str:
        return int.__repr__(self)

    def __format__(self, spec: str) -> str:
        return int.__format__(self, spec)
