"""Faults, limits, the record of requests, and the clock of the fake deployment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from threading import Event
from typing import Any

import anyio
import pytest

from coder_sdk import ConnectionLostError, RateLimitError, RequestTimeoutError, ServerError
from coder_sdk.testing import FakeClock, FakeCoder
from coder_sdk.testing._faults import Pattern


def test_a_status_is_answered_as_often_as_it_was_asked_for(fake: FakeCoder):
    fake.inject("GET /api/v2/users/me", status=500, message="Boom", detail="d", times=1)
    with pytest.raises(ServerError, match="Boom"):
        fake.client().users.get("me")
    assert fake.client().users.get("me").username == "admin"


def test_a_client_retries_on_the_clock_of_the_fake(fake: FakeCoder):
    fake.inject("/api/v2/users/me", status=503, times=2)
    begin = fake.clock.time()
    assert fake.client().users.get("me").username == "admin"
    assert [item.status for item in fake.calls("/api/v2/users/me")] == [503, 503, 200]
    assert fake.clock.time() > begin


def test_a_wait_that_the_server_asks_for_is_kept(fake: FakeCoder):
    fake.inject("/api/v2/users/me", status=429, headers={"Retry-After": "30"})
    begin = fake.clock.time()
    fake.client().users.get("me")
    assert fake.clock.time() - begin >= 30


def test_a_refused_connection_is_tried_again(fake: FakeCoder):
    fake.inject("/api/v2/users/me", refuse=True, times=2)
    assert fake.client().users.get("me").username == "admin"


def test_a_lost_answer_leaves_its_effect(fake: FakeCoder):
    fake.inject("POST /api/v2/users/me/keys/tokens", lose=True)
    client = fake.client()
    with pytest.raises(ConnectionLostError) as caught:
        client.request("POST", "/api/v2/users/me/keys/tokens", body={"token_name": "ci"})
    assert caught.value.may_have_been_processed
    assert client.request("GET", "/api/v2/users/me/keys/tokens/ci")["token_name"] == "ci"
    assert fake.calls("POST **")[0].status == 0


def test_a_body_is_cut(fake: FakeCoder):
    fake.inject("/api/v2/users/me", cut=10, times=None)
    with pytest.raises(ConnectionLostError):
        fake.client(retry=None).users.get("me")


def test_a_late_answer_is_a_time_out(fake: FakeCoder):
    fake.inject("/api/v2/users/me", delay=100, times=None)
    begin = fake.clock.time()
    with pytest.raises(RequestTimeoutError):
        fake.client(timeout=5, retry=None).users.get("me")
    assert fake.clock.time() - begin == pytest.approx(5, abs=0.1)


def test_a_foreign_page_can_be_answered(fake: FakeCoder):
    fake.inject("/api/v2/users/me", status=502, body=b"<html>proxy</html>")
    with pytest.raises(ServerError):
        fake.client(retry=None).users.get("me")


@pytest.mark.parametrize(
    ("pattern", "method", "path", "fits"),
    [
        ("**", "GET", "/api/v2/users", True),
        ("/api/v2/users/*", "PUT", "/api/v2/users/me", True),
        ("/api/v2/users/*", "GET", "/api/v2/users/me/keys", False),
        ("POST /api/v2/**", "GET", "/api/v2/users", False),
        ("GET /api/v2/users/{user}/keys", "GET", "/api/v2/users/me/keys", True),
        ("/api/v2/users/**/keys", "GET", "/api/v2/users/a/b/keys", True),
        ("/api/v2/a.b", "GET", "/api/v2/aXb", False),
    ],
)
def test_patterns_fit_paths(pattern: Any, method: Any, path: Any, fits: Any):
    assert Pattern(pattern).fits(method, path) is fits


def test_requests_are_limited_for_each_user_and_path():
    with FakeCoder(rate_limit=3) as fake:
        client = fake.client(retry=None)
        for _ in range(3):
            client.users.get("me")
        with pytest.raises(RateLimitError) as caught:
            client.users.get("me")
        assert (caught.value.limit, caught.value.remaining) == (3, 0)
        client.buildinfo()
        fake.clock.advance(60)
        assert client.users.get("me").username == "admin"


def test_a_patient_client_outlives_the_limit():
    with FakeCoder(rate_limit=3) as fake:
        client = fake.client()
        for _ in range(7):
            client.users.get("me")
        assert [item.status for item in fake.calls("/api/v2/users/me")].count(200) == 7


def test_an_owner_may_pass_the_limit():
    with FakeCoder(rate_limit=1) as fake:
        client = fake.client(retry=None, headers={"X-Coder-Bypass-Ratelimit": "true"})
        for _ in range(3):
            client.users.get("me")


def test_what_was_asked_is_remembered(fake: FakeCoder):
    client = fake.client()
    client.request("POST", "/api/v2/authcheck", body={"checks": {}}, params={"x": 1})
    found = fake.assert_called("POST /api/v2/authcheck", times=1, json={"checks": {}})
    assert (found.query, found.json, found.operation) == (
        [("x", "1")], {"checks": {}}, "POST /api/v2/authcheck",
    )  # fmt: skip
    fake.assert_not_called("DELETE **")
    with pytest.raises(AssertionError, match="Expected 2 requests"):
        fake.assert_called("POST /api/v2/authcheck", times=2)
    with pytest.raises(AssertionError, match="-> 200"):
        fake.assert_called("POST /api/v2/authcheck", json={"checks": {"a": 1}})


def test_the_clock_lets_things_happen_in_their_order():
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    seen: list[tuple[str, float]] = []
    begin = clock.time()
    clock.schedule(2, lambda: seen.append(("b", clock.time() - begin)))
    clock.schedule(1, lambda: seen.append(("a", clock.time() - begin)))
    clock.schedule(1, lambda: seen.append(("never", 0))).cancel()
    clock.advance(timedelta(seconds=5))
    assert seen == [("a", 1.0), ("b", 2.0)]
    assert clock.time() - begin == 5
    clock.advance(-3)
    assert clock.time() - begin == 5


def test_a_naive_start_is_refused():
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("given", [{"edition": "pro"}, {"version": "two"}])
def test_wrong_options_are_refused(given: Any):
    with pytest.raises(ValueError, match="is '"):
        FakeCoder(**given)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_time_does_not_jump_past_the_end_of_another_wait(fake: FakeCoder, backend: str):
    seen: list[tuple[str, int]] = []

    async def main() -> None:
        begin = fake.clock.time()

        async def wait(name: str, *seconds: float) -> None:
            for step in seconds:
                await fake.clock.asleep(step)
                seen.append((name, round(fake.clock.time() - begin)))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait, "short", 10, 10, 10)
            tasks.start_soon(wait, "long", 25, 25)

    anyio.run(main, backend=backend)
    assert seen == [("short", 10), ("short", 20), ("long", 25), ("short", 30), ("long", 50)]


def test_threads_that_wait_do_not_race_ahead_of_those_that_work(fake: FakeCoder):
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker")
    begun, done, begin = Event(), Event(), fake.clock.time()

    def wait() -> None:
        begun.wait()
        while not done.is_set():
            fake.clock.sleep(60)

    def work() -> None:
        client = fake.client()
        client.workspaces.get("me/dev")
        begun.set()
        for _ in range(20):
            client.workspaces.get("me/dev")
        done.set()

    with ThreadPoolExecutor(2) as threads:
        for task in [threads.submit(wait), threads.submit(work)]:
            task.result()
    assert fake.clock.time() - begin < 60 * 60
