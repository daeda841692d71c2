"""What a call costs beside the bare HTTP library: one at a time, and 1,000 with 20 at once.

Prints ratios of this process's CPU time over interleaved rounds: of the minima, and the median of
the ratios of neighbouring rounds, which other work on the machine disturbs least. The answers come
from a small server in a process of its own on loopback, over kept connections. The bare side sends
the same request with the same library and decodes with `model_validate_json`; it does not retry,
log, limit or tell errors apart.

Usage:
    python benchmarks/calls.py [ROUNDS]
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

import httpx
import httpx2

from coder_sdk import AsyncClient, Client
from coder_sdk.models import User

USER = (
    b'{"id":"0718fed8-72a1-410d-ba1a-d8752bebda43","username":"admin","email":"a@example.com",'
    b'"name":"","created_at":"2026-11-22T21:11:00.025892Z","status":"active",'
    b'"updated_at":"2026-11-22T21:11:00.025892Z","last_seen_at":"2026-11-22T21:11:00.025892Z",'
    b'"login_type":"password","organization_ids":[],"roles":[],"has_ai_seat":false}'
)
HEADERS = {"Coder-Session-Token": "token", "Accept": "application/json"}
SEQUENTIAL = 50
CONCURRENT = 1_000
AT_ONCE = 20


async def _serve(ready: Connection) -> None:
    """Answer every request on a kept connection with a user."""
    answer = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n"
        b"content-length: %d\r\n\r\n%s" % (len(USER), USER)
    )

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run_server(ready: Connection) -> None:
    asyncio.run(_serve(ready))


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Run the server in another process; yield its address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run_server, args=(theirs,))
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def ratios(bare: Callable[[], None], ours: Callable[[], None], rounds: int) -> tuple[float, ...]:
    """CPU seconds of ours, its ratio to the bare one, and the median of the rounds' ratios."""
    found: list[tuple[float, float]] = []
    gc.collect()
    gc.freeze()  # else a collection of all that was imported falls upon either side
    for number in range(rounds + 1):
        pair = [0.0, 0.0]
        # Whoever goes second finds the caches warm: take turns.
        for index, run in sorted(enumerate((bare, ours)), reverse=bool(number % 2)):
            start = time.process_time()
            run()
            pair[index] = time.process_time() - start
        found.append((pair[0], pair[1]))
    counted = found[1:]  # the first warms up
    least_bare, least_ours = (min(pair[index] for pair in counted) for index in (0, 1))
    middle = statistics.median(own / other for other, own in counted)
    return least_ours, least_ours / least_bare, middle


def sequential(library: ModuleType, url: str) -> tuple[Callable[[], None], ...]:
    """Call after call, bare and ours."""
    bare = library.Client(base_url=url, headers=HEADERS)
    ours = Client(url, token="token", http_client=library.Client())

    def run_bare() -> None:
        for _ in range(SEQUENTIAL):
            User.model_validate_json(bare.get("/api/v2/users/me").content)

    def run_ours() -> None:
        for _ in range(SEQUENTIAL):
            ours.users.get("me")

    return run_bare, run_ours


async def _at_once(call: Callable[[], Any]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await call()

    await asyncio.gather(*(one() for _ in range(CONCURRENT)))


def concurrent(library: ModuleType, url: str) -> tuple[Callable[[], None], ...]:
    """1,000 calls with 20 at once, bare and ours, each round in an event loop of its own."""

    async def bare() -> None:
        async with library.AsyncClient(base_url=url, headers=HEADERS) as client:

            async def call() -> None:
                User.model_validate_json((await client.get("/api/v2/users/me")).content)

            await _at_once(call)

    async def ours() -> None:
        async with library.AsyncClient() as http_client:
            coder = AsyncClient(url, token="token", http_client=http_client)
            async with coder:
                await _at_once(lambda: coder.users.get("me"))

    return lambda: asyncio.run(bare()), lambda: asyncio.run(ours())


def main() -> None:
    """Print a ratio a line."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with serving() as url:
        for library in (httpx, httpx2):
            report(library, url, rounds)


def report(library: ModuleType, url: str, rounds: int) -> None:
    """Print both ratios for one library."""
    seconds, least, middle = ratios(*sequential(library, url), rounds)
    print(
        f"{library.__name__}: a call {seconds / SEQUENTIAL * 1e6:.0f} us, {least:.2f} x bare "
        f"library plus model_validate_json (goal 1.2), median of pairs {middle:.2f}"
    )
    _, least, middle = ratios(*concurrent(library, url), max(3, rounds // 10))
    print(
        f"{library.__name__}: {CONCURRENT} calls, {AT_ONCE} at once: "
        f"{least:.2f} x bare library (goal 1.1), median of pairs {middle:.2f}"
    )


if __name__ == "__main__":
    main()
