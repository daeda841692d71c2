"""Reports and outcomes of many calls are shown as tables, and become frames."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from coder_sdk import BulkReport, Window
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows.tables import Kind, Table
from tests.colours import Colour

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
VALUES: dict[str, Any] = {
    "text": "a", "texts": ["a"], "json": "{}", "flag": True, "whole": 2**62, "integer": 3,
    "number": 1.5, "instant": NOON, "date": date(2026, 7, 1), "money": None,
    "ns": 1_500_000_001, "us": 1, "ms": 90, "s": 3_600,
}  # fmt: skip
PANDAS = {
    "text": "string", "texts": "object", "json": "string", "flag": "boolean", "whole": "Int64",
    "integer": "int64", "number": "float64", "instant": "datetime64[us, Europe/Berlin]",
    "date": "datetime64[s]", "money": "object", "ns": "timedelta64[ns]", "us": "timedelta64[us]",
    "ms": "timedelta64[ms]", "s": "timedelta64[s]",
}  # fmt: skip


def table(*rows: tuple[Any, ...]) -> Table:
    return Table({name: name for name in get_args(Kind)}, rows, BERLIN)


FULL = tuple(VALUES[name] for name in get_args(Kind))
MISSING = tuple(3 if name == "integer" else None for name in get_args(Kind))


@pytest.mark.parametrize("rows", [(), (FULL,), (MISSING,), (FULL, MISSING)])
def test_each_kind_of_column_has_its_type_whatever_is_in_it(rows: tuple[Any, ...]):
    frame = table(*rows).to_pandas()
    assert {name: str(found) for name, found in frame.dtypes.items()} == PANDAS
    assert len(frame) == len(rows)
    assert table(*rows).to_polars().schema == table(FULL).to_polars().schema


def test_durations_keep_their_unit():
    frame = table(FULL).to_pandas()
    assert frame.loc[0, "ns"].value == 1_500_000_001
    assert frame.loc[0, "ms"].to_pytimedelta() == timedelta(milliseconds=90)
    record = table(FULL).to_records()[0]
    assert record["s"] == timedelta(hours=1)
    assert record["ns"] == timedelta(seconds=1.5)
    assert table(FULL).to_polars()["s"].to_list() == [timedelta(hours=1)]
    assert table(MISSING).to_records()[0]["s"] is None


def test_a_large_whole_number_is_exact():
    assert table(FULL, MISSING).to_pandas()["whole"][0] == 2**62


def test_a_table_is_shown_with_its_zone():
    shown = table(FULL, MISSING)._repr_html_()
    assert "2026-07-01 14:00" in shown
    assert "Times in Europe/Berlin" in shown
    assert "1:00:00" in shown
    assert "… and 1 more rows" in table(*[FULL] * 21)._repr_html_()


@pytest.fixture
def fake() -> FakeCoder:
    made = FakeCoder()
    made.add_template("docker")
    made.add_workspace("on", template="docker")
    made.add_workspace("off", template="docker", running=False)
    made.add_usage("admin", template="docker", moment=made.clock.now() - timedelta(days=1))
    return made


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def test_a_report_shows_its_main_table_and_names_the_others(coder: Any, colour: Colour):
    window = Window.last(days=2)
    shown = colour.call(coder.insights.templates, window, interval="day")._repr_html_()
    assert "TemplateUsage: intervals, Window(2026-10-31 to 2026-11-01, UTC)" in shown
    assert "Further tables: apps, parameters" in shown
    assert "2026-11-01 00:00" in shown


def test_what_came_of_many_calls_is_a_frame_and_shows_failures_first(coder: Any, colour: Colour):
    report = colour.call(coder.bulk, coder.workspaces.stop, ["me/on", "me/none<b>", "me/off"])
    frame = report.to_frame()
    assert list(frame["state"]) == ["ok", "failed", "ok"]
    assert set(frame.dtypes.astype(str)) == {"string"}
    assert frame.dtypes.to_dict() == BulkReport[Any, Any]().to_frame().dtypes.to_dict()
    assert report.to_polars()["action"].to_list() == ["stopped", None, "unchanged"]
    shown = report._repr_html_()
    assert shown.index("failed</td>") < shown.index("ok</td>")
    assert "me/none&lt;b&gt;" in shown
    assert "reason</th>" not in shown  # a column without values
    assert "BulkReport: ok=0 failed=0 skipped=0" in BulkReport[Any, Any]()._repr_html_()
