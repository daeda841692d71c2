"""Runs one test against both clients: what differs between them stands here."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from coder_sdk import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://coder.example"
TOKEN = "aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb"


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000.0 + self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


class Colour:
    """One colour: makes clients, and calls their methods to the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.clock = FakeClock()
        self._loop = asyncio.new_event_loop() if name == "async" else None
        self._clients: list[Any] = []

    @property
    def is_async(self) -> bool:
        return self._loop is not None

    @property
    def type(self) -> Any:
        return AsyncClient if self.is_async else Client

    def client(self, url: str | None = URL, *, clock: bool = True, **options: Any) -> Any:
        options.setdefault("token", TOKEN)
        client = self.type(url, **options)
        if clock:
            client._core.clock = self.clock
        return self.keep(client)

    def keep(self, client: Any) -> Any:
        """Close a client at the end of the test."""
        self._clients.append(client)
        return client

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a method of either colour; an awaitable result is awaited."""
        if self._loop is None:
            return function(*args, **kwargs)

        async def run() -> Any:
            result = function(*args, **kwargs)
            return await result if hasattr(result, "__await__") else result

        return self._loop.run_until_complete(run())

    def function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the user in this colour: the same, or a coroutine function."""
        if not self.is_async:
            return function

        async def asynchronous(*args: Any) -> Any:
            return function(*args)

        return asynchronous

    def within(self, manager: Any, use: Callable[[Any], Any]) -> Any:
        """Enter a context manager of either colour and use what it gives."""
        if self._loop is None:
            with manager as entered:
                return use(entered)

        async def run() -> Any:
            async with manager as entered:
                result = use(entered)
                return await result if hasattr(result, "__await__") else result

        return self._loop.run_until_complete(run())

    def gather(self, function: Callable[[], Any], count: int) -> list[Any]:
        """Call a method many times at once: in threads, or in tasks."""
        if self._loop is None:
            with ThreadPoolExecutor(count) as pool:
                return [future.result() for future in [pool.submit(function) for _ in range(count)]]

        async def run() -> list[Any]:
            return list(await asyncio.gather(*(function() for _ in range(count))))

        return self._loop.run_until_complete(run())

    def close(self) -> None:
        for client in self._clients:
            self.call(client.close)
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
