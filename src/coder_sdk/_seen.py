"""Which items of a list came up already."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Seen:
    """Identifiers that came up: all of them, or only the newest."""

    def __init__(self, *, everything: bool, bound: int) -> None:
        self._everything = everything
        self._bound = bound
        self._keys: set[Any] = set()
        self._order: deque[Any] = deque()
        self._items: Sequence[Any] = ()
        self.last: tuple[Any, ...] = ()

    @property
    def identified(self) -> bool:
        """Whether the items of the last page can be recognised."""
        return bool(self.last) and None not in self.last

    def has(self, key: Any, item: Any = None) -> bool:
        """Whether the item came up; what has no identifier is compared with the last page."""
        return key in self._keys if key is not None else item is not None and item in self._items

    def add(self, keys: list[Any], items: Sequence[Any] = ()) -> None:
        """Remember a page."""
        if not keys:
            return
        self.last = tuple(keys)
        self._items = items if None in keys else ()
        if not self._everything:
            self._order.extend(key for key in keys if key not in self._keys)
            while len(self._order) > max(self._bound, len(keys)):
                self._keys.discard(self._order.popleft())
        self._keys.update(keys)
