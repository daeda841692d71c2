"""Every method of every resource, called in both colours against a mocked deployment."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx

from codegen.python.methods import Method
from codegen.python.names import RELEASED_FILE
from coder_sdk import AsyncClient, Client, RedirectError, models
from tests.resources.calls import Call, answer_of, build_info, call_of, encoded, the_plan

URL = "https://coder.example.com"
TOKEN = "aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb"

METHODS = the_plan().methods
PLAIN = [method for method in METHODS if method.kind in {"endpoint", "paged"}]
REDIRECTED = [method for method in PLAIN if min(method.operation.answers) in {"302", "303", "307"}]
CALLED = [method for method in PLAIN if method not in REDIRECTED]
STREAMED = [method for method in METHODS if method.kind in {"stream", "socket"}]


def each(methods: list[Method]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("method", methods, ids=[str(method.name) for method in methods])


@pytest.fixture
def deployment() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        yield router


def bound(client: Any, method: Method) -> Any:
    resource = client if method.name.resource is None else getattr(client, method.name.resource)
    return getattr(resource, method.name.method)


def quietly(method: Method) -> warnings.catch_warnings[Any]:
    """Deprecated methods warn, which a test of its own wants to see."""
    caught = warnings.catch_warnings()
    if method.operation.deprecated:
        warnings.simplefilter("ignore", DeprecationWarning)
    return caught


def route(deployment: respx.MockRouter, call: Call) -> respx.Route:
    status, value, media_type = answer_of(call.method)
    if media_type is None:
        answer = httpx.Response(status)
    else:
        is_json = media_type.endswith("json")
        content = encoded(value) if is_json else str(value).encode()
        answer = httpx.Response(status, content=content, headers={"Content-Type": media_type})
    mocked = deployment.route(method=call.method.operation.method, path=call.path).mock(answer)
    # What an older server would not understand is asked after first.
    deployment.get(path="/api/v2/buildinfo").mock(httpx.Response(200, json=build_info()))
    return mocked


def check_request(request: httpx.Request, call: Call) -> None:
    assert request.headers["Coder-Session-Token"] == TOKEN
    sent = parse_qs(request.url.query.decode())
    if call.method.kind == "paged":
        sent = {key: value for key, value in sent.items() if key in call.query}
        expected = {key: value for key, value in call.query.items() if key in sent}
        missing = call.query.keys() - sent.keys()
        # The walk decides where a page begins; everything else goes out as it was asked for.
        assert missing <= {"limit", "offset", "after_id", *_cursors(call.method)}
        expected.pop("limit", None)
        sent.pop("limit", None)
        assert sent == expected
    else:
        assert sent == call.query
    if call.media_type is None:
        assert request.content == b""
    else:
        assert request.headers["Content-Type"] == call.media_type
        assert sent_body(request, call) == call.body


def _cursors(method: Method) -> set[str]:
    cursor = (method.operation.paging or {}).get("cursor") or []
    return {item["param"] for item in (cursor if isinstance(cursor, list) else [cursor])}


def sent_body(request: httpx.Request, call: Call) -> Any:
    if call.media_type == "application/json":
        return json.loads(request.content)
    if call.media_type == "application/x-www-form-urlencoded":
        return {key: value for key, [value] in parse_qs(request.content.decode()).items()}
    return request.content


def check_type(value: Any, annotation: str) -> None:
    """Compare a decoded answer with the declared type, by its name."""
    text = annotation.removesuffix(" | None").removeprefix("builtins.")
    if text == "None":
        assert value is None
    elif text.startswith("list["):
        assert isinstance(value, list)
        for item in value:
            check_type(item, text[5:-1])
    elif text.startswith("dict["):
        assert isinstance(value, dict)
    elif text in models.__all__:
        assert isinstance(value, getattr(models, text))
    elif text != "JSON":
        assert type(value).__name__ == text


@each(CALLED)
def test_sync_method_sends_what_the_description_says_and_decodes(
    deployment: respx.MockRouter, method: Method
) -> None:
    call = call_of(method)
    mocked = route(deployment, call)
    with Client(URL, token=TOKEN) as coder, quietly(method):
        result = bound(coder, method)(*call.positional, **call.keywords)
        if method.kind == "paged":
            result = result.to_list()
    check_request(mocked.calls[0].request, call)
    check_type(
        result, f"list[{method.returns[1]}]" if method.kind == "paged" else method.returns[0]
    )


@each(CALLED)
def test_async_method_sends_what_the_description_says_and_decodes(
    deployment: respx.MockRouter, method: Method
) -> None:
    call = call_of(method)
    mocked = route(deployment, call)

    async def run() -> Any:
        async with AsyncClient(URL, token=TOKEN) as coder:
            with quietly(method):
                pending = bound(coder, method)(*call.positional, **call.keywords)
            return await (pending.to_list() if method.kind == "paged" else pending)

    result = asyncio.run(run())
    check_request(mocked.calls[0].request, call)
    check_type(
        result, f"list[{method.returns[1]}]" if method.kind == "paged" else method.returns[0]
    )


@each(REDIRECTED)
def test_redirecting_method_tells_where_to(deployment: respx.MockRouter, method: Method) -> None:
    call = call_of(method)
    answer = httpx.Response(
        int(min(method.operation.answers)), headers={"Location": "https://elsewhere.example.com/x"}
    )
    deployment.route(method=method.operation.method, path=call.path).mock(answer)
    with Client(URL, token=TOKEN) as coder, pytest.raises(RedirectError) as caught:
        bound(coder, method)(*call.positional, **call.keywords)
    assert caught.value.to_url == "https://elsewhere.example.com/x"


@each(STREAMED)
def test_stream_asks_for_the_right_address(method: Method) -> None:
    call = call_of(method)
    with Client(URL, token=TOKEN) as coder, quietly(method):
        request = bound(coder, method).build(*call.positional, **call.keywords)
    path = request.path_template
    for name, value in (request.path or {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    assert (request.method, path) == (method.operation.method, call.path)
    assert {key for key, value in (request.query or {}).items()} == call.query.keys()
    facts = method.operation.stream
    assert request.stream.kind == (facts["kind"] if facts else "websocket")
    assert request.types.body.annotation is not None


@each([method for method in METHODS if method.operation.deprecated])
def test_deprecated_method_warns_its_caller(method: Method) -> None:
    call = call_of(method)
    with (
        Client(URL, token=TOKEN) as coder,
        pytest.warns(DeprecationWarning, match="is deprecated") as caught,
    ):
        bound(coder, method).build(*call.positional, **call.keywords)
    assert str(method.name) in str(caught[0].message)
    assert caught[0].filename == __file__


def test_every_operation_of_the_description_has_a_method() -> None:
    released = json.loads(RELEASED_FILE.read_text(encoding="utf-8"))
    assert {method.operation.id for method in METHODS} == released.keys()


def test_no_argument_is_sent_that_was_not_given(deployment: respx.MockRouter) -> None:
    mocked = deployment.get("/api/v2/groups").mock(httpx.Response(200, json=[]))
    with Client(URL, token=TOKEN) as coder:
        assert coder.groups.list() == []
    assert mocked.calls[0].request.url.query == b""


def test_null_is_sent_where_it_was_asked_for(deployment: respx.MockRouter) -> None:
    mocked = deployment.put("/api/v2/workspaces/ac019625-4052-4ac5-a8a2-35eecac5fec2/ttl")
    mocked.mock(httpx.Response(204))
    with Client(URL, token=TOKEN) as coder:
        coder.workspaces.update_ttl("ac019625-4052-4ac5-a8a2-35eecac5fec2", ttl_ms=None)
    assert json.loads(mocked.calls[0].request.content) == {"ttl_ms": None}


def test_methods_of_the_client_itself_give_raw_responses_too(
    deployment: respx.MockRouter,
) -> None:
    deployment.get("/api/v2/buildinfo").mock(httpx.Response(200, json={"version": "v2.36.0"}))
    with Client(URL, token=TOKEN) as coder:
        assert coder.with_raw_response.buildinfo().status == 200
