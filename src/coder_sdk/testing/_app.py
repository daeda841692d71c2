"""Takes a request through everything that a server does with it."""

from __future__ import annotations

from email.utils import formatdate
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from coder_sdk.testing._credentials import forgery, identify
from coder_sdk.testing._editions import gate, has_route, is_late
from coder_sdk.testing._faults import RecordedRequest
from coder_sdk.testing._limits import RateLimits
from coder_sdk.testing._logs import upgrade_required
from coder_sdk.testing._releases import NEWEST, aged_frame, aged_reply
from coder_sdk.testing._router import Match, Router, unknown_path, wrong_method
from coder_sdk.testing._web import HTML, Call, Refusal, Reply, split_target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coder_sdk.testing._actor import Actor
    from coder_sdk.testing._faults import Fault
    from coder_sdk.testing._router import Route
    from coder_sdk.testing._state.deployment import Deployment

_TICK: Final = 0.001
_UNLIMITED: Final = frozenset({"/healthz", "/latency-check"})


class LostError(Exception):
    """The connection is lost, by a fault that was injected.

    Attributes:
        refused: It was never made.
        partial: What arrived of the answer before.
    """

    def __init__(self, *, refused: bool = False, partial: Reply | None = None) -> None:
        self.refused = refused
        self.partial = partial
        super().__init__("refused" if refused else "lost")


class SlowError(Exception):
    """The answer comes later than the client waits."""


class App:
    """The fake deployment as it is seen through requests.

    Attributes:
        requests: Every request so far.
        faults: Faults that still have requests to hit.
    """

    def __init__(self, state: Deployment, routes: Iterable[Route], limits: RateLimits) -> None:
        self.state = state
        self.limits = limits
        self.requests: list[RecordedRequest] = []
        self.faults: list[Fault] = []
        self._router = Router(route for route in routes if has_route(state, route))

    def arrive(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        *,
        upgrade: bool = False,
        client: str = "127.0.0.1",
    ) -> Call:
        """Take a request in; what comes before it is handled happened at the same time."""
        path, query = split_target(target)
        lowered = {name.lower(): value for name, value in headers}
        return Call(
            state=self.state,
            method=method.upper(),
            path=path,
            query=query,
            headers=lowered,
            body=body,
            upgrade=upgrade,
            client=client,
            arrival=self.state.next_order(),
        )

    def handle(self, call: Call, patience: float | None = None) -> Reply:
        """Answer a request.

        Args:
            call: The request.
            patience: Seconds that the client waits.

        Raises:
            LostError: The connection is lost.
            SlowError: The client has given up.
        """
        with self.state.clock.lock:
            self._begin()
            record = RecordedRequest(
                call.method, call.path, list(call.query), dict(call.headers), call.body
            )
            self.requests.append(record)
            fault = self._fault(call)
        late = self._delay(fault, patience)
        with self.state.clock.lock:
            reply = self._with_fault(call, record, fault, late=late)
            record.status = reply.status
            if reply.session is not None:
                reply.session.asked = f"{call.method} {call.path}"
            self.state.clock.stir()
            return reply

    def _begin(self) -> None:
        """Let pass what handling takes, and let happen what is due."""
        clock = self.state.clock
        clock.stir()
        if clock.is_real:
            clock.settle()
        else:
            clock.advance(_TICK)

    def _delay(self, fault: Fault | None, patience: float | None) -> bool:
        """Wait as a fault asks for, outside of the lock; tells whether the client gives up."""
        if fault is None or not fault.delay or fault.refuse:
            return False
        late = patience is not None and fault.delay > patience
        self.state.clock.sleep(patience if late and patience is not None else fault.delay)
        return late

    def _fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.pattern.fits(call.method, call.path):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    def _with_fault(
        self, call: Call, record: RecordedRequest, fault: Fault | None, *, late: bool
    ) -> Reply:
        if fault is None:
            return self._answer(call, record)
        if fault.refuse:
            raise LostError(refused=True)
        if late:
            # The server does its work all the same.
            self._answer(call, record)
            raise SlowError
        reply = fault.reply()
        reply = self._answer(call, record) if reply is None else self._dressed(reply, {})
        if fault.lose:
            raise LostError
        if fault.cut is not None:
            raise LostError(partial=Reply(reply.status, reply.body[: fault.cut], reply.headers))
        if reply.session is not None:
            reply.session.cut_after = fault.drop
        return reply

    def _answer(self, call: Call, record: RecordedRequest) -> Reply:
        elsewhere = _redirection(call)
        if elsewhere is not None:
            return elsewhere
        limited: dict[str, str] = {}
        try:
            matches = self._router.matches(call.path)
            match = _of_method(matches, call.method)
            if match is None:
                reply = self._no_route(call, matches)
            else:
                record.operation = match.route.operation
                reply = self._routed(call, match, limited)
        except Refusal as refusal:
            reply = refusal.reply
        release = self.state.version[:2]
        if release < NEWEST:
            reply = aged_reply(reply, release)
            if reply.session is not None:
                reply.session.translate = partial(aged_frame, release=release)
        return self._dressed(reply, limited)

    def _no_route(self, call: Call, matches: list[Match]) -> Reply:
        if matches:
            return wrong_method(match.route.method for match in matches)
        return unknown_path(call.path)

    def _routed(self, call: Call, match: Match, limited: dict[str, str]) -> Reply:
        call.params = match.params
        forged = forgery(call)
        if forged is not None:
            return forged
        refusal = gate(self.state, match.route)
        actor, problem = self._who(call)
        if refusal is not None:
            if problem is not None and is_late(match.route):
                raise problem
            return refusal
        if call.path not in _UNLIMITED:
            limited.update(self.limits.count(call, actor))
        if match.route.auth == "user" and problem is not None:
            raise problem
        call.actor_or_none = actor
        if match.route.socket and not call.upgrade:
            return upgrade_required()
        return match.route.handler(call)

    @staticmethod
    def _who(call: Call) -> tuple[Actor | None, Refusal | None]:
        try:
            return identify(call), None
        except Refusal as problem:
            return None, problem

    def _dressed(self, reply: Reply, limited: dict[str, str]) -> Reply:
        headers = {
            "x-coder-build-version": self.state.version_text,
            "date": formatdate(self.state.clock.time(), usegmt=True),
            "x-content-type-options": "nosniff",
            **limited,
            **{name.lower(): value for name, value in reply.headers.items()},
        }
        return Reply(reply.status, reply.body, headers, reply.session)


def _of_method(matches: list[Match], method: str) -> Match | None:
    return next((match for match in matches if match.route.method == method), None)


def _redirection(call: Call) -> Reply | None:
    """Where a call by another host name is sent, if the deployment is set up so: to the front."""
    home, host = call.state.access_url, call.headers.get("host")
    if not call.state.settings["redirect_to_access_url"] or host in {None, urlsplit(home).netloc}:
        return None
    if call.path == "/healthz" or call.path.startswith("/derp"):
        return None
    if call.method != "GET":
        return Reply(307, b"", {"location": home})
    body = f'<a href="{home}">Temporary Redirect</a>.\n\n'.encode()
    return Reply(307, body, {"content-type": HTML, "location": home})
