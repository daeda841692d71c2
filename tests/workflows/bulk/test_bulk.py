"""Many calls at once, in both colours."""

from __future__ import annotations

import json
from threading import Barrier, Event, Lock, get_ident
from typing import Any

import anyio.lowlevel
import httpx
import pytest

from coder_sdk import (
    BulkError,
    BulkReport,
    CoderError,
    NotFoundError,
    Outcome,
    PermissionDeniedError,
    RequestValidationError,
    Skip,
)
from coder_sdk._redact import MASK, Masked
from tests.colours import Colour

USERS = "/api/v2/users"


def user(number: int) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "username": f"user{number}",
        "email": f"user{number}@example.com",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "status": "active",
        "login_type": "password",
        "roles": [],
        "organization_ids": [],
        "name": "",
    }


@pytest.fixture
def users(router: Any) -> Any:
    """Three users, of whom the second cannot be suspended."""

    def suspend(request: httpx.Request) -> httpx.Response:
        if "user2" in request.url.path or "0002/" in request.url.path:
            return httpx.Response(403, json={"message": "Forbidden."})
        return httpx.Response(200, json=user(1))

    router.get(USERS).respond(json={"users": [user(n) for n in (1, 2, 3)], "count": 3})
    router.get(url__regex=r".*/users/user\d$").respond(json=user(1))
    return router.put(url__regex=r".*/status/suspend").mock(side_effect=suspend)


def test_each_item_is_reported_in_order(colour: Colour, users: Any) -> None:
    coder = colour.client()
    report = colour.call(coder.bulk, coder.users.suspend, coder.users.list())
    assert report.summary() == "ok=2 failed=1 skipped=0"
    assert [entry.label for entry in report.entries] == ["user1", "user2", "user3"]
    assert [entry.action for entry in report.entries] == ["suspend", None, "suspend"]
    [(item, error)] = report.failed
    assert item.username == "user2"
    assert isinstance(error, PermissionDeniedError)
    assert [item.username for item, result in report.ok if result] == ["user1", "user3"]


def test_a_failure_is_raised_on_request_with_the_report(colour: Colour, users: Any) -> None:
    coder = colour.client()
    report = colour.call(coder.bulk, coder.users.suspend, coder.users.list())
    with pytest.raises(BulkError, match=r"1 of 3 calls failed:\nuser2: ") as caught:
        report.raise_on_error()
    assert caught.value.report is report
    colour.call(coder.bulk, coder.users.suspend, ["user1"]).raise_on_error()


def test_a_dry_run_sends_nothing_that_changes(colour: Colour, users: Any, router: Any) -> None:
    coder = colour.client()
    report = colour.call(
        coder.bulk,
        coder.users.suspend,
        coder.users.list(),
        dry_run=True,
        only_if=lambda user: user.username != "user3" or Skip("it is the last one"),
    )
    assert report.to_records() == [
        {
            "item": name,
            "state": state,
            "action": action,
            "reason": reason,
            "request": request,
            "error": None,
        }
        for name, state, action, reason, request in (
            ("user1", "ok", "suspend", None, "PUT /api/v2/users/{user}/status/suspend"),
            ("user2", "ok", "suspend", None, "PUT /api/v2/users/{user}/status/suspend"),
            ("user3", "skipped", "skipped", "it is the last one", None),
        )
    ]
    assert report.dry_run
    assert not users.calls


def test_a_dry_run_reads_before_it_decides(colour: Colour, users: Any) -> None:
    coder = colour.client()
    if colour.is_async:

        async def suspend(name: str) -> Any:
            found = await coder.users.get(name)
            return found.username if name == "user3" else await coder.users.suspend(found)
    else:

        def suspend(name: str) -> Any:
            found = coder.users.get(name)
            return found.username if name == "user3" else coder.users.suspend(found)

    report = colour.call(coder.bulk, suspend, ["user1", "user3"], dry_run=True)
    assert [entry.request is None for entry in report.entries] == [False, True]
    assert not users.calls
    colour.call(coder.users.suspend, "user1")
    assert len(users.calls) == 1


