"""From a request as data to what goes over the wire, all checks before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from json import loads
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, cast

from coder_sdk._errors.base import ConfigError, RequestValidationError
from coder_sdk._json import as_object
from coder_sdk._request import FormBody, JsonBody, Omit, RawBody
from coder_sdk._url import encode_query, fill, instant

if TYPE_CHECKING:
    from coder_sdk._decode import ResponseTypes
    from coder_sdk._request import Request
    from coder_sdk._url import BaseUrl

TOKEN_HEADER: Final = "coder-session-token"  # noqa: S105 - the name of a header
# Compiled when they are first needed: that is a twentieth of what importing the client costs.
_HEADER_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_HEADER_VALUE: Final = r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?"
_VISIBLE: Final = r"[\x21-\x7e]+"
_SEVERAL: Any = (list, tuple)
_OF_THE_CLIENT: Final = "the token is the client's: make another client with `token=`"
_OF_THE_CONNECTION: Final = "it belongs to the connection, which sets it itself"
_REFUSED: Final = {
    TOKEN_HEADER: _OF_THE_CLIENT,
    "cookie": f"a session in it would beat the token; {_OF_THE_CLIENT}",
    "content-length": _OF_THE_CONNECTION,
    "transfer-encoding": _OF_THE_CONNECTION,
    "connection": _OF_THE_CONNECTION,
    "host": _OF_THE_CONNECTION,
}
_NOTHING: Final[dict[str, Any]] = {}


class Prepared:
    """A request that is ready but for its credentials."""

    __slots__ = ("content", "headers", "method", "url")

    def __init__(
        self, method: str, url: str, headers: dict[str, str], content: bytes | RawBody | None
    ) -> None:
        self.method: str = method
        self.url: str = url
        self.headers: dict[str, str] = headers
        self.content: bytes | RawBody | None = content


def prepare(request: Request[Any], base: BaseUrl, defaults: Mapping[str, str]) -> Prepared:
    """Fill the path, encode the query and the body, and merge the headers.

    Raises:
        RequestValidationError: An argument cannot be sent as it is.
    """
    try:
        return _prepared(request, base, defaults)
    except RequestValidationError as error:
        failure = without_frames(error)
    raise failure


def without_frames(error: RequestValidationError) -> RequestValidationError:
    """The error without the frames that hold what was to be sent: it may be secret."""
    if error.__suppress_context__:
        error.__context__ = None
    return error.with_traceback(None)


def _prepared(request: Request[Any], base: BaseUrl, defaults: Mapping[str, str]) -> Prepared:
    options = request.options
    url = base.join(fill(request.path_template, request.path))
    query: dict[str, Any] = dict(request.query or {})
    query.update(given("extra_query", options.extra_query))
    if query and (text := encode_query(query)):
        url = f"{url}?{text}"
    headers = dict(defaults)
    headers["accept"] = request.accept
    content = None
    if request.body is not None or given("extra_body", options.extra_body):
        content, media_type = encode_body(request)
        merge_headers(headers, {"content-type": media_type})
    if request.headers:
        own = request.headers.items()
        merge_headers(headers, {k: v for k, v in own if not isinstance(v, Omit | None)})
    merge_headers(headers, given("headers", options.headers))
    return Prepared(request.method, url, headers, content)


def merge_headers(
    into: dict[str, str], headers: Mapping[str, str], *, trusted: bool = False
) -> None:
    """Add headers under their lower-case names, each replacing one of the same name.

    Args:
        into: What they are added to.
        headers: What is added.
        trusted: They were checked before.

    Raises:
        RequestValidationError: A name or value would break out of its line, or is not ours to set.
    """
    for name, value in headers.items():
        if not trusted:
            check_header(name, value)
        into[name.lower()] = value


def given(name: str, value: Any) -> Mapping[str, Any]:
    """A mapping of names, nothing where it was not given.

    Raises:
        RequestValidationError: It is something else.
    """
    if value is None or isinstance(value, Omit):
        return _NOTHING
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in cast("Any", value)):
        return cast("Mapping[str, Any]", value)
    what = "names that are no texts" if isinstance(value, Mapping) else type(value).__name__
    text = f'`{name}` has to be a mapping, as `{{"name": "value"}}`, not {what}.'
    raise RequestValidationError(text, parameter=name)


def check_header(name: str, value: str) -> None:
    """Refuse what is no header.

    Raises:
        RequestValidationError: With the name, never with the value.
    """
    # Both are checked to be texts, as typed callers cannot be trusted to be typed.
    if not isinstance(name, str) or not re.fullmatch(_HEADER_NAME, name):
        raise RequestValidationError(f"{name!r} is no name of a header.", parameter="headers")
    why = _REFUSED.get(name.lower())
    if why is not None:
        text = f"The header `{name}` cannot be set: {why}."
        raise RequestValidationError(text, parameter="headers")
    if not isinstance(value, str):
        text = f"The value of the header `{name}` has to be a text, not {type(value).__name__}."
        raise RequestValidationError(text, parameter="headers")
    if not re.fullmatch(_HEADER_VALUE, value):
        raise RequestValidationError(
            f"The value of the header `{name}` has characters that a header cannot hold.",
            parameter="headers",
        )


def check_token(token: str) -> str:
    """Trim a token and refuse what cannot be one.

    Raises:
        ConfigError: Never with the text itself.
    """
    stripped = token.strip()
    if not stripped:
        raise ConfigError("The token is empty.")
    if not re.fullmatch(_VISIBLE, stripped):
        raise ConfigError("The token has characters that no token has.")
    return stripped


def check_agent(name: str | None) -> str | None:
    """Refuse an application name that would break the user agent.

    Raises:
        ConfigError: It has characters that a header cannot hold.
    """
    if name is None:
        return None
    # The text is checked as typed callers cannot be trusted to be typed.
    if not isinstance(name, str) or not re.fullmatch(_VISIBLE, name.replace(" ", "_")):
        raise ConfigError("`app_name` has to be printable ASCII, as `my-app/1.2`.")
    return name


def encode_body(request: Request[Any]) -> tuple[bytes | RawBody, str]:
    """Body and media type.

    Raises:
        RequestValidationError: The body does not fit the model of the operation.
    """
    body, extra = request.body, given("extra_body", request.options.extra_body)
    if isinstance(body, RawBody):
        if extra:
            raise RequestValidationError("`extra_body` needs a JSON body.", parameter="extra_body")
        return body, body.media_type
    if isinstance(body, FormBody):
        fields: dict[str, Any] = {**body.fields, **extra}
        return encode_query(fields).encode(), "application/x-www-form-urlencoded"
    content = b"{}" if body is None else encode_json(body, request.types)
    if extra:
        fields = loads(content)
        if not isinstance(fields, dict):
            raise RequestValidationError("`extra_body` needs an object.", parameter="extra_body")
        content = _plain_json({**as_object(fields), **extra})
    return content, "application/json"


def encode_json(body: JsonBody, types: ResponseTypes | None) -> bytes:
    """Write a JSON body, through its model if it has one.

    Raises:
        RequestValidationError: A field is unknown, missing or of a wrong type.
    """
    value = body.value
    if isinstance(value, dict):
        fields = as_object(body.value)
        value = {name: item for name, item in fields.items() if not isinstance(item, Omit)}
    if body.model is None or types is None:
        return _plain_json(value)
    from pydantic import ValidationError  # noqa: PLC0415 - 43 ms
    from pydantic_core import PydanticSerializationError  # noqa: PLC0415 - likewise

    from coder_sdk.wire import encode_request  # noqa: PLC0415 - likewise

    try:
        return encode_request(types.evaluate(body.model), value)
    except ValidationError as error:
        raise invalid_body(error) from None
    except PydanticSerializationError as error:
        raise _unwritable(error) from None


def _plain_json(value: Any) -> bytes:
    """Write a model by its aliases and what was set, anything else as it is."""
    from pydantic_core import PydanticSerializationError, to_json  # noqa: PLC0415 - with pydantic

    dump = None if isinstance(value, type) else getattr(value, "model_dump_json", None)
    try:
        if dump is not None:
            text: str = dump(by_alias=True, exclude_unset=True)
            return text.encode()
        _check_plain(value)
        return to_json(value, by_alias=True, inf_nan_mode="constants", fallback=_revealed)
    except (PydanticSerializationError, RecursionError) as error:
        raise _unwritable(error) from None


def _revealed(value: Any) -> str:
    """The text of what hides itself; JSON has nothing for other unknown types."""
    from pydantic_core import PydanticSerializationError  # noqa: PLC0415 - with pydantic

    if hasattr(value, "get_secret_value") and not isinstance(value, type):
        text: str = value.get_secret_value()
        return text
    raise PydanticSerializationError(f"unknown type {type(value).__name__}")


def _unwritable(error: Exception) -> RequestValidationError:
    """The error for a body with an unknown type in it, or with half a character."""
    reason = str(error).rpartition("PydanticSerializationError: ")[2]
    text = f"The body cannot be written as JSON: {reason}."
    return RequestValidationError(text, parameter="body")


def _is_key(name: object) -> bool:
    """Whether it is written as a text, as all keys of JSON are."""
    from uuid import UUID  # noqa: PLC0415 - with pydantic

    return isinstance(name, (Enum, UUID))


def _check_plain(value: Any) -> None:
    """Refuse what could be written, and would not mean on the wire what it means here.

    Raises:
        RequestValidationError: With what to pass instead.
    """
    if isinstance(value, dict):
        for name, item in as_object(value).items():
            _check_plain(item)
            if not isinstance(name, (str, int)) and not _is_key(name):
                text = f"JSON has no key that is a {type(name).__name__}."
                raise RequestValidationError(text, parameter="body")
    elif isinstance(value, _SEVERAL):
        for item in value:
            _check_plain(item)
    elif isinstance(value, float) and not isfinite(value):
        raise RequestValidationError(f"JSON has no {value}.", parameter="body")
    elif isinstance(value, timedelta):
        text = "A body without a model has no unit for a `timedelta`: pass the number."
        raise RequestValidationError(text, parameter="body")
    elif isinstance(value, datetime):
        instant("body", value)
    elif isinstance(value, complex):
        raise RequestValidationError(f"JSON has no {value}.", parameter="body")


def invalid_body(error: Any) -> RequestValidationError:
    """Say which fields do not fit, without their values: they may be secrets."""
    from coder_sdk.wire import problems  # noqa: PLC0415 - pydantic is loaded by now

    found = problems(error)
    lines = [
        f"`{'.'.join(map(str, problem.location)) or 'body'}`: {problem.message}"
        for problem in found
    ]
    first = found[0].location if found else ()
    return RequestValidationError("; ".join(lines), parameter=str(first[0]) if first else None)
