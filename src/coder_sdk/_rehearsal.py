"""Calls that stop before the first thing that they would change."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

_rehearsing: ContextVar[bool] = ContextVar("coder_sdk_rehearsing", default=False)
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Requests that only ask, although their method does not say so.
_QUESTIONS: Final = frozenset(
    {
        "/api/v2/authcheck",
        "/api/v2/templateversions/{templateversion}/dynamic-parameters/evaluate",
        "/api/v2/users/validate-password",
    }
)
_PTY: Final = "/pty"


class WouldChangeError(BaseException):
    """A rehearsed call was about to change something.

    It is no `Exception`, so that nothing on the way takes it for a failure.

    Attributes:
        request: Method and path of the request that was not sent.
    """

    def __init__(self, request: str) -> None:
        super().__init__(request)
        self.request = request


@contextmanager
def rehearsal() -> Generator[None]:
    """Let nothing but questions through, in this thread or task and in those that it starts."""
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def check_rehearsal(method: str, path_template: str) -> None:
    """Called before a request is sent.

    Raises:
        WouldChangeError: This is a rehearsal, and the request would change something.
    """
    if not _rehearsing.get():
        return
    if (method in _READS and not path_template.endswith(_PTY)) or path_template in _QUESTIONS:
        return
    raise WouldChangeError(f"{method} {path_template}")
