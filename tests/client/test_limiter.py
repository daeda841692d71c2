"""Pacing by the server's headers and by a ceiling of one's own."""

from __future__ import annotations

import itertools
from collections import Counter
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


def sized(size: int, *, remaining: int, seconds: int = 30) -> RateLimit:
    headers = {**told(remaining, seconds), "X-RateLimit-Limit": str(size)}
    return RateLimit({name.lower(): value for name, value in headers.items()})


class StandingClock:
    """Time that stands still, and remembers until when each sleeper wanted to sleep."""

    def __init__(self) -> None:
        self.until: list[float] = []

    def monotonic(self) -> float:
        return 1000.0

    def time(self) -> float:
        return 1_795_380_750.0

    def sleep(self, seconds: float) -> None:
        self.until.append(1000.0 + seconds)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


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


def test_as_many_go_with_each_window_as_it_allows():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, sized(3, remaining=1), 0.0)
    assert [limiter.reserve("u", "/x", 0.0) for _ in range(9)] == [
        0, 30, 30, 30, 90, 90, 90, 150, 150,
    ]  # fmt: skip


def test_who_comes_later_finds_the_places_of_those_who_waited_taken():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, sized(3, remaining=0), 0.0)
    assert [limiter.reserve("u", "/x", 0.0) for _ in range(4)] == [30, 30, 30, 90]
    assert limiter.reserve("u", "/x", 40.0) == 50
    # The first answers of the window that all of them were waiting for.
    limiter.observe("u", "/x", 200, sized(3, remaining=2, seconds=49), 41.0)
    assert limiter.reserve("u", "/x", 41.0) == 49
    assert limiter.reserve("u", "/x", 95.0) == 55
    assert limiter.reserve("u", "/x", 400.0) == 0


def test_an_answer_about_a_window_that_is_over_says_nothing_about_the_next():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, sized(3, remaining=0, seconds=1), 0.0)
    assert limiter.reserve("u", "/x", 2.0) == 0
    limiter.observe("u", "/x", 200, sized(3, remaining=0, seconds=1), 2.0)
    assert limiter.reserve("u", "/x", 3.0) == 0


def test_a_429_in_a_new_window_sends_the_rest_to_the_one_after():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 200, sized(3, remaining=0), 0.0)
    assert limiter.reserve("u", "/x", 0.0) == 30
    limiter.observe("u", "/x", 429, sized(3, remaining=0, seconds=60), 30.0)
    assert limiter.reserve("u", "/x", 30.0) == 60


def test_without_the_size_of_a_window_all_wait_for_its_end():
    limiter = RateLimiter()
    limiter.observe("u", "/x", 429, RateLimit({"retry-after": "60"}), 0.0)
    assert [limiter.reserve("u", "/x", 0.0) for _ in range(3)] == [60, 60, 60]
    assert limiter.reserve("u", "/x", 60.0) == 0


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


def test_many_threads_and_tasks_share_the_ceiling(colour: Colour, router: MockRouter):
    router.get("/x").respond(json=None)
    limiter, clock = RateLimiter(8), StandingClock()
    first = colour.client(limiter=limiter, clock=False)
    users = [first, first.with_options(timeout=1), colour.client(limiter=limiter, clock=False)]
    for user in users:
        user._core.clock = clock
    turns = itertools.cycle(users)
    colour.gather(lambda: next(turns).request("GET", "/x"), 64)
    assert sorted(clock.until) == [1000 + number / 8 for number in range(1, 64)]


def test_many_threads_and_tasks_share_the_windows_of_the_server(colour: Colour, router: MockRouter):
    router.get("/x").respond(json=None, headers={**told(4), "X-RateLimit-Limit": "10"})
    client, clock = colour.client(limiter=RateLimiter(), clock=False), StandingClock()
    client._core.clock = clock
    colour.call(client.request, "GET", "/x")
    colour.gather(lambda: client.request("GET", "/x"), 40)
    assert sorted(Counter(clock.until).items()) == [
        (1030, 10), (1090, 10), (1150, 10), (1210, 6),
    ]  # fmt: skip


def test_no_wait_goes_past_the_deadline(colour: Colour, router: MockRouter):
    route = router.get("/x").respond(json=None, headers=told(0))
    client = colour.client(limiter=RateLimiter())
    colour.call(client.request, "GET", "/x")
    with pytest.raises(DeadlineExceededError):
        colour.call(client.request, "GET", "/x", deadline=5)
    assert route.call_count == 1
    assert colour.clock.slept == []
