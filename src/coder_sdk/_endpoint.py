"""Descriptors that turn one pure builder into the typed method of every colour.

A builder is written once; what `coder.users.get` is depends on the instance it is looked up on:
a `SyncResource` returns `T`, an `AsyncResource` a coroutine of `T` (one to iterate over where `T`
is a list), a `View` the raw or streaming response. Parameters and documentation are the builder's
own.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._naming import name_workflows

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from typing import Concatenate, ParamSpec, overload

    from coder_sdk._async_client import AsyncClient
    from coder_sdk._base_client import BaseClient
    from coder_sdk._client import Client
    from coder_sdk._decode import ResponseTypes
    from coder_sdk._io._async.pages import AsyncPager
    from coder_sdk._io._async.sockets import AsyncSocket
    from coder_sdk._io._async.streams import AsyncStream
    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._io._sync.sockets import Socket
    from coder_sdk._io._sync.streams import Stream
    from coder_sdk._listed import AsyncListed
    from coder_sdk._request import PagedRequest, Request, SocketRequest, StreamRequest
    from coder_sdk._response import (
        AsyncStreamingResponse,
        RawResponse,
        StreamingResponse,
    )

    P = ParamSpec("P")
    T = TypeVar("T")
    E = TypeVar("E")
    S = TypeVar("S")
    V = TypeVar("V")

# How the builders of lists without pages are annotated.
_LISTS: Final = ("Request[list[", "Request[builtins.list[")


class SyncResource:
    """Endpoints of one noun, called synchronously."""

    __slots__ = ("__dict__", "_client")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name_workflows(cls)

    def __init__(self, client: Client) -> None:
        self._client: Client = client

    def _dispatch(self, how: str, request: Request[Any]) -> Any:
        return getattr(self._client, how)(request)


class AsyncResource:
    """Endpoints of one noun, called asynchronously."""

    __slots__ = ("__dict__", "_client")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name_workflows(cls)

    def __init__(self, client: AsyncClient) -> None:
        self._client: AsyncClient = client

    def _dispatch(self, how: str, request: Request[Any]) -> Any:
        return getattr(self._client, how)(request)


class Mode:
    """What the methods of a view return instead of the decoded answer."""

    method: str


class SyncRaw(Mode):
    """The whole response, read, with `parse()`."""

    method = "_raw"


class AsyncRaw(Mode):
    """The whole response, read, with `parse()`; awaited."""

    method = "_raw"


class SyncStreaming(Mode):
    """A context manager over the response whose body has not been read."""

    method = "_streaming"


class AsyncStreaming(Mode):
    """An async context manager over the response whose body has not been read."""

    method = "_streaming"


M = TypeVar("M", bound=Mode)


class View(Generic[M]):
    """The endpoints of a resource, returning responses instead of decoded answers."""

    __slots__ = ("__dict__", "_client", "_mode")

    # The view of the client itself has none.
    _resource: SyncResource | AsyncResource | None = None

    def __init__(self, resource: SyncResource | AsyncResource, mode: type[M]) -> None:
        self._client: BaseClient = resource._client  # noqa: SLF001 - views belong to resources
        self._resource = resource
        self._mode: type[M] = mode

    def _dispatch(self, how: str, request: Request[Any]) -> Any:
        how = self._mode.method
        if self._resource is not None and how == SyncRaw.method:
            # A resource may have something to find out first, or another path to take.
            return self._resource._dispatch(how, request)  # noqa: SLF001 - same module
        return getattr(self._client, how)(request)


class BoundEndpoint:
    """A builder bound to a resource: calling it sends what was built."""

    __slots__ = ("_descriptor", "_resource")

    def __init__(self, descriptor: _Descriptor, resource: Any) -> None:
        self._descriptor: _Descriptor = descriptor
        self._resource: Any = resource

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            request = self.build(*args, **kwargs)
        finally:
            # They may be secrets, and would stand in this frame of whatever the call raises.
            del args, kwargs
        sent = self._resource._dispatch(self._descriptor.how, request)  # noqa: SLF001 - same module
        if self._descriptor.lists and isinstance(self._resource, AsyncResource):
            from coder_sdk._listed import AsyncListed  # noqa: PLC0415 - with the first list

            return AsyncListed(sent)
        return sent

    def build(self, *args: Any, **kwargs: Any) -> Any:
        """Build the request without sending it."""
        builder = self._descriptor.builder
        try:
            request = builder(self._resource, *args, **kwargs)
            if args or kwargs:
                from coder_sdk._given import check  # noqa: PLC0415 - with the first call

                check(builder, args, kwargs)
        except TypeError as error:
            # Without a second frame the arguments did not fit; else the builder itself raised.
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            from coder_sdk._misuse import misuse  # noqa: PLC0415 - only for mistakes

            failure: Exception = misuse(error, builder)
        except RequestValidationError as error:
            from coder_sdk._prepare import without_frames  # noqa: PLC0415 - only for mistakes

            failure = without_frames(error)
        else:
            request.types = self._descriptor.types
            return request
        # As above; raised out here, so that no chain leads to the frame of the builder.
        del args, kwargs
        raise failure

    @property
    def __self__(self) -> Any:
        return self._resource

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self._descriptor.builder

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]  # one text for every instance
        return self._descriptor.builder.__doc__

    @property
    def __name__(self) -> str:
        return self._descriptor.builder.__name__

    def __getattr__(self, name: str) -> Any:
        # A class body cannot define it as a property: it would name the class.
        if name == "__qualname__":
            return f"{type(self._resource).__name__}.{self.__name__}"
        raise AttributeError(f"{self!r} has no attribute {name!r}")

    @property
    def __signature__(self) -> inspect.Signature:
        return self._descriptor.signature()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BoundEndpoint):
            return NotImplemented
        return self._descriptor is other._descriptor and self._resource is other._resource

    def __hash__(self) -> int:
        return hash((id(self._descriptor), id(self._resource)))

    def __repr__(self) -> str:
        return f"<bound endpoint {self.__qualname__}>"


class _Descriptor:
    """What the four kinds share: the builder, its response type, and binding."""

    how = "_call"

    def __init__(self, builder: Callable[..., Any]) -> None:
        self.builder: Callable[..., Any] = builder
        self.__doc__ = builder.__doc__
        self.__wrapped__: Callable[..., Any] = builder
        self.__name__: str = builder.__name__

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else BoundEndpoint(self, instance)

    @cached_property
    def types(self) -> ResponseTypes:
        """The types of the builder's annotation, as decoders."""
        from coder_sdk._decode import ResponseTypes  # noqa: PLC0415 - with the first call

        return ResponseTypes(self.builder)

    @cached_property
    def lists(self) -> bool:
        """Whether the answer is a list that has no pages."""
        returned = self.builder.__annotations__.get("return")
        return isinstance(returned, str) and returned.startswith(_LISTS)

    def signature(self) -> inspect.Signature:
        """The builder's signature without `self`, returning what the caller gets."""
        import inspect  # noqa: PLC0415 - 5 ms that only `help()` needs

        signature = inspect.signature(self.builder)
        parameters = list(signature.parameters.values())[1:]
        returned: Any = signature.return_annotation
        if self.how == "_call" and isinstance(returned, str):
            returned = returned.partition("[")[2][:-1]
        return signature.replace(parameters=parameters, return_annotation=returned)


