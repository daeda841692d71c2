"""Every secret of the description: sent, echoed and answered, and never shown."""

from __future__ import annotations

import copy
import json
import logging
import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from pydantic import BaseModel
from respx import MockRouter

from codegen.description.openapi import Json, is_list, is_table, load, operations, references
from coder_sdk import CoderError, Hooks, RequestValidationError
from coder_sdk._redact import MASK, Redactor
from coder_sdk._request import CallOptions, Request, json_body
from coder_sdk.resources._secrets import SECRETS
from tests.client.test_redaction import everything
from tests.colours import Colour
from tests.wire.samples import sample

WORD = "swordfish"


@cache
def description() -> Json:
    """The committed description, in which every secret has one value: a word with a number."""
    marked = copy.deepcopy(load())
    for number, (_, _, schema) in enumerate(marks(marked)):
        word = f'{WORD}{number}<"&>\n'
        if schema.get("format") == "byte":
            word = b64encode(f"{WORD}{number}".encode()).decode()
        if schema.get("type") == "object":
            schema.update(properties={"a": {"properties": {"b": {"enum": [word]}}}})
        else:
            schema.update(enum=[word])
    return marked


def marks(node: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], Json]]:
    """Name, place and schema of everything that is marked as a secret."""
    if is_table(node):
        if node.get("x-secret"):
            yield next(part for part in reversed(place) if part != "items"), place, node
        for key, value in node.items():
            yield from marks(value, (*place, key))
    elif is_list(node):
        for number, value in enumerate(node):
            yield from marks(value, (*place, str(number)))


def schemas() -> dict[str, Json]:
    found: dict[str, Json] = description()["components"]["schemas"]
    return found


def contents(node: Json) -> Iterator[Any]:
    """Samples of what a request or an answer holds."""
    for content in node.get("content", {}).values():
        yield sample(content.get("schema", {}), schemas())


def sent_and_answered(operation: Json) -> tuple[Any, list[Any]]:
    body = next(contents(operation.get("requestBody", {})), None)
    return body, [one for answer in operation["responses"].values() for one in contents(answer)]


def words(value: Any) -> set[str]:
    """The secrets in a sample, in the part that is the same in all ways of writing them."""
    texts = json.dumps(value)
    encoded = {text for text in strings(value) if is_encoded(text)}
    return set(re.findall(WORD + r"\d+", texts)) | encoded


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if is_list(value) else ():
        yield from strings(item)


def is_encoded(text: str) -> bool:
    return text.startswith(b64encode(WORD.encode()).decode()[:12])


SECRET_CALLS = [
    pytest.param(call, operation, id=call)
    for call, operation in operations(description())
    if call in SECRETS
]


@pytest.mark.parametrize(("call", "operation"), SECRET_CALLS)
@pytest.mark.parametrize("fault", ["refused", "broken", "lost"])
def test_no_secret_of_an_operation_is_shown(  # noqa: PLR0913, PLR0917 - fixtures
    colour: Colour,
    router: MockRouter,
    caplog: pytest.LogCaptureFixture,
    call: str,
    operation: Json,
    fault: str,
):
    method, _, template = call.partition(" ")
    path = re.sub(r"\{[^}]*\}", "abc", template)
    body, answers = sent_and_answered(operation)
    secrets = set().union(*map(words, [body, *answers]))
    params = {}
    for number, name in enumerate({"code", "state"} & set(SECRETS[call])):
        if "code_verifier" not in SECRETS[call] and template.startswith(("/oauth2", "/api/v2/u")):
            params[name] = f"{WORD}-{number}-in a/query"
            secrets.add(f"{WORD}-{number}")
    assert secrets
    router.route(path=path).mock(side_effect=fault_of(fault, body, answers, params))
    heard: list[Any] = []
    client = colour.client(
        hooks=Hooks(on_request=heard.append, on_response=heard.append), retry=None
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(CoderError) as caught:
        colour.call(client.request, method, path, into=dict[str, int], body=body, params=params)
    shown = everything(caught.value, caplog.records)
    for item in heard:
        request = getattr(item, "request", item)
        shown += repr([item, request.url, request.headers, getattr(item, "headers", None)])
    assert not {secret for secret in secrets if secret in shown}


def fault_of(fault: str, body: Any, answers: list[Any], params: dict[str, str]) -> Any:
    """Answers that hold everything, in the ways in which errors repeat it."""
    if fault == "lost":
        return httpx.ReadError(f"lost while {json.dumps(body)} was sent")
    if fault == "broken":
        content = answers[0] if answers and words(answers[0]) else body or params
        return httpx.Response(200, json={"a": "no number", "b": content})
    texts = [*strings(body), *params.values()]
    problems = [{"field": "x", "detail": f"{text} will not do"} for text in texts if WORD in text]
    back = str(httpx.URL("https://app.example/back", params=params))
    return httpx.Response(
        400,
        headers={"X-Went-To": back},
        json={
            "message": f"cannot use {json.dumps(body, ensure_ascii=False)}",
            "detail": f"{params} went to {back}",
            "validations": problems,
            "body": body,
            "nested": {"answers": answers},
        },
    )


def test_every_secret_of_the_description_is_tried():
    marked = {place for _, place, _ in marks(load())}
    tried: set[str] = set()
    for call, operation in operations(description()):
        if call in SECRETS:
            body, answers = sent_and_answered(operation)
            tried |= set().union(*map(words, [body, *answers]))
    within = reachable()
    wanted = {
        next(iter(words(schema["enum"] if "enum" in schema else schema["properties"])))
        for _, place, schema in marks(description())
        if place[0] == "paths" or place[2] in within
    }
    assert len(wanted) > 50
    assert wanted <= tried
    assert {place[2] for place in marked if place[0] == "components"} - within == {
        # No operation of the API has them.
        "codersdk.CryptoKey", "workspaceapps.IssueTokenRequest",
        "wsproxysdk.IssueSignedAppTokenResponse", "wsproxysdk.RegisterWorkspaceProxyResponse",
    }  # fmt: skip


def reachable() -> set[str]:
    """Components that operations refer to."""
    found: set[str] = set()
    waiting = set(references(description()["paths"]))
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(references(schemas()[name])) - found
    return found


def test_the_names_are_those_of_their_operation_only():
    text = '{"key": "abcdef", "value": "ghijkl", "password": "mnopqr"}'
    request: Request[Any] = Request("POST", "/api/v2/users/{user}/secrets")
    assert Redactor().of(request).text(text) == Redactor().text(text)
    with_types: Request[Any] = literal("POST", "/api/v2/users/me/secrets")
    masked = json.loads(Redactor().of(with_types).text(text))
    assert masked == {"key": "abcdef", "value": MASK, "password": MASK}


def literal(method: str, path: str, body: Any = None) -> Request[Any]:
    from coder_sdk._decode import ResponseTypes  # noqa: PLC0415

    request: Request[Any] = Request(method, path, body=json_body(None, body))
    request.types = ResponseTypes(None, Any)
    return request


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('{"value": ["a]b", "c"], "x": "y"}', '{"value": "#", "x": "y"}'),
        ('{"value": {"a": {"b": "c}"}}, "x": "y"}', '{"value": "#", "x": "y"}'),
        ('{"value": {"a": {"b": {"c": "d"}}}, "x": "y"}', '{"value": "#"'),
        ('{"value": ["a", {"b": "c"}], "x": "y"}', '{"value": "#"'),
        ('{"value": ["a", "cut', '{"value": "#"'),
        ('{"value": {"a": "cut', '{"value": "#"'),
        (r'"{\"value\": \"abc\"}"', r'"{\"value\": \"#\"}"'),
        ("value=abc&x=1", "value=#&x=1"),
    ],
)
def test_values_of_every_shape_are_hidden(text: str, hidden: str):
    redactor = Redactor().of(literal("PATCH", "/api/v2/users/me/secrets/x"))
    assert redactor.text(text) == hidden.replace("#", MASK)


