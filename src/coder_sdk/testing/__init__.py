"""Tools for tests of programs that use this package.

`FakeCoder` is a deployment in this process; `factories` makes models with valid defaults; the
fixtures `fake_coder`, `coder` and `async_coder` come with pytest by themselves.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from coder_sdk.testing._chats import ChatTurn
    from coder_sdk.testing._clock import FakeClock
    from coder_sdk.testing._fake import FakeCoder
    from coder_sdk.testing._faults import RecordedRequest
    from coder_sdk.testing._session import EndlessStreamError
    from coder_sdk.testing._shell import CommandResult
    from coder_sdk.testing._state.deployment import Timing
    from coder_sdk.testing._state.spec import (
        AgentSpec,
        App,
        Metadata,
        Parameter,
        Preset,
        TemplateSpec,
        Variable,
    )

__all__ = [
    "AgentSpec",
    "App",
    "ChatTurn",
    "CommandResult",
    "EndlessStreamError",
    "FakeClock",
    "FakeCoder",
    "Metadata",
    "Parameter",
    "Preset",
    "RecordedRequest",
    "TemplateSpec",
    "Timing",
    "Variable",
]

_SPEC: Final = "coder_sdk.testing._state.spec"
_MODULES: Final[dict[str, str]] = {
    "AgentSpec": _SPEC,
    "App": _SPEC,
    "ChatTurn": "coder_sdk.testing._chats",
    "CommandResult": "coder_sdk.testing._shell",
    "EndlessStreamError": "coder_sdk.testing._session",
    "FakeClock": "coder_sdk.testing._clock",
    "FakeCoder": "coder_sdk.testing._fake",
    "Metadata": _SPEC,
    "Parameter": _SPEC,
    "Preset": _SPEC,
    "RecordedRequest": "coder_sdk.testing._faults",
    "TemplateSpec": _SPEC,
    "Timing": "coder_sdk.testing._state.deployment",
    "Variable": _SPEC,
}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)
