"""Offboarding."""

from __future__ import annotations

from typing import Any

import pytest

from coder_sdk import BulkError, NotFoundError, RequestValidationError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

DELETE = "DELETE /api/v2/users/*"


@pytest.fixture
def ann(fake: FakeCoder) -> str:
    fake.add_user("ann")
    fake.add_template("docker")
    for name in ("one", "two", "three"):
        fake.add_workspace(name, template="docker", owner="ann")
    fake.add_workspace("mine", template="docker")
    return "ann"


def names(colour: Colour, coder: Any) -> list[str]:
    return sorted(item.name for item in colour.call(coder.workspaces.list().to_list))


def test_the_user_goes_with_all_workspaces(fake: FakeCoder, colour: Colour, coder: Any, ann: str):
    user, action = colour.call(coder.users.offboard, "ann@example.com")
    assert (user.username, action) == (ann, "deleted")
    assert names(colour, coder) == ["mine"]
    with pytest.raises(NotFoundError):
        colour.call(coder.users.get, ann)


def test_a_user_is_kept_whose_workspace_cannot_be_deleted(
    fake: FakeCoder, colour: Colour, coder: Any, ann: str
):
    fake.fail_next_build("quota of disks")
    with pytest.raises(BulkError, match=r"`ann` was kept: 1 of 3.*quota of disks") as caught:
        colour.call(coder.users.offboard, ann)
    report = caught.value.report
    assert report.summary() == "deleted=2 failed=1"
    assert colour.call(coder.users.get, ann).username == ann
    fake.assert_not_called(DELETE)


def test_workspaces_that_come_meanwhile_go_too(
    fake: FakeCoder, colour: Colour, coder: Any, ann: str
):
    fake.inject(DELETE, status=417, message="You cannot delete a user that has workspaces.")
    assert colour.call(coder.users.offboard, ann).action == "deleted"
    fake.assert_called("GET /api/v2/workspaces", times=2)


def test_a_server_that_always_says_that_some_remain_ends_it(
    fake: FakeCoder, colour: Colour, coder: Any, ann: str
):
    fake.inject(DELETE, status=417, message="Some remain.", times=None)
    with pytest.raises(Exception, match="Some remain"):
        colour.call(coder.users.offboard, ann)
    fake.assert_called(DELETE, times=3)


def test_a_missing_user_is_an_error_unless_that_is_fine(
    fake: FakeCoder, colour: Colour, coder: Any
):
    with pytest.raises(NotFoundError):
        colour.call(coder.users.offboard, "nobody")
    before = len(fake.requests)
    assert colour.call(coder.users.offboard, "nobody", missing_ok=True) == (None, "unchanged")
    assert len(fake.requests) - before == 1


def test_whoever_has_the_name_of_a_deleted_user_is_left_alone(
    fake: FakeCoder, colour: Colour, coder: Any, ann: str
):
    old = colour.call(coder.users.offboard, ann).object
    fake.add_user("ann", email="another.ann@example.com")
    fake.add_workspace("hers", template="docker", owner="ann")
    assert colour.call(coder.users.offboard, old.id).action == "unchanged"
    assert names(colour, coder) == ["hers", "mine"]


def test_the_caller_is_refused_before_anything_is_deleted(
    fake: FakeCoder, colour: Colour, coder: Any
):
    with pytest.raises(RequestValidationError, match="is the caller"):
        colour.call(coder.users.offboard, "admin")
    assert {item.method for item in fake.requests} == {"GET"}


def test_a_condition_that_does_not_hold_skips(
    fake: FakeCoder, colour: Colour, coder: Any, ann: str
):
    never = colour.function(lambda user: user.status == "suspended")
    outcome = colour.call(coder.users.offboard, ann, only_if=never)
    assert (outcome.action, outcome.reason) == ("skipped", "the condition does not hold")
    assert names(colour, coder) == ["mine", "one", "three", "two"]


def test_many_are_offboarded_with_a_report(fake: FakeCoder, colour: Colour, coder: Any, ann: str):
    fake.add_user("ben")
    report = colour.call(coder.bulk, coder.users.offboard, ["ann", "nobody", "ben"])
    assert [(item, type(error)) for item, error in report.failed] == [("nobody", NotFoundError)]
    assert names(colour, coder) == ["mine"]
