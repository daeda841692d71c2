"""The root of the tree, and the errors of which nothing reached the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from coder_sdk._page import Position

E = TypeVar("E", bound="CoderError")


class CoderError(Exception):
    """Base of every error that this package raises on purpose.

    Attributes:
        message: What failed, without the hint.
        hint: What to do about it, if that is known.
        position: Where an iteration over a list stopped, if the error ended one; `resume` of the
            list goes on from there.
    """

    position: Position | None = None
    # What can always be done about errors of the class.
    _advice: ClassVar[str | None] = None

    def __init__(self, message: str = "", *, hint: str | None = None) -> None:
        from coder_sdk._redact import without_tokens  # noqa: PLC0415 - with the first error

        # It may quote an argument, and a token may have been given for any of them.
        message = without_tokens(message)
        super().__init__(message)
        self.message = message
        self.hint: str | None = self._advice if hint is None else without_tokens(hint)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # Users import every error from `coder_sdk`, so that is what tracebacks and pickles name.
        if cls.__module__.startswith("coder_sdk._errors"):
            cls.__module__ = "coder_sdk"

    def __str__(self) -> str:
        text = self._describe()
        if self.position is not None:
            text += f"\nThe iteration stopped {self.position}."
        return f"{text}\nHint: {self.hint}" if self.hint else text

    def _describe(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self._state())

    def _state(self) -> dict[str, Any]:
        return dict(self.__dict__)


CoderError.__module__ = "coder_sdk"


def without_hint(error: BaseException) -> str:
    """The text of an error, to be quoted in that of another one, which has its own hint."""
    return str(error).partition("\nHint: ")[0]


def _restore(cls: type[E], args: tuple[Any, ...], state: dict[str, Any]) -> E:
    """Rebuild a pickled error without asking its constructor."""
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(CoderError):
    """Nothing was sent: the URL, the token, a file or an option is missing or malformed."""


class ClientUsageError(CoderError, RuntimeError):
    """Nothing was sent: the client is closed, or belongs to another process or event loop."""

    _advice = (
        "Make one client for each process and event loop, and use it inside of its `with` block."
    )


class RequestValidationError(CoderError, ValueError):
    """Nothing was sent: an argument, name, filter or window cannot be right.

    Attributes:
        parameter: The argument, where it is a single one.
    """

    def __init__(
        self, message: str = "", *, parameter: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter


class AmbiguousError(CoderError):
    """Several objects fit what was given.

    Attributes:
        candidates: What would have been unambiguous.
    """

    def __init__(
        self, message: str = "", *, candidates: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.candidates = candidates
