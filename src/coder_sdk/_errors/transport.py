"""Errors without an answer, or with an answer that is not the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import CoderError

if TYPE_CHECKING:
    from coder_sdk._errors.context import CallContext


class CallError(CoderError):
    """What the errors of a call that was started have in common.

    Attributes:
        method: Verb of the request.
        url: Address of the request, without secrets.
        operation: Verb and path template.
        tries: How often it was sent.
        elapsed: Seconds from the start of the call to the failure.
        may_have_been_processed: The server may have done what was asked.
        request_id: The identifier that the server gave the request; `None` where it gave none.
        first_error: The failure that an attempt to fall back was answering, if this ended one.
    """

    method: str = ""
    url: str = ""
    operation: str = ""
    tries: int = 1
    elapsed: float = 0.0
    may_have_been_processed: bool = False
    request_id: str | None = None
    first_error: CoderError | None = None

    def __init__(
        self, message: str = "", *, hint: str | None = None, context: CallContext | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        if context is not None:
            context.apply(self)

    def _describe(self) -> str:
        where = f"{self.method} {self.url}: " if self.method else ""
        text = f"{where}{self.message}"
        if self.tries > 1:
            text += f" (after {self.tries} tries in {self.elapsed:.1f} s)"
        if self.may_have_been_processed:
            text += "\nThe server may have processed the request."
        return text

    def _state(self) -> dict[str, Any]:
        return dict(self.__dict__)


class TransportError(CallError):
    """There is no answer: the connection failed or was lost."""


class ConnectError(TransportError):
    """No connection to the host could be made; nothing was sent."""

    _advice = "Check the URL and the network, and whether a proxy is needed to get there."


class TLSError(ConnectError):
    """The host or its certificate was not accepted, or the host did not accept ours."""

    _advice = "Check that the port speaks TLS, and the certificates on both sides."


class ProxyError(TransportError):
    """The proxy refused or could not be reached; nothing was sent."""

    _advice = (
        "Check the address, user name and password of the proxy; `proxy=None` goes without, "
        "`NO_PROXY` excludes the host."
    )


class RequestTimeoutError(TransportError):
    """A try took longer than `timeout`."""

    _advice = "Pass a longer `timeout`, or ask for less at once."


class ConnectionLostError(TransportError):
    """The connection broke after the request had been sent, in part or whole."""

    _advice = "Call again; if it happens often, look at the network and the proxies on the way."


class DeadlineExceededError(CallError):
    """The `deadline` of the call passed, or would have passed before the next try."""

    _advice = "Pass a longer `deadline`."


class RedirectError(CallError):
    """The server pointed somewhere else, where the request must not follow.

    Attributes:
        from_url: The address that answered.
        to_url: Where it pointed.
    """

    from_url: str = ""
    to_url: str = ""

    def __init__(
        self,
        message: str = "",
        *,
        from_url: str = "",
        to_url: str = "",
        hint: str | None = None,
        context: CallContext | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.from_url = from_url
        self.to_url = to_url


class UnexpectedResponseError(CallError):
    """A success that is not what the API sends: a web page or text instead of JSON.

    Attributes:
        status: Status of the answer.
        content_type: Its media type.
        body: The first 2 kB, without secrets.
    """

    def __init__(  # noqa: PLR0913 - all of it is what was seen
        self,
        message: str = "",
        *,
        status: int = 0,
        content_type: str = "",
        body: str = "",
        hint: str | None = None,
        context: CallContext | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.status = status
        self.content_type = content_type
        self.body = body


class DecodeError(CallError):
    """An answer that does not fit the type of the operation.

    Attributes:
        location: Path to the field, `users.0.email`.
        body: The whole body as it came; it may hold secrets and is never printed.
    """

    _advice = (
        "`coder.request(...)` without `into` reads the answer as it is; please report the field, "
        "with the release of the server."
    )

    def __init__(
        self,
        message: str = "",
        *,
        location: str = "",
        body: bytes = b"",
        hint: str | None = None,
        context: CallContext | None = None,
    ) -> None:
        super().__init__(message, hint=hint, context=context)
        self.location = location
        self.body = body
