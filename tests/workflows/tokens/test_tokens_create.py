"""Making tokens."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from attrs import asdict

from coder_sdk import (
    BadRequestError,
    ConflictError,
    FeatureUnavailableError,
    RequestValidationError,
)
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


def lifetime_left(fake: FakeCoder, token: Any) -> timedelta:
    """How long a token lives; each request takes the fake a moment."""
    left: timedelta = token.expires_at - fake.clock.now()
    return timedelta(seconds=round(left.total_seconds()))


TOKENS = "POST /api/v2/users/{user}/keys/tokens"


def test_the_result_has_secret_expiry_and_scopes(fake: FakeCoder, colour: Colour, coder: Any):
    token = colour.call(
        coder.tokens.create,
        "ci",
        lifetime=timedelta(days=7),
        scopes=["coder:workspaces.create"],
    )
    assert token.name == "ci"
    assert token.secret.get_secret_value().startswith(f"{token.id}-")
    assert token.scopes == ("coder:workspaces.create",)
    assert token.allow_list == ("*:*",)
    assert lifetime_left(fake, token) == timedelta(days=7)


def test_the_secret_is_hidden_in_every_dump(colour: Colour, coder: Any):
    token = colour.call(coder.tokens.create, "ci")
    secret = token.secret.get_secret_value()
    shown = [repr(token), str(token), json.dumps(token.to_dict()), repr(asdict(token))]
    assert not any(secret in text for text in shown)


def test_three_requests_make_a_token_of_a_given_lifetime(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=1))
    assert [item.method for item in fake.requests] == ["GET", "POST", "GET"]


def test_the_error_shows_the_longest_lifetime(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="7 days, 0:00:00 at most"):
        colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=30))
    fake.assert_not_called(TOKENS)


def test_none_is_the_longest_lifetime(fake: FakeCoder, colour: Colour, coder: Any):
    token = colour.call(coder.tokens.create, "ci", lifetime=None)
    assert lifetime_left(fake, token) == timedelta(days=7)


def test_a_token_is_made_for_another_user(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    colour.call(coder.tokens.create, "ci", user="ann@example.com", lifetime=timedelta(days=90))
    (found,) = colour.call(coder.tokens.list, "ann")
    assert (found.username, found.token_name) == ("ann", "ci")


def test_an_allow_list_takes_models(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker")
    workspace = colour.call(coder.workspaces.get, "dev")
    template = colour.call(coder.templates.get, "docker")
    token = colour.call(coder.tokens.create, "ci", allow_list=[workspace, template, "task:*"])
    assert token.allow_list == (f"workspace:{workspace.id}", f"template:{template.id}", "task:*")


@pytest.mark.parametrize("entry", ["workspace", ":x", "workspace:", object()])
def test_an_entry_that_names_nothing_is_refused(colour: Colour, coder: Any, entry: Any):
    with pytest.raises(RequestValidationError, match="allow list"):
        colour.call(coder.tokens.create, "ci", allow_list=[entry])


def test_an_existing_name_is_a_conflict(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    with pytest.raises(ConflictError, match="a token `ci` already"):
        colour.call(coder.tokens.create, "ci")
    assert len(colour.call(coder.tokens.list, "me")) == 1


def test_a_token_whose_answer_was_lost_is_made_again(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject(TOKENS, lose=True)
    token = colour.call(coder.tokens.create, "ci")
    (found,) = colour.call(coder.tokens.list, "me")
    assert found.id == token.id
    fake.assert_called("DELETE /api/v2/users/{user}/keys/{key}", times=1)


def test_an_older_token_survives_a_lost_answer(fake: FakeCoder, colour: Colour, coder: Any):
    first = colour.call(coder.tokens.create, "ci")
    fake.clock.advance(3600)
    fake.inject(TOKENS, lose=True)
    with pytest.raises(ConflictError, match="a token `ci` already"):
        colour.call(coder.tokens.create, "ci")
    (found,) = colour.call(coder.tokens.list, "me")
    assert found.id == first.id


def test_a_request_that_never_arrived_is_repeated(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject(TOKENS, status=502)
    token = colour.call(coder.tokens.create, "ci")
    (found,) = colour.call(coder.tokens.list, "me")
    assert found.id == token.id


def test_a_server_error_without_a_token_is_raised(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject(TOKENS, status=500, message="Boom", times=None)
    with pytest.raises(Exception, match="Boom"):
        colour.call(coder.tokens.create, "ci")
    fake.assert_called(TOKENS, times=1)


def test_a_secret_is_not_lost_when_the_token_cannot_be_read(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.inject("GET /api/v2/users/{user}/keys/{key}", status=404)
    token = colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=1), scopes=["file:read"])
    assert token.secret
    assert token.scopes == ("file:read",)
    assert lifetime_left(fake, token) == timedelta(days=1)


def test_an_unknown_scope_is_the_servers_error(colour: Colour, coder: Any):
    with pytest.raises(BadRequestError, match="unsupported API key scope"):
        colour.call(coder.tokens.create, "ci", scopes=["nonsense"])


@pytest.mark.parametrize("name", ["", "a/b"])
def test_a_name_that_no_path_holds_is_refused(colour: Colour, coder: Any, name: str):
    with pytest.raises(RequestValidationError, match="no name for a token"):
        colour.call(coder.tokens.create, name)


@pytest.mark.parametrize(
    "narrow",
    [
        {"scopes": ["workspace:read"]},
        {"allow_list": ["workspace:259f4329-e6f4-490b-9a16-4106cf6a659e"]},
    ],
)
def test_a_token_that_became_wider_than_asked_for_is_not_kept(
    colour: Colour, narrow: dict[str, Any]
):
    with FakeCoder(version="2.24.0") as old:
        coder = colour.keep(old.async_client() if colour.is_async else old.client())
        with pytest.raises(FeatureUnavailableError, match="knows neither scopes nor allow lists"):
            colour.call(coder.tokens.create, "ci", **narrow)
        assert "ci" not in [key.token_name for key in colour.call(coder.tokens.list)]


@pytest.mark.parametrize("whole", [{}, {"scopes": ["coder:all"]}, {"allow_list": ["*:*"]}])
def test_an_older_server_makes_a_token_for_everything(colour: Colour, whole: dict[str, Any]):
    with FakeCoder(version="2.24.0") as old:
        coder = colour.keep(old.async_client() if colour.is_async else old.client())
        assert colour.call(coder.tokens.create, "ci", **whole).scopes == ("all",)
