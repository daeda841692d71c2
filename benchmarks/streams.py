"""What streams and lists cost: events a second, and the memory of a long list.

Prints ratios of one run:

* frames a second of a stream of server-sent events, and of build logs over a WebSocket, to those
  of the bare decoder with `json.loads` (the connection is in memory);
* peak memory of iterating 100,000 users to that of iterating 1,000.
"""

from __future__ import annotations

import json
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from coder_sdk import Client
from coder_sdk._handshake import Handshake
from coder_sdk._sse import Decoder
from coder_sdk._ws import ClosedError

FRAMES = 50_000
ROUNDS = 5
CHUNK = 16_384
URL = "http://127.0.0.1"
TOKEN = "made-up"  # noqa: S105 - made up
ID = "10f2b3d5-9eae-4c5e-9b67-54f6f2021291"


def log(number: int) -> dict[str, Any]:
    """One line of a build log."""
    return {
        "id": number,
        "created_at": "2026-11-22T21:11:18.327Z",
        "log_source": "provisioner",
        "log_level": "info",
        "stage": "Planning Infrastructure",
        "output": f"line {number} of what a provisioner has to say",
    }


def metadata(number: int) -> list[dict[str, Any]]:
    """One batch of an agent's metadata."""
    result = {"collected_at": "2026-11-22T21:11:44.6Z", "age": 1, "value": str(number), "error": ""}
    description = {
        "display_name": "Load",
        "key": "load",
        "script": "x",
        "interval": 1,
        "timeout": 1,
    }
    return [{"result": result, "description": description}]


class Stream(httpx.SyncByteStream):
    """An answer that goes on."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._body), CHUNK):
            yield self._body[start : start + CHUNK]


class Connection:
    """A WebSocket whose messages are there already."""

    def __init__(self, messages: list[bytes]) -> None:
        self._messages = iter(messages)

    def receive(self) -> bytes:
        """The next message."""
        try:
            return next(self._messages)
        except StopIteration:
            raise ClosedError(1000) from None

    def send(self, message: bytes | str) -> None:
        """Nothing is sent."""

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Nothing is open."""


def rates(ours: Callable[[], int], bare: Callable[[], int]) -> tuple[float, float]:
    """Frames a second of CPU time, the best of some rounds in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for index, read in enumerate((ours, bare)):
            started = time.process_time()
            assert read() == FRAMES  # noqa: S101 - a wrong count would be a wrong rate
            best[index] = min(best[index], time.process_time() - started)
    return FRAMES / best[0], FRAMES / best[1]


def take(frames: Any) -> int:
    """Read as many frames as there are."""
    count = 0
    for count, _ in enumerate(frames, 1):
        if count == FRAMES:
            break
    return count


def events() -> None:
    """Compare a stream of events to the decoder."""
    body = "".join(f"event: data\ndata: {json.dumps(metadata(n))}\n\n" for n in range(FRAMES))
    encoded = body.encode()
    answer = {"content-type": "text/event-stream"}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers=answer, stream=Stream(encoded))
    )

    def bare() -> int:
        decoder, count = Decoder(), 0
        for chunk in Stream(encoded):
            for event in decoder.feed(chunk):
                json.loads(event.data)
                count += 1
        return count

    warnings.simplefilter("ignore", DeprecationWarning)  # the newer form is a socket
    with httpx.Client(transport=transport) as http, Client(URL, token=TOKEN, http_client=http) as c:
        found = rates(lambda: take(c.agents.watch_metadata_sse(ID)), bare)
    report("server-sent events", *found)


def logs() -> None:
    """Compare a stream of log lines to reading the messages."""
    messages = [json.dumps(log(n)).encode() for n in range(FRAMES)]

    def opener(handshake: Handshake) -> Connection:
        del handshake
        return Connection(messages)

    def bare() -> int:
        count, connection = 0, Connection(messages)
        try:
            while True:
                json.loads(connection.receive())
                count += 1
        except ClosedError:
            return count

    with Client(URL, token=TOKEN) as client:
        client._core.opener = opener  # noqa: SLF001 - the seam of tests
        found = rates(lambda: take(client.builds.stream_logs(ID)), bare)
    report("log lines", *found)


def report(what: str, ours: float, bare: float) -> None:
    """Print one line."""
    print(f"{what}: {ours:,.0f}/s, bare {bare:,.0f}/s, ratio {bare / ours:.2f}")


def user(number: int) -> dict[str, Any]:
    """One user."""
    return {
        "id": f"{number:032x}",
        "username": f"user{number}",
        "name": f"User {number}",
        "email": f"user{number}@example.com",
        "created_at": "2026-11-22T21:11:11Z",
        "updated_at": "2026-11-22T21:11:11Z",
        "last_seen_at": "2026-11-22T21:11:11Z",
        "status": "active",
        "login_type": "password",
        "organization_ids": [ID],
        "roles": [],
        "avatar_url": "",
        "theme_preference": "",
    }


def peak(count: int) -> int:
    """Peak memory of iterating so many users."""

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("after_id", "0").replace("-", ""), 16)
        limit = int(request.url.params["limit"])
        users = [user(n) for n in range(start + 1, min(start + limit, count) + 1)]
        return httpx.Response(200, json={"users": users, "count": count - start})

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport) as http, Client(URL, token=TOKEN, http_client=http) as c:
        tracemalloc.reset_peak()
        assert sum(1 for _ in c.users.list()) == count  # noqa: S101 - see above
        return tracemalloc.get_traced_memory()[1]


def memory() -> None:
    """Compare a long list to a short one, once the libraries' own caches are full."""
    tracemalloc.start()
    peak(20_000)
    short, long = peak(1_000), peak(100_000)
    print(f"peak of 1,000 users {short:,} B, of 100,000 {long:,} B, ratio {long / short:.2f}")


if __name__ == "__main__":
    events()
    logs()
    memory()
