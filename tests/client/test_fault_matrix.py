"""Every row of the fault matrix, on a real socket, by every verb, in both colours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import coder_sdk
from tests.client.faults import _FAULTS, BIG, FaultServer
from tests.colours import Colour

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROWS = tomllib.loads((Path(__file__).parent / "fault_matrix.toml").read_text())["row"]
INTO: dict[str, Any] = {"str": str, "int": int, "bytes": bytes}
CLEAR_METHODS = {"POST", "PATCH"}


def _cells() -> Iterator[Any]:
    for row in ROWS:
        for method in row["methods"]:
            times = f"x{row['times']}" if "times" in row else ""
            yield pytest.param(row, method, id=f"{row['fault']}{times}-{method}")


CELLS = list(_cells())


def run(colour: Colour, row: dict[str, Any], method: str, **options: Any) -> None:
    with FaultServer(row["fault"], times=row.get("times", 1)) as server:
        client = colour.client(server.url, timeout=row.get("timeout", 30), **options)
        into = None if method == "HEAD" else INTO[row.get("into", "str")]
        if row["expect"] == "survived":
            value = colour.call(client.request, method, "/x", into=into, body={"a": 1})
            expected = {None: None, str: "ok", bytes: bytes(BIG)}[into]
            assert value == expected
        else:
            with pytest.raises(getattr(coder_sdk, row["expect"])) as caught:
                colour.call(client.request, method, "/x", into=into, body={"a": 1})
            error = caught.value
            assert type(error).__name__ == row["expect"]
            assert error.may_have_been_processed is row.get("unclear", False)
            assert error.method == method
            assert error.operation == f"{method} /x"
            if row["expect"] != "RedirectError":
                assert error.tries == row["requests"] or server.connections == error.tries
        assert len(server.requests) == row["requests"]
        assert all(verb == method for verb, _ in server.requests)
        if "slept" in row:
            assert sum(colour.clock.slept) == row["slept"]
        if method in CLEAR_METHODS and row["expect"] != "survived":
            assert len(server.requests) <= 1, "a request that may not be repeated was"


@pytest.mark.parametrize(("row", "method"), CELLS)
def test_cell(colour: Colour, row: Any, method: str):
    run(colour, row, method)


@pytest.mark.parametrize(
    ("row", "method"), [cell for cell in CELLS if cell.values[1] in {"GET", "POST"}]
)
def test_cell_on_the_successor_of_httpx(colour: Colour, row: Any, method: str):
    if row["fault"] == "big":
        pytest.skip("the size of a body is no matter of the library")
    http = httpx2.AsyncClient() if colour.is_async else httpx2.Client()
    try:
        run(colour, row, method, http_client=http)
    finally:
        colour.call(http.aclose if colour.is_async else http.close)


def test_every_fault_is_in_the_matrix():
    assert {row["fault"] for row in ROWS} == {*_FAULTS, "reset_before"}
