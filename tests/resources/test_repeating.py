"""Which operation is sent again after its connection was lost: every method, by the description."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import respx

from codegen.description.openapi import load, operations
from codegen.python.methods import Method
from coder_sdk import Client, ConnectionLostError, RetryPolicy
from coder_sdk._retry import is_repeatable
from coder_sdk.resources._operations import REPEATABLE
from tests.colours import Colour
from tests.resources.calls import call_of, the_plan
from tests.resources.test_every_operation import CALLED, TOKEN, URL, bound, each, quietly, route

AT_ONCE = RetryPolicy(base=0)


MARKED = [method for method in CALLED if method.operation.id in REPEATABLE]


def may_be_repeated(method: Method) -> bool:
    """What the description says: its mark, else its verb."""
    marks = dict(operations(load()))[method.operation.id]
    if marks.get("x-retry-safe"):
        return True
    if "x-idempotent" in marks:
        return bool(marks["x-idempotent"])
    return method.operation.method in {"GET", "HEAD", "PUT", "DELETE"}


def lose_the_first(deployment: respx.MockRouter, method: Method) -> respx.Route:
    mocked = route(deployment, call_of(method))
    answer = mocked.return_value
    return mocked.mock(side_effect=[httpx.ReadError("lost"), *[answer] * 9])


@pytest.fixture
def deployment() -> Any:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        yield router


@each(CALLED)
def test_a_lost_call_is_repeated_only_where_that_is_safe(
    deployment: respx.MockRouter, method: Method
) -> None:
    with Client(URL, token=TOKEN, retry=AT_ONCE) as coder:
        check(deployment, method, Colour("sync"), coder)


@each(MARKED)
def test_marked_operations_in_both_colours(
    colour: Colour, deployment: respx.MockRouter, method: Method
) -> None:
    check(deployment, method, colour, colour.client(URL, token=TOKEN, retry=AT_ONCE))


def check(deployment: respx.MockRouter, method: Method, colour: Colour, coder: Any) -> None:
    call, mocked = call_of(method), lose_the_first(deployment, method)

    def perform() -> Any:
        result = bound(coder, method)(*call.positional, **call.keywords)
        return result.first_page() if method.kind == "paged" else result

    with quietly(method):
        if may_be_repeated(method):
            colour.call(perform)
            assert mocked.call_count == 2
            return
        with pytest.raises(ConnectionLostError) as caught:
            colour.call(perform)
    assert mocked.call_count == 1
    assert caught.value.may_have_been_processed


def test_the_table_has_what_differs_from_its_verb() -> None:
    expected = {
        method.operation.id: may_be_repeated(method)
        for method in the_plan().methods
        if may_be_repeated(method) is not (method.operation.method in {"GET", "PUT", "DELETE"})
    }
    assert expected
    assert expected.items() <= REPEATABLE.items()


@each(MARKED)
def test_a_builder_says_what_its_operation_is(method: Method) -> None:
    call = call_of(method)
    with Client(URL, token=TOKEN) as coder, quietly(method):
        request = bound(coder, method).build(*call.positional, **call.keywords)
        assert is_repeatable(request) is REPEATABLE[method.operation.id]
