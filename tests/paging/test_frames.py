"""A list becomes a frame with the types of its model, and is shown without asking for anything."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import pytest

from coder_sdk import ConfigError, ModelList
from coder_sdk.models import Workspace
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


@pytest.fixture
def fake() -> FakeCoder:
    made = FakeCoder()
    made.add_template("docker")
    for number in range(3):
        made.add_workspace(f"dev-{number}", template="docker")
    return made


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def test_a_pager_gives_a_frame(coder: Any, colour: Colour):
    frame = colour.call(coder.workspaces.list().to_frame)
    assert sorted(frame["name"]) == ["dev-0", "dev-1", "dev-2"]
    assert str(frame.dtypes["last_used_at"]) == "datetime64[us, UTC]"
    assert "latest_build.status" in frame.columns
    plain = colour.call(coder.workspaces.list().to_frame, nested=False)
    assert "latest_build.status" not in plain.columns


def test_a_pager_gives_a_frame_of_polars(coder: Any, colour: Colour):
    frame = colour.call(coder.workspaces.list().to_polars)
    assert sorted(frame["name"].to_list()) == ["dev-0", "dev-1", "dev-2"]
    plain = colour.call(coder.workspaces.list().to_polars, nested=False)
    assert "latest_build.status" not in plain.columns


def test_an_empty_answer_has_the_same_columns_and_types(coder: Any, colour: Colour):
    full = colour.call(coder.workspaces.list().to_frame)
    empty = colour.call(coder.workspaces.list(status="failed").to_frame)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    none = colour.call(coder.workspaces.list(max_items=0).to_frame)
    assert none.dtypes.to_dict() == full.dtypes.to_dict()
    page = colour.call(coder.workspaces.list(status="failed").first_page)
    assert page.items.to_frame().dtypes.to_dict() == full.dtypes.to_dict()


def test_items_and_pages_know_their_model(coder: Any, colour: Colour):
    items = colour.call(coder.workspaces.list().to_list)
    assert isinstance(items, ModelList)
    assert items.model is Workspace
    assert pickle.loads(pickle.dumps(items)).model is Workspace  # noqa: S301 - our own bytes
    page = colour.call(coder.workspaces.list(limit=2).first_page)
    assert "Page 1: 2 of 3 items, more follow" in page._repr_html_()
    assert isinstance(page[:1], ModelList)


def test_a_list_that_is_never_divided_knows_its_model_too(coder: Any, colour: Colour):
    templates = colour.call(coder.templates.list)
    assert isinstance(templates, ModelList)
    assert templates.to_frame()["name"].to_list() == ["docker"]
    assert "Template: 1" in templates._repr_html_()
    none = colour.call(coder.templates.list, q="name:none")
    assert none.to_frame().dtypes.to_dict() == templates.to_frame().dtypes.to_dict()


def test_a_pager_is_shown_without_a_request(coder: Any, colour: Colour):
    pager = coder.workspaces.list()
    assert not hasattr(pager, "_repr_html_")
    assert repr(pager).endswith("workspaces>")
    assert pager.total is None


@pytest.mark.parametrize("extra", ["pandas", "polars"])
def test_a_missing_extra_is_named(
    coder: Any, colour: Colour, monkeypatch: pytest.MonkeyPatch, extra: str
):
    monkeypatch.setitem(sys.modules, extra, None)
    pager = coder.workspaces.list()
    with pytest.raises(ConfigError, match=f"needs the extra `{extra}`"):
        colour.call(pager.to_frame if extra == "pandas" else pager.to_polars)
