"""Calls that stop before the first thing that they would change."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk._rehearsal import WouldChangeError, check_rehearsal, rehearsal
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


def furnished() -> FakeCoder:
    fake = FakeCoder()
    fake.add_template("docker", parameters={"cpu": 2})
    fake.add_workspace("dev", template="docker")
    return fake


def client_of(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def test_outside_of_a_rehearsal_everything_may_be_sent() -> None:
    check_rehearsal("POST", "/api/v2/users")
    with rehearsal():
        pass
    check_rehearsal("DELETE", "/api/v2/users/{user}")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v2/users"), ("POST", "/api/v2/authcheck")]
)
def test_questions_may_be_asked(method: str, path: str) -> None:
    with rehearsal():
        check_rehearsal(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v2/users"),
        ("DELETE", "/api/v2/users/{user}"),
        ("GET", "/api/v2/workspaceagents/{workspaceagent}/pty"),
    ],
)
def test_changes_stop_a_rehearsal(method: str, path: str) -> None:
    with rehearsal(), pytest.raises(WouldChangeError) as caught:
        check_rehearsal(method, path)
    assert caught.value.request == f"{method} {path}"


@pytest.mark.parametrize(
    ("method", "arguments", "request_"),
    [
        ("stop", [], "POST /api/v2/workspaces/{workspace}/builds"),
        ("delete", [], "POST /api/v2/workspaces/{workspace}/builds"),
        ("start", [], None),
        ("run", ["true"], "GET /api/v2/workspaceagents/{workspaceagent}/pty"),
        ("set_favorite", [True], "PUT /api/v2/workspaces/{workspace}/favorite"),
    ],
)
def test_workflows_can_be_rehearsed(
    colour: Colour, method: str, arguments: list[Any], request_: str | None
) -> None:
    fake = furnished()
    coder = client_of(fake, colour)
    call = getattr(coder.workspaces, method)
    report = colour.call(coder.bulk, lambda name: call(name, *arguments), ["dev"], dry_run=True)
    [entry] = report.entries
    assert (entry.state, entry.request) == ("ok", request_)
    assert {request.method for request in fake.requests} == {"GET"}
    assert not any(request.path.endswith("/pty") for request in fake.requests)


def test_a_list_is_rehearsed_in_its_order(colour: Colour) -> None:
    fake = furnished()
    fake.add_workspace("old", template="docker", running=False)
    coder = client_of(fake, colour)
    listed = coder.workspaces.list(template="docker")
    report = colour.call(coder.bulk, coder.workspaces.stop, listed, dry_run=True)
    write = "POST /api/v2/workspaces/{workspace}/builds"
    found = [(entry.label, entry.action, entry.request) for entry in report.entries]
    assert found == [("admin/dev", "stop", write), ("admin/old", "unchanged", None)]
    assert {request.method for request in fake.requests} == {"GET"}
