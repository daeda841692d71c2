"""Answers of every form, decoded or refused, in both colours."""

from __future__ import annotations

import inspect
import json
import warnings
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from respx import MockRouter

import coder_sdk
from coder_sdk import (
    OMIT,
    AmbiguousError,
    ClientUsageError,
    DeadlineExceededError,
    DecodeError,
    RequestValidationError,
    RetryPolicy,
    ServerVersionWarning,
    UnexpectedResponseError,
)
from coder_sdk._answers import decode_answer
from coder_sdk._decode import ResponseTypes
from coder_sdk._errors.build import status_error
from coder_sdk._errors.status import FeatureUnavailableError, NotFoundError
from coder_sdk._request import Request, json_body, ref
from coder_sdk._response import Answer
from coder_sdk._versions import NEWEST, release
from tests.colours import TOKEN, URL, Colour

ID = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"
WITH_AGENTS = {
    "latest_build": {
        "resources": [
            {"agents": [{"id": ID, "name": "main"}, {"id": "2", "name": "sub", "parent_id": ID}]},
            {"agents": None},
        ]
    }
}
BUILDINFO = {
    "external_url": "https://github.com/coder/coder",
    "version": "v2.36.0+abc",
    "dashboard_url": URL,
    "telemetry": False,
    "workspace_proxy": False,
    "agent_api_version": "1.0",
    "provisioner_api_version": "1.0",
    "upgrade_message": "",
    "deployment_id": "x",
    "webpush_public_key": "k",
}


def get(colour: Colour, router: MockRouter, into: Any, **answer: Any):
    router.get("/api/v2/thing").respond(**answer)
    return colour.call(colour.client().request, "GET", "/api/v2/thing", into=into)


def test_a_generated_method_decodes_its_model(colour: Colour, router: MockRouter):
    router.get("/api/v2/buildinfo").respond(json=BUILDINFO)
    info = colour.call(colour.client().buildinfo)
    assert type(info) is coder_sdk.models.BuildInfoResponse
    assert info.version == "v2.36.0+abc"


@pytest.mark.parametrize(
    ("into", "body", "value"),
    [
        (list[str], b'["a"]', ["a"]),
        (list[str], b"null", []),
        (list[str], b" null\n", []),
        (dict[str, int], b"null", {}),
        (str | None, b"null", None),
        (str, b'"text"', "text"),
        (int, b"7", 7),
        (object, b'{"a":[1]}', {"a": [1]}),
    ],
)
def test_json_decodes_into_the_type(
    colour: Colour, router: MockRouter, into: Any, body: Any, value: Any
):
    answer = {"content": body, "headers": {"content-type": "application/json; charset=utf-8"}}
    assert get(colour, router, into, **answer) == value


def test_without_a_type_json_is_plain(colour: Colour, router: MockRouter):
    router.get("/api/v2/thing").respond(json={"a": None})
    assert colour.call(colour.client().request, "GET", "/api/v2/thing") == {"a": None}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 304])
def test_every_success_is_one(colour: Colour, router: MockRouter, status: int):
    assert get(colour, router, None, status_code=status) is None


@pytest.mark.parametrize("status", [202, 204, 304])
@pytest.mark.parametrize(("into", "value"), [(list[str], []), (int | None, None), (Any, None)])
def test_an_answer_without_a_body_is_nothing(
    colour: Colour, router: MockRouter, status: int, into: Any, value: Any
):
    assert get(colour, router, into, status_code=status) == value


def test_an_empty_answer_where_a_body_belongs_is_an_error(colour: Colour, router: MockRouter):
    with pytest.raises(UnexpectedResponseError, match="empty"):
        get(colour, router, int, status_code=200)


def test_text_and_bytes_come_as_they_are(colour: Colour, router: MockRouter):
    router.get("/text").respond(text="OK")
    router.get("/bytes").respond(content=b"\x00\xff", headers={"content-type": "application/x-tar"})
    client = colour.client()
    assert colour.call(client.request, "GET", "/text", into=str) == "OK"
    assert colour.call(client.request, "GET", "/bytes", into=bytes) == b"\x00\xff"