def test_items_without_the_condition_are_skipped(colour: Colour, users: Any) -> None:
    coder = colour.client()
    condition = colour.function(lambda name: name == "user1")
    report = colour.call(coder.bulk, coder.users.suspend, ["user1", "user3"], only_if=condition)
    assert report.skipped == [("user3", "the condition does not hold")]
    assert len(users.calls) == 1


def test_outcomes_decide_about_actions(colour: Colour) -> None:
    outcomes = {
        "a": Outcome("a", "stopped"),
        "b": Outcome("b", "unchanged"),
        "c": Outcome("c", Skip("it was used today")),
        "d": Skip("it is mine"),
    }
    report = colour.call(colour.client().bulk, colour.function(outcomes.get), list(outcomes))
    assert report.summary() == "ok=2 (stopped=1 unchanged=1) failed=0 skipped=2"
    assert report.by_action() == {"stopped": 1, "unchanged": 1}
    assert report.skipped == [("c", "it was used today"), ("d", "it is mine")]


def test_given_errors_stop_what_has_not_begun(colour: Colour) -> None:
    called: list[int] = []

    def refuse(item: int) -> None:
        called.append(item)
        if item == 2:
            raise NotFoundError("Gone.")

    report = colour.call(
        colour.client().bulk,
        colour.function(refuse),
        range(1, 6),
        concurrency=1,
        stop_on=NotFoundError,
    )
    assert called == [1, 2]
    assert isinstance(report.stopped_by, NotFoundError)
    assert report.not_started == [3, 4, 5]
    assert report.summary() == "ok=1 failed=1 skipped=0 not_started=3"


def test_the_whole_list_is_read_before_the_first_change(colour: Colour, router: Any) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if request.method == "PUT":
            return httpx.Response(200, json=user(1))
        ids = [user(n)["id"] for n in range(1, 6)]
        after = request.url.params.get("after_id")
        first = 1 if after is None else ids.index(after) + 2
        found = [user(n) for n in range(first, min(first + 2, 6))]
        return httpx.Response(200, json={"users": found, "count": 6 - first})

    router.route().mock(side_effect=answer)
    coder = colour.client()
    report = colour.call(coder.bulk, coder.users.suspend, coder.users.list(limit=2))
    assert len(report) == 5
    assert asked[-5:] == ["PUT"] * 5
    assert set(asked[:-5]) == {"GET"}


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_calls_than_allowed_run_at_once(colour: Colour, concurrency: int) -> None:
    running, most = 0, 0
    lock = Lock()

    def enter() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)

    def leave() -> None:
        nonlocal running
        with lock:
            running -= 1

    if colour.is_async:

        async def work(item: int) -> None:
            enter()
            await anyio.lowlevel.checkpoint()
            leave()
    else:
        barrier = Barrier(concurrency)

        def work(item: int) -> None:
            enter()
            barrier.wait(timeout=10)
            leave()

    colour.call(colour.client().bulk, work, range(12), concurrency=concurrency)
    assert most == concurrency


def test_an_interruption_leaves_the_report(colour: Colour) -> None:
    report: BulkReport[Any, Any] = BulkReport()

    interrupted = Event()

    def progress(state: Any) -> None:
        if state.done >= 2:
            interrupted.set()
            raise KeyboardInterrupt

    def work(item: int) -> int:
        if item >= 5:
            assert interrupted.wait(timeout=10)
        return item

    with pytest.raises(KeyboardInterrupt) as caught:
        colour.call(
            colour.client().bulk,
            colour.function(work),
            range(50),
            concurrency=1,
            progress=progress,
            report=report,
        )
    assert caught.value.report is report  # type: ignore[attr-defined]
    assert report.interrupted
    assert len(report.ok) < 10
    assert len(report.not_started) > 40


def test_progress_is_told_in_the_callers_own_thread(colour: Colour) -> None:
    told: list[Any] = []

    def progress(state: Any) -> None:
        told.append((get_ident(), state.done, state.total))

    colour.call(
        colour.client().bulk,
        colour.function(lambda item: item),
        range(4),
        progress=colour.function(progress),
    )
    assert {thread for thread, _, _ in told} == {get_ident()}
    assert told[0][1:] == (0, 4)
    assert told[-1][1:] == (4, 4)


