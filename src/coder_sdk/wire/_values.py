"""Single values whose form on the wire is not Python's: instants, identifiers, durations, bytes."""

import base64
import binascii
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from coder_sdk.wire._collections import becomes

__all__ = [
    "NEVER",
    "Base64",
    "Microseconds",
    "Milliseconds",
    "Nanoseconds",
    "NeverDatetime",
    "Seconds",
    "Unit",
    "ZeroNullUUID",
]

NEVER = datetime(1, 1, 1, tzinfo=timezone.utc)
"""Go's zero instant."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ZERO_UUID = UUID(int=0)
_INT64_MAX = 2**63 - 1


class Unit(Enum):
    """What a received number counts that is a duration or an instant; marks an annotation."""

    NANOSECONDS = "ns"
    MICROSECONDS = "us"
    MILLISECONDS = "ms"
    SECONDS = "s"
    EPOCH_SECONDS = "epoch-s"


def _none() -> None:
    """Stand for a sentinel."""


class _Never:
    """Marks an instant whose sentinels (year 1, the epoch) mean never."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        after = core_schema.datetime_schema(gt=_EPOCH)
        never = becomes(core_schema.datetime_schema(le=_EPOCH), _none)
        # Go's zero instant west of Greenwich is in the year 0, which Python does not have.
        before = becomes(core_schema.str_schema(pattern="^0000-12-31T"), _none)
        lenient = core_schema.union_schema(
            [after, never, core_schema.none_schema(), before],
            mode="left_to_right",
            custom_error_type="instant",
            custom_error_message="Input should be an instant (RFC 3339) or null",
        )
        return core_schema.lax_or_strict_schema(
            lax_schema=lenient,
            strict_schema=core_schema.nullable_schema(core_schema.datetime_schema()),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        strict: Any = schema.get("strict_schema", schema)
        return handler(strict)


class _ZeroNull:
    """Marks an identifier of which the zero UUID means none."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        zero = becomes(core_schema.literal_schema([str(_ZERO_UUID), _ZERO_UUID]), _none)
        lenient = core_schema.union_schema(
            [zero, core_schema.uuid_schema(), core_schema.none_schema()],
            mode="left_to_right",
            custom_error_type="identifier",
            custom_error_message="Input should be a UUID or null",
        )
        return core_schema.lax_or_strict_schema(
            lax_schema=lenient,
            strict_schema=core_schema.nullable_schema(core_schema.uuid_schema()),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        strict: Any = schema.get("strict_schema", schema)
        return handler(strict)


class _Duration:
    """Marks a duration that is sent as a whole number of one unit; a `timedelta` is converted."""

    def __init__(self, unit: str, per_second: int) -> None:
        self._unit = unit
        self._per_second = per_second

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        number = core_schema.int_schema(ge=0, le=_INT64_MAX)
        return core_schema.no_info_before_validator_function(self._whole, number)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(core_schema.int_schema(ge=0))

    def _whole(self, value: object) -> object:
        """Convert a `timedelta`, in whole numbers: floats lose nanoseconds after 104 days."""
        if isinstance(value, bool):
            message = "Input should be a duration, not a boolean"
            raise PydanticCustomError("duration", message)
        if not isinstance(value, timedelta):
            return value
        microseconds = value // timedelta(microseconds=1)
        count, rest = divmod(microseconds * self._per_second, 1_000_000)
        if rest:
            message = "Input should be a whole number of {unit}"
            raise PydanticCustomError("whole_number", message, {"unit": self._unit})
        return count


def _decode(value: object) -> object:
    """Read base64 text; bytes are taken as they are."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise PydanticCustomError("base64", "Input should be base64 text") from None


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


class _Base64:
    """Marks bytes that travel as base64 text."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            _decode,
            core_schema.bytes_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(
                _encode, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = handler(core_schema.str_schema())
        described.update(contentEncoding="base64")
        return described


NeverDatetime = Annotated[datetime | None, _Never()]
"""An instant; year 1 and the Unix epoch stand for never and decode as `None`."""

ZeroNullUUID = Annotated[UUID | None, _ZeroNull()]
"""An identifier; the zero UUID stands for none and decodes as `None`."""

Nanoseconds = Annotated[int | timedelta, _Duration("nanoseconds", 1_000_000_000)]
"""A duration to send: a `timedelta`, or a number of nanoseconds; kept as that number."""

Milliseconds = Annotated[int | timedelta, _Duration("milliseconds", 1_000)]
"""A duration to send: a `timedelta`, or a number of milliseconds; kept as that number."""

Microseconds = Annotated[int | timedelta, _Duration("microseconds", 1_000_000)]
"""A duration to send: a `timedelta`, or a number of microseconds; kept as that number."""

Seconds = Annotated[int | timedelta, _Duration("seconds", 1)]
"""A duration to send: a `timedelta`, or a number of seconds; kept as that number."""

Base64 = Annotated[bytes, _Base64()]
"""Bytes that travel as base64 text."""
