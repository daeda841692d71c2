"""One call from its start to its end, all tries together; pure but for the injected clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk._limits import Allowance, End, TooSlowError
from coder_sdk._logging import DEBUG, INFO, log_try, logger
from coder_sdk._options import chosen, policy
from coder_sdk._request import OMIT, CallOptions, Omit, StreamRequest
from coder_sdk._response import Answer, RateLimit, request_id
from coder_sdk._retry import OFF, Decision, is_repeatable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._clock import Clock
    from coder_sdk._core import Core
    from coder_sdk._errors.base import CoderError
    from coder_sdk._errors.context import CallContext
    from coder_sdk._errors.transport import DeadlineExceededError
    from coder_sdk._hooks import RequestInfo, ResponseInfo
    from coder_sdk._options import Options
    from coder_sdk._prepare import Prepared
    from coder_sdk._redact import Redactor
    from coder_sdk._request import Request
    from coder_sdk._retry import RetryPolicy
    from coder_sdk._retry_event import RetryEvent
    from coder_sdk._tracing import Span

_FINAL: Final = Decision(retry=False)


class Outcome:
    """What one try ended with, and what follows."""

    __slots__ = ("decision", "error", "status", "value")

    def __init__(
        self,
        value: Any = None,
        error: CoderError | None = None,
        decision: Decision = _FINAL,
        status: int | None = None,
    ) -> None:
        self.value: Any = value
        self.error: CoderError | None = error
        self.decision: Decision = decision
        self.status: int | None = status


class Call:
    """State of one call."""

    __slots__ = (
        "clock",
        "deadline",
        "end",
        "failure",
        "headers",
        "idle",
        "last",
        "limit",
        "names",
        "number",
        "policy",
        "prepared",
        "redactor",
        "repeatable",
        "replays",
        "request",
        "span",
        "started",
        "status",
        "try_started",
        "unclear",
        "upload",
        "url",
    )

    def __init__(
        self, request: Request[Any], options: Options, clock: Clock, redactor: Redactor
    ) -> None:
        own = request.options
        self.request: Request[Any] = request
        self.clock: Clock = clock
        self.redactor: Redactor = redactor.of(request)
        self.prepared: Prepared
        self.url: str = ""
        self.started: float = clock.monotonic()
        self.try_started: float = self.started
        self.end: End = End()
        self.limit: float | None = chosen("timeout", own.timeout, options.timeout)
        self.idle: float | None = chosen("idle_timeout", own.idle_timeout, self.limit)
        deadline = chosen("deadline", own.deadline, options.deadline)
        self.deadline: float | None = None if deadline is None else self.started + deadline
        retry = options.retry if isinstance(own.retry, Omit) else policy(own.retry)
        self.policy: RetryPolicy = OFF if retry is None else retry
        self.repeatable: bool = is_repeatable(request)
        self.number: int = 0
        self.replays: int = 0
        self.upload: Any = None
        # Names that were taken from the cache.
        self.names: list[tuple[str, str]] = []
        self.last: CoderError | None = None
        # What broke in a body that was left to the caller.
        self.failure: Exception | None = None
        # Some earlier try may have done what was asked.
        self.unclear: bool = False
        # Of the last try.
        self.status: int | None = None
        self.span: Span | None = None
        self.headers: Mapping[str, str] = {}

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self.clock.monotonic() - self.started

    @property
    def remaining(self) -> float | None:
        """Seconds until the deadline; `None` without one."""
        return None if self.deadline is None else self.deadline - self.clock.monotonic()

    @property
    def path(self) -> str:
        """Path of the request, without its query."""
        return self.prepared.url.partition("?")[0]

    def check_time(self, response: Any) -> None:
        """Look at the clock where no connection does: that of a transport of the user's own.

        Raises:
            TooSlowError: The try, or the call, has run out of time.
        """
        if "network_stream" in response.extensions:
            return
        remaining = self.remaining
        if self.end.is_past or (remaining is not None and remaining <= 0):
            raise TooSlowError

    def begin_try(self) -> Outcome | None:
        """Count a try; an outcome if no time is left for it."""
        remaining = self.remaining
        if remaining is not None and remaining <= 0:
            return Outcome(error=self.past_deadline(self.last))
        self.number += 1
        self.headers = {}
        self.try_started = self.clock.monotonic()
        return None

    def start_try(self) -> None:
        """Let the time of a try run: its turn has come."""
        self.try_started = self.clock.monotonic()
        self.end.be_in(self.timeout(self.limit))

    def hand_over(self) -> None:
        """Leave the body to the caller, who may take until the deadline to read it.

        A stream of events goes on for as long as the server has any: what ended with its first
        byte is the call that opened it.
        """
        if isinstance(self.request, StreamRequest):
            self.deadline = None
        self.end.be_in(self.remaining)

    def not_tried(self) -> Outcome:
        """Outcome of a try that did not come to its turn before the deadline."""
        self.number -= 1
        return Outcome(error=self.past_deadline(self.last))

    def timeout(self, limit: float | None) -> float | None:
        """A time limit, cut at the deadline."""
        remaining = self.remaining
        if remaining is None:
            return limit
        remaining = max(remaining, 0.001)
        return remaining if limit is None else min(limit, remaining)

    def allowances(self) -> dict[str, float | None]:
        """Time limits in the form of the HTTP library."""
        whole = self.timeout(self.limit)
        if whole is None and self.idle is None:
            return dict.fromkeys(("connect", "read", "write", "pool"))
        wait = None if whole is None else Allowance(whole, None, self.end)
        # A try may end before a silence does, and a silence before a body that is left to the
        # caller: whichever comes first.
        number = self.idle if whole is None else min(whole, self.idle or whole)
        read = None if number is None else Allowance(number, self.idle, self.end)
        return {"connect": wait, "read": read, "write": wait, "pool": wait}

    def context(self, *, unclear: bool = False, request_id: str | None = None) -> CallContext:
        """Facts for an error."""
        from coder_sdk._errors.context import CallContext  # noqa: PLC0415 - with the first error

        url = self.url or self.request.path_template
        return CallContext(
            self.request.method,
            self.redactor.address(url),
            self.request.operation,
            tries=self.number,
            elapsed=self.elapsed,
            request_id=request_id,
            may_have_been_processed=unclear,
        )

    def past_deadline(self, last: CoderError | None = None) -> DeadlineExceededError:
        """The error of a call that ran out of time."""
        from coder_sdk._failed_try import past_deadline  # noqa: PLC0415 - with the first failure

        return past_deadline(self, last)

    def broken(self, error: Exception, *, proxy: bool) -> Outcome:
        """Outcome of a try that ended with an error that is not ours; raises what is a bug."""
        from coder_sdk._failed_try import broken  # noqa: PLC0415 - with the first failure

        return broken(self, error, proxy=proxy)

    @property
    def can_send_again(self) -> bool:
        """Whether there still is the body that was sent."""
        return self.upload is None or bool(self.upload.repeatable)

    def is_gone(self, status: int) -> bool:
        """Whether a repeated DELETE found what an earlier try had deleted."""
        return self.unclear and self.request.method == "DELETE" and status in {404, 410}

    def is_success(self, status: int) -> bool:
        """Whether a status is no error."""
        return 200 <= status < 300 or status == 304 or self.is_gone(status)  # noqa: PLR2004

    def for_lookups(self) -> CallOptions:
        """Options of the requests that find what a name stands for: they spend this call's time."""
        own, remaining = self.request.options, self.remaining
        deadline = OMIT if remaining is None else max(remaining, 0.001)
        return CallOptions(own.timeout, deadline, own.headers, own.retry)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer that a try ended with."""
        return Answer(
            status,
            headers,
            b"" if self.is_gone(status) else body,
            method=self.request.method,
            url=self.url,
            operation=self.request.operation,
            elapsed=self.elapsed,
            tries=self.number,
            redactor=self.redactor,
        )

    # -- what others hear of it

    def user(self, token: str | None) -> str:
        """What tells users apart, for the rate limiter."""
        return "" if token is None else str(hash(token))

    def received(
        self, core: Core, token: str | None, status: int, headers: Mapping[str, str]
    ) -> None:
        """Take note of what an answer says besides its body."""
        self.headers = headers
        if core.limiter is not None:
            core.limiter.observe(
                self.user(token), self.path, status, RateLimit(headers), self.clock.monotonic()
            )

    def log(self, outcome: Outcome) -> None:
        """Write the line of a try."""
        if not logger.isEnabledFor(INFO if outcome.decision.retry else DEBUG):
            return
        log_try(
            self.request.method,
            self.redactor.address(self.url),
            status=outcome.status,
            elapsed=self.clock.monotonic() - self.try_started,
            number=self.number,
            error=outcome.error,
            request_id=request_id(self.headers),
            retry=outcome.decision.reason if outcome.decision.retry else "",
            delay=outcome.decision.delay,
        )

    def request_info(self, core: Core, token: str | None) -> RequestInfo:
        """What the hook for requests hears."""
        from coder_sdk._hooks import RequestInfo  # noqa: PLC0415 - where there are hooks

        headers = self.redactor.headers(core.headers(self.prepared, token))
        url = self.redactor.address(self.url)
        return RequestInfo(self.request.method, url, self.request.operation, self.number, headers)

    def response_info(self, core: Core, token: str | None, outcome: Outcome) -> ResponseInfo:
        """What the hook for responses hears."""
        from coder_sdk._hooks import ResponseInfo  # noqa: PLC0415 - where there are hooks

        return ResponseInfo(
            self.request_info(core, token),
            status=outcome.status,
            headers=self.redactor.headers(self.headers),
            rate_limit=RateLimit(self.headers),
            elapsed=self.clock.monotonic() - self.try_started,
            error=outcome.error,
        )

    def retry_event(self, outcome: Outcome) -> RetryEvent:
        """What `on_retry` hears."""
        from coder_sdk._retry_event import RetryEvent  # noqa: PLC0415 - where somebody hears

        decision = outcome.decision
        error = outcome.error or TooSlowError()
        return RetryEvent(
            self.request.operation, self.number, decision.delay, decision.reason, error
        )
