"""Checking tokens, and reporting when they expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import ConfigError, NotFoundError, RequestValidationError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour


def client_of(fake: FakeCoder, colour: Colour, **options: Any) -> Any:
    made = fake.async_client(**options) if colour.is_async else fake.client(**options)
    return colour.keep(made)


def test_a_good_token_hides_nothing(colour: Colour, coder: Any):
    check = colour.call(coder.tokens.check)
    assert (check.ok, check.username, check.warnings) == (True, "admin", ())


def test_scopes_that_hide_everything_are_reported(fake: FakeCoder, colour: Colour):
    client = client_of(fake, colour, scopes=["workspace:read", "template:read"])
    check = colour.call(client.tokens.check)
    assert not check.ok
    assert check.hidden == ("users", "organizations", "tokens")
    assert check.username is None
    assert "lists of them are empty" in check.warnings[0]


def test_a_whole_token_of_a_plain_member_hides_nothing(fake: FakeCoder, colour: Colour):
    fake.add_user("ann")
    client = client_of(fake, colour, user="ann")
    assert colour.call(client.tokens.check).hidden == ()


def test_templates_that_are_listed_are_not_hidden(fake: FakeCoder, colour: Colour):
    fake.add_user("ann")
    fake.add_template("docker")
    client = client_of(fake, colour, user="ann", scopes=["template:read"])
    hidden = colour.call(client.tokens.check).hidden
    assert "templates" not in hidden
    assert "workspaces" in hidden


def test_permissions_that_are_needed_and_missing_are_named(fake: FakeCoder, colour: Colour):
    client = client_of(fake, colour, scopes=["workspace:read"])
    needs = ["workspace:read", "workspace:create"]
    assert colour.call(client.tokens.check, needs=needs).missing == ("workspace:create",)


def test_another_token_is_checked_with_the_same_client(colour: Colour, coder: Any):
    made = colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=1))
    check = colour.call(coder.tokens.check, made.secret)
    assert (check.name, check.expires_at, check.ok) == ("ci", made.expires_at, True)
    assert colour.call(coder.tokens.check).name != "ci"


def test_a_client_that_has_sent_nothing_checks_another_token(fake: FakeCoder, colour: Colour):
    client = client_of(fake, colour)
    assert colour.call(client.tokens.check, fake.token_for()).valid


def test_an_expired_token_says_so(fake: FakeCoder, colour: Colour, coder: Any):
    made = colour.call(coder.tokens.create, "ci", lifetime=timedelta(hours=1))
    fake.clock.advance(7200)
    check = colour.call(coder.tokens.check, made.secret)
    assert (check.valid, check.reason) == (False, "expired")
    assert check.warnings == ("The server does not accept the token: it is expired.",)


def test_a_need_without_an_action_is_refused(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="`resource:action`"):
        colour.call(coder.tokens.check, needs=["workspace"])
    assert fake.requests == []


def test_the_token_in_use_knows_when_it_expires(fake: FakeCoder, colour: Colour, coder: Any):
    made = colour.call(coder.tokens.create, "ci", lifetime=timedelta(days=2))
    client = client_of(fake, colour, token=made.secret.get_secret_value())
    assert colour.call(client.tokens.expires_at) == made.expires_at


def test_a_token_that_may_not_see_itself_says_which_scope_is_missing(
    fake: FakeCoder, colour: Colour
):
    client = client_of(fake, colour, scopes=["workspace:read"])
    with pytest.raises(NotFoundError, match="api_key:read"):
        colour.call(client.tokens.expires_at)


def test_a_client_without_a_token_is_a_configuration_error(colour: Colour):
    client = colour.client(token=None)
    with pytest.raises(ConfigError, match="no API token"):
        colour.call(client.tokens.current)


def test_a_token_from_a_provider_is_asked_for_first(fake: FakeCoder, colour: Colour):
    secret = fake.token_for()
    client = colour.client("https://coder.test", token=lambda: secret, clock=False)
    source = client_of(fake, colour)
    client._core.clock, client._core._ready = source._core.clock, source._core._ready
    assert colour.call(client.tokens.current).id == secret[:10]


def test_the_report_sorts_by_expiry(fake: FakeCoder, colour: Colour, coder: Any):
    for name, days in (("long", 7), ("gone", 1), ("soon", 3)):
        colour.call(coder.tokens.create, name, lifetime=timedelta(days=days))
    fake.clock.advance(timedelta(days=1, seconds=10))
    report = colour.call(coder.tokens.expiry_report, within=timedelta(days=3))
    assert [item.name for item in report.tokens] == ["gone", "soon", "long"]
    assert [item.name for item in report.expired] == ["gone"]
    assert [item.name for item in report.expiring] == ["soon"]
    assert report.summary() == "valid=1 expiring=1 expired=1"
    assert [record["state"] for record in report.to_records()] == ["expired", "expiring", "valid"]


def test_the_report_covers_everyone_on_request(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    colour.call(coder.tokens.create, "hers", user="ann", lifetime=timedelta(days=1))
    report = colour.call(coder.tokens.expiry_report, everyone=True)
    assert ("ann", "hers") in [(item.username, item.name) for item in report.tokens]
