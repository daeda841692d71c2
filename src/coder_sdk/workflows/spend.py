"""Money, and rows of exports that hold it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Final, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SpendRow", "csv_rows", "money", "spend_row"]

SpendRow = dict[str, "str | int | Decimal | None"]
"""A row by the names of its columns; amounts are exact."""

_MILLION: Final = Decimal(1_000_000)
_MICROS: Final = "_micros"
_NUMBERS: Final = ("tokens", "count", "requests")
_AMOUNTS: Final = ("_usd", "cost", "spend", "amount")


@overload
def money(micros: int) -> Decimal: ...
@overload
def money(micros: None) -> None: ...
@overload
def money(micros: int | None) -> Decimal | None: ...
def money(micros: int | None) -> Decimal | None:
    """An exact amount of money out of the millionths that the API counts in.

    Args:
        micros: The value of a field whose name ends in `_micros`.

    Example:
        >>> from coder_sdk.workflows.spend import money
        >>> money(12_345_678)
        Decimal('12.345678')
    """
    return None if micros is None else Decimal(micros) / _MILLION


def csv_rows(text: str) -> Iterator[dict[str, str]]:
    """Rows of the server's CSV."""
    yield from csv.DictReader(io.StringIO(text))


def spend_row(row: dict[str, str]) -> SpendRow:
    """A row with numbers; a column `x_micros` becomes the amount `x`."""
    return dict(_field(name, value) for name, value in row.items())


def _field(name: str, text: str) -> tuple[str, str | int | Decimal | None]:
    key = name.lower()
    if key.endswith(_MICROS):
        return name[: -len(_MICROS)], money(int(text)) if text else None
    if key.endswith(_NUMBERS):
        return name, int(text) if text else None
    if key.endswith(_AMOUNTS):
        return name, Decimal(text) if text else None
    return name, text