@pytest.mark.parametrize("into", [object, str, bytes, list[str]])
def test_a_web_page_is_no_answer(colour: Colour, router: MockRouter, into: Any):
    page = "<!doctype html><title>Coder</title>" + "x" * 5000
    with pytest.raises(UnexpectedResponseError, match="web page instead of JSON") as caught:
        get(colour, router, into, html=page)
    error = caught.value
    assert (error.status, error.content_type, len(error.body)) == (200, "text/html", 2048)
    assert "URL of the deployment" in str(error)
    assert error.operation == "GET /api/v2/thing"


def test_text_instead_of_json_is_an_error(colour: Colour, router: MockRouter):
    with pytest.raises(UnexpectedResponseError, match="`text/plain`"):
        get(colour, router, dict[str, Any], text="not json")


def test_what_does_not_fit_names_the_field_and_keeps_the_body(colour: Colour, router: MockRouter):
    with pytest.raises(DecodeError) as caught:
        get(colour, router, list[dict[str, int]], json=[{"a": 1}, {"b": "secret-value"}])
    error = caught.value
    assert error.location == "1.b"
    assert error.operation == "GET /api/v2/thing"
    assert b"secret-value" in error.body
    assert "secret-value" not in str(error)
    assert error.__cause__ is error.__context__ is None


@pytest.mark.parametrize("body", [b"{", b'{"a":1}{"b":2}', b"\xff\xfe"])
def test_broken_json_is_a_decode_error(colour: Colour, router: MockRouter, body: Any):
    with pytest.raises(DecodeError):
        get(colour, router, object, content=body, headers={"content-type": "application/json"})


def test_raw_responses_keep_the_answer(colour: Colour, router: MockRouter):
    router.get("/api/v2/buildinfo").respond(
        json=BUILDINFO,
        headers={
            "X-RateLimit-Limit": "512",
            "X-RateLimit-Remaining": "511",
            "X-RateLimit-Reset": "1795383180",
            "X-Request-Id": "r1",
            "X-Coder-Build-Version": "v2.36.0+abc",
        },
    )
    client = colour.client()
    raw = colour.call(client._raw, client.buildinfo.build())
    assert (raw.status, raw.tries, raw.request_id) == (200, 1, "r1")
    assert raw.headers["x-ratelimit-limit"] == "512"
    assert (raw.rate_limit.limit, raw.rate_limit.remaining) == (512, 511)
    assert raw.rate_limit.reset.isoformat() == "2026-11-22T21:33:00+00:00"
    assert raw.server_version == client.server_version == "v2.36.0+abc"
    assert raw.elapsed == 0
    assert raw.parse().version == "v2.36.0+abc"


def test_views_return_raw_and_streaming_responses(colour: Colour, router: MockRouter):
    user = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"
    router.get("/api/v2/users/me/gitsshkey").respond(json={"user_id": user, "public_key": "k"})
    client = colour.client()
    raw = colour.call(client.git_ssh_keys.with_raw_response.get, "me")
    assert raw.status == 200
    assert b"public_key" in raw.content
    streamed = colour.within(
        client.git_ssh_keys.with_streaming_response.get("me"), lambda response: response.read()
    )
    assert streamed == raw.content


def test_streamed_answers_succeed_as_others_do(colour: Colour, router: MockRouter):
    workspace = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"
    router.put(f"/api/v2/workspaces/{workspace}/dormant").respond(304)
    router.delete("/api/v2/users/me/gitsshkey").mock(
        side_effect=[httpx.ReadError("lost"), httpx.Response(404, json={"message": "gone"})]
    )
    client = colour.client()
    view = client.workspaces.with_streaming_response

    def parsed(response: Any) -> Any:
        return response.parse()

    unchanged = view.update_dormancy(workspace, dormant=True)
    assert colour.within(unchanged, parsed) is None
    delete: Request[None] = Request("DELETE", "/api/v2/users/me/gitsshkey")
    delete.types = ResponseTypes(None, None)
    assert colour.within(client._streaming(delete), parsed) is None


