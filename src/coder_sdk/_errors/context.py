"""What every error of a call knows about the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coder_sdk._errors.transport import CallError


class CallContext:
    """Facts of a call, copied onto its error."""

    __slots__ = (
        "elapsed",
        "may_have_been_processed",
        "method",
        "operation",
        "request_id",
        "tries",
        "url",
    )

    def __init__(  # noqa: PLR0913 - each is a fact of its own
        self,
        method: str,
        url: str,
        operation: str,
        *,
        tries: int = 1,
        elapsed: float = 0.0,
        request_id: str | None = None,
        may_have_been_processed: bool = False,
    ) -> None:
        self.method: str = method
        self.url: str = url
        self.operation: str = operation
        self.tries: int = tries
        self.elapsed: float = elapsed
        self.request_id: str | None = request_id
        self.may_have_been_processed: bool = may_have_been_processed

    def apply(self, error: CallError) -> None:
        """Copy the facts onto an error."""
        for name in self.__slots__:
            setattr(error, name, getattr(self, name))
