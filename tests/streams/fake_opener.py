"""An opener without a network, in both colours."""

from __future__ import annotations

import json
from typing import Any

from coder_sdk._handshake import Handshake
from coder_sdk._ws import ClosedError


class FakeOpener:
    """Opens connections that send these messages and close."""

    def __init__(self, messages: list[Any]) -> None:
        self.messages = messages
        self.handshakes: list[Handshake] = []

    def synchronous(self, handshake: Handshake) -> Connection:
        self.handshakes.append(handshake)
        return Connection(self.messages)

    async def asynchronous(self, handshake: Handshake) -> AsyncConnection:
        return AsyncConnection(self.synchronous(handshake))


class Connection:
    def __init__(self, messages: list[Any]) -> None:
        self.left = list(messages)

    def receive(self) -> str:
        if not self.left:
            raise ClosedError(1000)
        return json.dumps(self.left.pop(0))

    def send(self, message: bytes | str) -> None:
        self.left.append(json.loads(message))

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.left.clear()


class AsyncConnection:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def receive(self) -> str:
        return self.connection.receive()

    async def send(self, message: bytes | str) -> None:
        self.connection.send(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.connection.close(code, reason)
