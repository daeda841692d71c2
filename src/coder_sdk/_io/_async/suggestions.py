"""Reads the names that are like one which was not found."""

from __future__ import annotations

from json import loads
from typing import TYPE_CHECKING

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import FeatureUnavailableError, NotFoundError
from coder_sdk._request import CallOptions
from coder_sdk._suggestions import listing

if TYPE_CHECKING:
    from coder_sdk._call import Call
    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._suggestions import Listing


async def suggest(transport: AsyncTransport, call: Call, error: CoderError) -> None:
    """Put what may have been meant in front of the hint of a 404, by one more request at most."""
    if not isinstance(error, NotFoundError) or isinstance(error, FeatureUnavailableError):
        return
    found = listing(call.request.path or {})
    if found is None:
        return
    text = await read_hint(transport, found, call.for_lookups())
    if text is not None:
        error.hint = f"{text} {error.hint}" if error.hint else text


async def read_hint(transport: AsyncTransport, found: Listing, options: CallOptions) -> str | None:
    """What a list suggests; of one that is missing itself, what its own error suggests."""
    request = found.request
    request.options = CallOptions(
        timeout=options.timeout, deadline=options.deadline, headers=options.headers, retry=None
    )
    try:
        answer = loads((await transport.send(request)).body)
    except NotFoundError as missing:
        hint = missing.hint or ""
        return hint.partition("?")[0] + "?" if hint.startswith("Did you mean") else None
    except (CoderError, ValueError):
        return None  # the first error says what failed; this was only to say it better
    return found.hint(answer)
