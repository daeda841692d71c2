"""Failures after which only reading tells what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.status import ConflictError, ServerError, UnavailableError

if TYPE_CHECKING:
    from coder_sdk._errors.base import CoderError


def is_unclear(error: CoderError) -> bool:
    """Whether what was asked for may be so although the call failed.

    Of several concurrent creates of one name only one succeeds: the server answers 409 to those
    that come late and 500 to those that come at the same time.
    """
    return isinstance(error, (ConflictError, ServerError)) or is_lost(error)


def is_lost(error: CoderError) -> bool:
    """Whether only the answer was lost, so that what was done is probably ours."""
    lost: Any = getattr(error, "may_have_been_processed", False)
    return bool(lost) or isinstance(error, UnavailableError)
