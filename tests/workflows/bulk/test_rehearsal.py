"""Calls that stop before the first thing that they would change."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk._rehearsal import WouldChangeError, check_rehearsal, rehearsal
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows._called import name_of
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


def test_what_a_lambda_calls_is_what_would_be_done(colour: Colour) -> None:
    fake = furnished()
    coder = client_of(fake, colour)

    def actions(func: Any) -> list[Any]:
        report = colour.call(coder.bulk, func, ["dev"], dry_run=True)
        return [entry.action for entry in report.entries]

    schedule = "CRON_TZ=UTC 0 9 * * 1"
    assert actions(lambda ws: coder.workspaces.stop(ws, only_if=lambda _: True)) == ["stop"]
    update = lambda ws: coder.workspaces.update_autostart(ws, schedule=schedule)  # noqa: E731
    assert actions(update) == ["update_autostart"]
    assert actions(lambda ws: coder.workspaces.stop(ws) if ws else None) == ["called"]


@pytest.mark.parametrize(
    ("func", "name"),
    [
        (len, "len"),
        (lambda item: len(item), "len"),  # noqa: PLW0108 - a lambda is meant
        (lambda item: (item, len(item)), "called"),
        (lambda _: None, "called"),
        (lambda item: item.first.second, "called"),
        (lambda item: item.close() and len(item), "called"),
        (object(), "called"),
    ],
)
def test_what_is_no_single_call_has_a_plain_word(func: Any, name: str) -> None:
    assert name_of(func) == name
