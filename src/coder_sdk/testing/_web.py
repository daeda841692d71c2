"""Requests and answers as a fake deployment sees them, apart from any HTTP library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk.testing._actor import Actor
    from coder_sdk.testing._session import Session
    from coder_sdk.testing._state.deployment import Deployment

JSON: Final = "application/json; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"
NOT_FOUND: Final = "Resource not found or you do not have access to this resource"
FORBIDDEN_DETAIL: Final = (
    "You don't have permission to view this content. If you believe this is a mistake, please "
    "contact your administrator or try signing in with different credentials."
)


@frozen
class Reply:
    """One answer: a body, or a session that goes on (server-sent events or a WebSocket)."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(factory=dict[str, str])
    session: Session | None = None

    @property
    def value(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)


class Refusal(Exception):  # noqa: N818 - it carries an answer, which may be no error
    """An answer that ends the handling of a request."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.status)


@define
class Call:
    """One request on its way through the fake deployment."""

    state: Deployment
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes = b""
    upgrade: bool = False
    client: str = "127.0.0.1"
    arrival: int = 0
    params: dict[str, str] = field(factory=dict[str, str])
    actor_or_none: Actor | None = None

    @property
    def actor(self) -> Actor:
        """Who asks; handlers that need it run only when it is known."""
        if self.actor_or_none is None:
            raise Refusal(not_found())
        return self.actor_or_none

    def has(self, name: str) -> bool:
        """Whether a query parameter is there at all, empty or not."""
        return any(key == name for key, _ in self.query)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def values(self, name: str) -> list[str]:
        """Every value of a query parameter, repeated or separated by commas."""
        found = [value for key, value in self.query if key == name]
        return [part for value in found for part in value.split(",") if part]


def split_target(target: str) -> tuple[str, list[tuple[str, str]]]:
    """Path and query of a request target."""
    path, _, query = target.partition("?")
    return path, parse_qsl(query, keep_blank_values=True)


def segments_of(path: str) -> list[str]:
    """Decoded segments of a path; empty ones do not count, as on the server."""
    return [unquote(segment) for segment in path.split("/") if segment]


def dump(value: Any) -> bytes:
    """JSON the way Go writes it: one line, HTML characters escaped, a newline at the end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode() + b"\n"


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    return Reply(status, dump(value), {"content-type": JSON, **(headers or {})})


def text(value: str | bytes, status: int = 200, media_type: str = TEXT) -> Reply:
    """An answer that is no JSON."""
    body = value if isinstance(value, bytes) else value.encode()
    return Reply(status, body, {"content-type": media_type})


def page(title: str, status: int = 200) -> Reply:
    """An HTML page, which is what the dashboard and the routes of applications answer."""
    return text(
        f"<!doctype html>\n<html><head><title>{title}</title></head></html>\n", status, HTML
    )


def empty(status: int = 204) -> Reply:
    """An answer without body."""
    return Reply(status)


def message(
    status: int,
    text_: str,
    detail: str = "",
    validations: list[dict[str, str]] | None = None,
    **more: Any,
) -> Reply:
    """An answer in the shape of the server's errors."""
    value: dict[str, Any] = {"message": text_}
    if detail:
        value["detail"] = detail
    if validations:
        value["validations"] = validations
    return answer({**value, **more}, status)


def refuse(
    status: int, text_: str, detail: str = "", validations: list[dict[str, str]] | None = None
) -> Refusal:
    """An error to raise."""
    return Refusal(message(status, text_, detail, validations))


def invalid(field_: str, detail: str, text_: str = "Validation failed.") -> Refusal:
    """A 400 about one field."""
    return refuse(400, text_, validations=[{"field": field_, "detail": detail}])


def not_found() -> Reply:
    """What the server says of everything that is missing or hidden."""
    return message(404, NOT_FOUND)


def missing() -> Refusal:
    """Likewise, to raise."""
    return Refusal(not_found())


def forbidden() -> Refusal:
    """What the server says where it does not hide that something exists."""
    return refuse(403, "Forbidden.", FORBIDDEN_DETAIL)
