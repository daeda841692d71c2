"""The facts of every stream fit its generated models, and its two forms fit each other."""

from __future__ import annotations

import typing
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from codegen.python.methods import Method
from coder_sdk import Client
from coder_sdk._reconnect import other_form
from coder_sdk._request import SocketRequest, StreamRequest
from tests.resources.calls import call_of, the_plan

METHODS = the_plan().methods
STREAMS = [method for method in METHODS if method.kind == "stream"]
SOCKETS = [method for method in METHODS if method.kind == "socket"]


def each(methods: list[Method]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("method", methods, ids=[str(method.name) for method in methods])


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client("https://coder.example", token="t") as client:
        yield client


def built(client: Client, method: Method) -> Any:
    call = call_of(method)
    resource = getattr(client, str(method.name.resource))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return getattr(resource, method.name.method).build(*call.positional, **call.keywords)


def models_of(annotation: Any) -> list[type[BaseModel]]:
    """Models in an annotation, through lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in models_of(part)]


def test_there_are_streams_and_sockets() -> None:
    assert len(STREAMS) >= 12
    assert len(SOCKETS) >= 3


@each(STREAMS)
def test_where_a_stream_goes_on_is_a_field_of_its_frames(client: Client, method: Method) -> None:
    request: StreamRequest[Any] = built(client, method)
    assert request.types is not None
    if request.stream.resume is None:
        return
    param, path = request.stream.resume
    assert param in (request.query or {})
    annotation = request.types.last.annotation
    for name in path.split("."):
        (model, *_) = models_of(annotation)
        annotation = model.model_fields[name].annotation


@each([method for method in STREAMS if (method.operation.stream or {}).get("alternative")])
def test_the_other_form_of_a_stream_is_a_stream(client: Client, method: Method) -> None:
    request: StreamRequest[Any] = built(client, method)
    other = other_form(request)
    assert other is not None
    requests = [built(client, item) for item in STREAMS]
    (known,) = [item for item in requests if item.operation == other.operation]
    assert known.stream.kind == other.stream.kind != request.stream.kind
    assert known.stream.envelope == other.stream.envelope
    assert known.types.last.annotation == request.types.last.annotation  # type: ignore[union-attr]
    assert (known.path or {}).keys() == (request.path or {}).keys()


@each(SOCKETS)
def test_a_socket_knows_what_goes_both_ways(client: Client, method: Method) -> None:
    request: SocketRequest[Any, Any] = built(client, method)
    assert request.types is not None
    assert request.stream.kind == "websocket"
    assert request.types.body.annotation is not None
    assert request.types.last.annotation is not None
    assert request.stream.binary or models_of(request.types.last.annotation)
