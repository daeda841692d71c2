"""Statuses and bodies of the server, and the errors that they become."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

import coder_sdk
from coder_sdk import (
    APIStatusError,
    BadRequestError,
    ChatLimitError,
    CoderError,
    ConflictError,
    ExpectationFailedError,
    FeatureUnavailableError,
    GoneError,
    NotFoundError,
    NotReadyError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    RequestTooLargeError,
    ServerError,
    UnauthorizedError,
    UnavailableError,
    ValidationFailedError,
)
from coder_sdk._decode import ResponseTypes
from coder_sdk._errors.build import status_error
from coder_sdk._errors.work import JOB_ERRORS, JobError, job_error_class
from coder_sdk._redact import Redactor
from coder_sdk._response import Answer

SIGNED_OUT = "You are signed out or your session has expired. Please sign in again to continue."


def error_for(  # noqa: PLR0913 - the parts of an answer
    status: int,
    body: Any = b"",
    *,
    media_type: str = "application/json; charset=utf-8",
    operation: str = "GET /api/v2/users/{user}",
    version: str = "v2.36.0",
    headers: dict[str, str] | None = None,
    types: ResponseTypes | None = None,
) -> APIStatusError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    method, _, path = operation.partition(" ")
    answer = Answer(
        status,
        {"content-type": media_type, "x-coder-build-version": version, **(headers or {})},
        content,
        method=method,
        url=f"https://coder.example{path}",
        operation=operation,
        redactor=Redactor(["hidden-secret"]),
    )
    return status_error(answer, types)


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (405, APIStatusError),
        (406, NotReadyError),
        (408, APIStatusError),
        (409, ConflictError),
        (410, GoneError),
        (412, PreconditionFailedError),
        (413, RequestTooLargeError),
        (417, ExpectationFailedError),
        (418, APIStatusError),
        (425, NotReadyError),
        (426, APIStatusError),
        (429, RateLimitError),
        (500, ServerError),
        (501, ServerError),
        (502, UnavailableError),
        (503, UnavailableError),
        (504, UnavailableError),
        (599, ServerError),
    ],
)
def test_each_status_has_its_class(status: int, cls: Any):
    error = error_for(status, {"message": "No."})
    assert type(error) is cls
    assert (error.status, error.message) == (status, "No.")
    assert isinstance(error, CoderError)


def test_message_detail_and_validations_are_read():
    error = error_for(
        400,
        {
            "message": "Validation failed.",
            "detail": "more",
            "validations": [{"field": "name", "detail": "is taken"}],
        },
    )
    assert isinstance(error, ValidationFailedError)
    assert error.detail == "more"
    assert [(v.field, v.detail) for v in error.validations] == [("name", "is taken")]
    assert str(error).splitlines() == [
        "GET https://coder.example/api/v2/users/{user}: status 400: Validation failed.",
        "more",
        "  name: is taken",
    ]


def test_a_detail_that_repeats_the_message_is_not_printed():
    text = str(error_for(500, {"message": "It broke: disk full", "detail": "disk full"}))
    assert text.count("disk full") == 1


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        (b"", "", "The answer has no body."),
        (b"{}", "application/json", "The answer has no message."),
        (b"[1]", "application/json", "The answer has no message."),
        (b"plain words", "text/plain", "The answer is text instead of JSON: plain words"),
        (b"<html>", "text/html", "The answer is a web page"),
        (b'{"error":"invalid_client"}', "application/json", "invalid_client"),
        (b'{"detail":"SCIM says no"}', "application/scim+json", "SCIM says no"),
        (b'{"message":"one"}\n{"message":"two"}\n', "application/json", "one"),
        (b'Upgrade missing\n{"message":"No socket."}', "text/plain", "No socket."),
        (b'{"message":', "application/json", "The answer has no message."),
        (b'{"message":7}', "application/json", "The answer has no message."),
    ],
)
def test_every_form_of_body_gives_a_message(body: Any, media_type: Any, message: str):
    assert error_for(500, body, media_type=media_type).message == message


def test_json_of_another_form_is_shown():
    text = str(error_for(400, {"errors": ["no such field"]}))
    assert '{"errors": ["no such field"]}' in text


def test_oauth_errors_have_their_description_as_detail():
    error = error_for(401, {"error": "invalid_client", "error_description": "unknown client"})
    assert (error.message, error.detail) == ("invalid_client", "unknown client")
    assert error.hint is not None
    assert "OAuth2 application" in error.hint


def test_at_most_2_kb_of_a_foreign_body_is_kept():
    error = error_for(502, b"x" * 100_000, media_type="text/html")
    assert error.body == "x" * 2048
    assert len(str(error)) < 2500
    error = error_for(500, {"message": "x" * 100_000, "detail": "y" * 100_000})
    assert len(str(error)) < 2500


def test_a_body_of_text_is_shown_once():
    text = str(error_for(502, b"bad gateway\n", media_type="text/plain"))
    assert text.count("bad gateway") == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            {"message": SIGNED_OUT, "detail": 'API key expired at "2026-11-22 21:11:08 UTC".'},
            "expired",
        ),
        ({"message": SIGNED_OUT, "detail": "API key is invalid."}, "invalid"),
        ({"message": SIGNED_OUT, "detail": "API key secret is invalid."}, "invalid"),
        ({"message": SIGNED_OUT, "detail": "Invalid API key format: incorrect amount"}, "invalid"),
        (
            {
                "message": SIGNED_OUT,
                "detail": 'Cookie "coder_session_token" or query parameter must be provided.',
            },
            "missing",
        ),
        ({"message": "Incorrect email or password."}, "wrong_password"),
        ({"message": "Your account is suspended. Contact an admin to reactivate."}, "suspended"),
        ({"message": "Workspace agent token invalid."}, "invalid"),
    ],
)
def test_401_says_why(body: Any, reason: str):
    error = error_for(401, body)
    assert isinstance(error, UnauthorizedError)
    assert error.reason == reason
    assert error.hint


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"message": "Forbidden.", "detail": "You don't have permission."}, "missing_right"),
        (
            {
                "message": 'Incorrect login type, attempting to use "password" but user is of '
                'login type "oidc"'
            },
            "wrong_login_type",
        ),
        ({"message": "Template RBAC is a Premium feature. Contact sales!"}, "feature"),
    ],
)
def test_403_tells_its_causes_apart(body: Any, reason: str):
    error = error_for(403, body)
    assert isinstance(error, PermissionDeniedError)
    assert error.reason == reason
    assert error.hint


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("You cannot delete yourself!", "let another administrator do it"),
        ("You can only favorite workspaces that you own.", "a rule against this"),
        ("Forbidden.", "lacks the role"),
        ("Unauthorized to use inactive template version.", "lacks the role"),
        ('Incorrect login type, attempting to use "password"', "signs in another way"),
    ],
)
def test_the_hint_of_a_403_fits_its_words(message: str, hint: str):
    assert hint in str(error_for(403, {"message": message}).hint)


@pytest.mark.parametrize(
    ("operation", "hint"),
    [
        ("GET /api/v2/users/{user}", "this token may not see it"),
        ("POST /api/v2/users", "the account may not do this"),
        ("DELETE /api/v2/users/{user}", "the account may not do this"),
    ],
)
def test_the_hint_of_a_404_fits_what_was_asked(operation: str, hint: str):
    message = "Resource not found or you do not have access to this resource"
    assert hint in str(error_for(404, {"message": message}, operation=operation).hint)


@pytest.mark.parametrize(
    "message", ["A workspace build is already active.", "insert workspace build"]
)
def test_a_build_in_the_way_can_be_waited_for(message: str):
    error = error_for(409, {"message": message})
    assert isinstance(error, ConflictError)
    assert "unless `wait=False`" in str(error.hint)


def test_other_conflicts_are_not_taken_for_a_build():
    assert error_for(409, {"message": 'Workspace "a" already exists.'}).hint is None


@pytest.mark.parametrize(
    ("status", "message", "feature"),
    [
        (403, "AI Gateway is a Premium feature. Contact sales!", "AI Gateway"),
        (
            403,
            "External provisioner daemons is an Enterprise feature. Contact sales!",
            "External provisioner daemons",
        ),
        (
            403,
            "Advanced template scheduling (and user quiet hours schedule) is not enabled.",
            "Advanced template scheduling (and user quiet hours schedule)",
        ),
        (403, "OAuth2 functionality requires enabling the 'oauth2' experiment.", "oauth2"),
        (403, "OAuth2 provider is under development.", "OAuth2 provider"),
        (404, "SCIM is disabled, see the documentation.", "SCIM"),
        (503, "AI Gateway must be enabled for Coder Agents functionality. Ask!", "AI Gateway"),
    ],
)
def test_what_is_not_licensed_or_switched_off_is_a_missing_feature(
    status: int, message: str, feature: Any
):
    error = error_for(status, {"message": message})
    assert isinstance(error, FeatureUnavailableError)
    assert error.feature == feature
    assert error.status == status
    assert error.hint


class Table(ResponseTypes):
    """Types whose package has these operations."""

    operations = {  # type: ignore[assignment]  # a plain mapping is enough  # noqa: RUF012
        "GET /api/v2/new": ("2.29", None, None, None, None),
        "GET /api/v2/old/{id}": ("2.0", "2.31", None, None, "GET /api/v2/new"),
        "GET /api/v2/brief": ("2.23", "2.23", None, None, None),
        "GET /api/v2/groups": ("2.0", None, "template_rbac", None, None),
        "GET /api/v2/appearance": ("2.0", None, "enterprise-build", None, None),
        "POST /api/v2/organizations": ("2.13", None, "multiple_organizations", None, None),
        "GET /api/v2/trial": ("2.0", None, None, "some-experiment", None),
    }


NO_ROUTE = {"message": "Route not found."}


def feature(operation: str, version: str, status: int = 404, body: Any = NO_ROUTE) -> Any:
    types = Table(None, Any)
    return error_for(status, body, operation=operation, version=version, types=types)


def test_a_route_that_came_later_names_both_releases():
    error = feature("GET /api/v2/new", "v2.24.0")
    assert isinstance(error, FeatureUnavailableError)
    assert (error.since, error.until, error.server_version) == ("2.29", None, "v2.24.0")
    assert "Added in Coder 2.29; this server is 2.24." in str(error)


def test_a_route_that_was_dropped_names_its_releases_and_its_successor():
    error = feature("GET /api/v2/old/{id}", "v2.36.0")
    assert isinstance(error, FeatureUnavailableError)
    assert (error.until, error.replacement) == ("2.31", "GET /api/v2/new")
    assert "Only Coder 2.0 to 2.31 have it; this server is 2.36." in str(error)
    assert "Use `GET /api/v2/new` instead." in str(error)


def test_a_route_of_a_single_release_is_named_with_it():
    error = feature("GET /api/v2/brief", "v2.36.0")
    assert error.hint == "Only Coder 2.23 has it; this server is 2.36."


def test_a_path_that_was_written_out_is_found_in_the_table():
    error = feature("GET /api/v2/old/7", "v2.36.0")
    assert isinstance(error, FeatureUnavailableError)


def test_a_licensed_route_of_the_free_build_names_the_feature():
    error = feature("GET /api/v2/groups", "v2.36.0")
    assert isinstance(error, FeatureUnavailableError)
    assert error.feature == "template_rbac"
    assert "without licensed features" in str(error)


def test_a_route_that_needs_no_licence_but_the_other_build_says_so():
    error = feature("GET /api/v2/appearance", "v2.36.0")
    assert isinstance(error, FeatureUnavailableError)
    assert error.hint == (
        "Only the build with licensed features has it, which this server does not run."
    )


def test_an_empty_405_of_a_licensed_operation_is_a_missing_feature():
    error = feature("POST /api/v2/organizations", "v2.36.0", 405, b"")
    assert isinstance(error, FeatureUnavailableError)
    assert error.feature == "multiple_organizations"


def test_an_experiment_is_named():
    assert "experiment `some-experiment`" in str(feature("GET /api/v2/trial", "v2.36.0"))


def test_an_unknown_route_stays_not_found():
    error = feature("GET /api/v2/nowhere", "v2.36.0")
    assert type(error) is NotFoundError
    assert "no such route" in str(error)


def test_a_missing_object_of_a_newer_route_stays_not_found():
    error = feature("GET /api/v2/new", "v2.36.0", body={"message": "Resource not found"})
    assert type(error) is NotFoundError


def test_a_wrong_verb_is_told_from_a_missing_feature():
    error = feature("GET /api/v2/new", "v2.36.0", 405, b"")
    assert type(error) is APIStatusError
    assert "not with this verb" in str(error)


def test_429_knows_when_to_come_back():
    error = error_for(
        429,
        {"message": "You've been rate limited for sending more than 512 requests in 1m0s."},
        headers={
            "x-ratelimit-limit": "512",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1795383180",
            "retry-after": "60",
        },
    )
    assert isinstance(error, RateLimitError)
    assert (error.limit, error.remaining, error.retry_after) == (512, 0, 60.0)
    assert error.reset is not None
    assert error.reset.timestamp() == 1795383180


def test_a_chat_limit_is_a_conflict_of_its_own():
    error = error_for(
        409,
        {
            "message": "Limit reached.",
            "spent_micros": 12,
            "limit_micros": 10,
            "resets_at": "2026-12-01T00:00:00Z",
        },
    )
    assert isinstance(error, ChatLimitError)
    assert (error.spent_micros, error.limit_micros) == (12, 10)
    assert error.resets_at is not None
    assert error.resets_at.month == 12
    assert error.hint == "Wait until 2026-12-01 00:00 UTC, or have the limit raised."


@pytest.mark.parametrize("name", ["x-request-id", "x-trace-id", "cf-ray", "traceparent"])
def test_the_request_id_is_what_the_server_sent(name: str):
    assert error_for(500, {"message": "x"}, headers={name: "id-1"}).request_id == "id-1"
    assert error_for(500, {"message": "x"}).request_id is None


def test_every_error_pickles():
    error = error_for(
        429, {"message": "x", "validations": [{"field": "a", "detail": "b"}]}, headers={"date": "x"}
    )
    error.hint = "wait"
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(copy) is RateLimitError
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)
    for name in coder_sdk.__all__:
        cls = getattr(coder_sdk, name)
        if isinstance(cls, type) and issubclass(cls, CoderError):
            made = cls("text", hint="hint")
            again = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
            assert type(again) is cls
            assert cls.__module__ in {"coder_sdk", "coder_sdk._page"}
            assert "text" in str(again)
            assert "hint" in str(again)
            assert vars(again) == vars(made)


@pytest.mark.parametrize(
    "cls",
    [
        coder_sdk.BuildCanceledError,
        coder_sdk.BuildFailedError,
        coder_sdk.ClientUsageError,
        coder_sdk.CommandLostError,
        coder_sdk.ConnectError,
        coder_sdk.ConnectionLostError,
        coder_sdk.DeadlineExceededError,
        coder_sdk.DecodeError,
        coder_sdk.ProxyError,
        coder_sdk.QuotaExceededError,
        coder_sdk.RequestTimeoutError,
        coder_sdk.StreamError,
        coder_sdk.TemplateImportError,
    ],
)
def test_errors_without_words_of_their_own_say_what_to_do(cls: type[CoderError]):
    error = cls("It failed.")
    assert error.hint
    assert str(error) == f"It failed.\nHint: {error.hint}"
    assert cls("It failed.", hint="Do this.").hint == "Do this."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own


@pytest.mark.parametrize("status", [417, 500, 503])
def test_some_statuses_always_say_what_to_do(status: int):
    assert error_for(status, {"message": "No."}).hint


def test_a_status_is_named_only_where_a_server_answered():
    made_here = NotFoundError("There is no workspace 'dev'.", status=404)
    assert (str(made_here), made_here.status) == ("There is no workspace 'dev'.", 404)
    assert "status 404: " in str(error_for(404, {"message": "No."}))


def test_errors_hide_secrets():
    token = "aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb"
    error = error_for(
        400,
        {
            "message": f"token {token} and hidden-secret",
            "detail": f'"password": "swordfish", {token}',
            "validations": [{"field": "key", "detail": f"bad {token}"}],
            "session_token": "swordfish",
            "nested": [{"client_secret": "swordfish"}],
        },
        headers={"set-cookie": "coder_session_token=swordfish", "x-other": token},
    )
    for text in (str(error), repr(error), repr(vars(error)), pickle.dumps(error).decode("latin-1")):
        assert token not in text
        assert "swordfish" not in text
        assert "hidden-secret" not in text


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        ("INSUFFICIENT_QUOTA", coder_sdk.QuotaExceededError),
        ("REQUIRED_TEMPLATE_VARIABLES", coder_sdk.MissingVariablesError),
        ("SOMETHING_NEW", coder_sdk.BuildFailedError),
        (None, coder_sdk.BuildFailedError),
    ],
)
def test_each_known_job_error_has_its_class(code: str, cls: Any):
    assert job_error_class(code, coder_sdk.BuildFailedError) is cls
    assert all(issubclass(known, JobError) for known in JOB_ERRORS.values())


def test_job_errors_keep_the_end_of_the_log():
    error = coder_sdk.BuildFailedError("failed", error_code="X", logs=tuple(map(str, range(50))))
    assert error.log_tail(2) == ["48", "49"]
    assert error.log_tail(0) == []
    assert len(error.log_tail()) == 20
