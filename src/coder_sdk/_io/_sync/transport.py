# Derived from `src/coder_sdk/_io/_async/transport.py`
# by `python -m codegen colours`; edit that file.
"""Sends requests: the one way to the server for every method of a client."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from coder_sdk._call import Call, Outcome
from coder_sdk._core import AT_ONCE
from coder_sdk._errors.base import CoderError, ConfigError
from coder_sdk._io._sync.limits import keep_to_limits, watch
from coder_sdk._io._sync.primitives import Gate, loop_token, new_lock, settled
from coder_sdk._judge import REDIRECTS, judged, judged_refusal
from coder_sdk._prepare import prepare
from coder_sdk._rehearsal import check_rehearsal
from coder_sdk._request import RawBody
from coder_sdk._response import Answer, RawResponse, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from coder_sdk._core import Core
    from coder_sdk._handshake import Handshake
    from coder_sdk._options import Options
    from coder_sdk._redact import Masked
    from coder_sdk._request import Request
    from coder_sdk._track import Track

T = TypeVar("T")
C = TypeVar("C")

_SWITCHED = 101
_UNAUTHORIZED = 401
_MISSING = frozenset({404, 410})


class Transport:
    """Sends requests of one client, in one colour.

    `send`, `call` and `raw` read the answer, `stream` leaves its body to the caller, `connect`
    opens a WebSocket. All resolve names, with the same credentials, limits, retries and errors.
    """

    def __init__(self, core: Core, options: Options) -> None:
        self.core = core
        self.options = options
        if core.auth_lock is None:
            core.auth_lock = new_lock()
            core.gate = Gate(AT_ONCE)

    def call(self, request: Request[T]) -> T:
        """Send a request and decode its answer."""
        answer = self.send(request)
        from coder_sdk._answers import decode_answer  # noqa: PLC0415 - with the first answer

        return decode_answer(request, answer)

    def raw(self, request: Request[T]) -> RawResponse[T]:
        """Send a request and keep its answer as it came."""
        return RawResponse(self.send(request), request)

    def send(self, request: Request[Any]) -> Answer:
        """Send a request until it succeeds or fails for good, and read the answer.

        Raises:
            CoderError: What went wrong, as one of the package's errors.
        """
        call = self._begin(request)
        try:
            answer: Answer = self._run(call, self._exchange_and_read)
        except CoderError as error:
            if not call.names:
                raise
            from coder_sdk._io._sync.names import resent  # noqa: PLC0415 - few need it

            answer = resent(self, request, call, error)
        return answer

    @contextmanager
    def stream(self, request: Request[T]) -> Generator[StreamingResponse[T], None]:
        """Open an answer without reading its body: for downloads and server-sent events.

        A try lasts until the body starts; what fails before is repeated and raised as for any
        call. The connection waits `idle_timeout` for each piece of the body where the call has one,
        else its `timeout`, and for all of it until the deadline, which a stream of events does not
        have. What breaks in the body comes out of the iterators of the response, as an error of
        the package.
        """
        call = self._begin(request)
        response = self._run(call, self._exchange_and_keep, stays_open=True)
        try:
            yield StreamingResponse(response, call)
        finally:
            try:
                response.close()
            finally:
                if call.span is not None:
                    call.span.end(call.failure)

    def connect(
        self,
        request: Request[Any],
        opener: Callable[[Handshake], C],
        track: Track | None = None,
    ) -> C:
        """Open a WebSocket.

        Args:
            request: The request of the handshake.
            opener: Opens a connection; raises `RefusedError` for an answer that is no switch of
                protocols. Whatever else it raises of `OSError` and `TimeoutError` is a lost try.
            track: Hears of the call, for what happens to the connection later.
        """
        from coder_sdk import _handshake  # noqa: PLC0415 - few need it

        call = self._begin(request)

        def shake(call: Call, token: Masked | None) -> Outcome:
            self.core.http(loop_token())
            handshake = _handshake.prepared(call, self.core, token)
            try:
                connection = opener(handshake)
            except _handshake.RefusedError as error:
                answer = call.answer(error.status, error.headers, error.body)
                call.received(self.core, token, error.status, error.headers)
                self.core.learn(error.headers)
                return judged_refusal(call, answer)
            except OSError as error:
                raise _handshake.NoAnswerError from error
            # A connection in memory has no headers.
            headers: dict[str, str] = getattr(connection, "headers", {})
            call.received(self.core, token, _SWITCHED, headers)
            self.core.learn(headers)
            return Outcome(value=connection, status=_SWITCHED)

        connection: C = self._run(call, shake)
        if track is not None:
            track.opened(call)
        return connection

    def close(self) -> None:
        """Close the HTTP client if it is ours."""
        http = self.core.release()
        if http is not None:
            http.close()

    # -- one call

    def _begin(self, request: Request[Any]) -> Call:
        """Start the clock, look up the names and prepare what is sent."""
        core = self.core
        call = Call(request, self.options, core.clock, core.redactor)
        if request.has_refs:
            from coder_sdk._io._sync.names import Names  # noqa: PLC0415 - few need it

            names = Names(self, call.for_lookups())
            call.request = names.resolve(request)
            call.names = names.used
        call.prepared = prepare(call.request, core.base, self.options.headers)
        call.url = call.prepared.url
        check_rehearsal(request.method, request.path_template)
        if isinstance(call.prepared.content, RawBody):
            from coder_sdk._io._sync.uploads import Upload  # noqa: PLC0415 - few need it

            call.upload = Upload(call.prepared.content)
        return call

    def _run(
        self,
        call: Call,
        perform: Callable[[Call, Masked | None], Outcome],
        *,
        stays_open: bool = False,
    ) -> Any:
        """Try until the outcome is final; the span of what stays open is ended by who closes it."""
        if not self.core.tracing:
            return self._final(call, perform)
        from coder_sdk._tracing import Span  # noqa: PLC0415 - only where it is wanted

        call.span = Span(call)
        with call.span.until_answered(stays_open=stays_open):
            return self._final(call, perform)

    def _final(self, call: Call, perform: Callable[[Call, Masked | None], Outcome]) -> Any:
        """What the last try came to."""
        outcome = self._attempt(call, perform)
        if outcome.decision.retry:
            outcome = self._retry(call, perform, outcome)
        if outcome.error is not None:
            for name in call.names if outcome.status in _MISSING else ():
                # The name may stand for another object by now; the next call looks it up again.
                self.core.names.pop(name, None)
            if outcome.status in _MISSING and call.request.path:
                from coder_sdk._io._sync.suggestions import suggest  # noqa: PLC0415 - for errors

                suggest(self, call, outcome.error)
            raise outcome.error
        return outcome.value

    def _retry(
        self,
        call: Call,
        perform: Callable[[Call, Masked | None], Outcome],
        first: Outcome,
    ) -> Outcome:
        """Let tenacity drive the tries after the first, by what the policy decided."""
        from tenacity import Retrying  # noqa: PLC0415 - 7 ms, and most calls need no retry

        outcomes = [first]

        def step() -> Outcome:
            return outcomes.pop() if outcomes else self._attempt(call, perform)

        def announce(state: Any) -> None:
            if call.policy.on_retry is not None:
                settled(call.policy.on_retry(call.retry_event(state.outcome.result())))

        def again(state: Any) -> bool:
            return not state.outcome.failed and state.outcome.result().decision.retry

        def delay(state: Any) -> float:
            seconds: float = state.outcome.result().decision.delay
            return seconds

        retrying = Retrying(
            retry=again,
            wait=delay,
            before_sleep=announce,
            sleep=self.core.clock.sleep,
        )
        outcome: Outcome = retrying(step)
        return outcome

    def _attempt(self, call: Call, perform: Callable[[Call, Masked | None], Outcome]) -> Outcome:
        """One try, and its replay if the token could be renewed."""
        token = self._token(call)
        asked = self.core.credentials.generation
        outcome = self._try(call, perform, token)
        if outcome.status != _UNAUTHORIZED or token is None or call.replays:
            return outcome
        fresh = self._renewed(token, outcome, asked) if call.request.auth else None
        if fresh is None or (call.upload is not None and not call.upload.repeatable):
            return outcome
        call.replays += 1
        return self._try(call, perform, fresh)

    def _try(
        self,
        call: Call,
        perform: Callable[[Call, Masked | None], Outcome],
        token: Masked | None,
    ) -> Outcome:
        """Send once."""
        late = self._pace(call, token)
        if late is not None:
            return late
        hooks = self.core.hooks
        if hooks is not None and hooks.on_request is not None:
            settled(hooks.on_request(call.request_info(self.core, token)))
        try:
            outcome = perform(call, token)
        except CoderError as error:
            # Its frames hold addresses and headers; it is raised again from here.
            outcome = Outcome(error=error.with_traceback(None))
        except Exception as error:  # noqa: BLE001 - what is no failure of a connection is raised
            outcome = call.broken(error, proxy=self.core.uses_proxy)
        call.status = outcome.status
        call.log(outcome)
        if hooks is not None and hooks.on_response is not None:
            settled(hooks.on_response(call.response_info(self.core, token, outcome)))
        return outcome

    def _pace(self, call: Call, token: Masked | None) -> Outcome | None:
        """Wait for the rate limiter, then count the try; an outcome if there is no time left."""
        limiter, clock = self.core.limiter, self.core.clock
        if limiter is not None:
            delay = limiter.reserve(call.user(token), call.path, clock.monotonic())
            remaining = call.remaining
            if remaining is not None and delay >= remaining:
                return Outcome(error=call.past_deadline(call.last))
            if delay > 0:
                clock.sleep(delay)
        return call.begin_try()

    # -- one try

    def _exchange_and_read(self, call: Call, token: Masked | None) -> Outcome:
        gate = self.core.gate
        if not gate.enter(call.remaining):
            return call.not_tried()
        try:
            call.start_try()
            return self._finish(call, token, self._exchange(call, token))
        finally:
            gate.leave()

    def _exchange_and_keep(self, call: Call, token: Masked | None) -> Outcome:
        call.start_try()
        response = self._exchange(call, token)
        if call.is_success(response.status_code):
            call.received(self.core, token, response.status_code, response.headers)
            call.hand_over()
            return Outcome(value=response, status=response.status_code)
        return self._finish(call, token, response)

    def _finish(self, call: Call, token: Masked | None, response: Any) -> Outcome:
        """Read an answer whole, within the time that the try has."""
        call.received(self.core, token, response.status_code, response.headers)
        chunks: list[bytes] = []
        try:
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                call.check_time(response)
        finally:
            response.close()
        answer = call.answer(response.status_code, response.headers, b"".join(chunks))
        return judged(call, answer)

    def _exchange(self, call: Call, token: Masked | None) -> Any:
        """Send, following redirects by hand; the body of the answer is not read."""
        core = self.core
        http = core.http(loop_token())
        call.url, followed = call.prepared.url, 0
        while True:
            chunks = None if call.upload is None else call.upload.chunks()
            content = call.prepared.content if chunks is None else chunks
            request = core.build(call, token, content, watch)
            kept = core.cookies()
            try:
                response = http.send(request, stream=True, follow_redirects=False)
            finally:
                if chunks is not None:
                    chunks.close()
            # The connection of a ready client may have been made without us.
            keep_to_limits(response.extensions.get("network_stream"))
            core.restore_cookies(kept, response.headers)
            core.learn(response.headers)
            if response.status_code not in REDIRECTS:
                return response
            response.close()
            from coder_sdk._redirects import target  # noqa: PLC0415 - few servers redirect

            call.url = target(call, call.url, response.headers.get("location", ""), followed)
            followed += 1

    # -- credentials

    def _token(self, call: Call) -> Masked | None:
        """The token to send, obtained from its provider with the first request that needs it."""
        credentials = self.core.credentials
        if not credentials.wanted or not call.request.auth:
            return credentials.current
        with self.core.auth_lock:
            if credentials.wanted:
                try:
                    credentials.accept(settled(credentials.ask(None)))
                except CoderError:
                    raise
                except Exception as error:
                    raise ConfigError(
                        f"The token provider failed: {type(error).__name__}."
                    ) from error
        return credentials.current

    def _renewed(self, rejected: Masked, outcome: Outcome, asked: int) -> Masked | None:
        """A token in place of a refused one; of many calls that need it, one asks the provider.

        Args:
            rejected: The token that was refused.
            outcome: Of the try; its error tells why there is no other token.
            asked: The generation of the credentials when the request was sent: what the provider
                said since then is the answer for this call, too.
        """
        credentials = self.core.credentials
        if not credentials.refreshable:
            return None
        with self.core.auth_lock:
            if credentials.current == rejected and credentials.generation == asked:
                try:
                    credentials.accept(settled(credentials.ask(rejected)))
                except Exception as error:  # noqa: BLE001 - chained to the 401 that it answers
                    credentials.fail(error)
            if credentials.failure is not None and outcome.error is not None:
                outcome.error.__cause__ = credentials.failure
                return None
        fresh = credentials.current
        return None if fresh == rejected else fresh
