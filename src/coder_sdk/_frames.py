"""Frames of streams and sockets: from their bytes to their type and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder_sdk._request import SocketRequest, StreamRequest
    from coder_sdk._track import Track


def decode_frame(
    request: StreamRequest[Any] | SocketRequest[Any, Any],
    payload: bytes | str,
    track: Track,
) -> Any:
    """Decode one frame into the type of the operation.

    Args:
        request: What opened the stream.
        payload: The frame.
        track: The stream; an error tells where it comes from.

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
        from coder_sdk._answers import decode_json  # noqa: PLC0415 - few frames do not fit

        return decode_json(decoder, track.answer(body))


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
        text = encode_json(JsonBody(None, value), None)
    except ValidationError as error:
        failure = invalid_body(error)
    else:
        return text if request.stream.binary else text.decode()
    # What was to be sent may be secret, and would stand in this frame.
    del message
    raise failure
