"""Rotating tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import CoderError, NotFoundError, RequestValidationError, UnauthorizedError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

JSON = {"content-type": "application/json"}
DELETE = "DELETE /api/v2/users/{user}/keys/{key}"


def names(colour: Colour, coder: Any) -> list[str]:
    return sorted(key.token_name for key in colour.call(coder.tokens.list, "me"))


def test_a_rotation_takes_the_next_name_and_deletes_the_old(colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    second = colour.call(coder.tokens.rotate, "ci")
    third = colour.call(coder.tokens.rotate, "ci")
    assert (second.name, second.removed) == ("ci-2", ("ci",))
    assert (third.name, third.removed) == ("ci-3", ("ci-2",))
    assert names(colour, coder) == ["ci-3"]


def test_the_new_token_works_before_the_old_is_deleted(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    start = len(fake.requests)
    colour.call(coder.tokens.rotate, "ci")
    paths = [f"{item.method} {item.path}" for item in fake.requests[start:]]
    assert paths.index("GET /api/v2/users/me") < len(paths) - 1
    assert paths[-1].startswith("DELETE")


def test_scopes_allow_list_and_lifetime_are_kept(fake: FakeCoder, colour: Colour, coder: Any):
    old = colour.call(
        coder.tokens.create,
        "ci",
        lifetime=timedelta(days=3),
        scopes=["workspace:read", "template:read"],
        allow_list=["workspace:*"],
    )
    new = colour.call(coder.tokens.rotate, "ci")
    assert (new.scopes, new.allow_list) == (old.scopes, old.allow_list)
    assert round((new.expires_at - fake.clock.now()) / timedelta(hours=1)) == 72


def test_what_is_given_replaces_what_was(colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci", scopes=["workspace:read"])
    new = colour.call(
        coder.tokens.rotate, "ci", scopes=["template:read"], allow_list=["template:*"]
    )
    assert (new.scopes, new.allow_list) == (("template:read",), ("template:*",))


def test_without_an_old_token_the_plain_name_is_used(colour: Colour, coder: Any):
    assert colour.call(coder.tokens.rotate, "ci").name == "ci"


def test_an_old_token_that_is_gone_meanwhile_is_no_failure(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci")
    fake.inject(DELETE, status=404)
    assert colour.call(coder.tokens.rotate, "ci").removed == ("ci",)


def test_a_new_token_that_is_refused_is_taken_back(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    fake.inject("GET /api/v2/users/me", status=401, message="No.")
    with pytest.raises(UnauthorizedError):
        colour.call(coder.tokens.rotate, "ci")
    assert names(colour, coder) == ["ci"]


def test_a_rotation_undoes_itself_when_the_old_stays(fake: FakeCoder, colour: Colour, coder: Any):
    old = colour.call(coder.tokens.create, "ci")
    fake.inject(f"DELETE /api/v2/users/me/keys/{old.id}", status=500, message="Boom")
    with pytest.raises(CoderError, match="Boom"):
        colour.call(coder.tokens.rotate, "ci")
    assert names(colour, coder) == ["ci"]


def test_what_is_left_over_is_said(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    fake.inject(DELETE, status=500, message="Boom", times=None)
    with pytest.raises(CoderError, match="new token `ci-2` is left over"):
        colour.call(coder.tokens.rotate, "ci")


def test_a_name_that_is_taken_meanwhile_is_stepped_over(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci")
    taken = colour.call(coder.tokens.with_raw_response.get_by_name, "me", "ci").content
    fake.inject("POST /api/v2/users/{user}/keys/tokens", status=409, message="Taken.")
    fake.inject("GET /api/v2/users/{user}/keys/tokens/ci-2", status=200, body=taken, headers=JSON)
    assert colour.call(coder.tokens.rotate, "ci").name == "ci-3"


def test_grace_leaves_the_old_token_for_a_later_rotation(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci")
    second = colour.call(coder.tokens.rotate, "ci", grace=3600)
    assert (second.removed, second.kept) == ((), ("ci",))
    fake.clock.advance(3601)
    third = colour.call(coder.tokens.rotate, "ci", grace=timedelta(hours=1))
    assert (third.removed, third.kept) == (("ci",), ("ci-2",))


def test_retire_deletes_what_was_left(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    colour.call(coder.tokens.rotate, "ci", grace=3600)
    assert colour.call(coder.tokens.retire, "ci", grace=3600) == ()
    fake.clock.advance(3601)
    assert colour.call(coder.tokens.retire, "ci", grace=3600) == ("ci",)
    assert names(colour, coder) == ["ci-2"]


def test_a_negative_grace_is_refused(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="cannot be negative"):
        colour.call(coder.tokens.rotate, "ci", grace=-1)
    assert fake.requests == []


def test_same_name_hands_over_with_a_gap(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci", scopes=["workspace:read"])
    new = colour.call(coder.tokens.rotate, "ci", same_name=True)
    assert (new.name, new.scopes, new.removed) == ("ci", ("workspace:read",), ("ci",))
    assert names(colour, coder) == ["ci"]


def test_same_name_says_that_the_old_one_is_gone(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci")
    fake.inject("POST /api/v2/users/{user}/keys/tokens", status=403, message="No.")
    with pytest.raises(CoderError, match="old token `ci` is deleted already"):
        colour.call(coder.tokens.rotate, "ci", same_name=True)


def test_a_client_goes_on_with_the_token_that_replaced_its_own(fake: FakeCoder, colour: Colour):
    first = colour.keep(fake.async_client() if colour.is_async else fake.client())
    own = colour.call(first.tokens.create, "ci").secret.get_secret_value()
    kind = fake.async_client if colour.is_async else fake.client
    client = colour.keep(kind(token=own))
    colour.call(client.tokens.rotate, "ci")
    assert colour.call(client.tokens.current).token_name == "ci-2"


def test_same_name_refuses_the_token_in_use(fake: FakeCoder, colour: Colour, coder: Any):
    own = colour.call(coder.tokens.create, "ci").secret.get_secret_value()
    kind = fake.async_client if colour.is_async else fake.client
    client = colour.keep(kind(token=own))
    with pytest.raises(RequestValidationError, match="client itself uses"):
        colour.call(client.tokens.rotate, "ci", same_name=True)
    assert names(colour, coder) == ["ci"]


def test_a_token_with_narrow_scopes_is_proved_as_well(colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci", scopes=["workspace:read"])
    assert colour.call(coder.tokens.rotate, "ci").removed == ("ci",)


def test_latest_is_the_newest_that_is_valid(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=1))
    colour.call(coder.tokens.create, "ci-2", lifetime=timedelta(hours=1))
    assert colour.call(coder.tokens.latest, "ci").token_name == "ci-2"
    fake.clock.advance(7200)
    assert colour.call(coder.tokens.latest, "ci").token_name == "ci"


def test_latest_of_nothing_names_what_there_is(colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "cli")
    with pytest.raises(NotFoundError, match="Did you mean `cli`"):
        colour.call(coder.tokens.latest, "cl")


def test_a_clock_that_is_ahead_is_told_from_a_token_that_is_missing(colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=1))
    coder._core.clock = colour.clock
    with pytest.raises(NotFoundError, match="clock is ahead of the server"):
        colour.call(coder.tokens.latest, "ci")


def test_names_that_only_look_alike_are_another_family(colour: Colour, coder: Any):
    colour.call(coder.tokens.create, "ci-prod")
    colour.call(coder.tokens.create, "ci")
    colour.call(coder.tokens.rotate, "ci")
    assert names(colour, coder) == ["ci-2", "ci-prod"]


def test_an_older_server_keeps_its_one_scope(colour: Colour):
    with FakeCoder(version="2.24.0") as old:
        client = colour.keep(old.async_client() if colour.is_async else old.client())
        colour.call(client.tokens.create, "ci")
        assert colour.call(client.tokens.rotate, "ci").name == "ci-2"


# -- answers that are lost


def other(fake: FakeCoder, colour: Colour, **options: Any) -> Any:
    """Another client."""
    make = fake.async_client if colour.is_async else fake.client
    return colour.keep(make(**options))


def test_an_old_token_that_is_deleted_although_that_failed_is_no_failure(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci")
    once = other(fake, colour, retry=None)
    fake.inject(DELETE, lose=True)
    assert colour.call(once.tokens.rotate, "ci").removed == ("ci",)
    assert names(colour, coder) == ["ci-2"]


@pytest.mark.parametrize("scopes", [["coder:all"], ["api_key:*", "user:read_personal"]])
def test_a_client_whose_own_token_went_without_an_answer_goes_on(
    fake: FakeCoder, colour: Colour, coder: Any, scopes: list[str]
):
    own = colour.call(coder.tokens.create, "ci", scopes=scopes).secret.get_secret_value()
    client = other(fake, colour, token=own)
    # The second try is refused: the token that it comes with is gone.
    fake.inject(DELETE, lose=True)
    made = colour.call(client.tokens.rotate, "ci")
    assert (made.name, made.removed) == ("ci-2", ("ci",))
    assert colour.call(client.tokens.current).token_name == "ci-2"


def test_the_new_token_is_in_the_error_where_nobody_knows_of_the_old_one(
    fake: FakeCoder, colour: Colour, coder: Any, caplog: pytest.LogCaptureFixture
):
    old = colour.call(coder.tokens.create, "ci")
    fake.inject(DELETE, lose=True, times=None)
    fake.inject(f"GET /api/v2/users/me/keys/{old.id}", status=500, times=None)
    with pytest.raises(CoderError, match=r"`ci-2` was kept, .* `error.token` has it") as caught:
        colour.call(coder.tokens.rotate, "ci")
    made = caught.value.__dict__["token"]
    client = other(fake, colour, token=made.secret.get_secret_value())
    assert colour.call(client.tokens.current).token_name == made.name == "ci-2"
    assert "`ci-2` was kept" in caplog.text
    assert made.secret.get_secret_value() not in caplog.text + repr(caught.value) + repr(made)


def test_the_new_token_is_deleted_where_another_old_one_is_left(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci")
    colour.call(coder.tokens.rotate, "ci", grace=3600)
    old = colour.call(coder.tokens.get_by_name, "me", "ci").id
    fake.clock.advance(3601)
    fake.inject(f"DELETE /api/v2/users/me/keys/{old}", status=500, message="Boom", times=None)
    with pytest.raises(CoderError, match="Boom"):
        colour.call(coder.tokens.rotate, "ci", grace=3600)
    assert names(colour, coder) == ["ci", "ci-2"]


def test_same_name_gives_a_token_that_it_made_in_the_error(
    fake: FakeCoder, colour: Colour, coder: Any
):
    colour.call(coder.tokens.create, "ci")
    colour.call(coder.tokens.rotate, "ci", grace=3600)
    old = colour.call(coder.tokens.get_by_name, "me", "ci-2").id
    fake.inject(f"DELETE /api/v2/users/me/keys/{old}", status=500, message="Boom", times=None)
    with pytest.raises(CoderError, match="Boom") as caught:
        colour.call(coder.tokens.rotate, "ci", same_name=True)
    assert names(colour, coder) == ["ci", "ci-2"]
    client = other(fake, colour, token=caught.value.__dict__["token"].secret.get_secret_value())
    assert colour.call(client.tokens.current).token_name == "ci"