if TYPE_CHECKING:

    class endpoint(_Descriptor, Generic[P, T]):  # noqa: N801 - a decorator
        """Method for a builder of `Request[T]`."""

        def __init__(self, builder: Callable[Concatenate[Any, P], Request[T]]) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type) -> endpoint[P, T]: ...
        @overload
        def __get__(self, instance: SyncResource, owner: type) -> Callable[P, T]: ...
        @overload
        def __get__(
            self: endpoint[P, list[E]], instance: AsyncResource, owner: type
        ) -> Callable[P, AsyncListed[E]]: ...
        @overload
        def __get__(
            self, instance: AsyncResource, owner: type
        ) -> Callable[P, Coroutine[Any, Any, T]]: ...
        @overload
        def __get__(self, instance: View[SyncRaw], owner: type) -> Callable[P, RawResponse[T]]: ...
        @overload
        def __get__(
            self, instance: View[AsyncRaw], owner: type
        ) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]: ...
        @overload
        def __get__(
            self, instance: View[SyncStreaming], owner: type
        ) -> Callable[P, AbstractContextManager[StreamingResponse[T]]]: ...
        @overload
        def __get__(
            self, instance: View[AsyncStreaming], owner: type
        ) -> Callable[P, AbstractAsyncContextManager[AsyncStreamingResponse[T]]]: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...

    class paged(_Descriptor, Generic[P, E, V]):  # noqa: N801 - a decorator
        """Method for a builder of `PagedRequest[E, V]`."""

        def __init__(self, builder: Callable[Concatenate[Any, P], PagedRequest[E, V]]) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type) -> paged[P, E, V]: ...
        @overload
        def __get__(self, instance: SyncResource, owner: type) -> Callable[P, Pager[V]]: ...
        @overload
        def __get__(self, instance: AsyncResource, owner: type) -> Callable[P, AsyncPager[V]]: ...
        @overload
        def __get__(self, instance: View[SyncRaw], owner: type) -> Callable[P, RawResponse[E]]: ...
        @overload
        def __get__(
            self, instance: View[AsyncRaw], owner: type
        ) -> Callable[P, Coroutine[Any, Any, RawResponse[E]]]: ...
        @overload
        def __get__(
            self, instance: View[SyncStreaming], owner: type
        ) -> Callable[P, AbstractContextManager[StreamingResponse[E]]]: ...
        @overload
        def __get__(
            self, instance: View[AsyncStreaming], owner: type
        ) -> Callable[P, AbstractAsyncContextManager[AsyncStreamingResponse[E]]]: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...

    class stream(_Descriptor, Generic[P, T]):  # noqa: N801 - a decorator
        """Method for a builder of `StreamRequest[T]`."""

        def __init__(self, builder: Callable[Concatenate[Any, P], StreamRequest[T]]) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type) -> stream[P, T]: ...
        @overload
        def __get__(self, instance: SyncResource, owner: type) -> Callable[P, Stream[T]]: ...
        @overload
        def __get__(self, instance: AsyncResource, owner: type) -> Callable[P, AsyncStream[T]]: ...
        @overload
        def __get__(self, instance: View[Any], owner: type) -> Callable[P, Any]: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...

    class socket(_Descriptor, Generic[P, S, V]):  # noqa: N801 - a decorator
        """Method for a builder of `SocketRequest[S, V]`."""

        def __init__(self, builder: Callable[Concatenate[Any, P], SocketRequest[S, V]]) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type) -> socket[P, S, V]: ...
        @overload
        def __get__(self, instance: SyncResource, owner: type) -> Callable[P, Socket[S, V]]: ...
        @overload
        def __get__(
            self, instance: AsyncResource, owner: type
        ) -> Callable[P, AsyncSocket[S, V]]: ...
        @overload
        def __get__(self, instance: View[Any], owner: type) -> Callable[P, Any]: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...

else:

    class endpoint(_Descriptor):  # noqa: N801 - a decorator
        """Method for a builder of `Request[T]`."""

    class paged(_Descriptor):  # noqa: N801 - a decorator
        """Method for a builder of `PagedRequest[E, V]`."""

        how = "_pages"

    class stream(_Descriptor):  # noqa: N801 - a decorator
        """Method for a builder of `StreamRequest[T]`."""

        how = "_stream"

    class socket(_Descriptor):  # noqa: N801 - a decorator
        """Method for a builder of `SocketRequest[S, V]`."""

        how = "_socket"
