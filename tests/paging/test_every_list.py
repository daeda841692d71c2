"""The paging facts of every list fit its generated models."""

from __future__ import annotations

import typing
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from codegen.python.methods import Method
from coder_sdk import Client
from coder_sdk._pagination import Walk
from coder_sdk._request import PagedRequest
from tests.resources.calls import call_of, the_plan

PAGED = [method for method in the_plan().methods if method.kind == "paged"]
NAMES = [str(method.name) for method in PAGED]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client("https://coder.example", token="t") as client:
        yield client


def built(client: Client, method: Method) -> PagedRequest[Any, Any]:
    """The request of a list, with every argument given."""
    call = call_of(method)
    resource = getattr(client, str(method.name.resource))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        request: PagedRequest[Any, Any] = getattr(resource, method.name.method).build(
            *call.positional, **call.keywords
        )
    return request


def fields_of(annotation: Any) -> set[str]:
    """Fields of the model in an annotation."""
    parts = [annotation, *typing.get_args(annotation)]
    for part in parts:
        if isinstance(part, type) and issubclass(part, BaseModel):
            return set(part.model_fields)
    return set()


def test_there_are_lists() -> None:
    assert len(PAGED) > 15


@pytest.mark.parametrize("method", PAGED, ids=NAMES)
def test_what_paging_reads_is_there(client: Client, method: Method) -> None:
    request = built(client, method)
    paging, types = request.paging, request.types
    assert types is not None
    envelope, item = fields_of(types.body.annotation), fields_of(types.last.annotation)
    for name in (paging.items, paging.total, paging.cap, paging.has_more):
        assert name is None or name in envelope
    if types.last.annotation is not str:
        assert paging.key in item
        assert {source for _, source in paging.cursors} <= item


@pytest.mark.parametrize("method", PAGED, ids=NAMES)
def test_what_paging_writes_is_known(client: Client, method: Method) -> None:
    request = built(client, method)
    paging, query = request.paging, request.query or {}
    assert set(paging.styles) <= {"offset", "after_id", "cursor", "limit"}
    assert "offset" not in paging.styles or "offset" in query
    assert "limit" not in paging.styles or "limit" in query
    assert {param for param, _ in paging.cursors} <= query.keys()
    assert Walk(paging, query).plan()
