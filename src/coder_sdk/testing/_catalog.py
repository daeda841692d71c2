"""Every operation that the client knows, answered with an example where nothing better is."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Final, get_args
from uuid import UUID

from coder_sdk._request import Request, SocketRequest, StreamRequest
from coder_sdk.resources._operations import OPERATIONS
from coder_sdk.testing import factories
from coder_sdk.testing._credentials import identify
from coder_sdk.testing._editions import shape
from coder_sdk.testing._logs import upgrade_required
from coder_sdk.testing._query import is_uuid
from coder_sdk.testing._router import Route
from coder_sdk.testing._session import EventSession, Session
from coder_sdk.testing._web import TEXT, Call, Reply, answer, empty, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RESOURCES: Final = "coder_sdk.resources"
# Success without a body that is not 204.
_BARE: Final = frozenset({"POST /oauth2/revoke"})
_AGENTS: Final = "/api/v2/workspaceagents/me/"
_TEXTS: Final = frozenset({"text/html", "text/csv"})
_ID: Final = UUID("ac019625-4052-4ac5-a8a2-35eecac5fec2")
_STREAMS: Final = (StreamRequest, SocketRequest)
_CREATED: Final = frozenset(
    shape(operation)
    for operation in (
        "POST /api/experimental/chats",
        "POST /api/experimental/chats/files",
        "POST /api/experimental/users/{user}/skills",
        "POST /api/v2/ai-gateway/keys",
        "POST /api/v2/ai/providers",
        "POST /api/v2/oauth2-provider/apps",
        "POST /api/v2/oauth2-provider/apps/{app}/secrets",
        "POST /api/v2/templatebuilder/compose/template",
        "POST /api/v2/users/{user}/secrets/batch",
        "POST /api/v2/workspaceagents/me/log-source",
        "POST /api/v2/workspaceproxies/me/issue-signed-app-token",
        "POST /api/v2/workspaceproxies/me/register",
        "POST /oauth2/register",
    )
)
# Segments whose identifiers are no UUIDs.
_NAMED: Final = frozenset(
    {
        "app", "externalauth", "idOrName", "key", "licenseId", "message", "organization", "os",
        "arch", "provisionerkey", "queue", "session", "skillName", "task", "user", "workspaceproxy",
    }
)  # fmt: skip


def example_routes(modelled: Iterable[Route]) -> Iterator[Route]:
    """Routes of the operations that have no handler of their own; they load on demand."""
    known = {shape(route.operation) for route in modelled}
    for operation in OPERATIONS:
        if shape(operation) not in known:
            method, _, path = operation.partition(" ")
            yield Route(method, path, _Example(operation), "none")


@cache
def catalog() -> dict[str, Request[Any]]:
    """A request of every operation, by verb and path template."""
    found: dict[str, Request[Any]] = {}
    for descriptor in _descriptors():
        request = _built(descriptor)
        request.types = descriptor.types
        if request.operation not in found or not isinstance(request, _STREAMS):
            # Logs are a list and a stream at once: the list is the answer to a plain request.
            found[request.operation] = request
    return found


def _descriptors() -> Iterator[Any]:
    package = import_module(_RESOURCES)
    names = [item.name for item in iter_modules(package.__path__)]
    for name in sorted(names):
        module = import_module(f"{_RESOURCES}.{name}")
        for cls in vars(module).values():
            if isinstance(cls, type) and cls.__module__ == module.__name__:
                for member in vars(cls).values():
                    if hasattr(member, "builder") and hasattr(member, "types"):
                        yield member


def _built(descriptor: Any) -> Request[Any]:
    parameters = list(inspect.signature(descriptor.builder).parameters.values())[1:]
    given = {
        item.name: _ID
        for item in parameters
        if item.default is item.empty and item.kind is not item.VAR_KEYWORD
    }
    positional = [given.pop(item.name) for item in parameters
                  if item.kind is item.POSITIONAL_ONLY and item.name in given]  # fmt: skip
    # A deprecated builder warns; what is inside of it does not.
    request: Request[Any] = inspect.unwrap(descriptor.builder)(None, *positional, **given)
    return request


def _present(annotation: Any) -> Any:
    """A type without the `None` of an answer that has no body."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return kinds[0] if len(kinds) < len(get_args(annotation)) else annotation


def _identify(call: Call) -> None:
    """Refuse whoever is neither a user nor, where agents ask about themselves, an agent."""
    sent = call.headers.get("coder-session-token", "")
    of_agents = call.path.startswith(_AGENTS)
    if not of_agents or not any(agent.token == sent for agent in call.state.agents.values()):
        identify(call)


class _Example:
    """Answers with a valid example."""

    def __init__(self, operation: str) -> None:
        self._operation = operation

    def __call__(self, call: Call) -> Reply:
        request = self._request
        if request is None:
            # An operation that only older releases have.
            return answer({"message": "This operation has no example."})
        if request.auth:
            _identify(call)
        self._check(call)
        if isinstance(request, _STREAMS):
            return self._stream(call)
        decoder = self._decoder
        if decoder.is_none:
            return Reply(200) if self._operation in _BARE else empty()
        status = 201 if shape(self._operation) in _CREATED else 200
        if decoder.is_text:
            return Reply(status, b"example\n", {"content-type": self._media(request)})
        if decoder.is_bytes:
            return Reply(status, b"example", {"content-type": "application/octet-stream"})
        reply = answer(factories.example(_present(decoder.annotation)), status)
        if request.accept.endswith("+json"):
            reply.headers["content-type"] = request.accept
        return reply

    @staticmethod
    def _media(request: Request[Any]) -> str:
        """The type of a text."""
        return f"{request.accept}; charset=utf-8" if request.accept in _TEXTS else TEXT

    @property
    def _request(self) -> Request[Any] | None:
        return catalog().get(self._operation)

    @property
    def _decoder(self) -> Any:
        request = self._request
        if request is None or request.types is None:
            raise LookupError(self._operation)
        return request.types.last if isinstance(request, SocketRequest) else request.types.body

    def _check(self, call: Call) -> None:
        for name, value in call.params.items():
            if name not in _NAMED and "name" not in name.lower() and not is_uuid(value):
                if value.lstrip("-").isdigit():
                    continue
                detail = f"invalid UUID length: {len(value)}"
                raise refuse(400, f'Invalid UUID "{value}".', detail)

    def _stream(self, call: Call) -> Reply:
        request = self._request
        spec = request.stream if isinstance(request, StreamRequest) else None
        if spec is not None and spec.kind == "sse":
            session: Session = EventSession(call.state.clock, envelope=False)
        elif not call.upgrade:
            return upgrade_required()
        else:
            session = Session(call.state.clock)
        self._fill(session)
        return Reply(200 if spec is not None and spec.kind == "sse" else 101, session=session)

    def _fill(self, session: Session) -> None:
        decoder = self._decoder
        if decoder.is_bytes or decoder.is_none or decoder.is_text:
            return
        value = factories.example(decoder.annotation)
        if isinstance(session, EventSession):
            session.data(value)
        else:
            session.send(value)
