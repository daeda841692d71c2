"""Every row of the fault matrix, on a real socket, by every verb, in both colours."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme

import coder_sdk
from tests.client.faults import _FAULTS, BIG, FaultServer
from tests.colours import Colour

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROWS = tomllib.loads((Path(__file__).parent / "fault_matrix.toml").read_text())["row"]
INTO: dict[str, Any] = {"str": str, "int": int, "bytes": bytes}
CAREFUL_METHODS = {"POST", "PATCH"}
UNREACHED = {"refused", "dns", "tls", "proxy_gone", "proxy_overloaded", "proxy_password"}


def _cells() -> Iterator[Any]:
    for row in ROWS:
        for method in row["methods"]:
            more = f"x{row['times']}" if "times" in row else ""
            more += "-deadline" if "deadline" in row else ""
            yield pytest.param(row, method, id=f"{row['fault']}{more}-{method}")


CELLS = list(_cells())


@contextmanager
def place(fault: str, times: int) -> Iterator[tuple[str, dict[str, Any], FaultServer]]:
    """An address that fails in the given way, options of the client, and who counts requests."""
    if fault not in UNREACHED:
        with FaultServer(fault, times=times) as server:
            yield server.url, {}, server
        return
    unreached = FaultServer("none", times=0, tls=unknown_authority() if fault == "tls" else None)
    status = {"proxy_password": "proxy_407", "proxy_overloaded": "502"}.get(fault, "none")
    with unreached, FaultServer(status, times=99) as proxy:
        gone = f"http://127.0.0.1:{free_port()}"
        yield {
            "refused": (gone, {}, unreached),
            "dns": ("https://nowhere.invalid", {}, unreached),
            "tls": (unreached.url, {}, unreached),
            "proxy_gone": ("https://coder.example", {"proxy": gone}, unreached),
        }.get(fault, ("https://coder.example", {"proxy": proxy.url}, unreached))


def unknown_authority() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def warm(colour: Colour, **options: Any) -> None:
    """Load what the first call of a process loads: no short limit of a row is to include that."""
    with FaultServer("none", times=0) as server:
        colour.call(colour.client(server.url, **options).request, "GET", "/x")


def run(colour: Colour, row: dict[str, Any], method: str, **options: Any) -> None:
    if "timeout" in row or "deadline" in row:
        warm(colour, **options)
    with place(row["fault"], row.get("times", 1)) as (url, more, server):
        # Only a clock that goes by itself gets past a deadline.
        options = {**more, **options, "clock": "deadline" not in row}
        limits = {"timeout": row.get("timeout", 30), "deadline": row.get("deadline")}
        client = colour.client(url, **limits, **options)
        into = None if method == "HEAD" else INTO[row.get("into", "str")]
        if row["expect"] == "survived":
            value = colour.call(client.request, method, "/x", into=into, body={"a": 1})
            expected = {None: None, str: "ok", bytes: bytes(BIG)}[into]
            assert value == expected
        else:
            with pytest.raises(getattr(coder_sdk, row["expect"])) as caught:
                colour.call(client.request, method, "/x", into=into, body={"a": 1})
            check(caught.value, row, method, server)
        assert len(server.requests) == row["requests"]
        assert all(verb == method for verb, _ in server.requests)
        if "slept" in row:
            assert sum(colour.clock.slept) == row["slept"]
        if method in CAREFUL_METHODS and row["expect"] != "survived":
            assert len(server.requests) <= 1, "a request that may not be repeated was"


def check(error: Any, row: dict[str, Any], method: str, server: FaultServer) -> None:
    assert type(error).__name__ == row["expect"]
    assert error.may_have_been_processed is row.get("unclear", False)
    assert error.method == method
    assert error.operation == f"{method} /x"
    if "tries" in row:
        assert error.tries == row["tries"]
    elif row["expect"] != "RedirectError":
        assert error.tries == row["requests"] or server.connections == error.tries


@pytest.fixture(autouse=True)
def no_name_service(monkeypatch: pytest.MonkeyPatch):
    """Names of other machines are unknown, without asking anybody."""
    real = socket.getaddrinfo

    def local(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in {"127.0.0.1", "localhost", None}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", local)


@pytest.mark.parametrize(("row", "method"), CELLS)
def test_cell(colour: Colour, row: Any, method: str):
    run(colour, row, method)


# The successor as users have it: a ready client, whose TLS and proxies are no settings of ours. The
# whole matrix runs on it with `--http=httpx2`.
ON_SUCCESSOR = [
    cell
    for cell in CELLS
    if cell.values[1] in {"GET", "POST"}
    and not cell.values[0]["fault"].startswith(("tls", "proxy"))
]


@pytest.mark.parametrize(("row", "method"), ON_SUCCESSOR)
def test_cell_on_the_successor_of_httpx(colour: Colour, row: Any, method: str):
    if row["fault"] == "big":
        pytest.skip("the size of a body is no matter of the library")
    http = httpx2.AsyncClient() if colour.is_async else httpx2.Client()
    try:
        run(colour, row, method, http_client=http)
    finally:
        colour.call(http.aclose if colour.is_async else http.close)


def test_every_fault_is_in_the_matrix():
    assert {row["fault"] for row in ROWS} == {*_FAULTS, "reset_before", *UNREACHED} - {"proxy_407"}
