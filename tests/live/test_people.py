"""Users, groups and organizations."""

from __future__ import annotations

from typing import Any

from tests.colours import Colour
from tests.live.deployment import permitted


def test_a_user_comes_and_goes(coder: Any, colour: Colour, name: str):
    wanted = {"email": f"{name}@example.com", "username": name}
    with permitted():
        user, action = colour.call(coder.users.ensure, **wanted)
    try:
        assert (user.username, action) == (name, "created")
        assert colour.call(coder.users.ensure, **wanted).action == "unchanged"
        with permitted():
            colour.call(coder.users.suspend, name)
    finally:
        assert colour.call(coder.users.offboard, name).action == "deleted"


def test_a_group_is_ensured_and_deleted(coder: Any, colour: Colour, name: str):
    with permitted():
        group, action = colour.call(coder.groups.ensure, f"default/{name}", display_name="Live")
    try:
        assert (group.name, action) == (name, "created")
        again = colour.call(coder.groups.ensure, f"default/{name}", display_name="Live")
        assert again.action == "unchanged"
    finally:
        colour.call(coder.groups.delete, group)
