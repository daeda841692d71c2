"""The connection, and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import NotFoundError
from coder_sdk._cli import main
from coder_sdk.models import User
from tests.colours import Colour
from tests.live.deployment import URL, permitted

HOUR = timedelta(hours=1)


@pytest.fixture
def family(coder: Any, colour: Colour, name: str) -> Iterator[str]:
    """The first name of tokens that are there for one test."""
    yield name
    for token in colour.call(coder.tokens.list, "me"):
        if token.token_name.startswith(name):
            colour.call(coder.tokens.delete, "me", token.id)


def test_the_connection_is_healthy(coder: Any, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor"]) == 0, capsys.readouterr().out


def test_a_token_knows_itself(coder: Any, colour: Colour, family: str):
    with permitted():
        made = colour.call(coder.tokens.create, family, lifetime=HOUR)
    own = colour.client(URL, clock=False, token=made.secret).tokens
    assert colour.call(own.current).token_name == family
    assert colour.call(own.expires_at) == made.expires_at
    check = colour.call(own.check, needs=["api_key:read"])
    assert (check.valid, check.name, check.missing) == (True, family, ())
    report = colour.call(coder.tokens.expiry_report, within=2 * HOUR)
    assert family in [token.name for token in report.expiring]
    later = colour.call(coder.tokens.expiry_report, within=HOUR / 2, everyone=True)
    assert family in [token.name for token in later.tokens if token.state == "valid"]


def test_a_token_can_do_what_its_scopes_say(coder: Any, colour: Colour, family: str):
    with permitted():
        made = colour.call(
            coder.tokens.create, family, lifetime=HOUR, scopes=["workspace:read", "api_key:read"]
        )
    needs = ["workspace:read", "workspace:delete"]
    check = colour.call(coder.tokens.check, made.secret, needs=needs)
    assert (check.valid, check.ok, check.missing) == (True, False, ("workspace:delete",))
    next_one = colour.call(coder.tokens.rotate, family)
    assert set(next_one.scopes) == {"workspace:read", "api_key:read"}


def test_a_token_is_rotated(coder: Any, colour: Colour, family: str):
    tokens = coder.tokens
    with permitted():
        made = colour.call(tokens.create, family, lifetime=HOUR)
    skipped = colour.call(tokens.rotate, family, only_if=lambda _: False)
    assert skipped == "skipped"
    next_one = colour.call(tokens.rotate, family)
    assert (next_one.name, next_one.removed) == (f"{family}-2", (family,))
    assert colour.call(tokens.check, made.secret).valid is False
    assert colour.call(tokens.latest, family).token_name == next_one.name
    again = colour.call(tokens.rotate, family, same_name=True)
    assert (again.name, again.removed) == (family, (next_one.name,))
    assert colour.call(tokens.check, again.secret).valid


def test_an_older_token_is_retired_in_the_end(coder: Any, colour: Colour, family: str):
    tokens = coder.tokens
    with permitted():
        made = colour.call(tokens.create, family, lifetime=HOUR)
    next_one = colour.call(tokens.rotate, family, grace=HOUR)
    assert (next_one.removed, next_one.kept) == ((), (family,))
    assert colour.call(tokens.check, made.secret).valid
    assert colour.call(tokens.retire, family, grace=HOUR) == ()
    assert colour.call(tokens.retire, family, only_if=lambda _: False) == ()
    assert colour.call(tokens.retire, family) == (family,)
    assert colour.call(tokens.check, made.secret).valid is False
    assert colour.call(tokens.check, next_one.secret).valid


def test_a_token_is_made_for_somebody_else(coder: Any, colour: Colour, name: str, person: User):
    with permitted(NotFoundError):
        made = colour.call(coder.tokens.create, name, user=person, lifetime=HOUR)
    check = colour.call(coder.tokens.check, made.secret)
    assert (check.valid, check.username) == (True, person.username)
    report = colour.call(coder.tokens.expiry_report, user=person)
    assert [token.name for token in report.tokens] == [name]
    with permitted():
        colour.call(coder.users.ensure, username=person.username, status="suspended")
    assert colour.call(coder.tokens.check, made.secret).valid is False