def test_what_was_sent_is_hidden_in_every_form():
    secret = 'line one & <two>\nline "three"!'
    redactor = Redactor().of(literal("POST", "/api/v2/users/me/secrets", {"value": secret}))
    for text in (secret, json.dumps(secret)[1:-1], "line one & <two>", 'line "three"!'):
        assert redactor.text(f"a {text} b") == f"a {MASK} b"
    assert redactor.text(r"line one \u0026 \u003ctwo\u003e") == MASK
    assert redactor.data({"a": [secret], "value": 1}) == {"a": [MASK], "value": 1}
    assert redactor.content(b"\xff" + secret.encode()) == b"\xff" + MASK.encode()


def test_credentials_in_headers_of_a_call_are_hidden_wherever_they_come_back():
    secret = "CF-Access-Client-Secret"
    request = literal("GET", "/x")
    request.options = CallOptions(
        headers={"Authorization": "Bearer abc-def", secret: "ghi-jkl", "X-Trace": "jkl"}
    )
    redactor = Redactor().of(request)
    assert redactor.text("Bearer abc-def: abc-def, ghi-jkl, jkl") == f"{MASK}: {MASK}, {MASK}, jkl"
    assert redactor.headers({secret: "ghi-jkl"}) == {secret: MASK}


class Key(BaseModel):
    key: str
    value: str


def test_secrets_are_found_in_models_and_by_their_names():
    body = {"keys": [Key(key="shown-key", value="hidden-value")], "password": "hidden-too"}
    redactor = Redactor().of(literal("POST", "/api/v2/users/me/secrets", body))
    assert redactor.text("shown-key hidden-value hidden-too") == f"shown-key {MASK} {MASK}"


@pytest.mark.parametrize(
    ("noun", "method", "arguments"),
    [
        ("secrets", "create", {"user": "me", "name": "n", "value": WORD}),
        ("users", "update_password", {"user": "me", "password": WORD, "old_password": WORD}),
        ("licenses", "create", {"license": WORD}),
    ],
)
def test_the_frames_of_a_method_hold_no_arguments(
    colour: Colour, router: MockRouter, noun: str, method: str, arguments: dict[str, Any]
):
    router.route().respond(400, json={"message": f"{WORD} is known"})
    function = getattr(getattr(colour.client(), noun), method)
    with pytest.raises(CoderError) as caught:
        colour.call(function, **arguments)
    assert WORD not in everything(caught.value, [])
    with pytest.raises(TypeError) as misused:
        function(**arguments, nonsense=WORD)
    assert WORD not in everything(misused.value, [])


def test_a_body_that_does_not_fit_is_refused_without_showing_it(colour: Colour):
    with pytest.raises(RequestValidationError, match="`name`") as caught:
        colour.call(colour.client().secrets.create, "me", name=[WORD], value=WORD)
    assert WORD not in everything(caught.value, [])
    assert caught.value.__context__ is None
