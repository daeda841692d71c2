"""A list of models that notebooks show as a table, and that becomes a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, cast, overload

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl
    from pydantic import BaseModel

    from coder_sdk.workflows.tables import Table

T = TypeVar("T")


class ModelList(list[T]):
    """A list like every other, of models: notebooks show it as a table, and it becomes a frame.

    What a pager gives with `to_list()`, and the items of a page, are such lists. Make one of any
    models to show them, or to compute with them.

    Args:
        items: The models.
        model: Their class, from which an empty list knows its columns; by default that of the
            first.

    Example:
        >>> from coder_sdk import ModelList
        >>> from coder_sdk.models import MinimalUser
        >>> from coder_sdk.testing import factories
        >>> users = ModelList([factories.make(MinimalUser, username="ada")])
        >>> users.to_records()[0]["username"]
        'ada'
        >>> len(users.to_frame())  # doctest: +SKIP
        1
    """

    def __init__(self, items: Iterable[T] = (), *, model: type[T] | None = None) -> None:
        super().__init__(items)
        self.model = model

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, index: slice, /) -> ModelList[T]: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> T | ModelList[T]:
        found: Any = super().__getitem__(index)
        return ModelList(found, model=self.model) if isinstance(index, slice) else found

    def _repr_html_(self) -> str:
        from coder_sdk._html import list_html  # noqa: PLC0415 - only notebooks ask for it

        return list_html(self, class_of(self))

    def table(self, *, nested: bool = True) -> Table:
        """The models as rows.

        Fields of models within a model have dotted names, such as `latest_build.status`. Secrets
        are left out, and so are lists and maps of models; free-form values are JSON.

        Args:
            nested: Take the fields of models within the models as well.

        Raises:
            RequestValidationError: These are no models, or nothing tells of which class.
        """
        from datetime import timezone  # noqa: PLC0415 - with the first table

        from coder_sdk.workflows.tables import Table  # noqa: PLC0415 - imports attrs

        model = class_of(self)
        if model is None:
            from coder_sdk._errors.base import RequestValidationError  # noqa: PLC0415

            raise RequestValidationError(
                "Only a list of models has columns.",
                parameter="items",
                hint="An empty list knows them from `ModelList(items, model=...)`.",
            )
        from coder_sdk.wire._columns import columns  # noqa: PLC0415 - with the first table

        found = columns(model, nested=nested)
        rows = [tuple(column.value(item) for column in found) for item in self]
        return Table({column.name: column.kind for column in found}, rows, timezone.utc)

    def to_records(self, *, nested: bool = True) -> list[dict[str, Any]]:
        """The models as dicts of plain values: text, numbers, datetimes, timedeltas, lists of text.

        Args:
            nested: Take the fields of models within the models as well.
        """
        return self.table(nested=nested).to_records()

    def to_frame(self, *, nested: bool = True) -> pd.DataFrame:
        """The models as a frame of pandas; needs the extra `pandas`.

        Instants are in UTC, durations are timedeltas in the unit of the field, whole numbers and
        flags may be missing, ids and enums are texts. An empty list has the same columns and types.

        Args:
            nested: Take the fields of models within the models as well, with dotted names.

        Raises:
            ConfigError: The extra `pandas` is not installed.
        """
        return self.table(nested=nested).to_pandas()

    def to_polars(self, *, nested: bool = True) -> pl.DataFrame:
        """The models as a frame of polars; needs the extra `polars`.

        Args:
            nested: Take the fields of models within the models as well, with dotted names.

        Raises:
            ConfigError: The extra `polars` is not installed.
        """
        return self.table(nested=nested).to_polars()


def class_of(items: ModelList[Any]) -> type[BaseModel] | None:
    """The class of the models in a list; `None` if they are none."""
    from pydantic import BaseModel  # noqa: PLC0415 - loaded already where there is a model

    first: Any = items[0] if items else None
    found: Any = cast("Any", type(first)) if items else items.model
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None
