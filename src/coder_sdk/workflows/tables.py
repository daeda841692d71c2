"""Tables of reports: as records, and as frames of pandas and polars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from coder_sdk._errors.base import ConfigError, RequestValidationError
from coder_sdk.workflows._near import near

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl

__all__ = ["Report", "Table"]

Kind = Literal[
    "text", "texts", "json", "flag", "whole", "integer", "number", "instant", "date", "money",
    "ns", "us", "ms", "s",
]  # fmt: skip
"""What a column holds.

`flag`, `whole` and all but `integer` may be missing in a row; `json` is text; `ns` to `s` are
durations, kept as numbers of that unit.
"""
_MONEY_DIGITS: Final = 38
_MONEY_SCALE: Final = 6
_DURATIONS: Final[Mapping[Kind, int]] = {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}


@attrs.frozen
class Table:
    """Rows with named columns.

    Attributes:
        columns: Kind of each column by its name.
        rows: The rows, in the order of the columns.
        tz: Time zone of the instants in it.
    """

    columns: Mapping[str, Kind]
    rows: Sequence[tuple[Any, ...]]
    tz: tzinfo

    def __len__(self) -> int:
        return len(self.rows)

    def _repr_html_(self) -> str:
        from coder_sdk._html import table_html  # noqa: PLC0415 - only notebooks ask for it

        return table_html(self, f"Table of {len(self)} rows")

    def to_records(self) -> list[dict[str, Any]]:
        """Each row as a dict of plain values: text, numbers, times, durations, lists of text."""
        named = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        for name, kind in self.columns.items():
            for row in named if kind in _DURATIONS else ():
                row[name] = duration(row[name], kind)
        return named

    def _column(self, name: str) -> list[Any]:
        place = list(self.columns).index(name)
        return [row[place] for row in self.rows]

    def _zone(self) -> str:
        return getattr(self.tz, "key", None) or "UTC"

    def to_pandas(self) -> pd.DataFrame:
        """The table as a frame of pandas; an empty one has its columns and types, too.

        Raises:
            ConfigError: The extra `pandas` is not installed.
        """
        pandas = _library("pandas")
        types: dict[Kind, Any] = {
            "text": pandas.StringDtype(),
            "texts": "object",
            "json": pandas.StringDtype(),
            "flag": "boolean",
            "whole": "Int64",
            "integer": "int64",
            "number": "float64",
            "instant": pandas.DatetimeTZDtype("us", self._zone()),
            "date": "datetime64[s]",
            "money": "object",
        }

        def series(name: str, kind: Kind) -> Any:
            values: Any = self._column(name)
            if kind in _DURATIONS:
                # From an array with the unit: pandas takes bare numbers for nanoseconds.
                values = _library("numpy").array(values, dtype=f"timedelta64[{kind}]")
                return pandas.Series(values)
            return pandas.Series(values, dtype=types[kind])

        columns = {name: series(name, kind) for name, kind in self.columns.items()}
        return pandas.DataFrame(columns, index=pandas.RangeIndex(len(self)))

    def to_polars(self) -> pl.DataFrame:
        """The table as a frame of polars; an empty one has its columns and types, too.

        Raises:
            ConfigError: The extra `polars` is not installed.
        """
        polars = _library("polars")
        types: dict[Kind, Any] = {
            "text": polars.String,
            "texts": polars.List(polars.String),
            "json": polars.String,
            "flag": polars.Boolean,
            "whole": polars.Int64,
            "integer": polars.Int64,
            "number": polars.Float64,
            "instant": polars.Datetime("us", self._zone()),
            "date": polars.Date,
            "money": polars.Decimal(_MONEY_DIGITS, _MONEY_SCALE),
        }

        def series(name: str, kind: Kind) -> Any:
            values = self._column(name)
            if kind not in _DURATIONS:
                return polars.Series(name, values, dtype=types[kind])
            counts = polars.Series(name, values, dtype=polars.Int64)
            # Seconds are no unit of polars.
            if kind == "s":
                return (counts * 1_000).cast(polars.Duration("ms"))
            return counts.cast(polars.Duration(kind))

        frame: pl.DataFrame = polars.DataFrame(
            [series(name, kind) for name, kind in self.columns.items()]
        )
        return frame


class Report:
    """What several tables have in common: one of them is the main one."""

    @property
    def tables(self) -> dict[str, Table]:
        """Every table by its name, the main one first."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        from coder_sdk._html import table_html  # noqa: PLC0415 - only notebooks ask for it

        name, *more = tables = self.tables
        window = getattr(self, "window", None)
        title = f"{type(self).__name__}: {name}{'' if window is None else f', {window!r}'}"
        return table_html(tables[name], title, more)

    def table(self, name: str | None = None) -> Table:
        """One table; the main one by default.

        Raises:
            RequestValidationError: There is none of that name.
        """
        tables = self.tables
        if name is None:
            return next(iter(tables.values()))
        if name not in tables:
            raise RequestValidationError(
                f"The report has no table {name!r}.", parameter="table", hint=near(name, tables)
            )
        return tables[name]

    def to_records(self, table: str | None = None) -> list[dict[str, Any]]:
        """The rows of a table as dicts.

        Args:
            table: Its name; the main one by default.
        """
        return self.table(table).to_records()

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """A table as a frame of pandas; needs the extra `pandas`.

        Args:
            table: Its name; the main one by default.
        """
        return self.table(table).to_pandas()

    def to_polars(self, table: str | None = None) -> pl.DataFrame:
        """A table as a frame of polars; needs the extra `polars`.

        Args:
            table: Its name; the main one by default.
        """
        return self.table(table).to_polars()


def duration(count: int | None, kind: Kind) -> timedelta | None:
    """A number of units as a `timedelta`, which knows no nanoseconds."""
    if count is None:
        return None
    return timedelta(microseconds=count * 10**6 // _DURATIONS[kind])


def _library(extra: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - with the first frame

    try:
        return import_module(extra)
    except ImportError:
        raise ConfigError(
            f"A frame needs the extra `{extra}`.",
            hint=f"Run `pip install 'coder-sdk[{extra}]'`, or use `to_records()`.",
        ) from None
