"""Roles by reading, changing and writing."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import FeatureUnavailableError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

PUT = "PUT /api/v2/users/*/roles"


def test_a_role_is_added_beside_the_others(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann", roles=["auditor"])
    added = colour.call(coder.users.add_roles, "ann", "template-admin")
    assert added == (["auditor", "template-admin"], "updated")
    assert colour.call(coder.users.add_roles, "ann", ["auditor"]).action == "unchanged"
    fake.assert_called(PUT, times=1)


def test_a_role_is_taken_away(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann", roles=["auditor", "template-admin"])
    assert colour.call(coder.users.remove_roles, "ann", "auditor") == (
        ["template-admin"],
        "updated",
    )
    assert colour.call(coder.users.remove_roles, "ann", "auditor").action == "unchanged"


def test_roles_are_set_exactly(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann", roles=["auditor"])
    assert colour.call(coder.users.set_roles, "ann", []) == ([], "updated")
    assert colour.call(coder.users.set_roles, "ann", []).action == "unchanged"


def test_roles_of_an_organization(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_organization("data")
    fake.add_user("ann", organizations=["default", "data"])
    ask = ("ann", "organization-auditor")
    added = colour.call(coder.users.add_roles, *ask, organization="data")
    assert added == (["organization-auditor"], "updated")
    assert colour.call(coder.users.add_roles, *ask, organization="data").action == "unchanged"
    assert colour.call(coder.users.roles, "ann").roles == []


def test_roles_that_the_server_drops_are_an_error(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_user("ann")
    body = colour.call(coder.users.with_raw_response.get, "ann").content
    fake.inject(PUT, status=200, body=body, headers={"content-type": "application/json"})
    with pytest.raises(FeatureUnavailableError, match="`roles`"):
        colour.call(coder.users.add_roles, "ann", "auditor")
