"""Faults that are injected, and the record of requests."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from attrs import define, field, frozen

from coder_sdk.testing._web import Reply, message

_WILD: Final = {"**": ".*", "*": "[^/]*", "{": "[^/]*"}


@define
class Fault:
    """Something that goes wrong with the next requests that fit.

    Attributes:
        status: Answer with this status instead of handling the request.
        delay: Answer only after so many seconds.
        cut: Lose the connection after so many bytes of the body.
        lose: Handle the request and lose the answer.
        refuse: Refuse the connection.
        drop: Lose a stream after so many frames.
        times: How many requests are hit; `None` for all of them.
    """

    pattern: Pattern
    status: int | None = None
    message: str = ""
    detail: str = ""
    headers: dict[str, str] = field(factory=dict[str, str])
    body: bytes | None = None
    delay: float = 0.0
    cut: int | None = None
    lose: bool = False
    refuse: bool = False
    drop: int | None = None
    times: int | None = 1

    def reply(self) -> Reply | None:
        """The answer in place of the real one; `None` if the request is handled."""
        if self.status is None:
            return None
        if self.body is not None:
            json_like = self.body.lstrip().startswith((b"{", b"["))
            kind = "application/json" if json_like else "text/html"
            headers = {"content-type": f"{kind}; charset=utf-8", **self.headers}
            return Reply(self.status, self.body, headers)
        made = message(self.status, self.message or f"Injected status {self.status}.", self.detail)
        made.headers.update(self.headers)
        return made


@frozen
class Pattern:
    """Which requests are meant: a path, perhaps with a verb before it.

    A `*` and a parameter in braces stand for anything but a slash, `**` for anything.
    """

    text: str

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is meant."""
        verb, space, rest = self.text.partition(" ")
        if not space:
            verb, rest = "*", verb
        if verb not in {"*", method.upper()}:
            return False
        expression = "".join(
            _WILD.get(part[:1] if part[:1] == "{" else part, re.escape(part))
            for part in re.split(r"(\*\*|\*|\{[^/}]*\})", rest)
        )
        return re.fullmatch(expression, path.rstrip("/") or "/") is not None


@define
class RecordedRequest:
    """A request that the fake deployment got.

    Attributes:
        method: Verb.
        path: Path without query.
        query: Query parameters, in their order.
        headers: Headers with lower-case names; credentials are those of the fake.
        body: What was sent.
        status: Status of the answer; 101 for a WebSocket, 0 if the connection was lost.
        operation: Verb and path template; empty for an unknown route.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    status: int = 0
    operation: str = ""

    @property
    def json(self) -> Any:
        """The body as JSON; `None` for an empty one."""
        return json.loads(self.body) if self.body else None

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"
