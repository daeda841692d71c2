"""Answers as they came, before and after decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coder_sdk._bodies import check_chunk_size
from coder_sdk._redact import Redactor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from datetime import datetime
    from os import PathLike

    from coder_sdk._call import Call
    from coder_sdk._errors.context import CallContext
    from coder_sdk._request import Request

T = TypeVar("T")

# Whatever a server or a proxy in front of it calls the identifier of a request.
REQUEST_ID_HEADERS = (
    "x-request-id",
    "x-coder-request-id",
    "x-trace-id",
    "x-correlation-id",
    "x-amzn-trace-id",
    "cf-ray",
    "traceparent",
)
VERSION_HEADER = "x-coder-build-version"


def request_id(headers: Mapping[str, str]) -> str | None:
    """The identifier that a server, or a proxy in front of it, gave a request."""
    for name in REQUEST_ID_HEADERS:
        value = headers.get(name)
        if value:
            return value
    return None


class Answer:
    """One answer, read whole: what the pure modules work on."""

    __slots__ = (
        "body",
        "elapsed",
        "headers",
        "media_type",
        "method",
        "operation",
        "redactor",
        "status",
        "tries",
        "url",
    )

    def __init__(  # noqa: PLR0913 - the parts of an answer
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        method: str,
        url: str,
        operation: str,
        elapsed: float = 0.0,
        tries: int = 1,
        redactor: Redactor | None = None,
    ) -> None:
        self.status: int = status
        self.headers: Mapping[str, str] = headers
        self.body: bytes = body
        self.method: str = method
        self.url: str = url
        self.operation: str = operation
        self.elapsed: float = elapsed
        self.tries: int = tries
        self.redactor: Redactor = redactor or Redactor()
        content_type = headers.get("content-type", "")
        # Without parameters, in lower case; empty if there is none.
        self.media_type: str = content_type.partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the content type says JSON, `application/scim+json` included."""
        media_type = self.media_type
        return media_type == "application/json" or media_type.endswith("+json")

    @property
    def request_id(self) -> str | None:
        """The identifier that the server gave; never one of ours."""
        return request_id(self.headers)

    @property
    def server_version(self) -> str | None:
        """Version of the server as it tells it: `v2.36.0+sha`."""
        return self.headers.get(VERSION_HEADER) or None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def rate_limit(self) -> RateLimit:
        """State of the rate limit."""
        return RateLimit(self.headers)


class RateLimit:
    """State of the rate limit that an answer belongs to.

    Attributes:
        limit: Requests that a window allows.
        remaining: Requests that are left in it.
        reset: When the next window starts, by the server's clock.
        retry_after: Seconds that the server asked to wait, from `Retry-After`; of a date only
            where the answer has a `Date` to reckon it against.
        retry_at: The date in `Retry-After`.
    """

    __slots__ = ("limit", "remaining", "reset", "retry_after", "retry_at", "server_time")

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.limit: int | None = _integer(headers.get("x-ratelimit-limit"))
        self.remaining: int | None = _integer(headers.get("x-ratelimit-remaining"))
        self.server_time: datetime | None = _date(headers.get("date"))
        self.reset: datetime | None = _epoch(headers.get("x-ratelimit-reset"))
        asked = headers.get("retry-after")
        self.retry_after: float | None = _seconds(asked)
        self.retry_at: datetime | None = _date(asked) if self.retry_after is None else None
        if self.server_time is not None:
            self.retry_after = self.wait(self.server_time.timestamp())

    def wait(self, now: float) -> float | None:
        """Seconds that `Retry-After` asks to wait.

        Args:
            now: Seconds since the epoch, for a date where the server does not tell its own time.
        """
        if self.retry_after is not None or self.retry_at is None:
            return self.retry_after
        return max(0.0, self.retry_at.timestamp() - now)

    @property
    def known(self) -> bool:
        """Whether the server told anything at all."""
        told = (self.limit, self.reset, self.retry_after, self.retry_at)
        return any(value is not None for value in told)

    def __repr__(self) -> str:
        return f"RateLimit(limit={self.limit}, remaining={self.remaining}, reset={self.reset})"


def _integer(text: str | None) -> int | None:
    # No number of a server is longer, and Python refuses to read very long ones.
    return int(text) if text and len(text) < 20 and text.isascii() and text.isdigit() else None  # noqa: PLR2004 - digits of 64 bits


def _epoch(text: str | None) -> datetime | None:
    seconds = _integer(text)
    if seconds is None:
        return None
    from datetime import datetime, timezone  # noqa: PLC0415 - off the import path

    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - off the import path

    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if when.tzinfo is None:
        from datetime import timezone  # noqa: PLC0415 - off the import path

        return when.replace(tzinfo=timezone.utc)
    return when


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 10**9 else None


