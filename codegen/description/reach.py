"""Which schemas are reached from requests, from answers, from stream frames."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from codegen.description.openapi import Json, operations, references, schemas


@attrs.frozen(slots=True)
class Reach:
    """Full names of schemas by the direction in which they travel.

    `requests` are sent: bodies, parameters, messages of two-way sockets. `responses` are
    received: answers of any status. `frames` are received over a stream.
    """

    requests: frozenset[str]
    responses: frozenset[str]
    frames: frozenset[str]

    @property
    def received(self) -> frozenset[str]:
        """Schemas that arrive, as an answer or as a frame."""
        return self.responses | self.frames

    @property
    def both(self) -> frozenset[str]:
        """Schemas that are sent and that arrive."""
        return self.requests & self.received

    def by_direction(self, name: str) -> tuple[bool, bool]:
        """Tell whether a schema is sent, and whether it arrives."""
        return name in self.requests, name in self.received


def reach(description: Json) -> Reach:
    """Follow the references of all operations."""
    requests: set[str] = set()
    responses: set[str] = set()
    frames: set[str] = set()
    for _, operation in operations(description):
        stream: Json = operation.get("x-stream") or {}
        requests.update(references(operation.get("requestBody")))
        requests.update(references(operation.get("parameters")))
        requests.update(references(stream.get("sends")))
        responses.update(references(operation.get("responses")))
        frames.update(references(stream.get("frame")))
    return Reach(
        requests=closure(description, requests),
        responses=closure(description, responses),
        frames=closure(description, frames),
    )


def closure(description: Json, names: Iterable[str]) -> frozenset[str]:
    """Return the named schemas with all that they refer to, however far away."""
    components = schemas(description)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(references(components.get(name)))
    return frozenset(found)
