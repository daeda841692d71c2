"""Arguments of endpoints: what was not given, names of objects, and how values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from re import fullmatch
from typing import Any, Final, Literal, cast, final

Seconds = float | timedelta
"""A time limit: seconds as a number, or a `timedelta`."""


@final
class Omit:
    """The type of `OMIT`: the argument was not given, which is not the same as `None`."""

    __slots__ = ()
    _instance: Omit | None = None

    def __new__(cls) -> Omit:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "OMIT"

    def __reduce__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
"""Default of optional arguments; falsy, one object, also after pickling and copying."""


# Kinds whose path segment takes identifiers only; names of the others the server finds itself.
_RESOLVED: Final = frozenset(
    {
        "agent", "build", "chat", "group", "organization_id", "template", "template_version",
        "user", "user_id", "workspace",
    }
)  # fmt: skip
# What only the models of a kind have, as the protocols of `_refs` say it.
_MARKS: Final = {
    "agent": "lifecycle_state",
    "build": "build_number",
    "chat": "last_model_config_id",
    "group": "quota_allowance",
    "organization": "is_default",
    "organization_id": "is_default",
    "task": "initial_prompt",
    "template": "active_version_id",
    "template_version": "readme",
    "user": "username",
    "user_id": "username",
    "workspace": "latest_build",
}
_UUID_LENGTH: Final = 36
_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Ref:
    """A name that stands for an identifier; the client looks it up before sending."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: str) -> None:
        self.kind = kind
        self.value = value

    def __repr__(self) -> str:
        return f"Ref({self.kind!r}, {self.value!r})"


def ref(kind: str, value: object, name: str | None = None) -> Any:
    """Turn a model, UUID or name into a path value, or into a `Ref` where it must be looked up.

    Args:
        kind: What the value identifies: `"user"`, `"workspace"`, `"template"`, ...
        value: A model with an `id`, a `UUID`, a name, or `OMIT`/`None`, which pass through.
        name: Name of the argument, where it is not that of the kind.

    Returns:
        The text of an identifier, a name that the server's path takes itself, or a `Ref`.

    Raises:
        RequestValidationError: The value identifies nothing of that kind.
    """
    if isinstance(value, str):
        return _named(kind, value)
    if value is None or isinstance(value, (Omit, Ref)):
        return value
    from uuid import UUID  # noqa: PLC0415 - 2 ms of the import, and whoever has one has it loaded

    if isinstance(value, UUID):
        return str(value)
    # A member of an organisation has the user's identifier under another name.
    identifier = getattr(value, "user_id", None) if kind in {"user", "user_id"} else None
    if identifier is None:
        identifier = getattr(value, "id", None)
    if isinstance(identifier, (UUID, str)) and _is_model(kind, value):
        return str(identifier)
    from coder_sdk._kinds import no_reference  # noqa: PLC0415 - only for mistakes

    raise no_reference(kind, value, name or kind)


def _is_model(kind: str, value: object) -> bool:
    """Whether a value has what the models of a kind have; an old server may leave fields out.

    The short forms that other models hold, such as `MinimalOrganization`, say what they are.
    """
    mark = _MARKS.get(kind)
    known = getattr(type(value), "model_fields", ())
    short = f"Minimal{kind.removesuffix('_id').capitalize()}"
    return mark is None or hasattr(value, mark) or mark in known or type(value).__name__ == short


def refs(kind: str, values: object, name: str | None = None) -> Any:
    """Likewise for a list of them; a `Refs` where one of them must be looked up.

    Args:
        kind: What the values identify.
        values: Models, UUIDs and names, or `OMIT`/`None`, which pass through.
        name: Name of the argument, where it is not that of the kind.
    """
    if is_model(values) or isinstance(values, (str, Omit)) or not isinstance(values, Iterable):
        return values
    found = [ref(kind, value, name) for value in cast("Iterable[object]", values)]
    return Refs(found) if any(isinstance(item, Ref) for item in found) else found


def is_model(value: object) -> bool:
    """Whether it is a single model, though one can iterate over its fields."""
    return hasattr(type(value), "model_fields")


class Refs(list[Any]):
    """Several values, of which some are names to be looked up."""

    __slots__ = ()


def ref_keys(kind: str, values: object, name: str | None = None) -> Any:
    """Likewise for the keys of a mapping; a `RefKeys` where one of them must be looked up."""
    if not isinstance(values, Mapping):
        return values
    pairs = cast("Mapping[object, object]", values).items()
    found = once_each([(ref(kind, key, name), value) for key, value in pairs])
    return RefKeys(found) if any(isinstance(key, Ref) for key in found) else found


def once_each(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """A mapping of these pairs; of two values for the same object, one would be lost.

    Raises:
        RequestValidationError: Two keys stand for the same object.
    """
    found: set[str] = set()
    for key, _ in pairs:
        if str(key) in found:
            from coder_sdk._errors.base import (  # noqa: PLC0415 - only for mistakes
                RequestValidationError,
            )

            text = f"Two keys stand for the same object, {key}: give it once."
            raise RequestValidationError(text)
        found.add(str(key))
    return dict(pairs)


class RefKeys(dict[Any, Any]):
    """A mapping, of whose keys some are names to be looked up."""

    __slots__ = ()


def _named(kind: str, value: str) -> str | Ref:
    """Keep what the server's path takes itself; what else has a resolver becomes a `Ref`."""
    if kind not in _RESOLVED or (kind == "user" and "@" not in value) or is_uuid(value):
        return value
    return Ref(kind, value)


def is_uuid(value: str) -> bool:
    """Tell an identifier from a name; 32 hexadecimal digits without dashes are a legal name."""
    return len(value) == _UUID_LENGTH and fullmatch(_UUID, value) is not None


class Repeated:
    """Query values that appear as one parameter each instead of one comma-separated list.

    What is no list stands for a list of one.
    """

    __slots__ = ("values",)

    def __init__(self, values: Iterable[Any] | Omit | None) -> None:
        self.values: tuple[Any, ...]
        if isinstance(values, Omit | None):
            self.values = ()
        else:
            single = isinstance(values, (str, bytes)) or not isinstance(values, Iterable)
            self.values = (values,) if single else tuple(values)


class Duration:
    """A length of time for the wire, in `unit`: ns, us, ms, s, m, h, or Go's text form (`go`)."""

    __slots__ = ("unit", "value")

    def __init__(self, value: Seconds, unit: str) -> None:
        self.value = value
        self.unit = unit


def duration(value: Seconds | Omit | None, unit: str) -> Duration | Omit | None:
    """Mark a length of time so that it is written in the wire's unit (ns, ms, s, `go`, ...)."""
    return value if isinstance(value, Omit | None) else Duration(value, unit)


def flag(value: bool | Omit | None) -> bool | Omit:  # noqa: FBT001 - the value is the point
    """Send a parameter only when it is true: for those whose mere presence switches something."""
    return True if value else OMIT


def json_text(value: Any) -> str | Omit | None:
    """Write a value that travels as JSON inside one query parameter; an empty one is left out."""
    if isinstance(value, Omit) or value is None or value == {}:
        return OMIT
    from json import dumps  # noqa: PLC0415 - two operations need it

    # What is no mapping of texts is refused by the name of the argument, which is not known here.
    return dumps(value, separators=(",", ":"), default=str, skipkeys=True)