def test_bound_methods_explain_themselves():
    client = coder_sdk.Client(URL, token=TOKEN)
    method = client.users.get
    assert method.__name__ == "get"
    assert method.__qualname__ == "Users.get"
    assert "GET /api/v2/users/{user}" in inspect.getdoc(method)
    assert next(iter(inspect.signature(method).parameters)) == "user"
    assert inspect.signature(method).return_annotation == "User"
    assert method == client.users.get
    assert method != client.users.delete
    assert method.__self__ is client.users


def test_requests_can_be_built_without_being_sent():
    request = coder_sdk.Client(URL, token=TOKEN).users.get.build("me")
    assert (request.method, request.path_template, request.path) == (
        "GET", "/api/v2/users/{user}", {"user": "me"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["", "users", "//evil.example/x", "https://evil.example/x", "/a/../b", "/a/%2e%2E/b", "/a\n"],
)
def test_paths_that_lead_elsewhere_are_refused(colour: Colour, router: MockRouter, path: str):
    with pytest.raises(RequestValidationError):
        colour.call(colour.client().request, "GET", path)


def test_written_paths_are_quoted_and_queries_merged(colour: Colour, router: MockRouter):
    route = router.get(url__startswith=URL).respond(json=None)
    client = colour.client()
    colour.call(
        client.request, "GET", "/api/v2/a b?x=1&x=2&y=", params={"z": "ä"}, headers={"X-A": "b"}
    )
    sent = route.calls.last.request
    assert str(sent.url) == f"{URL}/api/v2/a%20b?x=1&x=2&y=&z=%C3%A4"
    assert sent.headers["x-a"] == "b"


def test_bodies_are_json_and_bytes_are_bytes(colour: Colour, router: MockRouter):
    route = router.post("/api/v2/x").respond(json=None)
    client = colour.client()
    colour.call(client.request, "POST", "/api/v2/x", body={"a": None})
    assert route.calls.last.request.content == b'{"a":null}'
    assert route.calls.last.request.headers["content-type"] == "application/json"
    colour.call(client.request, "POST", "/api/v2/x", body=b"\x00")
    assert route.calls.last.request.content == b"\x00"
    assert route.calls.last.request.headers["content-type"] == "application/octet-stream"


def test_the_user_agent_names_everything_involved(
    colour: Colour, router: MockRouter, library: ModuleType
):
    route = router.get("/x").respond(json=None)
    colour.call(colour.client(app_name="my-app/1.2").request, "GET", "/x")
    agent = route.calls.last.request.headers["user-agent"]
    assert agent.startswith(f"my-app/1.2 coder-sdk/{coder_sdk.__version__} Python/3.")
    assert agent.endswith(f" {library.__name__}/{library.__version__}")


@pytest.mark.parametrize(("version", "age"), [("v2.19.4+x", "older"), ("v2.37.0", "newer")])
def test_unsupported_servers_warn_once(colour: Colour, router: MockRouter, version: str, age: str):
    router.get("/x").respond(json=None, headers={"X-Coder-Build-Version": version})
    client = colour.client()
    with pytest.warns(ServerVersionWarning, match=age) as caught:
        colour.call(client.request, "GET", "/x")
    assert "coder_sdk" not in caught[0].filename
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        colour.call(client.request, "GET", "/x")
    assert client.server_version == version


@pytest.mark.parametrize("version", ["v2.20.0", "v2.36.1+sha", "v0.0.0-devel", "unknown"])
def test_supported_and_development_servers_do_not_warn(
    colour: Colour, router: MockRouter, version: str
):
    router.get("/x").respond(json=None, headers={"X-Coder-Build-Version": version})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        colour.call(colour.client().request, "GET", "/x")


def test_the_warning_of_the_version_points_at_the_line_of_the_caller(
    colour: Colour, router: MockRouter
):
    router.get("/x").respond(json=None, headers={"X-Coder-Build-Version": "v2.19.0"})
    client = colour.client()

    async def awaited() -> None:
        await client.request("GET", "/x")

    def called() -> None:
        client.request("GET", "/x")

    with pytest.warns(ServerVersionWarning) as caught:
        colour.call(awaited if colour.is_async else called)
    assert [warning.filename for warning in caught] == [__file__]


def test_the_newest_release_is_that_of_the_description():
    data = Path(__file__).parents[2] / "codegen" / "description" / "data" / "coder.json"
    version = json.loads(data.read_text(encoding="utf-8"))["info"]["version"]
    assert release(version) == NEWEST


def test_names_are_looked_up_once(colour: Colour, router: MockRouter):
    workspace = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10"
    lookup = router.get("/api/v2/users/me/workspace/dev").respond(json={"id": workspace})
    stop = router.put(f"/api/v2/workspaces/{workspace}/favorite").respond(204)
    client = colour.client()
    colour.call(client.workspaces.add_favorite, "dev")
    colour.call(client.with_options(timeout=3).workspaces.add_favorite, "dev")
    assert (lookup.call_count, stop.call_count) == (1, 2)
    colour.clock.now += 60
    colour.call(client.workspaces.add_favorite, "dev")
    assert lookup.call_count == 2


@pytest.mark.parametrize(
    ("kind", "value", "path", "answer"),
    [
        ("workspace", "me/dev", "/api/v2/users/me/workspace/dev", {"id": ID}),
        ("template", "docker", "/api/v2/templates", [{"id": ID, "name": "Docker"}, {"name": "x"}]),
        ("template", "o/docker", "/api/v2/organizations/o/templates/docker", {"id": ID}),
        (
            "template_version",
            "o/docker/v1",
            "/api/v2/organizations/o/templates/docker/versions/v1",
            {"id": ID},
        ),
        ("group", "o/g", "/api/v2/organizations/o/groups/g", {"id": ID}),
        ("group", "g", "/api/v2/groups", [{"id": ID, "name": "g"}]),
        (
            "user",
            "A@b.example",
            "/api/v2/users",
            {
                "users": [
                    {"id": "other", "email": "xa@b.example"},
                    {"id": ID, "email": "a@B.example"},
                ]
            },
        ),
        ("build", "dev/3", "/api/v2/users/me/workspace/dev/builds/3", {"id": ID}),
        ("build", "ann/dev/3", "/api/v2/users/ann/workspace/dev/builds/3", {"id": ID}),
        ("agent", "dev", "/api/v2/users/me/workspace/dev", WITH_AGENTS),
        ("agent", "ann/dev.main", "/api/v2/users/ann/workspace/dev", WITH_AGENTS),
    ],
)
def test_every_form_of_name_is_looked_up(  # noqa: PLR0913, PLR0917 - a table
    colour: Colour, router: MockRouter, kind: str, value: str, path: str, answer: Any
):
    route = router.get(path=path).respond(json=answer)
    target = router.get(f"/x/{ID}").respond(json=1)
    request: Request[Any] = Request("GET", "/x/{it}", path={"it": ref(kind, value)})
    request.types = ResponseTypes(None, int)
    assert colour.call(colour.client()._call, request) == 1
    assert (route.call_count, target.call_count) == (1, 1)


def test_a_version_of_a_template_without_its_organization_takes_two_lookups(
    colour: Colour, router: MockRouter
):
    router.get(path="/api/v2/templates").respond(json=[{"id": ID, "name": "docker"}])
    router.get(f"/api/v2/templates/{ID}/versions/v1").respond(json={"id": ID})
    router.get(f"/x/{ID}").respond(json=1)
    request: Request[Any] = Request(
        "GET", "/x/{it}", path={"it": ref("template_version", "docker/v1")}
    )
    request.types = ResponseTypes(None, int)
    assert colour.call(colour.client()._call, request) == 1


@pytest.mark.parametrize(
    ("kind", "value", "path", "answer", "candidates"),
    [
        (
            "template",
            "docker",
            "/api/v2/templates",
            [
                {"id": "1", "name": "docker", "organization_name": "b"},
                {"id": "2", "name": "docker", "organization_name": "a"},
            ],
            ("a/docker", "b/docker"),
        ),
        (
            "agent",
            "dev",
            "/api/v2/users/me/workspace/dev",
            {"latest_build": {"resources": [{"agents": [{"id": "1", "name": "a"}]},
                                            {"agents": [{"id": "2", "name": "b"}]}]}},
            ("dev.a", "dev.b"),
        ),
    ],
)  # fmt: skip
def test_an_ambiguous_name_lists_its_candidates(  # noqa: PLR0913, PLR0917 - a table
    colour: Colour, router: MockRouter, kind: str, value: str, path: str, answer: Any,
    candidates: tuple[str, ...],
):  # fmt: skip
    router.get(path=path).respond(json=answer)
    request: Request[Any] = Request("GET", "/x/{it}", path={"it": ref(kind, value)})
    with pytest.raises(AmbiguousError, match=f"fits {len(candidates)} objects") as caught:
        colour.call(colour.client()._call, request)
    assert caught.value.candidates == candidates


@pytest.mark.parametrize(
    ("kind", "value", "path", "answer"),
    [
        ("template", "nope", "/api/v2/templates", None),
        ("group", "nope", "/api/v2/groups", []),
        ("user", "no@b.example", "/api/v2/users", {"users": None}),
        ("agent", "dev.nope", "/api/v2/users/me/workspace/dev", WITH_AGENTS),
    ],
)
def test_an_unknown_name_is_not_found(  # noqa: PLR0913, PLR0917 - a table
    colour: Colour, router: MockRouter, kind: str, value: str, path: str, answer: Any
):
    router.get(path=path).respond(json=answer)
    request: Request[Any] = Request("GET", "/x/{it}", path={"it": ref(kind, value)})
    with pytest.raises(NotFoundError, match=f"There is no {kind} '{value}'"):
        colour.call(colour.client()._call, request)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("workspace", "a/b/c"),
        ("workspace", "a/"),
        ("workspace", ""),
        ("chat", "name"),
        ("build", "dev"),
        ("template_version", "v1"),
        ("template", 'a"b'),
    ],
)
def test_what_is_no_name_is_refused_locally(
    colour: Colour, router: MockRouter, kind: str, value: str
):
    request: Request[Any] = Request("GET", "/x/{it}", path={"it": ref(kind, value)})
    with pytest.raises(RequestValidationError):
        colour.call(colour.client()._call, request)


