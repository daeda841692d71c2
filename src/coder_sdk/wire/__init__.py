"""What the generated models are made of: bases, markers and value types of the Coder wire format.

The models in `coder_sdk.models` and every client emitted by `codegen` use these names. They are
public, because annotations built from them (`WireList[User]`) work with `pydantic.TypeAdapter`.
"""

from coder_sdk._json import JSON
from coder_sdk.wire._collections import WireList, WireMap
from coder_sdk.wire._enums import OpenEnum, OpenIntEnum
from coder_sdk.wire._measures import duration, instant
from coder_sdk.wire._models import (
    CaseInsensitiveModel,
    OpaqueModel,
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
