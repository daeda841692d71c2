"""What a caller gets of a list besides its items: pages, positions, and how reading can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

from coder_sdk._errors.transport import CallError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coder_sdk._model_list import ModelList

T = TypeVar("T")


class IncompleteListWarning(UserWarning):
    """An iteration ended with fewer items than the server says there are."""


class PagingError(CallError):
    """A list cannot be read to its end: the server repeats pages, or ignores where to go on."""


class Position(NamedTuple):
    """Where an iteration stands; `Pager.resume` goes on from there, also in another process."""

    items: int
    """Items yielded so far."""
    pages: int
    """Pages read so far."""
    style: str
    offset: int
    cursor: str | None
    keys: tuple[Any, ...]
    """Identifiers of the last page, to recognise what was yielded already."""

    def __str__(self) -> str:
        where = f"after `{self.cursor}`" if self.cursor else f"at offset {self.offset}"
        return f"after {_counted(self.items, 'item')} and {_counted(self.pages, 'page')}, {where}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: ModelList[T]
    total: int | None
    """Items of the whole list; `None` where the server does not say."""
    total_is_exact: bool
    """False where the server counts only up to a bound, or the items were narrowed here."""
    has_next: bool
    number: int
    """Counted from 1."""
    envelope: Any
    """The whole answer, for what it says besides the items."""
    position: Position
    """Where the next page begins; see `Pager.resume`."""

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> ModelList[T]: ...
    def __getitem__(self, index: int | slice) -> T | ModelList[T]:
        return self.items[index]

    def _repr_html_(self) -> str:
        from coder_sdk._html import page_html  # noqa: PLC0415 - only notebooks ask for it

        return page_html(self)
