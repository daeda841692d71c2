"""Lengths of time: a `timedelta`, or seconds, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import RequestValidationError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

HOURS = timedelta(hours=8)
SECONDS = 8 * 3600


@pytest.fixture(autouse=True)
def dev(fake: FakeCoder) -> None:
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker", ttl=timedelta(hours=1))


@pytest.mark.parametrize("method", ["create", "ensure"])
def test_a_new_workspace_takes_its_ttl_in_seconds(colour: Colour, coder: Any, method: str):
    colour.call(getattr(coder.workspaces, method), "fresh", template="docker", ttl=SECONDS)
    assert colour.call(coder.workspaces.get, "fresh").ttl == HOURS


def test_a_workspace_that_exists_takes_its_ttl_in_seconds(colour: Colour, coder: Any):
    assert colour.call(coder.workspaces.set_ttl, "dev", SECONDS).object.ttl == HOURS
    ensured = colour.call(coder.workspaces.ensure, "dev", template="docker", ttl=HOURS / 2)
    assert ensured.object.ttl == HOURS / 2
    ensured = colour.call(coder.workspaces.ensure, "dev", template="docker", ttl=SECONDS)
    assert ensured.object.ttl == HOURS


def test_a_deadline_moves_by_seconds(colour: Colour, coder: Any):
    before = colour.call(coder.workspaces.get, "dev").latest_build.deadline
    extended = colour.call(coder.workspaces.extend, "dev", 1800).object
    assert extended.latest_build.deadline - before == timedelta(minutes=30)


def test_a_token_lives_for_seconds(colour: Colour, coder: Any):
    token = colour.call(coder.tokens.create, "ci", lifetime=3600.0)
    assert colour.call(coder.tokens.latest, "ci").lifetime_seconds == 3600
    assert colour.call(coder.tokens.rotate, "ci", lifetime=7200).expires_at > token.expires_at
    report = colour.call(coder.tokens.expiry_report, within=SECONDS)
    assert [item.name for item in report.expiring] == ["ci-2"]


def test_settings_of_a_template_take_seconds(colour: Colour, coder: Any):
    settings = coder.templates.set_settings
    assert colour.call(settings, "docker", default_ttl=SECONDS).object.default_ttl == HOURS


@pytest.mark.parametrize("value", ["8h", True, float("nan"), float("inf"), 1e300])
def test_what_is_no_length_of_time_is_refused(
    colour: Colour, fake: FakeCoder, coder: Any, value: Any
):
    for name, call, arguments in (
        ("ttl", coder.workspaces.create, {"name": "fresh", "template": "docker"}),
        ("ttl", coder.workspaces.ensure, {"workspace": "fresh", "template": "docker"}),
        ("ttl", coder.workspaces.set_ttl, {"workspace": "dev"}),
        ("by", coder.workspaces.extend, {"workspace": "dev"}),
        ("lifetime", coder.tokens.create, {"name": "ci"}),
        ("grace", coder.tokens.retire, {"name": "ci"}),
        ("within", coder.tokens.expiry_report, {}),
        ("failure_ttl", coder.templates.set_settings, {"template": "docker"}),
    ):
        with pytest.raises(RequestValidationError, match=f"`{name}` has to be a `timedelta`"):
            colour.call(call, **arguments, **{name: value})
    fake.assert_not_called("PUT **")
    fake.assert_not_called("POST **")
    fake.assert_not_called("PATCH **")
