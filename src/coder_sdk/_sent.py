"""Which secrets a request sends, and under which names the operation has any."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from json import dumps
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

from coder_sdk._errors.features import described
from coder_sdk._request import FormBody, JsonBody, Repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeGuard

    from coder_sdk._request import Request

# Of a secret of several lines, each that is no shorter.
_LINE: Final = 8


def names_of(request: Request[Any]) -> tuple[str, ...]:
    """Names of the secrets of an operation, also where its path was written out."""
    if request.types is None:
        return ()
    table = request.types.secrets
    known = described(request.operation, table)
    return () if known is None else table[known]


def secrets_in(request: Request[Any], hides: Callable[[str], bool]) -> Iterator[str]:
    """Secrets that a request sends, in each form in which they may come back.

    Args:
        request: The request.
        hides: Whether what stands under a name is a secret.
    """
    for part in _parts(request):
        for secret in _found(part, hides, inside=False):
            yield from _forms(secret)
    for secret in _in_headers(request, hides):
        yield from _forms(secret)


def _in_headers(request: Request[Any], hides: Callable[[str], bool]) -> Iterator[str]:
    """Values of headers of this call that carry credentials, also without their scheme."""
    from coder_sdk._redact import MASK, Redactor  # noqa: PLC0415 - which imports this module

    for group in (request.headers, request.options.headers):
        headers = {name: text for name, text in (group or {}).items() if isinstance(text, str)}
        for name, shown in Redactor().headers(headers).items():
            if shown == MASK or hides(name.replace("-", "_")):
                yield headers[name]
                yield from filter(None, [headers[name].partition(" ")[2]])


def _parts(request: Request[Any]) -> Iterator[Any]:
    body = request.body
    if isinstance(body, JsonBody):
        yield body.value
    elif isinstance(body, FormBody):
        yield body.fields
    yield request.query
    yield request.options.extra_query
    yield request.options.extra_body


def _found(value: Any, hides: Callable[[str], bool], *, inside: bool) -> Iterator[str]:
    """Texts of a value that stand under a secret name, or are of a type that hides itself."""
    if hasattr(value, "get_secret_value"):
        yield value.get_secret_value()
    elif isinstance(value, str):
        if inside:
            yield str.__str__(value)
    elif isinstance(value, (bytes, bytearray)):
        if inside:
            yield b64encode(value).decode()
            yield value.decode("utf-8", "ignore")
    else:
        for name, item in _items(value):
            yield from _found(item, hides, inside=inside or hides(name))


def _items(value: object) -> Iterable[tuple[str, Any]]:
    """What a mapping, a model or a sequence holds, each with its name if it has one."""
    if _is_mapping(value):
        return [(str(name), item) for name, item in value.items()]
    if _is_several(value):
        return [("", item) for item in value]
    if isinstance(value, Repeated):
        return [("", item) for item in value.values]
    fields: dict[str, Any] = vars(value) if hasattr(value, "model_dump") else {}
    return list(fields.items())


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _is_several(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, (list, tuple, set, frozenset))


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, line by line, and as JSON and addresses write it."""
    lines = {line.strip() for line in secret.splitlines()}
    for text in {secret, *(line for line in lines if len(line) >= _LINE)}:
        yield from {text, quote(text, safe=""), quote_plus(text)}
        for written in {_json(text), dumps(text)[1:-1]}:
            # As Go writes it, and where the JSON of a body stands in a text of JSON.
            go = written.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
            yield from {written, go, _json(written), _json(go)}


def _json(text: str) -> str:
    return dumps(text, ensure_ascii=False)[1:-1]
