"""Which handler serves a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

from attrs import field, frozen

from coder_sdk.testing._web import Reply, message, page, segments_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coder_sdk.testing._web import Call

    Handler = Callable[[Call], Reply]

H = TypeVar("H", bound="Callable[[Call], Reply]")
Auth = Literal["user", "none", "agent"]


@frozen
class Route:
    """One route and what it takes to get to its handler.

    Attributes:
        method: Verb.
        path: Template of the path.
        handler: Answers.
        auth: Whose token it needs.
        feature: Name of the licensed feature that it belongs to.
        enterprise: Only the full build has it.
        socket: It is a WebSocket: a plain request is refused with 426.
        since: First release that has it.
    """

    method: str
    path: str
    handler: Handler
    auth: Auth = "user"
    feature: str | None = None
    enterprise: bool = False
    socket: bool = False
    since: tuple[int, int] = (2, 0)

    @property
    def operation(self) -> str:
        """Verb and path template."""
        return f"{self.method} {self.path}"


@frozen
class Routes:
    """Collects the handlers of one module."""

    items: list[Route] = field(factory=list[Route])

    def __call__(  # noqa: PLR0913 - one argument for each property of a route
        self,
        method: str,
        path: str,
        *,
        auth: Auth = "user",
        feature: str | None = None,
        enterprise: bool = False,
        socket: bool = False,
        since: tuple[int, int] = (2, 0),
    ) -> Callable[[H], H]:
        """Register the decorated handler; a path may be registered under several templates."""

        def register(handler: H) -> H:
            licensed = enterprise or feature is not None
            self.items.append(Route(method, path, handler, auth, feature, licensed, socket, since))
            return handler

        return register


@frozen
class Match:
    """A route with the parameters of its path."""

    route: Route
    params: dict[str, str]


class Router:
    """Finds routes; fixed words win over parameters."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[tuple[list[str], Route]]] = {}
        for route in routes:
            pattern = [part for part in route.path.split("/") if part]
            self._by_length.setdefault(len(pattern), []).append((pattern, route))
        for patterns in self._by_length.values():
            patterns.sort(key=lambda item: [part.startswith("{") for part in item[0]])

    def matches(self, path: str) -> list[Match]:
        """Routes of every method that fit a path best."""
        parts = segments_of(path)
        found: list[Match] = []
        exact: tuple[bool, ...] | None = None
        for pattern, route in self._by_length.get(len(parts), []):
            params = _bind(pattern, parts)
            literal = tuple(not part.startswith("{") for part in pattern)
            # Once a fixed word fits, routes with a parameter in its place are out of reach, even
            # for verbs that only they have.
            if params is not None and exact in {None, literal}:
                exact = literal
                found.append(Match(route, params))
        return found


def _bind(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    params: dict[str, str] = {}
    for expected, part in zip(pattern, parts, strict=True):
        if expected.startswith("{"):
            params[expected[1:-1]] = part
        elif expected != part:
            return None
    return params


def unknown_path(path: str) -> Reply:
    """What a path without route answers: JSON below the API, else the dashboard's page."""
    if path.startswith(("/api/v2", "/api/experimental")):
        return message(404, "Route not found.")
    return page("Coder")


def wrong_method(allowed: Iterable[str]) -> Reply:
    """What a known path answers to another verb: nothing, with status 405."""
    return Reply(405, b"", {"allow": ", ".join(sorted(set(allowed)))})
