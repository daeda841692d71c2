"""From an answer that is no success to its error."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors import hints
from coder_sdk._errors.context import CallContext
from coder_sdk._errors.status import (
    NO_MESSAGE,
    APIStatusError,
    BadRequestError,
    ChatLimitError,
    ConflictError,
    FeatureUnavailableError,
    PermissionDeniedError,
    RateLimitError,
    UnauthorizedError,
    Validation,
    ValidationFailedError,
    status_class,
)
from coder_sdk._json import as_list, as_object

if TYPE_CHECKING:
    from coder_sdk._decode import ResponseTypes
    from coder_sdk._errors.features import Unavailable
    from coder_sdk._response import Answer

_LIMIT: Final = 2048


def context_of(answer: Answer) -> CallContext:
    """Facts of the call that an answer ended."""
    return CallContext(
        answer.method,
        answer.redactor.address(answer.url),
        answer.operation,
        tries=answer.tries,
        elapsed=answer.elapsed,
        request_id=answer.request_id,
    )


def excerpt(answer: Answer) -> str:
    """The first 2 kB of a body, redacted before it is cut so that no half of a secret is left."""
    text = answer.body[: 4 * _LIMIT].decode("utf-8", "replace")
    return answer.redactor.text(text)[:_LIMIT]


def parse_body(answer: Answer) -> Any:
    """The JSON of an error, also where text stands before it or another document follows."""
    text = answer.body.decode("utf-8", "replace")
    start = text.find("{")
    if start < 0 or answer.media_type == "text/html":
        return None
    try:
        return JSONDecoder().raw_decode(text, start)[0]
    except (JSONDecodeError, RecursionError):
        return None


def status_error(answer: Answer, types: ResponseTypes | None = None) -> APIStatusError:
    """Build the error for an answer whose status is no success.

    Args:
        answer: The answer.
        types: The types of the request; their package knows which release has which operation.
    """
    data = answer.redactor.data(parse_body(answer))
    fields = as_object(data)
    validations = _validations(fields.get("validations"))
    message = _message(fields, answer)
    detail = _text(fields.get("detail")) or _text(fields.get("error_description"))
    found = _unavailable(answer, message, types)
    cls = FeatureUnavailableError if found else _class(answer.status, validations, fields)
    error = cls(
        message,
        status=answer.status,
        detail=detail,
        validations=validations,
        headers=answer.redactor.headers(answer.headers),
        body=excerpt(answer),
        json=data,
        server_version=answer.server_version,
        context=context_of(answer),
    )
    if found is not None:
        found.apply(error)
    else:
        _specialise(error, answer)
    return error


def missing_feature(answer: Answer, types: ResponseTypes) -> FeatureUnavailableError | None:
    """The error for a web page in place of a route that this server does not have."""
    found = _unavailable(answer, "", types)
    if found is None:
        return None
    error = FeatureUnavailableError(
        "The answer is a web page: this server has no such route.",
        status=answer.status,
        headers=answer.redactor.headers(answer.headers),
        body=excerpt(answer),
        server_version=answer.server_version,
        context=context_of(answer),
    )
    found.apply(error)
    return error


def _unavailable(answer: Answer, message: str, types: ResponseTypes | None) -> Unavailable | None:
    from coder_sdk._errors.features import unavailable  # noqa: PLC0415 - for what is no success

    return unavailable(answer, message, types)


def _class(
    status: int, validations: tuple[Validation, ...], fields: dict[str, Any]
) -> type[APIStatusError]:
    cls = status_class(status)
    if cls is BadRequestError and validations:
        return ValidationFailedError
    if cls is ConflictError and "limit_micros" in fields:
        return ChatLimitError
    return cls


def _specialise(error: APIStatusError, answer: Answer) -> None:
    """Fill what only one class has, and say what can be done."""
    if isinstance(error, UnauthorizedError):
        error.reason = hints.unauthorized_reason(error.message, error.detail)
    elif isinstance(error, PermissionDeniedError):
        error.reason = hints.denied_reason(error.message)
    elif isinstance(error, RateLimitError):
        limit = answer.rate_limit
        error.limit, error.remaining = limit.limit, limit.remaining
        error.reset, error.retry_after = limit.reset, limit.retry_after
    elif isinstance(error, ChatLimitError):
        error.read(error.json)
    error.hint = hints.hint(error, answer) or error.hint


def _message(fields: dict[str, Any], answer: Answer) -> str:
    # OAuth2 endpoints name the code `error`, SCIM puts its text into `detail`.
    for key in ("message", "error", "detail"):
        text = _text(fields.get(key))
        if text:
            return text
    if not answer.body.strip():
        return "The answer has no body."
    if answer.is_json:
        return NO_MESSAGE
    kind = "a web page" if answer.media_type == "text/html" else "text instead of JSON"
    shown = "" if answer.media_type == "text/html" else f": {excerpt(answer).strip()}"
    return f"The answer is {kind}{shown}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _validations(value: Any) -> tuple[Validation, ...]:
    fields = [as_object(item) for item in as_list(value)]
    return tuple(
        Validation(str(item.get("field", "")), str(item.get("detail", "")))
        for item in fields
        if item
    )
