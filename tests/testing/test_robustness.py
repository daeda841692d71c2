"""Whatever the fake deployment is sent, it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from coder_sdk import models
from coder_sdk.testing import FakeCoder
from coder_sdk.testing._catalog import catalog
from coder_sdk.testing._editions import shape
from coder_sdk.testing._handlers import all_routes

ID = "00000000-0000-4000-8000-000000000001"
ROUTES = [route for route in all_routes() if type(route.handler).__name__ != "_Example"]
TYPES = {shape(operation): request for operation, request in catalog().items()}
BODIES = (b"", b"null", b"[]", b'"x"', b"{bad", b"{}", b"\xff")
WRONG = (1, -1, "x", True, None, [], {}, [1], ["x"], [{}], [{"name": 1}], {"a": 1}, {"a": {}}, ID)
QUERIES = (
    "limit=x",
    "q=%3A&after_id=1&since=x&tz_offset=x&follow",
    "limit=3&offset=2&after=x&after_id=x&before_id=x&format=x&label=x&timezone=x",
    "q=a%3Ab%20name%3A%22x%20y%22&start_time=x&end_time=2026-10-01T00:00:00Z",
)
# What a real server also calls an internal error.
INTERNAL = (
    "POST /api/v2/templateversions/{templateversion}/archive",
    "PUT /api/v2/debug/health/settings",
    "PUT /api/v2/notifications/inbox/{id}/read-status",
    "GET /api/v2/workspaceagents/{workspaceagent}/containers/watch",
)


def base(known: dict[str, str]) -> dict[str, Any]:
    """Right values of fields, by name."""
    return {
        "name": "fuzz",
        "username": "fuzz",
        "email": "fuzz@example.com",
        "password": "SomeSecurePassword!1",
        "template_id": known["template"],
        "template_version_id": known["templateversion"],
        "transition": "start",
        "storage_method": "file",
        "provisioner": "terraform",
        "content": [{"type": "text", "text": "hi"}],
        "input": "hi",
        "agent_name": "main",
        "share_level": "owner",
        "protocol": "http",
        "port": 1,
        "value": "x",
        "env_name": "X",
        "schedule": "CRON_TZ=UTC 0 8 * * *",
    }


def bodies(operation: str, known: dict[str, str]) -> Iterator[bytes]:
    yield from BODIES
    request = TYPES.get(shape(operation))
    name = getattr(getattr(request, "body", None), "model", None)
    if name is None:
        return
    fields = [info.alias or key for key, info in getattr(models, name).model_fields.items()]
    right = {key: value for key, value in base(known).items() if key in fields}
    if "template_version_id" in right:
        right.pop("template_id", None)
    yield json.dumps(right).encode()
    for field in fields:
        for value in WRONG:
            yield json.dumps({**right, field: value}).encode()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_nothing_that_is_sent_breaks_a_handler(fresh: tuple[FakeCoder, dict[str, str]], route: Any):
    fake, known = fresh
    if route.path.startswith("/api/v2/users/") and "secrets" not in route.path:
        known = {**known, "user": "ada"}
    path = re.sub(r"\{([^}]*)\}", lambda found: known.get(found[1], ID), route.path)
    sent = [("", body) for body in bodies(route.operation, known)]
    if route.method == "GET":
        sent = [(query, b"") for query in QUERIES]
    for query, body in sent:
        headers = {"Coder-Session-Token": fake.token_for(), "Content-Type": "application/x-tar"}
        call = fake._app.arrive(route.method, f"{path}?{query}", headers.items(), body)
        status = fake._app.handle(call).status
        assert status < 500 or route.operation in INTERNAL, body
