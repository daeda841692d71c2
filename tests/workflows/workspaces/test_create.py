"""Creating, and workspaces for a while."""

from __future__ import annotations

from datetime import time, timedelta
from threading import Event
from typing import Any

import pytest

from coder_sdk import (
    BuildFailedError,
    ConflictError,
    RequestValidationError,
    ServerError,
    ValidationFailedError,
)
from coder_sdk._clock import SystemClock
from coder_sdk.testing import FakeCoder, Parameter
from coder_sdk.workflows._sync._concurrency import pause, task_group
from coder_sdk.workflows.schedule import weekly
from tests.colours import Colour

CREATES = "POST /api/v2/users/*/workspaces"


@pytest.fixture(autouse=True)
def docker(fake: FakeCoder) -> None:
    fake.add_template("docker", parameters={"cpu": 2})


def test_create_is_strict(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    made = colour.call(coder.workspaces.create, "dev", template="docker")
    assert made.latest_build.status == "running"
    with pytest.raises(ConflictError, match="admin/dev exists already"):
        colour.call(coder.workspaces.create, "dev", template="docker")


def test_a_create_that_loses_a_race_is_a_conflict(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_workspace("dev", template="docker")
    fake.inject(CREATES, status=500, message="Internal server error")
    with pytest.raises(ConflictError, match="exists already"):
        colour.call(coder.workspaces.create, "dev", template="docker")


def test_everything_is_passed_on(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_user("ada")
    made = colour.call(
        coder.workspaces.create,
        "dev",
        owner="ada",
        template="docker",
        parameters={"cpu": 4},
        ttl=timedelta(hours=8),
        autostart=weekly(time(9), tz="Europe/Berlin"),
        automatic_updates="always",
        wait=False,
    )
    assert (made.owner_name, made.ttl_ms) == ("ada", 8 * 3600 * 1000)
    assert made.autostart_schedule == "CRON_TZ=Europe/Berlin 0 9 * * 1-5"
    assert made.automatic_updates == "always"
    sent = fake.assert_called(CREATES).json
    assert sent["rich_parameter_values"] == [{"name": "cpu", "value": "4"}]


def test_without_parameters_their_definitions_are_not_read(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    colour.call(coder.workspaces.create, "dev", template="docker", wait=False)
    fake.assert_not_called("GET /api/v2/templateversions/*/rich-parameters")
    assert [item.method for item in fake.requests] == ["GET", "GET", "POST"]


def test_definitions_are_read_once_a_client(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    for name in ("one", "two"):
        colour.call(
            coder.workspaces.create, name, template="docker", parameters={"cpu": 1}, wait=False
        )
    assert len(fake.calls("GET /api/v2/templateversions/*/rich-parameters")) == 1


def test_a_prefix_picks_a_free_name(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    made = [
        colour.call(coder.workspaces.create, name_prefix="ci", template="docker", wait=False)
        for _ in range(2)
    ]
    assert made[0].name != made[1].name
    assert all(item.name.startswith("ci-") for item in made)


def test_a_name_that_was_taken_meanwhile_is_replaced(
    colour: Colour, fake: FakeCoder, coder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add_workspace("ci-aaaaaa", template="docker")
    words = iter(["aaaaaa", "bbbbbb"])
    module = "_async" if colour.is_async else "_sync"
    monkeypatch.setattr(
        f"coder_sdk.workflows.{module}._workspace_creation.token_hex", lambda _: next(words)
    )
    made = colour.call(coder.workspaces.create, name_prefix="ci", template="docker", wait=False)
    assert made.name == "ci-bbbbbb"


def test_a_name_that_is_free_again_after_a_conflict_is_replaced_too(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    create = coder.workspaces.create
    fake.inject(CREATES, status=409, message="Workspace already exists.", times=2)
    assert colour.call(create, name_prefix="ci", template="docker", wait=False).name[:3] == "ci-"
    assert len({sent.json["name"] for sent in fake.calls(CREATES)}) == 3
    fake.inject(CREATES, status=500, message="Internal server error")
    with pytest.raises(ServerError):
        colour.call(create, name_prefix="ci", template="docker", wait=False)


def test_a_name_or_a_prefix_is_needed(colour: Colour, coder: Any) -> None:
    with pytest.raises(RequestValidationError, match="one of them"):
        colour.call(coder.workspaces.create, template="docker")


def test_an_owner_is_named_once(colour: Colour, coder: Any) -> None:
    with pytest.raises(RequestValidationError, match="owner stands in the name"):
        colour.call(coder.workspaces.create, "ada/dev", owner="ada", template="docker")


def test_a_temporary_workspace_is_deleted(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    manager = coder.workspaces.temporary(template="docker")
    name = colour.within(manager, lambda workspace: workspace.name)
    assert name.startswith("tmp-")
    assert fake.calls("POST /api/v2/workspaces/*/builds")[-1].json["transition"] == "delete"


def test_the_end_of_a_temporary_workspace_is_looked_for_as_often_as_its_start(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    manager = coder.workspaces.temporary(template="docker", wait="build", poll_interval=30)
    assert colour.within(manager, lambda workspace: workspace.latest_build.status) == "running"
    looks = [call for call in fake.calls("GET /api/v2/workspacebuilds/*") if call.status == 200]
    assert len(looks) == 2
    assert fake.clock.monotonic() >= 1060


def test_a_temporary_workspace_is_deleted_when_the_block_fails(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    def fail(_: Any) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        colour.within(coder.workspaces.temporary(template="docker"), fail)
    assert fake.calls("POST /api/v2/workspaces/*/builds")[-1].json["transition"] == "delete"


def test_a_temporary_workspace_is_deleted_when_it_does_not_start(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.fail_next_build()
    with pytest.raises(BuildFailedError):
        colour.within(coder.workspaces.temporary("mine", template="docker"), lambda _: None)
    assert fake.calls("POST /api/v2/workspaces/*/builds")[-1].json["transition"] == "delete"


def test_the_error_of_the_block_wins_over_that_of_the_deletion(
    colour: Colour, fake: FakeCoder, coder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Any) -> None:
        fake.fail_next_build()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        colour.within(coder.workspaces.temporary("mine", template="docker"), fail)
    assert "admin/mine was not deleted" in caplog.text


def test_a_temporary_workspace_that_exists_is_left_alone(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_workspace("mine", template="docker")
    with pytest.raises(ConflictError):
        colour.within(coder.workspaces.temporary("mine", template="docker"), lambda _: None)
    fake.assert_not_called("POST /api/v2/workspaces/*/builds")


def test_a_temporary_workspace_is_deleted_when_its_group_gives_up(fake: FakeCoder) -> None:
    coder = fake.client()

    def use() -> None:
        with coder.workspaces.temporary("mine", template="docker"):
            entered.set()
            pause(SystemClock(), 60)

    def fail() -> None:
        with task_group() as tasks:
            tasks.start(use)
            entered.wait(30)
            raise KeyError("mine")

    entered = Event()
    with pytest.raises(KeyError, match="mine"):
        fail()
    assert coder.workspaces.list().to_list() == []


def test_several_options_may_be_chosen_of_a_list(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    zones = Parameter("zones", ["a"], options={"a": "A", "b": "B", "c": "C"})
    fake.add_template("zoned", parameters=[zones])
    made = colour.call(
        coder.workspaces.create, "dev", template="zoned", parameters={"zones": ["a", "c"]}
    )
    assert colour.call(coder.workspaces.parameters, made) == {"zones": '["a","c"]'}
    assert colour.call(coder.workspaces.create, "plain", template="zoned").name == "plain"
    with pytest.raises(RequestValidationError, match="'d': it has to be one of a, b, c"):
        colour.call(
            coder.workspaces.create, "other", template="zoned", parameters={"zones": ["a", "d"]}
        )
    raw = [{"name": "zones", "value": '["d"]'}]
    with pytest.raises(ValidationFailedError, match="not one of the options"):
        colour.call(
            coder.workspaces.create_for_user,
            "me",
            name="raw",
            template_id=made.template_id,
            rich_parameter_values=raw,
        )
