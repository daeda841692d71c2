"""From an answer to the outcome of a try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk._call import Outcome

if TYPE_CHECKING:
    from coder_sdk._call import Call
    from coder_sdk._response import Answer

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def judged(call: Call, answer: Answer) -> Outcome:
    """Outcome of a request that was answered."""
    status = answer.status
    if call.is_success(status):
        return Outcome(value=answer, status=status)
    from coder_sdk._errors.build import status_error  # noqa: PLC0415 - with the first error
    from coder_sdk._failed_try import refused  # noqa: PLC0415 - likewise

    return refused(call, status_error(answer, call.request.types), answer)


def judged_refusal(call: Call, answer: Answer) -> Outcome:
    """Outcome of a handshake that was answered like any other request."""
    if answer.status in REDIRECTS:
        from coder_sdk._redirects import refused  # noqa: PLC0415 - few servers redirect

        to_url = answer.headers.get("location", "")
        reason = "the server redirects a handshake, which is not followed"
        return Outcome(error=refused(call, call.url, to_url, reason), status=answer.status)
    if answer.status < 300:  # noqa: PLR2004 - no switch of protocols, and no error either
        from coder_sdk._answers import not_a_stream  # noqa: PLC0415 - rarely needed

        return Outcome(error=not_a_stream(answer, call.request.types), status=answer.status)
    return judged(call, answer)
