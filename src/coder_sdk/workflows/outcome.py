"""What a workflow answers that brings something to a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

# The one of the standard library cannot be generic before Python 3.11.
from typing_extensions import NamedTuple

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Outcome", "Skip"]

T = TypeVar("T")


class Skip(str):
    """The action `skipped`, with the reason.

    Args:
        reason: Why nothing was done.
        parameters: Names of template parameters that need a value, where that is the reason.

    Example:
        >>> action = Skip("it was used today")
        >>> action == "skipped", action.reason
        (True, 'it was used today')
    """

    __slots__ = ("parameters", "reason")

    reason: str
    parameters: tuple[str, ...]

    def __new__(cls, reason: str, parameters: tuple[str, ...] = ()) -> Self:
        """Make the action."""
        self = super().__new__(cls, "skipped")
        self.reason = reason
        self.parameters = parameters
        return self

    def __reduce__(self) -> tuple[type[Skip], tuple[str, tuple[str, ...]]]:
        return Skip, (self.reason, self.parameters)


class Outcome(NamedTuple, Generic[T]):
    """An object in the wanted state, and what was done to get it there.

    Attributes:
        object: The object as it is now.
        action: What was done: `created`, `updated`, `unchanged`, … as the method says.

    Example:
        >>> workspace, action = Outcome("dev", "started")
        >>> workspace, action
        ('dev', 'started')
        >>> Outcome("dev", "unchanged").changed
        False
    """

    object: T
    action: str

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.action not in {"unchanged", "skipped"}

    @property
    def reason(self) -> str | None:
        """Why it was skipped; `None` if it was not."""
        return self.action.reason if isinstance(self.action, Skip) else None

    def _repr_html_(self) -> str:
        from coder_sdk._html import outcome_html  # noqa: PLC0415 - only notebooks ask for it

        return outcome_html(self.action, self.reason, self.object)
