"""Bodies of requests as plain data: JSON, forms, and raw bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._arguments import Omit
from coder_sdk._errors.base import RequestValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coder_sdk._request import RawContent


class JsonBody:
    """A JSON body that is checked and written by the model that `model` names, when it is sent.

    `model` is an expression over the names of the package's models, as in an annotation
    (`"CreateGroupRequest"`, `"list[CreateSecretRequest]"`); `None` writes the value as it is.
    """

    __slots__ = ("model", "value")

    def __init__(self, model: str | None, value: Any) -> None:
        self.model: str | None = model
        self.value: Any = value


class FormBody:
    """An `application/x-www-form-urlencoded` body."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields: Mapping[str, Any] = fields


class RawBody:
    """Bytes as they are: from memory, a path, an open file, or an iterator of chunks."""

    __slots__ = ("content", "media_type", "on_progress")

    def __init__(
        self,
        media_type: str,
        content: RawContent,
        on_progress: Callable[[int, int | None], object] | None = None,
    ) -> None:
        self.media_type: str = media_type
        self.content: RawContent = content
        self.on_progress: Callable[[int, int | None], object] | None = on_progress


def json_body(model: str | None, value: Any) -> JsonBody:
    """Body of JSON; of a mapping, the keys whose value is `OMIT` are left out."""
    return JsonBody(model, value)


def form_body(fields: Mapping[str, Any]) -> FormBody:
    """Body of form fields; those that are `OMIT` or `None` are left out."""
    return FormBody(fields)


def raw_body(
    media_type: str,
    content: RawContent,
    on_progress: Callable[[int, int | None], object] | Omit | None = None,
) -> RawBody:
    """Body of raw bytes; a `str` is a path. `on_progress(sent, total)` hears of every chunk.

    Raises:
        RequestValidationError: `on_progress` cannot be called.
    """
    hears = None if isinstance(on_progress, Omit) else on_progress
    check_progress(hears)
    return RawBody(media_type, content, hears)


def check_progress(on_progress: object) -> None:
    """Refuse what cannot hear of progress.

    Raises:
        RequestValidationError: It cannot be called.
    """
    if on_progress is not None and not callable(on_progress):
        text = f"`on_progress` has to be a function, not {type(on_progress).__name__}."
        raise RequestValidationError(text, parameter="on_progress")


def check_chunk_size(size: object) -> None:
    """Refuse what is no number of bytes; `None` is no bound.

    Raises:
        RequestValidationError: It is less than 1, or no whole number.
    """
    if size is None or (isinstance(size, int) and not isinstance(size, bool) and size > 0):
        return
    text = f"`chunk_size` has to be a whole number, 1 or more, not {size!r}."
    raise RequestValidationError(text, parameter="chunk_size")