class RawResponse(Generic[T]):
    """A whole answer with its decoded form on demand.

    Attributes:
        status: Status of the answer.
        headers: Its headers; names are not case-sensitive.
        content: The body.
        elapsed: Seconds that the call took, all tries together.
        tries: How often the request was sent.
        url: Address that answered.
    """

    __slots__ = ("_answer", "_request", "content", "elapsed", "headers", "status", "tries", "url")

    def __init__(self, answer: Answer, request: Request[T]) -> None:
        self._answer: Answer = answer
        self._request: Request[T] = request
        self.status: int = answer.status
        self.headers: Mapping[str, str] = answer.headers
        self.content: bytes = answer.body
        self.elapsed: float = answer.elapsed
        self.tries: int = answer.tries
        self.url: str = answer.url

    def parse(self) -> T:
        """Decode the body into the type of the operation."""
        from coder_sdk._answers import decode_answer  # noqa: PLC0415 - with pydantic

        return decode_answer(self._request, self._answer)

    @property
    def text(self) -> str:
        """The body as text."""
        return self._answer.text

    @property
    def rate_limit(self) -> RateLimit:
        """State of the rate limit; its fields are `None` where the server told nothing."""
        return RateLimit(self.headers)

    @property
    def request_id(self) -> str | None:
        """The identifier that the server gave the request."""
        return self._answer.request_id

    @property
    def server_version(self) -> str | None:
        """Version of the server."""
        return self._answer.server_version

    def __repr__(self) -> str:
        return f"<RawResponse {self._answer.operation} {self.status}>"


class _Streaming(Generic[T]):
    """What both colours of an open response share."""

    def __init__(self, response: Any, call: Call) -> None:
        self._response: Any = response
        self._call: Call = call
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.url: str = call.url

    @property
    def rate_limit(self) -> RateLimit:
        """State of the rate limit."""
        return RateLimit(self.headers)

    @property
    def request_id(self) -> str | None:
        """The identifier that the server gave the request."""
        return request_id(self.headers)

    @property
    def size(self) -> int | None:
        """Bytes of the body, where the server tells and nothing is compressed."""
        if self.headers.get("content-encoding"):
            return None
        return _integer(self.headers.get("content-length"))

    def _parse(self, body: bytes) -> T:
        from coder_sdk._answers import decode_answer  # noqa: PLC0415 - with pydantic

        answer = self._call.answer(self.status, self.headers, body)
        value: T = decode_answer(self._call.request, answer)
        return value

    def _context(self) -> CallContext:
        return self._call.context(request_id=self.request_id)

    def _broken(self, error: Exception) -> Exception:
        """The error of this package for what broke in the body."""
        self._call.failure = error
        self._call.failure = self._call.broken(error, proxy=False).error or error
        return self._call.failure

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._call.request.operation} {self.status}>"


class StreamingResponse(_Streaming[T]):
    """An open answer whose body is read by whoever holds it.

    Attributes:
        status: Status of the answer.
        headers: Its headers.
        url: Address that answered.
    """

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the body in chunks of so many bytes, or as they come, decompressed."""
        check_chunk_size(chunk_size)
        failure = None
        try:
            for chunk in self._response.iter_bytes(chunk_size):
                self._call.check_time(self._response)
                yield chunk
        except Exception as error:  # noqa: BLE001 - told apart by `_broken`
            failure = self._broken(error)
        if failure is not None:
            raise failure

    def read(self) -> bytes:
        """Read the rest of the body."""
        return b"".join(self.iter_bytes())

    def parse(self) -> T:
        """Read the body and decode it into the type of the operation."""
        return self._parse(self.read())

    def to_file(
        self, path: str | PathLike[str], on_progress: Callable[[int, int | None], Any] | None = None
    ) -> int:
        """Write the body to a file, which has its name only once it is complete.

        Args:
            path: The file; one that exists is replaced.
            on_progress: Hears of `(bytes so far, bytes of all)`.

        Returns:
            The size of the file.
        """
        from coder_sdk._io._sync.downloads import to_file  # noqa: PLC0415 - few need it

        return to_file(self, path, on_progress)


class AsyncStreamingResponse(_Streaming[T]):
    """An open answer whose body is read by whoever holds it.

    Attributes:
        status: Status of the answer.
        headers: Its headers.
        url: Address that answered.
    """

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the body in chunks of so many bytes, or as they come, decompressed."""
        check_chunk_size(chunk_size)
        failure = None
        try:
            async for chunk in self._response.aiter_bytes(chunk_size):
                self._call.check_time(self._response)
                yield chunk
        except Exception as error:  # noqa: BLE001 - told apart by `_broken`
            failure = self._broken(error)
        if failure is not None:
            raise failure

    async def read(self) -> bytes:
        """Read the rest of the body."""
        return b"".join([chunk async for chunk in self.iter_bytes()])

    async def parse(self) -> T:
        """Read the body and decode it into the type of the operation."""
        return self._parse(await self.read())

    async def to_file(
        self, path: str | PathLike[str], on_progress: Callable[[int, int | None], Any] | None = None
    ) -> int:
        """Write the body to a file, which has its name only once it is complete.

        Args:
            path: The file; one that exists is replaced.
            on_progress: Hears of `(bytes so far, bytes of all)`; may be a coroutine function.

        Returns:
            The size of the file.
        """
        from coder_sdk._io._async.downloads import to_file  # noqa: PLC0415 - few need it

        return await to_file(self, path, on_progress)
