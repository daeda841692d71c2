"""Frames of streams and sockets: from their bytes to their type and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder_sdk._decode import Decoder
    from coder_sdk._redact import Redactor
    from coder_sdk._request import Request, SocketRequest, StreamRequest


def decode_frame(
    request: StreamRequest[Any] | SocketRequest[Any, Any],
    payload: bytes | str,
    redactor: Redactor,
) -> Any:
    """Decode one frame into the type of the operation.

    Args:
        request: What opened the stream.
        payload: The frame.
        redactor: What the client hides; an error shows the frame without it.

    Raises:
        DecodeError: It does not fit.
    """
    if request.types is None:
        raise RuntimeError("A stream was opened without its types.")
    decoder = request.types.last
    if decoder.is_bytes:
        return payload.encode() if isinstance(payload, str) else payload
    try:
        return decoder.json(payload)
    except ValueError:
        body = payload.encode() if isinstance(payload, str) else payload
        return _explain(request, decoder, body, redactor)


def _explain(request: Request[Any], decoder: Decoder, body: bytes, redactor: Redactor) -> Any:
    """Raise what is wrong with a frame."""
    from coder_sdk._answers import decode_json  # noqa: PLC0415 - few frames do not fit
    from coder_sdk._response import Answer  # noqa: PLC0415

    answer = Answer(
        200,
        {"content-type": "application/json"},
        body,
        method=request.method,
        url=request.path_template,
        operation=request.operation,
        redactor=redactor,
    )
    return decode_json(decoder, answer)


def encode_frame(request: SocketRequest[Any, Any], message: Any) -> bytes | str:
    """Write what is sent over a socket: raw bytes as they are, anything else as JSON.

    Raises:
        RequestValidationError: The message does not fit the type of the operation.
    """
    if isinstance(message, (bytes, bytearray)):
        return bytes(message)
    from pydantic import ValidationError  # noqa: PLC0415 - 43 ms

    from coder_sdk._prepare import encode_json, invalid_body  # noqa: PLC0415
    from coder_sdk._request import JsonBody  # noqa: PLC0415

    if request.types is None:
        raise RuntimeError("A socket was opened without its types.")
    try:
        value = request.types.body.adapter.validate_python(message)
    except ValidationError as error:
        raise invalid_body(error) from None
    text = encode_json(JsonBody(None, value), None)
    return text if request.stream.binary else text.decode()