def test_lookups_spend_the_time_of_their_call(colour: Colour, router: MockRouter):
    route = router.get("/api/v2/users/me/workspace/dev").respond(503)
    with pytest.raises(DeadlineExceededError):
        colour.call(colour.client(retry=RetryPolicy(99, base=1)).workspaces.get, "dev", deadline=3)
    assert route.call_count > 1
    assert sum(colour.clock.slept) <= 3


def test_names_in_queries_and_bodies_are_looked_up(colour: Colour, router: MockRouter):
    router.get("/api/v2/users/me/workspace/dev").respond(json={"id": ID})
    route = router.post(path="/x").respond(json=1)
    name = ref("workspace", "dev")
    request: Request[Any] = Request(
        "POST", "/x", query={"w": name}, body=json_body(None, {"workspace_id": name, "a": OMIT})
    )
    request.types = ResponseTypes(None, int)
    assert colour.call(colour.client()._call, request) == 1
    sent = route.calls.last.request
    assert sent.url.query == f"w={ID}".encode()
    assert sent.content == f'{{"workspace_id":"{ID}"}}'.encode()


@given(
    body=st.binary(max_size=64) | st.text(max_size=64).map(str.encode),
    into=st.sampled_from([str, list[int], dict[str, Any], int | None, object]),
)
def test_no_body_breaks_the_decoder(body: bytes, into: Any):
    for media_type in ("application/json", "text/html", ""):
        answer = Answer(
            200, {"content-type": media_type}, body, method="GET", url=URL, operation="GET /x"
        )
        request: Request[Any] = Request("GET", "/x")
        request.types = ResponseTypes(None, into)
        with suppress(DecodeError, UnexpectedResponseError):
            decode_answer(request, answer)


