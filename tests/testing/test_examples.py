"""Operations that the fake deployment does not model answer with valid examples."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coder_sdk.resources._operations import OPERATIONS
from coder_sdk.testing import FakeCoder
from coder_sdk.testing._catalog import catalog, example_routes
from coder_sdk.testing._editions import shape
from coder_sdk.testing._handlers import all_routes

ID = "ac019625-4052-4ac5-a8a2-35eecac5fec2"
EXAMPLES = [
    route
    for route in all_routes()
    if type(route.handler).__name__ == "_Example" and route.operation in catalog()
]


def test_every_operation_of_the_newest_release_has_a_route():
    routes = {shape(route.operation) for route in all_routes()}
    assert {op for op, facts in OPERATIONS.items() if shape(op) not in routes} == set()
    assert list(example_routes(all_routes())) == []


def test_every_operation_of_the_client_is_in_the_catalog():
    known = {shape(operation) for operation in catalog()}
    newest = {op for op, facts in OPERATIONS.items() if facts[1] is None}
    assert {op for op in newest if shape(op) not in known} == set()


@pytest.fixture(scope="module")
def served():
    with FakeCoder(experiments=["oauth2", "workspace-build-updates"], rate_limit=None) as fake:
        yield fake


@pytest.mark.parametrize("route", EXAMPLES, ids=lambda route: route.operation)
def test_an_example_decodes_into_the_type_of_the_operation(served: Any, route: Any):
    path = re.sub(r"\{[^}]*\}", ID, route.path)
    headers = {"Coder-Session-Token": served.token_for()}
    call = served._app.arrive(route.method, path, headers.items(), b"{}")
    reply = served._app.handle(call)
    request = catalog()[route.operation]
    assert served.requests[-1].operation == route.operation
    assert reply.status in {200, 201, 204, 426}
    if reply.status in {200, 201} and reply.session is None:
        decoder = request.types.body
        if decoder.is_none:
            assert not reply.body
        elif not (decoder.is_bytes or decoder.is_text):
            decoder.json(reply.body)


def test_examples_need_a_token_where_the_operation_does(served: Any):
    call = served._app.arrive("GET", "/api/v2/ai/providers", (), b"")
    assert served._app.handle(call).status == 401


def test_agents_ask_about_themselves_with_their_own_token(fake: FakeCoder):
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker")
    token = next(iter(fake._state.agents.values())).token
    headers = {"Coder-Session-Token": token}.items()
    for path, status in (("/workspaceagents/me/gitauth", 200), ("/ai/providers", 401)):
        call = fake._app.arrive("GET", f"/api/v2{path}", headers, b"")
        assert fake._app.handle(call).status == status
