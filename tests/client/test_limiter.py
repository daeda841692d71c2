"""Pacing by the server's headers and by a ceiling of one's own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from respx import MockRouter

from coder_sdk import DeadlineExceededError, RateLimiter
from coder_sdk._response import RateLimit
from tests.colours import Colour

DATE = "Sun, 22 Nov 2026 20:52:30 GMT"


def told(remaining: int, seconds: int = 30) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "512",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(1795380750 + seconds),
        "Date": DATE,
    }


def limit(remaining: int, seconds: int = 30) -> RateLimit:
    return RateLimit({name.lower(): value for name, value in told(remaining, seconds).items()})


def test_nothing_known_means_no_wait():
    assert RateLimiter().reserve("u", "/x", 0.0) == 0


def test_what_is_left_is_counted_down_then_waited_for():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, limit(2), 100.0)
    assert [limiter.reserve("u", "/x", now) for now in (100, 101, 102, 129, 130)] == [
        0,
        0,
        28,
        1,
        0,
    ]


def test_each_user_and_each_path_has_its_own_window():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, limit(0), 0.0)
    assert limiter.reserve("u", "/x", 0.0) == 30
    assert limiter.reserve("u", "/y", 0.0) == 0
    assert limiter.reserve("v", "/x", 0.0) == 0


def test_answers_that_overtake_each_other_do_not_give_places_back():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, limit(0), 0.0)
    limiter.observe("u", "/x", 200, limit(5), 0.1)
    assert limiter.reserve("u", "/x", 1.0) == 29


def test_a_429_means_that_nothing_is_left():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 429, RateLimit({"retry-after": "60"}), 0.0)
    assert limiter.reserve("u", "/x", 10.0) == 50


def test_the_server_can_be_ignored():
    limiter = RateLimiter(obey_server=False)
    limiter.observe("u", "/x", 200, limit(0), 0.0)
    assert limiter.reserve("u", "/x", 0.0) == 0


def test_a_reset_without_a_date_is_not_believed():
    limiter = RateLimiter()
    limiter.observe(
        "u", "/x", 200, RateLimit({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}), 0.0
    )
    assert limiter.reserve("u", "/x", 0.0) == 0


def test_a_ceiling_spaces_requests_evenly():
    limiter = RateLimiter(2)
    assert [limiter.reserve("u", f"/{i}", 10.0) for i in range(4)] == [0, 0.5, 1.0, 1.5]
    assert limiter.reserve("v", "/x", 20.0) == 0


def test_memory_is_bounded():
    limiter = RateLimiter()
    for number in range(20_000):
        limiter.observe("u", f"/{number}", 200, limit(0), float(number))
    assert len(limiter._windows) <= 4096


@pytest.mark.parametrize("ceiling", [0, -1])
def test_a_ceiling_is_positive(ceiling: Any):
    with pytest.raises(ValueError, match="per_second"):
        RateLimiter(ceiling)


def test_a_client_waits_instead_of_being_refused(colour: Colour, router: MockRouter):
    router.get("/x").mock(
        side_effect=[httpx.Response(200, json=1, headers=told(0)), httpx.Response(200, json=2)]
    )
    client = colour.client(limiter=RateLimiter())
    assert [colour.call(client.request, "GET", "/x") for _ in range(2)] == [1, 2]
    assert colour.clock.slept == [30]


def test_copies_share_the_ceiling(colour: Colour, router: MockRouter):
    router.get("/x").respond(json=None)
    client = colour.client(limiter=RateLimiter(1))
    for user in (client, client.with_options(timeout=1), client):
        colour.call(user.request, "GET", "/x")
    assert sum(colour.clock.slept) == 2


def test_no_wait_goes_past_the_deadline(colour: Colour, router: MockRouter):
    route = router.get("/x").respond(json=None, headers=told(0))
    client = colour.client(limiter=RateLimiter())
    colour.call(client.request, "GET", "/x")
    with pytest.raises(DeadlineExceededError):
        colour.call(client.request, "GET", "/x", deadline=5)
    assert route.call_count == 1
    assert colour.clock.slept == []
