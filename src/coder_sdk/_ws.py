"""WebSockets as far as no I/O is needed: close codes, envelopes, and where a stream goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from json import dumps, loads
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_MESSAGE: Final = 32 * 1024 * 1024
"""Bytes of one message; a list of 256 chat events alone may have 4 MiB."""
NORMAL: Final = 1000
NO_STATUS: Final = 1005
LOST: Final = 1006
TOO_BIG: Final = 1009
# Going away (a restart, a failed liveness probe), no reason at all, a lost connection, an internal
# error (a dropped subscription), restart, overload, a bad gateway: the next connection may do.
_PASSING: Final = frozenset({1001, NO_STATUS, LOST, 1011, 1012, 1013, 1014})
_ENVELOPE: Final = re.compile(
    rb'\s*\{\s*"type"\s*:\s*"([a-z_]+)"\s*,\s*"data"\s*:\s*(.*)\}\s*', re.DOTALL
)
_PAIRS: Final = frozenset({(b"{", b"}"), (b"[", b"]")})


class ClosedError(Exception):
    """A connection is closed; never leaves the package.

    Attributes:
        code: The close code, 1006 for a connection that was lost.
        reason: What the other side said.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        what = "the connection was lost" if self.code == LOST else f"closed with {self.code}"
        if self.reason.startswith(what):
            return self.reason
        return f"{what}: {self.reason}" if self.reason else what


Verdict = Literal["end", "again", "fatal"]


def verdict(code: int) -> Verdict:
    """What follows a close of a one-way stream: its end, another connection, or an error."""
    if code == NORMAL:
        return "end"
    return "again" if code in _PASSING else "fatal"


def close_hint(code: int) -> str | None:
    """What to do about a close that is an error."""
    if code == TOO_BIG:
        return f"A message was larger than {MAX_MESSAGE} bytes."
    if code == 1002:  # noqa: PLR2004 - protocol error
        return "One-way sockets take no messages, and something was sent."
    return None


class Problem(NamedTuple):
    """What the server said in place of data; the stream goes on."""

    message: str
    detail: str = ""


def problem(payload: bytes | str) -> Problem:
    """Read the payload of an `error` event."""
    try:
        data = loads(payload)
    except ValueError:
        data = None
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        return Problem(str(fields.get("message", "")), str(fields.get("detail", "")))
    return Problem(payload if isinstance(payload, str) else payload.decode("utf-8", "replace"))


def unwrap(message: bytes) -> tuple[str, bytes]:
    """Split `{"type": ..., "data": ...}` without parsing what `data` holds.

    A message that is written in another way is parsed by `unwrap_slowly`.
    """
    match = _ENVELOPE.fullmatch(message)
    if match:
        data = match[2].strip()
        # Else something follows `data`.
        if data == b"null" or (data[:1], data[-1:]) in _PAIRS:
            return match[1].decode(), data
    return unwrap_slowly(message)


def unwrap_slowly(message: bytes) -> tuple[str, bytes]:
    """Split an envelope however it is written.

    Raises:
        ValueError: The message is no envelope.
    """
    envelope = loads(message)
    if not isinstance(envelope, dict) or "type" not in envelope:
        raise ValueError("The message has no `type`")
    fields = cast("dict[str, Any]", envelope)
    return str(fields["type"]), dumps(fields.get("data")).encode()


class Bookmark:
    """Where a stream goes on after a lost connection, without loss or repetition.

    Args:
        resume: Query parameter and the field of a frame that feeds it; `None` where a connection
            cannot begin in the middle.
    """

    def __init__(self, resume: tuple[str, str] | None) -> None:
        self._param, path = resume or ("", "")
        self._path = path.split(".") if path else []
        self._repeats = False
        self.last: Any = None

    @property
    def query(self) -> dict[str, Any]:
        """Query parameters of the next connection."""
        return {} if self.last is None else {self._param: self.last}

    def reconnected(self) -> None:
        """From here on the server may repeat what came before the last frame."""
        # Inside a frame the identifier is that of a part, which may come again in a newer form.
        self._repeats = len(self._path) == 1 and isinstance(self.last, int)

    def take(self, frame: Any) -> Any:
        """What is new of a frame; `None` for nothing."""
        if not self._path:
            return frame
        several = isinstance(frame, list)
        items = cast("Sequence[Any]", frame) if several else (frame,)
        if self._repeats:
            items = [item for item in items if not self._known(item)]
            if not items:
                return None
            self._repeats = False
            frame = items if several else frame
        for item in reversed(items):
            if (mark := self._mark(item)) is not None:
                self.last = mark
                break
        return frame

    def _known(self, item: Any) -> bool:
        mark = self._mark(item)
        return isinstance(mark, int) and mark <= self.last

    def _mark(self, item: Any) -> Any:
        for name in self._path:
            if isinstance(item, Mapping):
                item = cast("Mapping[str, Any]", item).get(name)
            else:
                item = getattr(item, name, None)
        return item