def test_nothing_is_drawn_without_a_terminal(
    colour: Colour, capsys: pytest.CaptureFixture[str]
) -> None:
    colour.call(colour.client().bulk, colour.function(lambda item: item), range(3), progress=True)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_a_bar(
    colour: Colour, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    colour.call(colour.client().bulk, colour.function(lambda item: item), range(3), progress=True)
    shown = capsys.readouterr()
    assert "3/3" in shown.err
    assert "ok=3" in shown.err
    assert not shown.out


def test_no_secret_of_an_item_is_shown(colour: Colour) -> None:
    class Holder:
        name = "build-token"
        secret = "very-secret"

    secret = "abcdefghij-klmnopqrstuvwxyzabcdef"

    def fail(item: Any) -> None:
        raise CoderError("It failed.")

    items = [Holder(), {"name": "x", "token": secret}, secret, object()]
    report = colour.call(colour.client().bulk, colour.function(fail), items)
    labels = [entry.label for entry in report.entries]
    assert [labels[0], labels[1], labels[3]] == ["build-token", "x", "object"]
    with pytest.raises(BulkError) as caught:
        report.raise_on_error()
    shown = f"{report!r} {report.entries!r} {json.dumps(report.to_records())} {caught.value}"
    assert secret not in shown
    assert "very-secret" not in shown


@pytest.mark.parametrize(
    ("item", "label"),
    [
        (("ann", "hunter2"), "ann"),
        (("ann", 1234), "ann"),
        (("ann", {"name": "dev"}), "ann dev"),
        ((), "nothing"),
        ("aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb", MASK),
        ("https://ann:hunter2@git.example/x", f"https://{MASK}@git.example/x"),
        (Masked("hunter2"), MASK),
    ],
)
def test_no_secret_of_a_plain_item_is_shown(colour: Colour, item: Any, label: str) -> None:
    def work(given: Any) -> None:
        raise ValueError(f"Nobody knows aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb of {label}.")

    report = colour.call(colour.client().bulk, colour.function(work), [item])
    skipped = colour.call(
        colour.client().bulk,
        colour.function(work),
        [item],
        only_if=lambda _: Skip("it has aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb"),
    )
    assert report.entries[0].label == label
    with pytest.raises(BulkError) as caught:
        report.raise_on_error()
    shown = (
        f"{report.entries!r} {report.failed!r} {report.to_records()} {caught.value} "
        f"{skipped.entries!r} {skipped.skipped!r} {skipped.to_records()}"
    )
    assert "hunter2" not in shown
    assert "bbbbbbbb" not in shown


def test_calls_wait_where_the_rate_limit_says_so(colour: Colour, router: Any) -> None:
    route = router.put(url__regex=r".*/status/suspend").respond(
        json=user(1),
        headers={
            "X-RateLimit-Limit": "1",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "1800000030",
            "Date": "Fri, 15 Jan 2027 08:00:00 GMT",
        },
    )
    coder = colour.client()
    colour.call(coder.bulk, coder.users.suspend, ["user1", "user1"], concurrency=1)
    assert len(route.calls) == 2
    assert sum(colour.clock.slept) >= 25
    assert coder._core.limiter is None


def test_at_least_one_call_must_be_allowed(colour: Colour) -> None:
    coder = colour.client()
    with pytest.raises(RequestValidationError, match="`concurrency` is 0"):
        colour.call(coder.bulk, coder.users.get, ["me"], concurrency=0)


@pytest.mark.parametrize("text", ["dev", b"dev"])
def test_one_text_is_no_list_of_items(colour: Colour, text: Any) -> None:
    coder = colour.client()
    with pytest.raises(RequestValidationError, match="`items` is one text"):
        colour.call(coder.bulk, coder.users.get, text)


def test_an_empty_list_is_an_empty_report(colour: Colour) -> None:
    coder = colour.client()
    report = colour.call(coder.bulk, coder.users.get, [])
    assert (len(report), report.summary()) == (0, "ok=0 failed=0 skipped=0")
    report.raise_on_error()
