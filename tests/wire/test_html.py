"""Notebooks show models as tables: escaped, cut, and without secrets."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any, ClassVar

import pytest

import coder_sdk.models
from coder_sdk import ModelList, Outcome, Skip
from coder_sdk._html import MASK, duration_text, value_text
from coder_sdk.models import (
    APIKey,
    AuditLog,
    GenerateAPIKeyResponse,
    MinimalUser,
    Template,
    User,
    Workspace,
    WorkspaceBuild,
)
from coder_sdk.testing import factories
from coder_sdk.wire import ResponseModel, Secret, Unit
from tests.wire.exchanges import declared
from tests.wire.samples import sample

SCHEMAS = declared()[1].schemas
NAMES = declared()[1].names
MODELS = sorted(
    name
    for name, python in NAMES.items()
    if isinstance(getattr(coder_sdk.models, python), type)
    and issubclass(getattr(coder_sdk.models, python), ResponseModel)
)


class Checked(HTMLParser):
    """Collects the text of cells, and refuses what does not nest."""

    known: ClassVar = {
        "div", "p", "strong", "small", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.known
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def cells(value: Any) -> list[str]:
    return Checked(value._repr_html_()).texts


def decoded(name: str) -> Any:
    model = getattr(coder_sdk.models, NAMES[name])
    return model.model_validate_json(json.dumps(sample(SCHEMAS[name], SCHEMAS)))


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_a_table_alone_and_in_a_list(name: str):
    value = decoded(name)
    shown = cells(value)
    assert shown[0].startswith(type(value).__name__)
    assert cells(ModelList([value, value]))[0] == f"{type(value).__name__}: 2"
    assert all(len(text) <= 320 for text in shown)


def test_values_from_the_server_are_escaped():
    user = factories.make(MinimalUser, username="<script>alert(1)</script>", name="a & b")
    for shown in (user._repr_html_(), ModelList([user])._repr_html_()):
        assert "<script" not in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "a &amp; b" in shown


def test_names_of_fields_from_a_newer_server_are_escaped_and_their_values_are_not_shown():
    user = MinimalUser.model_validate(
        {**factories.make(MinimalUser).model_dump(), "<b>token</b>": "hunter2"}
    )
    shown = user._repr_html_()
    assert "Unknown to this release: &lt;b&gt;token&lt;/b&gt;" in shown
    assert "hunter2" not in shown


def test_secrets_are_masked():
    key = GenerateAPIKeyResponse(key=Secret("abcdefghij-hunter2"))
    assert "hunter2" not in key._repr_html_()
    assert MASK in cells(key)
    assert "hunter2" not in ModelList([key])._repr_html_()


def test_a_field_that_is_not_to_be_shown_is_masked_too():
    hidden = [
        (getattr(coder_sdk.models, NAMES[name]), field)
        for name in MODELS
        for field, info in getattr(coder_sdk.models, NAMES[name]).model_fields.items()
        if info.repr is False
    ]
    assert hidden
    for model, field in hidden:
        marked = factories.make(model).model_copy(update={field: "hunter2"})
        assert "hunter2" not in marked._repr_html_()
        assert "hunter2" not in ModelList([marked])._repr_html_()


def test_instants_are_in_utc_and_durations_in_units():
    key = factories.make(
        APIKey, created_at="2026-11-02T23:30:00+02:00", lifetime_seconds=93_600, last_used=None
    )
    shown = cells(key)
    assert "2026-11-02 21:30:00 UTC" in shown
    assert shown[shown.index("lifetime_seconds") + 1] == "1 d 2 h"


@pytest.mark.parametrize(
    ("count", "unit", "text"),
    [
        (0, Unit.MILLISECONDS, "0"),
        (28_800_000, Unit.MILLISECONDS, "8 h"),
        (90_061, Unit.SECONDS, "1 d 1 h 1 min 1 s"),
        (1_500_000, Unit.NANOSECONDS, "1.5 ms"),
        (12.25, Unit.MILLISECONDS, "12.2 ms"),
        (250, Unit.MICROSECONDS, "0.25 ms"),
    ],
)
def test_durations_are_told_in_the_units_that_they_fill(count: float, unit: Unit, text: str):
    assert duration_text(count, unit) == text


def test_long_values_are_cut_and_nested_ones_summarised():
    template = factories.make(Template, name="docker", description="x" * 500)
    shown = cells(template)
    assert shown[shown.index("description") + 1] == "x" * 79 + "…"
    workspace = factories.make(
        Workspace, name="dev", owner_name="ada",
        latest_build=factories.make(WorkspaceBuild, status="running", build_number=3),
    )  # fmt: skip
    assert "#3 (running)" in cells(workspace)
    assert cells(workspace)[0] == "Workspace ada/dev"
    assert value_text([1, 2, 3, 4]) == "4 items: 1, 2, 3, …"
    assert value_text({"a": "hunter2"}) == "1 key: a"


def test_a_long_list_shows_its_beginning_and_how_many_follow():
    users = ModelList(factories.make_many(MinimalUser, 25))
    shown = users._repr_html_()
    assert shown.count("<tr>") == 21
    assert "… and 5 more" in shown
    assert len(cells(users[:2])) < len(cells(users))


def test_a_list_shows_who_did_what_before_flags_and_ids():
    entry = factories.make(
        AuditLog, action="write", user=factories.make(User, username="ada", status="active"),
        resource_type="template", resource_target="docker",
    )  # fmt: skip
    shown = cells(ModelList([entry]))
    head = ["user", "action", "resource_type", "resource_target", "time"]
    assert shown[1:6] == head
    assert "ada (active)" in shown
    assert "is_deleted" not in shown[:8]
    assert not {"id", "organization_id", "resource_icon"} & set(shown)


def test_an_empty_list_says_of_what():
    assert cells(ModelList([], model=Workspace))[0] == "Workspace: 0"
    assert cells(ModelList(["a", "<b>"])) == ["Items: 2", "a", "<b>"]


def test_an_outcome_says_what_was_done_before_what_there_is():
    user = factories.make(MinimalUser, username="ada")
    assert cells(Outcome(user, "created"))[:2] == ["created", "MinimalUser ada"]
    assert cells(Outcome("dev", Skip("it was used today")))[0] == "skipped: it was used today"


def test_the_renderer_is_imported_with_the_first_table_only():
    code = """
import sys
from coder_sdk.models import MinimalUser
from coder_sdk.testing import factories
user = factories.make(MinimalUser)
assert not {"coder_sdk._html", "coder_sdk.wire._columns", "html"} & set(sys.modules), "too early"
user._repr_html_()
assert "coder_sdk._html" in sys.modules
assert not {"pandas", "polars", "httpx", "IPython"} & set(sys.modules), "too much"
"""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own script
