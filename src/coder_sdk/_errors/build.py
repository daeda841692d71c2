"""From an answer that is no success to its error."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.context import CallContext
from coder_sdk._errors.status import (
    APIStatusError,
    BadRequestError,
    Validation,
    ValidationFailedError,
    status_class,
)

if TYPE_CHECKING:
    from coder_sdk._response import Answer

_LIMIT: Final = 2048


def context_of(answer: Answer) -> CallContext:
    """Facts of the call that an answer ended."""
    return CallContext(
        answer.method,
        answer.url,
        answer.operation,
        tries=answer.tries,
        elapsed=answer.elapsed,
        request_id=answer.request_id,
    )


def excerpt(answer: Answer) -> str:
    """The first 2 kB of a body."""
    return answer.body[:_LIMIT].decode("utf-8", "replace")


def parse_body(answer: Answer) -> Any:
    """The JSON of an error, also where text stands before it or another document follows."""
    text = answer.body.decode("utf-8", "replace")
    start = text.find("{")
    if start < 0:
        return None
    try:
        return JSONDecoder().raw_decode(text, start)[0]
    except JSONDecodeError:
        return None


def status_error(answer: Answer) -> APIStatusError:
    """Build the error for an answer whose status is no success."""
    data = parse_body(answer)
    fields: dict[str, Any] = data if isinstance(data, dict) else {}
    validations = _validations(fields.get("validations"))
    cls = status_class(answer.status)
    if cls is BadRequestError and validations:
        cls = ValidationFailedError
    return cls(
        _message(fields, answer),
        status=answer.status,
        detail=str(fields.get("detail") or fields.get("error_description") or ""),
        validations=validations,
        headers=dict(answer.headers),
        body=excerpt(answer),
        json=data,
        server_version=answer.server_version,
        context=context_of(answer),
    )


def _message(fields: dict[str, Any], answer: Answer) -> str:
    # OAuth2 endpoints name the code `error`, SCIM puts its text into `detail`.
    for key in ("message", "error", "detail"):
        value = fields.get(key)
        if isinstance(value, str) and value:
            return value
    if not answer.body.strip():
        return "The answer has no body."
    if answer.is_json:
        return "The answer has no message."
    return f"The answer is `{answer.media_type or 'no content type'}`, not JSON."


def _validations(value: Any) -> tuple[Validation, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        Validation(str(item.get("field", "")), str(item.get("detail", "")))
        for item in value
        if isinstance(item, dict)
    )
