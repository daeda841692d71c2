"""What follows a try that failed: its error, and whether it is repeated.

Imported with the first failure: a program without one pays nothing for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._attempt import Attempt, may_have_been_processed
from coder_sdk._call import Outcome
from coder_sdk._errors.base import without_hint
from coder_sdk._errors.status import FeatureUnavailableError, RateLimitError
from coder_sdk._errors.transport import DeadlineExceededError, RequestTimeoutError
from coder_sdk._failures import Failure, classify, without_frames
from coder_sdk._limits import TooSlowError
from coder_sdk._response import request_id

if TYPE_CHECKING:
    from coder_sdk._call import Call
    from coder_sdk._errors.base import CoderError
    from coder_sdk._errors.status import APIStatusError
    from coder_sdk._response import Answer


def past_deadline(
    call: Call, last: CoderError | None = None, *, unclear: bool = False
) -> DeadlineExceededError:
    """The error of a call that ran out of time."""
    unclear = unclear or bool(getattr(last, "may_have_been_processed", False))
    error = DeadlineExceededError(
        "the deadline of the call passed"
        if last is None
        else f"no time is left: {without_hint(last)}",
        context=call.context(unclear=unclear, request_id=request_id(call.headers)),
    )
    error.first_error = last
    error.__cause__ = last
    return error


def broken(call: Call, error: Exception, *, proxy: bool) -> Outcome:
    """Outcome of a try that ended with an error that is not ours; raises what is a bug."""
    if isinstance(error, TooSlowError):
        text = f"the answer was not complete after {call.limit or 0:g} s"
        return _lost(call, Failure(RequestTimeoutError, text, sent=True), None)
    failure = classify(error, proxy=proxy)
    if failure is None:
        raise error
    return _lost(call, failure, without_frames(error))


def _lost(call: Call, failure: Failure, cause: BaseException | None) -> Outcome:
    """Outcome of a try without an answer."""
    permanent = failure.permanent or not call.can_send_again
    attempt = _attempt(call, sent=failure.sent, permanent=permanent)
    call.unclear = call.unclear or failure.sent
    remaining = call.remaining
    if remaining is not None and remaining <= 0:
        error: CoderError = past_deadline(call, unclear=failure.sent and not call.repeatable)
        error.__cause__ = cause
        return Outcome(error=error)
    unclear = may_have_been_processed(attempt) and not call.repeatable
    error = failure.error(
        call.redactor.text(failure.message),
        hint="Look whether it was done before calling again." if unclear else failure.hint,
        context=call.context(unclear=unclear, request_id=request_id(call.headers)),
    )
    error.__cause__ = cause
    return _failed(call, error, attempt)


def refused(call: Call, error: APIStatusError, answer: Answer) -> Outcome:
    """Outcome of a try whose answer is no success."""
    limit = answer.rate_limit
    if isinstance(error, RateLimitError):
        error.retry_after = limit.wait(call.clock.time())
    missing = isinstance(error, FeatureUnavailableError)
    attempt = _attempt(
        call,
        status=answer.status,
        message=error.message,
        rate_limit=limit,
        permanent=missing or not call.can_send_again,
    )
    unclear = not missing and may_have_been_processed(attempt)
    call.unclear = call.unclear or unclear
    error.may_have_been_processed = unclear and not call.repeatable
    return _failed(call, error, attempt)


def _attempt(call: Call, **facts: Any) -> Attempt:
    return Attempt(
        call.repeatable,
        call.number - call.replays,
        elapsed=call.elapsed,
        remaining=call.remaining,
        now=call.clock.time(),
        **facts,
    )


def _failed(call: Call, error: CoderError, attempt: Attempt) -> Outcome:
    decision = call.policy.decide(attempt)
    # A rate limit keeps its own error: it tells when to come back.
    if decision.past_deadline and attempt.status != 429:  # noqa: PLR2004 - rate limited
        error = past_deadline(call, error)
    call.last = error
    return Outcome(error=error, decision=decision, status=attempt.status)