@given(
    body=st.binary(max_size=64) | st.text(max_size=64).map(str.encode), status=st.integers(400, 599)
)
def test_no_body_breaks_an_error(body: bytes, status: int):
    for media_type in ("application/json", "text/html", "text/plain"):
        answer = Answer(
            status, {"content-type": media_type}, body, method="GET", url=URL, operation="GET /x"
        )
        error = status_error(answer)
        assert error.status == status
        assert str(error)


def test_a_name_whose_object_is_gone_is_looked_up_again(colour: Colour, router: MockRouter):
    old, new = "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10", "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b11"
    found = [httpx.Response(200, json={"id": item}) for item in (old, new, new)]
    lookups = router.get("/api/v2/users/me/workspace/dev").mock(side_effect=found)
    gone = httpx.Response(410, json={"message": "deleted"})
    router.put(f"/api/v2/workspaces/{old}/favorite").mock(side_effect=[httpx.Response(204), gone])
    second = router.put(f"/api/v2/workspaces/{new}/favorite").mock(
        side_effect=[httpx.Response(204), gone]
    )
    client = colour.client()
    colour.call(client.workspaces.add_favorite, "dev")
    colour.call(client.workspaces.add_favorite, "dev")
    assert (lookups.call_count, second.call_count) == (2, 1)
    # The name still stands for the same object, which really is gone.
    with pytest.raises(coder_sdk.GoneError):
        colour.call(client.workspaces.add_favorite, "dev")
    assert (lookups.call_count, second.call_count) == (3, 2)


