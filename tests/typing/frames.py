"""What lists and frames of models are for type checkers: nothing here runs."""

from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped]
import polars as pl
from typing_extensions import assert_type

from coder_sdk import AsyncClient, Client, ModelList, Page
from coder_sdk.models import Template, Workspace


def sync_lists(coder: Client) -> None:
    items = coder.workspaces.list().to_list()
    assert_type(items, ModelList[Workspace])
    assert_type(items[0], Workspace)
    assert_type(items[:2], ModelList[Workspace])
    assert_type(coder.workspaces.list().first_page(), Page[Workspace])
    assert_type(coder.workspaces.list().first_page().items, ModelList[Workspace])
    assert_type(ModelList(coder.templates.list()), ModelList[Template])
    plain: list[Workspace] = items
    frame: pd.DataFrame = ModelList(plain).to_frame(nested=False)
    del frame
    assert_type(coder.workspaces.list().to_polars(), pl.DataFrame)


async def async_lists(coder: AsyncClient) -> None:
    assert_type(await coder.workspaces.list().to_list(), ModelList[Workspace])
    assert_type(await coder.workspaces.list().to_polars(), pl.DataFrame)
