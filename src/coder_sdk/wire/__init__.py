"""What the generated models are made of: bases, markers and value types of the Coder wire format.

The models in `coder_sdk.models` and every client emitted by `codegen` use these names. They are
public, because annotations built from them (`WireList[User]`) work with `pydantic.TypeAdapter`.
"""

from coder_sdk.wire._collections import WireList, WireMap
from coder_sdk.wire._enums import OpenEnum, OpenIntEnum
from coder_sdk.wire._models import CaseInsensitiveModel, RequestModel, ResponseModel
from coder_sdk.wire._problems import Problem, problems
from coder_sdk.wire._secret import Secret
from coder_sdk.wire._values import (
    Base64,
    Milliseconds,
    Nanoseconds,
    NeverDatetime,
    Seconds,
    ZeroNullUUID,
)

__all__ = [
    "Base64",
    "CaseInsensitiveModel",
    "Milliseconds",
    "Nanoseconds",
    "NeverDatetime",
    "OpenEnum",
    "OpenIntEnum",
    "Problem",
    "RequestModel",
    "ResponseModel",
    "Seconds",
    "Secret",
    "WireList",
    "WireMap",
    "ZeroNullUUID",
    "problems",
]
