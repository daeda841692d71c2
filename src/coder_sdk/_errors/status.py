"""Errors that the server answered with, one class for each status that means something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._errors.transport import CallError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from coder_sdk._errors.context import CallContext


NO_MESSAGE: Final = "The answer has no message."
SHOWN: Final = 2048
"""Characters of what a server said that the text of an error has at most."""


class Validation(NamedTuple):
    """One complaint of the server about one field."""

    field: str
    detail: str


class APIStatusError(CallError):
    """The server answered with a status that is no success.

    Attributes:
        status: The status.
        message: The server's own words.
        detail: More of them, often technical; empty if there is none.
        validations: Which fields were refused, and why.
        headers: The headers of the answer, without secrets.
        body: The first 2 kB of the body, without secrets.
        json: The decoded body where it is JSON, for the extra fields of some errors.
        server_version: Version of the server, if it told.
    """

    status: int = 0
    detail: str = ""
    validations: tuple[Validation, ...] = ()
    body: str = ""
    json: Any = None
    server_version: str | None = None

    def __init__(  # noqa: PLR0913 - all of it is what was seen
        self,
        message: str = "",
        *,
        status: int = 0,
        detail: str = "",
        validations: tuple[Validation, ...] = (),
        headers: Mapping[str, str] | None = None,
        body: str = "",
        json: Any = None,
        server_version: str | None = None,
        hint: str | None = None,
        context: CallContext | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.status = status
        self.detail = detail
        self.validations = validations
        self.headers: dict[str, str] = dict(headers or {})
        self.body = body
        self.json = json
        self.server_version = server_version

    def _describe(self) -> str:
        # Without a request the error was made here: no server answered with that status.
        where = f"{self.method} {self.url}: status {self.status}: " if self.method else ""
        lines = [f"{where}{self._words()}"]
        if self.tries > 1:
            lines.append(f"(after {self.tries} tries in {self.elapsed:.1f} s)")
        if self.may_have_been_processed:
            lines.append("The server may have processed the request.")
        return "\n".join(lines)

    def _words(self) -> str:
        """What the server said, each thing once, and not all of it if it is long."""
        lines = [self.message]
        if self.detail and self.detail not in self.message:
            lines.append(self.detail)
        lines += [f"  {field}: {detail}" for field, detail in self.validations]
        told = self.validations or (self.json and self.message != NO_MESSAGE)
        body = "" if told else self.body.strip()
        if body and body not in self.message:
            lines.append(body)
        text = "\n".join(lines)
        return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."


class BadRequestError(APIStatusError):
    """400: the server could not accept the request as it is."""


class ValidationFailedError(BadRequestError):
    """400 with `validations`: single fields were refused."""


class UnauthorizedError(APIStatusError):
    """401: the credentials were not accepted.

    Attributes:
        reason: `expired`, `invalid`, `suspended`, `wrong_password` or `missing`.
    """

    reason: str = "invalid"


class PermissionDeniedError(APIStatusError):
    """403: the credentials are good, but not for this.

    Attributes:
        reason: `missing_right`, `wrong_login_type` or `feature`.
    """

    reason: str = "missing_right"


class FeatureUnavailableError(PermissionDeniedError):
    """This server lacks what was asked for: licence, experiment, a setting, or its release.

    Attributes:
        feature: The licensed feature or experiment, where that is the cause.
        since: First release that has the operation, as `2.29`.
        until: Last release that has it; `None` while it exists.
        replacement: The operation that took its place.
    """

    reason = "feature"
    feature: str | None = None
    since: str | None = None
    until: str | None = None
    replacement: str | None = None


class NotFoundError(APIStatusError):
    """404: there is no such object, or the credentials may not see it."""


class GoneError(NotFoundError):
    """410: the object was deleted, or the route was removed."""


class ConflictError(APIStatusError):
    """409: the name is taken, or the object is in a state that does not allow this."""


class ChatLimitError(ConflictError):
    """409 of a chat: the account has used up what it may spend.

    Attributes:
        spent_micros: Spent so far, in millionths of the currency.
        limit_micros: What may be spent.
        resets_at: When the next period begins.
    """

    _advice = "Wait for the next period, or have the limit raised."

    spent_micros: int | None = None
    limit_micros: int | None = None
    resets_at: datetime | None = None

    def read(self, fields: dict[str, Any]) -> None:
        """Take the numbers out of the body."""
        from datetime import datetime  # noqa: PLC0415 - off the import path

        self.spent_micros = fields.get("spent_micros")
        self.limit_micros = fields.get("limit_micros")
        try:
            text = str(fields.get("resets_at")).replace("Z", "+00:00")
            self.resets_at = datetime.fromisoformat(text)
        except ValueError:
            self.resets_at = None
            return
        until = f"{self.resets_at:%Y-%m-%d %H:%M %Z}"
        self.hint: str | None = f"Wait until {until}, or have the limit raised."


class PreconditionFailedError(APIStatusError):
    """412: the expected state is not the actual one."""


class ExpectationFailedError(APIStatusError):
    """417: something else has to be removed first."""

    _advice = "Remove first what the message names: for users, `users.offboard` does."


class NotReadyError(APIStatusError):
    """406 or 425: a job that this needs has not finished."""


class RequestTooLargeError(APIStatusError):
    """413: the body is larger than the server takes."""


class RateLimitError(APIStatusError):
    """429: too many requests.

    Attributes:
        limit: Requests that a window allows.
        remaining: Requests that are left in it.
        reset: When the next window starts.
        retry_after: Seconds that the server asked to wait.
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None
    retry_after: float | None = None


class ServerError(APIStatusError):
    """5xx: the server failed."""

    _advice = "Look into the log of the server, or try again later."


class UnavailableError(ServerError):
    """502, 503 or 504: the server, or what it needs, cannot be reached at the moment."""

    _advice = "Try again later: the server, or what it needs, is away for the moment."


BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    406: NotReadyError,
    409: ConflictError,
    410: GoneError,
    412: PreconditionFailedError,
    413: RequestTooLargeError,
    417: ExpectationFailedError,
    425: NotReadyError,
    429: RateLimitError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def status_class(status: int) -> type[APIStatusError]:
    """Class of the error for a status."""
    found = BY_STATUS.get(status)
    if found is not None:
        return found
    return ServerError if status >= 500 else APIStatusError  # noqa: PLR2004 - 5xx
