"""From an answer to a value, or to the error that says why it is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from coder_sdk._errors.build import context_of, excerpt, missing_feature
from coder_sdk._errors.transport import DecodeError, UnexpectedResponseError

if TYPE_CHECKING:
    from coder_sdk._decode import Decoder, ResponseTypes
    from coder_sdk._errors.transport import CallError
    from coder_sdk._request import Request
    from coder_sdk._response import Answer

T = TypeVar("T")

_EMPTY_STATUSES = frozenset({202, 204, 205, 304})


def decode_answer(request: Request[T], answer: Answer) -> T:
    """Decode the body of a successful answer.

    Raises:
        UnexpectedResponseError: The body is a web page or text, and the operation answers JSON.
        DecodeError: The body is JSON that does not fit the type.
    """
    if request.types is None:
        raise RuntimeError("A request was sent without its types.")
    if request.accept != "text/html":
        _refuse_page(answer, request.types)
    return cast("T", _decode(request.types.body, answer))


def _decode(decoder: Decoder, answer: Answer) -> Any:
    if decoder.is_none:
        return None
    if decoder.is_bytes:
        return answer.body
    if decoder.is_text and not answer.is_json:
        return answer.text
    if not answer.body or answer.body.isspace():
        return _empty(decoder, answer)
    if not answer.is_json:
        raise unexpected(answer)
    return decode_json(decoder, answer)


def decode_json(decoder: Decoder, answer: Answer) -> Any:
    """Decode JSON, hiding the values in what is raised: they may be secrets."""
    try:
        return decoder.json(answer.body)
    except ValueError as error:
        failure = _decode_error(error, answer)
    # Raised out here, so that no chain leads to the frames that hold the body.
    raise failure


def _empty(decoder: Decoder, answer: Answer) -> Any:
    if decoder.accepts_nothing or answer.status in _EMPTY_STATUSES:
        return decoder.nothing()
    raise UnexpectedResponseError(
        "the answer is empty, where this operation has a body",
        status=answer.status,
        content_type=answer.media_type,
        context=context_of(answer),
    )


def _refuse_page(answer: Answer, types: ResponseTypes) -> None:
    """A web page is never what the API answers: it comes where the server has no such route."""
    if answer.media_type in {"text/html", "application/xhtml+xml"}:
        raise missing_feature(answer, types) or unexpected(answer)


def not_a_stream(answer: Answer, types: ResponseTypes | None) -> CallError:
    """Describe a success where a handshake wanted a switch of protocols."""
    page = answer.media_type == "text/html"
    found = missing_feature(answer, types) if page and types is not None else None
    return found or unexpected(answer, "a WebSocket")


def unexpected(answer: Answer, wanted: str = "JSON") -> UnexpectedResponseError:
    """Describe a success that is not what was wanted."""
    page = answer.media_type == "text/html"
    what = "a web page" if page else f"`{answer.media_type or 'no content type'}`"
    hint = (
        "The address is not that of the API: check the URL of the deployment, or whether a proxy "
        "or login page answers in its place."
        if page
        else None
    )
    return UnexpectedResponseError(
        f"the answer is {what} instead of {wanted} (status {answer.status})",
        status=answer.status,
        content_type=answer.media_type,
        body=excerpt(answer),
        hint=hint,
        context=context_of(answer),
    )


def _decode_error(error: ValueError, answer: Answer) -> DecodeError:
    location, reason, more = "", str(error), ""
    if hasattr(error, "errors"):
        from coder_sdk.wire import problems  # noqa: PLC0415 - pydantic is loaded by now

        found = problems(cast("Any", error))
        location = ".".join(str(part) for part in found[0].location)
        reason = f"{found[0].message} ({found[0].type})"
        more = f"; {len(found) - 1} more" if len(found) > 1 else ""
    where = f"`{location}`" if location else "the body"
    return DecodeError(
        f"{where} does not fit the type of the operation: {reason}{more}",
        location=location,
        body=answer.redactor.content(answer.body),
        context=context_of(answer),
    )
