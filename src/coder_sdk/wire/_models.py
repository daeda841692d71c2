"""The bases of the models: lenient and frozen for answers, strict for requests."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import InitErrorDetails

from coder_sdk.wire._misread import check_read

__all__ = [
    "RequestModel",
    "ResponseModel",
    "SharedModel",
    "absent_is",
    "sent",
]

# What a field of a `SharedModel` holds that an answer must have and did not have.
ABSENT: Final = object()


class _Requesting(threading.local):
    """Whether this thread makes a request: then shared models need not be complete."""

    active = False


_requesting = _Requesting()


@contextmanager
def requesting() -> Generator[None, None, None]:
    """Take values as parts of a request, not of an answer."""
    outer, _requesting.active = _requesting.active, True
    try:
        yield
    finally:
        _requesting.active = outer


class ResponseModel(BaseModel):
    """What the server answers: unknown keys are kept, values are frozen.

    Decoding keeps keys that this release does not know (`model_extra`). The constructor does not
    take them: there an unknown keyword is a slip of the pen.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="allow",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        protected_namespaces=(),
    )

    if not TYPE_CHECKING:  # Checkers derive the signature from the fields.

        def __init__(self, /, **data: Any) -> None:
            unknown = [name for name in data if not _is_field(type(self), name)]
            if unknown:
                raise _unexpected(type(self), unknown)
            super().__init__(**data)

        # Pydantic's core calls a constructor of one's own for every nested object. With the mark
        # of its own constructor it does not: decoding stays inside the core.
        __init__.__pydantic_base_init__ = True

    def _repr_html_(self) -> str:
        from coder_sdk._html import model_html  # noqa: PLC0415 - only notebooks ask for it

        return model_html(self)


class RequestModel(BaseModel):
    """What is sent: unknown names are errors, and what was not set is not sent.

    The server ignores unknown keys silently, so they are refused here. A field that is `None`
    is sent as `null`; a field that was not given is left out (dump with `exclude_unset`).
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        populate_by_name=True,
        protected_namespaces=(),
        validate_assignment=True,
    )

    if not TYPE_CHECKING:

        def __init__(self, /, **data: Any) -> None:
            with requesting():
                super().__init__(**data)
            check_read(data, self)

        __init__.__pydantic_base_init__ = True


class SharedModel(ResponseModel):
    """What is answered and sent alike.

    An answer must have every field that is always sent (those marked by `sent`); a request holds
    what was given to the constructor, and only that is dumped with `exclude_unset`.
    """

    if not TYPE_CHECKING:

        def __init__(self, /, **data: Any) -> None:
            with requesting():
                super().__init__(**data)
            check_read(data, self)

        __init__.__pydantic_base_init__ = True


def absent_is(zero: Callable[[], object]) -> Any:
    """Give a field that may be absent a new value each time: an empty list or map.

    Args:
        zero: Makes the value.

    Returns:
        The default of the field.
    """
    return Field(default_factory=zero)


def sent(zero: Callable[[], object]) -> Any:
    """Mark a field of a `SharedModel` that answers always have and that requests may leave out.

    Args:
        zero: Makes the value that stands for it in a request; it is not sent.

    Returns:
        The default of the field.
    """
    return Field(
        default_factory=lambda: zero() if _requesting.active else ABSENT, validate_default=True
    )


def _is_field(model: type[BaseModel], name: str) -> bool:
    fields = model.model_fields
    return name in fields or any(field.alias == name for field in fields.values())


def _unexpected(model: type[BaseModel], names: list[str]) -> ValidationError:
    details = [
        InitErrorDetails(type="extra_forbidden", loc=(name,), input="(hidden)") for name in names
    ]
    return ValidationError.from_exception_data(model.__name__, details, hide_input=True)
