"""Requests that no method covers: a path that the caller wrote out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, unquote

from coder_sdk._decode import ResponseTypes
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._prepare import given
from coder_sdk._request import CallOptions, JsonBody, Omit, RawBody, Repeated, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._request import Body, Seconds
    from coder_sdk._retry import RetryPolicy

_METHOD: Final = re.compile(r"[A-Za-z]+")
_BUFFERS: Any = (bytes, bytearray, memoryview)
_PATH_SAFE: Final = "/~!$&'()*+,;=:@%"


def literal_request(  # noqa: PLR0913, PLR0917 - the parts of a request
    method: str,
    path: str,
    into: Any,
    body: Any,
    params: Mapping[str, Any] | None,
    headers: Mapping[str, str] | None,
    timeout: Seconds | Omit | None,
    deadline: Seconds | Omit | None,
    retry: RetryPolicy | Omit | None,
) -> Request[Any]:
    """Build the request of `client.request()`.

    Raises:
        RequestValidationError: The path leads out of the deployment.
    """
    # The types are checked as typed callers cannot be trusted to be typed.
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise RequestValidationError(f"{method!r} is no verb.", parameter="method")
    if not isinstance(path, str):
        text = f"`path` has to be a text, as `/api/v2/users`, not {_kind(path)}."
        raise RequestValidationError(text, parameter="path")
    path, _, text = path.partition("?")
    query: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    request: Request[Any] = Request(
        method.upper(),
        checked_path(path),
        query={
            **{name: Repeated(values) for name, values in query.items()},
            **given("params", params),
        },
        body=_body(body),
        accept="*/*" if into is bytes or into is str else "application/json",
        options=CallOptions(timeout, deadline, headers, retry),
    )
    request.types = _types(into)
    _mark_repeatable(request)
    return request


def _types(into: Any) -> ResponseTypes:
    """The type of the answer, which is found to be one before anything is sent.

    Raises:
        RequestValidationError: Nothing can be decoded into it.
    """
    if isinstance(into, Omit):
        return ResponseTypes(None, Any)
    if into is None or into is bytes or into is str:
        return ResponseTypes(None, into)
    types = None if isinstance(into, str) else _decodable(into)
    if types is None:
        what = repr(into) if isinstance(into, type) else _kind(into)
        text = f"`into` has to be a type that answers can be decoded into, not {what}."
        raise RequestValidationError(text, parameter="into")
    return types


def _decodable(into: Any) -> ResponseTypes | None:
    from pydantic import PydanticUserError  # noqa: PLC0415 - needed for the answer anyway

    try:
        types = ResponseTypes(None, into)
        _ = types.last.adapter
    except (PydanticUserError, TypeError):
        return None
    return types


def _mark_repeatable(request: Request[Any]) -> None:
    """Let a path that an operation is known for be repeated only as the operation is."""
    from coder_sdk._errors.features import described  # noqa: PLC0415 - off the import path
    from coder_sdk.resources._operations import REPEATABLE  # noqa: PLC0415

    known = described(f"{request.method} {request.path_template}", REPEATABLE)
    if known is not None:
        request.idempotent = request.retry_safe = REPEATABLE[known]


def _body(body: Any) -> Body | None:
    if isinstance(body, Omit):
        return None
    if isinstance(body, _BUFFERS):
        return RawBody("application/octet-stream", bytes(body))
    return JsonBody(None, body)


def checked_path(path: str) -> str:
    """Quote what a path cannot hold, and refuse what is none.

    Raises:
        RequestValidationError: It is no absolute path, or has segments or characters in it that
            would change where it leads.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise RequestValidationError(
            f"{path!r} has to be a path that begins with one `/`, as `/api/v2/users`.",
            parameter="path",
        )
    if any(unquote(part) in {".", ".."} for part in path.split("/")):
        raise RequestValidationError("`path` must not have `.` or `..` in it.", parameter="path")
    if any(ord(char) < 32 or ord(char) == 127 for char in path):  # noqa: PLR2004 - control codes
        raise RequestValidationError("`path` has control characters in it.", parameter="path")
    try:
        return quote(path, safe=_PATH_SAFE)
    except UnicodeEncodeError:
        raise RequestValidationError("`path` is not valid text.", parameter="path") from None


def login_request(email: str, password: str) -> Request[dict[str, Any]]:
    """The request that exchanges a password for a session.

    Raises:
        RequestValidationError: One of them is no text.
    """
    for name, value in (("email", email), ("password", password)):
        # The type is checked as typed callers cannot be trusted to be typed.
        if not isinstance(value, str):
            text = f"`{name}` has to be a text, not {_kind(value)}."
            raise RequestValidationError(text, parameter=name)
    body = {"email": email, "password": str.__str__(password)}
    return _plain("POST", "/api/v2/users/login", JsonBody(None, body), dict[str, Any])


def logout_request() -> Request[None]:
    """The request that ends the session."""
    return _plain("POST", "/api/v2/users/logout", None, None)


def _kind(value: object) -> str:
    return "bytes" if isinstance(value, bytes) else type(value).__name__


def _plain(method: str, path: str, body: JsonBody | None, into: Any) -> Request[Any]:
    request: Request[Any] = Request(method, path, body=body, auth=body is None)
    request.types = ResponseTypes(None, into)
    return request