def test_a_closed_client_says_so(colour: Colour, router: MockRouter):
    client = colour.client()
    colour.call(client.close)
    with pytest.raises(ClientUsageError, match="closed"):
        colour.call(client.request, "GET", "/x")


def test_a_page_in_place_of_a_licensed_route_is_a_missing_feature(
    colour: Colour, router: MockRouter
):
    router.get("/scim/v2/Users").respond(html="<!doctype html>")
    client = colour.client()
    with pytest.raises(FeatureUnavailableError, match="without licensed features"):
        colour.call(client.request, "GET", "/scim/v2/Users")


def test_not_found_is_told_from_not_there(colour: Colour, router: MockRouter):
    router.get("/api/v2/users/x").respond(404, json={"message": "Resource not found"})
    router.get("/api/v2/users").respond(json={"users": []})
    with pytest.raises(NotFoundError) as caught:
        colour.call(colour.client().users.get, "x")
    assert type(caught.value) is NotFoundError
    assert "token may not see it" in str(caught.value)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (
            lambda coder: coder.users.get("me", timeoutt=3),
            r"^users\.get\(\) got an unexpected keyword argument 'timeoutt'.* 'timeout'\?$",
        ),
        (
            lambda coder: coder.audit.list(zzzzzz=3),
            r"^audit\.list\(\) got an unexpected keyword argument 'zzzzzz'$",
        ),
        (
            lambda coder: coder.users.with_raw_response.get(),
            r"^users\.get\(\) missing 1 required positional argument: 'user'$",
        ),
        (
            lambda coder: coder.buildinfo(zzzzzz=3),
            r"^buildinfo\(\) got an unexpected keyword argument 'zzzzzz'$",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused_by_the_public_name(
    colour: Colour, use: Any, message: str
):
    with pytest.raises(TypeError, match=message) as caught:
        use(colour.client())
    assert "Endpoints" not in str(caught.value)
