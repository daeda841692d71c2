"""What an endpoint builder returns: a request as plain data, not yet resolved, encoded or sent.

Builders are pure. They say where each argument goes; everything that needs the deployment (names
that stand for identifiers), the models (bodies) or the clock happens later, in one place:

* `path=` values fill the placeholders of the template, each quoted as one segment.
* `query=` values are encoded by type: `OMIT`, `None` and empty collections are left out, booleans
  are `true`/`false`, instants RFC 3339, sequences one comma-separated value; `Repeated` makes a
  parameter appear once for each value, `flag` is for parameters whose mere presence counts, and
  `duration` writes a `timedelta` in the unit of the wire.
* `body=` is made by `json_body`, `form_body` or `raw_body`.
* `ref(kind, value)` may stand in `path=`, in `query=` and as a top-level field of a JSON body,
  `refs(kind, values)` in the last two, `ref_keys(kind, mapping)` in the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from coder_sdk._arguments import (
    OMIT,
    Duration,
    Omit,
    Ref,
    RefKeys,
    Refs,
    Repeated,
    Seconds,
    duration,
    flag,
    is_uuid,
    json_text,
    ref,
    ref_keys,
    refs,
)
from coder_sdk._bodies import FormBody, JsonBody, RawBody, form_body, json_body, raw_body
from coder_sdk._json import as_object

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
    from os import PathLike
    from typing import IO

    from coder_sdk._decode import ResponseTypes
    from coder_sdk._retry import RetryPolicy

__all__ = [
    "DEFAULT_OPTIONS",
    "OMIT",
    "CallOptions",
    "Duration",
    "FormBody",
    "JsonBody",
    "Omit",
    "PagedRequest",
    "Paging",
    "RawBody",
    "Ref",
    "RefKeys",
    "Refs",
    "Repeated",
    "Request",
    "Seconds",
    "SocketRequest",
    "StreamRequest",
    "StreamSpec",
    "duration",
    "flag",
    "form_body",
    "is_uuid",
    "json_body",
    "json_text",
    "raw_body",
    "ref",
    "ref_keys",
    "refs",
]

_LOOKED_UP: Final = (Ref, RefKeys, Refs)

T = TypeVar("T")
E = TypeVar("E")
S = TypeVar("S")
V = TypeVar("V")


class CallOptions:
    """Options of one call; what is `OMIT` comes from the client."""

    __slots__ = (
        "deadline",
        "extra_body",
        "extra_query",
        "headers",
        "idle_timeout",
        "retry",
        "timeout",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - one argument for each option of a call
        self,
        timeout: Seconds | Omit | None = OMIT,
        deadline: Seconds | Omit | None = OMIT,
        headers: Mapping[str, str] | Omit | None = OMIT,
        retry: RetryPolicy | Omit | None = OMIT,
        extra_query: Mapping[str, Any] | Omit | None = OMIT,
        extra_body: Mapping[str, Any] | Omit | None = OMIT,
        idle_timeout: Seconds | Omit | None = OMIT,
    ) -> None:
        self.timeout: Seconds | Omit | None = timeout
        self.deadline: Seconds | Omit | None = deadline
        self.headers: Mapping[str, str] | Omit | None = headers
        self.retry: RetryPolicy | Omit | None = retry
        self.extra_query: Mapping[str, Any] | Omit | None = extra_query
        self.extra_body: Mapping[str, Any] | Omit | None = extra_body
        self.idle_timeout: Seconds | Omit | None = idle_timeout


DEFAULT_OPTIONS: Final = CallOptions()


if TYPE_CHECKING:
    RawContent = (
        bytes
        | bytearray
        | memoryview
        | str
        | PathLike[str]
        | IO[bytes]
        | Iterable[bytes]
        | AsyncIterable[bytes]
    )
    Body = JsonBody | FormBody | RawBody


class Request(Generic[T]):
    """A request whose answer decodes into `T`.

    Args:
        method: The verb.
        path_template: Full path with placeholders, `/api/v2/users/{user}`.
        path: Values of the placeholders.
        query: Query parameters.
        body: What `json_body`, `form_body` or `raw_body` made.
        headers: Headers that belong to this operation.
        accept: Media type asked for.
        auth: False for operations that need no token; it is sent if there is one.
        idempotent: False puts a PUT or DELETE into the careful column of the retry table.
        retry_safe: True lets a POST or PATCH be repeated although its outcome is unknown.
        options: Options of this call.
    """

    __slots__ = (
        "accept",
        "auth",
        "body",
        "headers",
        "idempotent",
        "method",
        "options",
        "path",
        "path_template",
        "query",
        "retry_safe",
        "types",
    )

    def __init__(  # noqa: PLR0913 - a request has these parts
        self,
        method: str,
        path_template: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Body | None = None,
        headers: Mapping[str, str | Omit | None] | None = None,
        accept: str = "application/json",
        auth: bool = True,
        idempotent: bool | None = None,
        retry_safe: bool = False,
        options: CallOptions = DEFAULT_OPTIONS,
    ) -> None:
        self.method: str = method
        self.path_template: str = path_template
        self.path: Mapping[str, Any] | None = path
        self.query: Mapping[str, Any] | None = query
        self.body: Body | None = body
        self.headers: Mapping[str, str | Omit | None] | None = headers
        self.accept: str = accept
        self.auth: bool = auth
        self.idempotent: bool | None = idempotent
        self.retry_safe: bool = retry_safe
        self.options: CallOptions = options
        self.types: ResponseTypes | None = None

    @property
    def operation(self) -> str:
        """Verb and path template, as in `GET /api/v2/users/{user}`."""
        return f"{self.method} {self.path_template}"

    @property
    def has_refs(self) -> bool:
        """Whether some argument is a name that has to be looked up first."""
        fields = as_object(self.body.value) if isinstance(self.body, JsonBody) else None
        groups = (self.path, self.query, fields)
        return any(
            isinstance(value, _LOOKED_UP) or getattr(value, "lookups", ())
            for group in groups
            if group
            for value in group.values()
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.operation}>"


class Paging:
    """How one list is paged; see the `x-paging` extension of the description.

    Args:
        styles: Those of `offset`, `after_id`, `cursor` and `limit` that the endpoint really has.
        items: Key of the items in the envelope; `None` for a bare array.
        total: Key of the total in the envelope.
        cap: Key of the number above which the total is not counted.
        default_limit: Items of a page when none is asked for; `None` for all.
        max_limit: The largest page that the server gives.
        cursor: Query parameter and the item's field that feeds it; several of them where the
            direction depends on which one the caller gave, the usual one first.
        moves: The list changes its order while it is read; `"front"` where items are only added
            before the first one.
        key: The item's field that tells items apart.
        total_needs_items: The total of an empty page is no total.
        has_more: Key that tells whether a page follows.
    """

    __slots__ = (
        "cap",
        "cursors",
        "default_limit",
        "has_more",
        "items",
        "key",
        "max_limit",
        "moves",
        "styles",
        "total",
        "total_needs_items",
    )

    def __init__(  # noqa: PLR0913 - one argument for each fact
        self,
        styles: Sequence[str],
        *,
        items: str | None = None,
        total: str | None = None,
        cap: str | None = None,
        default_limit: int | None = None,
        max_limit: int | None = None,
        cursor: tuple[str, str] | Sequence[tuple[str, str]] | None = None,
        moves: bool | str = False,
        key: str = "id",
        total_needs_items: bool = False,
        has_more: str | None = None,
    ) -> None:
        self.styles: tuple[str, ...] = tuple(styles)
        self.items: str | None = items
        self.total: str | None = total
        self.cap: str | None = cap
        self.default_limit: int | None = default_limit
        self.max_limit: int | None = max_limit
        self.cursors: tuple[tuple[str, str], ...] = _pairs(cursor)
        self.moves: bool | str = moves
        self.key: str = key
        self.total_needs_items: bool = total_needs_items
        self.has_more: str | None = has_more


def _pairs(
    cursor: tuple[str, str] | Sequence[tuple[str, str]] | None,
) -> tuple[tuple[str, str], ...]:
    """Several cursors, also where one was given by itself."""
    if not cursor:
        return ()
    if isinstance(cursor[0], str):
        return ((cursor[0], str(cursor[1])),)
    pairs = cast("Sequence[tuple[str, str]]", cursor)
    return tuple((param, source) for param, source in pairs)


class PagedRequest(Request[E], Generic[E, V]):
    """A request for a page: the body is an `E`, in which the items are `V`.

    `query` holds what was asked for (`limit`, `offset`, a cursor); `max_items` bounds the
    iteration.
    """

    __slots__ = ("max_items", "paging")

    def __init__(
        self,
        method: str,
        path_template: str,
        *,
        paging: Paging,
        max_items: int | Omit | None = None,
        **parts: Any,
    ) -> None:
        super().__init__(method, path_template, **parts)
        self.paging: Paging = paging
        self.max_items: int | None = None if isinstance(max_items, Omit) else max_items


class StreamSpec:
    """What kind of stream an operation opens; see the `x-stream` extension of the description.

    Args:
        kind: `"sse"` or `"websocket"`.
        envelope: Frames are `{"type": ..., "data": ...}`.
        binary: Frames are binary although they hold JSON, or raw bytes.
        resume: Query parameter and the frame's field that feeds it when reconnecting.
        alternative: Path template of the same stream in the other form.
        state: Each connection begins with the current state, so that nothing is lost between two.
    """

    __slots__ = ("alternative", "binary", "envelope", "kind", "resume", "state")

    def __init__(  # noqa: PLR0913 - one argument for each fact
        self,
        kind: str,
        *,
        envelope: bool = False,
        binary: bool = False,
        resume: tuple[str, str] | None = None,
        alternative: str | None = None,
        state: bool = False,
    ) -> None:
        self.kind: str = kind
        self.envelope: bool = envelope
        self.binary: bool = binary
        self.resume: tuple[str, str] | None = resume
        self.alternative: str | None = alternative
        self.state: bool = state


class StreamRequest(Request[T], Generic[T]):
    """A request that opens a stream of `T`."""

    __slots__ = ("stream",)

    def __init__(
        self, method: str, path_template: str, *, stream: StreamSpec, **parts: Any
    ) -> None:
        super().__init__(method, path_template, **parts)
        self.stream: StreamSpec = stream


class SocketRequest(Request[V], Generic[S, V]):
    """A request that opens a socket on which `S` is sent and `V` received."""

    __slots__ = ("stream",)

    def __init__(
        self, method: str, path_template: str, *, stream: StreamSpec, **parts: Any
    ) -> None:
        super().__init__(method, path_template, **parts)
        self.stream: StreamSpec = stream
