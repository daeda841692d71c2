"""The table of retries, as a pure decision and over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from respx import MockRouter

from coder_sdk import (
    ConfigError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    FeatureUnavailableError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    RetryPolicy,
    UnavailableError,
)
from coder_sdk._attempt import Attempt
from coder_sdk._response import RateLimit
from coder_sdk._retry import Decision
from tests.colours import Colour

POLICY = RetryPolicy()
DATE = "Sun, 22 Nov 2026 20:52:30 GMT"
RESET = "1795380780"  # 30 s after DATE


def decide(attempt: Attempt, policy: RetryPolicy = POLICY, jitter: float = 1.0) -> Decision:
    return policy.decide(attempt, jitter=lambda: jitter)


@pytest.mark.parametrize("status", [502, 503, 504, 408])
def test_what_may_be_repeated_is(status: int):
    assert decide(Attempt(repeatable=True, number=1, status=status)).retry
    assert not decide(Attempt(repeatable=False, number=1, status=status)).retry


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 412, 422, 500, 501, 505])
@pytest.mark.parametrize("repeatable", [True, False])
def test_what_repeating_cannot_help_is_raised(status: int, repeatable: Any):
    assert not decide(Attempt(repeatable=repeatable, number=1, status=status)).retry


@pytest.mark.parametrize("repeatable", [True, False])
def test_what_was_not_sent_is_repeated(repeatable: Any):
    assert decide(Attempt(repeatable=repeatable, number=1, sent=False)).retry


def test_what_was_lost_is_repeated_only_if_that_is_safe():
    assert decide(Attempt(repeatable=True, number=1)).retry
    assert not decide(Attempt(repeatable=False, number=1)).retry


@pytest.mark.parametrize(
    "message",
    [
        "Server instance is shutting down",
        "AI Gateway is currently at capacity.",
        "concurrency limit",
    ],
)
def test_a_503_that_refused_before_doing_anything_is_repeated_for_all(message: str):
    assert decide(Attempt(repeatable=False, number=1, status=503, message=message)).retry


def test_backoff_doubles_up_to_its_cap():
    delays = [
        decide(Attempt(repeatable=True, number=number, status=502), RetryPolicy(20)).delay
        for number in range(1, 8)
    ]
    assert delays == [0.5, 1, 2, 4, 8, 8, 8]


def test_backoff_has_full_jitter():
    attempt = Attempt(repeatable=True, number=3, status=502)
    assert [decide(attempt, jitter=j).delay for j in (0.0, 0.25, 1.0)] == [0, 0.5, 2]


def test_tries_are_counted():
    assert decide(Attempt(repeatable=True, number=3, status=502)).retry
    assert not decide(Attempt(repeatable=True, number=4, status=502)).retry
    assert not decide(Attempt(repeatable=True, number=1, status=502), RetryPolicy(1)).retry


def limited(headers: dict[str, str], *, remaining: float | None = None) -> Attempt:
    return Attempt(
        repeatable=False,
        number=1,
        status=429,
        rate_limit=RateLimit(headers),
        remaining=remaining,
        now=1795380770.0,
    )


@pytest.mark.parametrize(
    ("headers", "delay"),
    [
        # The reset is reckoned against the server's own time, not ours.
        ({"x-ratelimit-reset": RESET, "date": DATE, "retry-after": "60"}, 30),
        ({"x-ratelimit-reset": RESET}, 10),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Sun, 22 Nov 2026 20:52:45 GMT", "date": DATE}, 15),
        # Without the server's time a date is reckoned against ours.
        ({"retry-after": "Sun, 22 Nov 2026 20:52:59 GMT"}, 9),
        ({"retry-after": "Sun, 22 Nov 2026 20:52:00 GMT"}, 0),
        ({"retry-after": "0"}, 0),
        ({"x-ratelimit-reset": "1", "date": DATE}, 0),
        # Our clock may be ahead: what the server says in seconds is safer, or a back-off.
        ({"x-ratelimit-reset": "1", "retry-after": "60"}, 60),
        ({"x-ratelimit-reset": "1"}, 0.5),
        ({}, 0.5),
        ({"retry-after": "soon"}, 0.5),
        ({"retry-after": "-5"}, 0.5),
        ({"retry-after": "nan"}, 0.5),
        ({"x-ratelimit-reset": "x" * 10}, 0.5),
        ({"x-ratelimit-reset": "9" * 30, "retry-after": "3"}, 3),
        ({"x-ratelimit-reset": "9" * 5000, "retry-after": "3"}, 3),
    ],
)
def test_a_429_waits_as_the_server_says(headers: Any, delay: Any):
    decision = decide(limited(headers))
    assert (decision.retry, decision.delay) == (True, delay)


def test_a_429_never_waits_past_the_deadline():
    assert decide(limited({"retry-after": "10"}, remaining=20)).retry
    decision = decide(limited({"retry-after": "10"}, remaining=5))
    assert (decision.retry, decision.past_deadline) == (False, True)


def test_a_429_that_asks_for_more_than_two_minutes_needs_a_deadline():
    assert decide(limited({"retry-after": "120"})).retry
    assert not decide(limited({"retry-after": "121"})).retry
    assert decide(limited({"retry-after": "121"}, remaining=600)).retry


@pytest.mark.parametrize("retry", [3, False, "no"])
def test_what_is_no_policy_is_refused(colour: Colour, router: MockRouter, retry: Any):
    with pytest.raises(ConfigError, match=r"RetryPolicy\(3\)"):
        colour.client(retry=retry)
    client = colour.client()
    with pytest.raises(ConfigError, match=r"RetryPolicy\(3\)"):
        client.with_options(retry=retry)
    with pytest.raises(ConfigError, match=r"RetryPolicy\(3\)"):
        colour.call(client.request, "GET", "/x", retry=retry)
    assert not router.calls


@pytest.mark.parametrize(
    "numbers", [{"tries": 0}, {"base": -1}, {"cap": -1}, {"rate_limit_wait": -1}]
)
def test_policies_are_checked(numbers: Any):
    with pytest.raises(ValueError, match=next(iter(numbers))):
        RetryPolicy(**numbers)


# -- over HTTP


def answers(*items: Any):
    return [
        item if isinstance(item, Exception) else httpx.Response(item, json=None) for item in items
    ]


IDEMPOTENT = ["GET", "HEAD", "PUT", "DELETE"]
CAREFUL = ["POST", "PATCH"]
SURVIVED, UNAVAILABLE, LOST = "survived", UnavailableError, ConnectionLostError


@pytest.mark.parametrize(
    ("fault", "method", "expected"),
    [
        *[(fault, method, SURVIVED) for fault in (502, 503, 504) for method in IDEMPOTENT],
        *[(fault, method, UNAVAILABLE) for fault in (502, 503, 504) for method in CAREFUL],
        *[(fault, method, SURVIVED)
          for fault in (httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"))
          for method in IDEMPOTENT + CAREFUL],
        *[(fault, method, SURVIVED)
          for fault in (httpx.ReadError("x"), httpx.WriteError("x"), httpx.RemoteProtocolError("x"))
          for method in IDEMPOTENT],
        *[(fault, method, LOST)
          for fault in (httpx.ReadError("x"), httpx.WriteError("x"), httpx.RemoteProtocolError("x"))
          for method in CAREFUL],
        *[(httpx.ReadTimeout("x"), method, SURVIVED) for method in IDEMPOTENT],
        *[(httpx.ReadTimeout("x"), method, RequestTimeoutError) for method in CAREFUL],
        *[(429, method, SURVIVED) for method in IDEMPOTENT + CAREFUL],
    ],
    ids=str,
)  # fmt: skip
def test_faults_by_method(
    colour: Colour, router: MockRouter, fault: Any, method: str, expected: Any
):
    route = router.request(method, "/x").mock(side_effect=answers(fault, 200))
    client = colour.client()
    if expected is SURVIVED:
        colour.call(client.request, method, "/x", into=None)
        assert route.call_count == 2
        return
    with pytest.raises(expected) as caught:
        colour.call(client.request, method, "/x", into=None)
    assert route.call_count == 1
    assert caught.value.may_have_been_processed
    assert caught.value.tries == 1
    assert "may have processed" in str(caught.value)


def test_a_written_out_path_is_repeated_as_its_operation_is(colour: Colour, router: MockRouter):
    password = router.put("/api/v2/users/me/password").mock(side_effect=httpx.ReadError("x"))
    usage = router.post("/api/v2/workspaces/7/usage").mock(side_effect=answers(502, 200))
    client = colour.client()
    with pytest.raises(ConnectionLostError) as caught:
        colour.call(client.request, "PUT", "/api/v2/users/me/password", body={"password": "p"})
    assert password.call_count == 1
    assert caught.value.may_have_been_processed
    colour.call(client.request, "POST", "/api/v2/workspaces/7/usage", into=None)
    assert usage.call_count == 2


def test_four_tries_and_no_more(colour: Colour, router: MockRouter):
    route = router.get("/x").mock(side_effect=answers(*[503] * 9))
    with pytest.raises(UnavailableError, match="after 4 tries") as caught:
        colour.call(colour.client().request, "GET", "/x")
    assert route.call_count == caught.value.tries == 4
    assert len(colour.clock.slept) == 3
    assert caught.value.elapsed == pytest.approx(sum(colour.clock.slept))
    assert not caught.value.may_have_been_processed


def test_retries_can_be_off_for_a_client_and_for_a_call(colour: Colour, router: MockRouter):
    route = router.get("/x").mock(side_effect=answers(*[503] * 9))
    client = colour.client()
    for call in (
        lambda: client.request("GET", "/x", retry=None),
        lambda: client.with_options(retry=None).request("GET", "/x"),
        lambda: colour.client(retry=None).request("GET", "/x"),
    ):
        before = route.call_count
        with pytest.raises(UnavailableError):
            colour.call(call)
        assert route.call_count == before + 1


def test_a_repeated_delete_that_finds_nothing_is_a_success(colour: Colour, router: MockRouter):
    for status in (404, 410):
        router.delete(f"/x{status}").mock(side_effect=answers(httpx.ReadError("x"), status))
        assert colour.call(colour.client().request, "DELETE", f"/x{status}", into=None) is None


def test_a_delete_that_was_not_sent_before_may_find_nothing(colour: Colour, router: MockRouter):
    router.delete("/x").mock(side_effect=answers(httpx.ConnectError("x"), 429, 404))
    with pytest.raises(NotFoundError):
        colour.call(colour.client().request, "DELETE", "/x", into=None)


def test_the_deadline_counts_all_tries(colour: Colour, router: MockRouter):
    route = router.get("/x").mock(side_effect=answers(*[503] * 9))
    client = colour.client(retry=RetryPolicy(100, base=2, cap=2))
    with pytest.raises(DeadlineExceededError) as caught:
        colour.call(client.request, "GET", "/x", deadline=5)
    error = caught.value
    assert isinstance(error.first_error, UnavailableError)
    assert error.__cause__ is error.first_error
    assert error.tries == route.call_count > 1
    assert error.elapsed <= 5


def test_a_rate_limit_past_the_deadline_keeps_its_error(colour: Colour, router: MockRouter):
    router.get("/x").respond(429, headers={"Retry-After": "60"}, json={"message": "slow down"})
    with pytest.raises(RateLimitError) as caught:
        colour.call(colour.client().request, "GET", "/x", deadline=5)
    assert caught.value.retry_after == 60
    assert colour.clock.slept == []


def test_a_rate_limit_is_waited_for(colour: Colour, router: MockRouter):
    router.post("/x").mock(
        side_effect=[
            httpx.Response(
                429, headers={"X-RateLimit-Reset": RESET, "Date": DATE, "Retry-After": "60"}
            ),
            httpx.Response(204),
        ]
    )
    colour.call(colour.client().request, "POST", "/x", into=None)
    assert colour.clock.slept == [30]


def test_every_retry_is_announced(colour: Colour, router: MockRouter):
    router.get("/x").mock(side_effect=answers(503, httpx.ConnectError("x"), 200))
    heard: list[object] = []
    policy = RetryPolicy(on_retry=colour.function(heard.append))
    colour.call(colour.client(retry=policy).request, "GET", "/x")
    assert [(event.number, event.reason, event.operation) for event in heard] == [
        (1, "status 503", "GET /x"),
        (2, "not sent", "GET /x"),
    ]
    assert [type(event.error) for event in heard] == [UnavailableError, ConnectError]
    assert [event.delay for event in heard] == colour.clock.slept


def test_what_is_no_failure_of_the_connection_is_not_swallowed(colour: Colour, router: MockRouter):
    router.get("/x").mock(side_effect=ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        colour.call(colour.client().request, "GET", "/x")


def test_a_feature_that_is_switched_off_is_not_asked_for_again(colour: Colour, router: MockRouter):
    off = {"message": "AI Gateway must be enabled for Coder Agents functionality."}
    for verb in ("GET", "POST"):
        route = router.route(method=verb, path="/x").respond(503, json=off)
        with pytest.raises(FeatureUnavailableError, match="administrator has to enable") as raised:
            colour.call(colour.client().request, verb, "/x")
        assert (route.call_count, raised.value.feature) == (1, "AI Gateway")
        assert not raised.value.may_have_been_processed
    assert not colour.clock.slept
