"""What the fake deployment shows of its state decodes into the types of the operations."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coder_sdk._request import SocketRequest, StreamRequest
from coder_sdk.testing import FakeCoder
from coder_sdk.testing._catalog import catalog
from coder_sdk.testing._editions import shape
from coder_sdk.testing._handlers import all_routes

WINDOW = "start_time=2026-10-28T00:00:00Z&end_time=2026-10-30T00:00:00Z&interval=day"
QUERIES = {
    "/api/v2/insights/templates": WINDOW,
    "/api/v2/insights/user-activity": WINDOW.replace("&interval=day", ""),
    "/api/v2/insights/user-latency": WINDOW.replace("&interval=day", ""),
}
TYPES = {shape(operation): request for operation, request in catalog().items()}
# Answers of an agent to itself, and what is no JSON.
ELSEWHERE = (
    "/auth-redirect",
    "/oauth2/",
    "/workspaceagents/me/",
    "/files/",
    "/state",
    "/watch",
    "/pty",
    "/stream",
    "derp-map",
)
ROUTES = [
    route
    for route in all_routes()
    if route.method == "GET"
    and type(route.handler).__name__ != "_Example"
    and shape(route.operation) in TYPES
    and not isinstance(TYPES[shape(route.operation)], (StreamRequest, SocketRequest))
    and not any(part in route.path for part in ELSEWHERE)
    and not route.path.startswith("/api/v2/users/o")
]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_answer_decodes_into_the_type_of_the_operation(
    furnished: tuple[FakeCoder, dict[str, str]], route: Any
):
    fake, known = furnished
    path = re.sub(r"\{([^}]*)\}", lambda found: known[found[1]], route.path)
    headers = {"Coder-Session-Token": fake.token_for()}
    target = f"{path}?{QUERIES.get(path, '')}"
    reply = fake._app.handle(fake._app.arrive("GET", target, headers.items(), b""))
    assert reply.status == 200, reply.body
    decoder = TYPES[shape(route.operation)].types.body
    if not (decoder.is_text or decoder.is_bytes or decoder.is_none):
        decoder.json(reply.body)
