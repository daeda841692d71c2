"""The library under the clients: the one that was asked for, and nothing of the other."""

from __future__ import annotations

from types import ModuleType

import httpx
import pytest
from respx import MockRouter

from tests.client.test_connections import KeepAliveServer
from tests.colours import Colour


def test_clients_run_on_the_library_that_was_asked_for(
    colour: Colour, library: ModuleType, pytestconfig: pytest.Config
):
    assert library.__name__ == pytestconfig.getoption("--http")
    with KeepAliveServer() as server:
        client = colour.client(server.url)
        assert colour.call(client.request, "GET", "/x") == "ok"
        http = client._core._http
        assert type(http).__module__.partition(".")[0] == library.__name__
        pool = type(http._transport._pool).__module__.partition(".")[0]
        assert pool == library.__name__.replace("httpx", "httpcore")
        colour.call(client.close)


def test_routes_answer_for_the_library_that_was_asked_for(
    colour: Colour, router: MockRouter, library: ModuleType
):
    route = router.get("/x").mock(side_effect=httpx.ReadError("lost"))
    client = colour.client(retry=None)
    with pytest.raises(Exception, match="lost") as caught:
        colour.call(client.request, "GET", "/x")
    assert type(caught.value.__cause__).__module__.partition(".")[0] == library.__name__
    assert route.call_count == 1
