"""What the generated models are made of: bases, markers and value types of the Coder wire format.

The models in `coder_sdk.models` and every client emitted by `codegen` use these names. They are
public, because annotations built from them (`WireList[User]`) work with `pydantic.TypeAdapter`.
"""

from typing import TYPE_CHECKING, Any, Final

from coder_sdk._json import JSON

if TYPE_CHECKING:
    from coder_sdk.wire._collections import WireList, WireMap
    from coder_sdk.wire._enums import OpenEnum, OpenIntEnum
    from coder_sdk.wire._loose import CaseInsensitiveModel, OpaqueModel
    from coder_sdk.wire._measures import duration, instant
    from coder_sdk.wire._models import (
        RequestModel,
        ResponseModel,
        SharedModel,
        absent_is,
        sent,
    )
    from coder_sdk.wire._problems import Problem, problems
    from coder_sdk.wire._requests import encode_request
    from coder_sdk.wire._secret import Secret
    from coder_sdk.wire._values import (
        NEVER,
        Base64,
        Microseconds,
        Milliseconds,
        Nanoseconds,
        NeverDatetime,
        Seconds,
        Unit,
        ZeroNullUUID,
    )

__all__ = [
    "JSON",
    "NEVER",
    "Base64",
    "CaseInsensitiveModel",
    "Microseconds",
    "Milliseconds",
    "Nanoseconds",
    "NeverDatetime",
    "OpaqueModel",
    "OpenEnum",
    "OpenIntEnum",
    "Problem",
    "RequestModel",
    "ResponseModel",
    "Seconds",
    "Secret",
    "SharedModel",
    "Unit",
    "WireList",
    "WireMap",
    "ZeroNullUUID",
    "absent_is",
    "duration",
    "encode_request",
    "instant",
    "problems",
    "sent",
]

# Where the names live; a program loads those that its models are made of.
_HOMES: Final = {
    "_collections": (
        "WireList",
        "WireMap",
    ),
    "_enums": (
        "OpenEnum",
        "OpenIntEnum",
    ),
    "_loose": (
        "CaseInsensitiveModel",
        "OpaqueModel",
    ),
    "_measures": (
        "duration",
        "instant",
    ),
    "_models": (
        "RequestModel",
        "ResponseModel",
        "SharedModel",
        "absent_is",
        "sent",
    ),
    "_problems": (
        "Problem",
        "problems",
    ),
    "_requests": ("encode_request",),
    "_secret": ("Secret",),
    "_values": (
        "NEVER",
        "Base64",
        "Microseconds",
        "Milliseconds",
        "Nanoseconds",
        "NeverDatetime",
        "Seconds",
        "Unit",
        "ZeroNullUUID",
    ),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - part of the lazy loading

    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
