"""Start, stop, restart, update, delete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coder_sdk import (
    BuildFailedError,
    ConflictError,
    DeletionFailedError,
    NotFoundError,
    PermissionDeniedError,
    RequestValidationError,
    Skip,
)
from coder_sdk.testing import FakeCoder, Parameter
from tests.colours import Colour

BUILDS = "POST /api/v2/workspaces/*/builds"
ONCE = Parameter("once", "", ephemeral=True)


@pytest.fixture
def dev(fake: FakeCoder) -> None:
    fixed = Parameter("region", "eu", mutable=False)
    fake.add_template("docker", parameters=[Parameter("cpu", 2), fixed, ONCE])
    fake.add_workspace("dev", template="docker")


def transitions(fake: FakeCoder) -> list[str]:
    return [item.json["transition"] for item in fake.calls(BUILDS) if item.status == 201]


def test_what_is_there_already_costs_one_read(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    before = len(fake.requests)
    assert colour.call(coder.workspaces.start, "dev").action == "unchanged"
    assert len(fake.requests) - before == 1


def test_stop_and_start(colour: Colour, fake: FakeCoder, coder: Any, dev: None) -> None:
    workspace, action = colour.call(coder.workspaces.stop, "dev")
    assert (action, workspace.latest_build.status) == ("stopped", "stopped")
    assert colour.call(coder.workspaces.stop, "dev").action == "unchanged"
    workspace, action = colour.call(coder.workspaces.start, "me/dev", wait="ready")
    assert (action, workspace.latest_build.status) == ("started", "running")
    assert workspace.health.healthy


def test_a_forced_start_makes_a_build(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    assert colour.call(coder.workspaces.start, "dev", force=True).action == "started"
    assert transitions(fake) == ["start"]


def test_a_stop_that_is_under_way_is_joined(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    colour.call(coder.workspaces.stop, "dev", wait=False)
    workspace, action = colour.call(coder.workspaces.stop, "dev")
    assert (action, workspace.latest_build.status) == ("unchanged", "stopped")
    assert transitions(fake) == ["stop"]


def test_a_start_waits_for_a_stop_that_is_under_way(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    colour.call(coder.workspaces.stop, "dev", wait=False)
    assert colour.call(coder.workspaces.start, "dev").action == "started"
    assert transitions(fake) == ["stop", "start"]


@pytest.mark.parametrize("method", ["start", "delete"])
def test_without_waiting_another_build_is_a_conflict(
    colour: Colour, coder: Any, dev: None, method: str
) -> None:
    colour.call(coder.workspaces.stop, "dev", wait=False)
    with pytest.raises(ConflictError):
        colour.call(getattr(coder.workspaces, method), "dev", wait=False)


def test_a_condition_is_asked_about_fresh_state(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    stale = colour.call(coder.workspaces.get, "dev")
    colour.call(coder.workspaces.set_favorite, "dev", favorite=True)
    only_if = colour.function(lambda workspace: not workspace.favorite)
    outcome = colour.call(coder.workspaces.stop, stale, only_if=only_if)
    assert (outcome.action, outcome.reason) == ("skipped", "the condition does not hold")
    assert transitions(fake) == []


@pytest.mark.parametrize("method", ["start", "stop", "restart", "update", "delete"])
def test_a_condition_is_asked_again_after_a_wait_for_another_build(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None, method: str
) -> None:
    fake.add_version("docker", "v2", active=True)
    if method == "stop":
        colour.call(coder.workspaces.start, "dev", force=True, wait=False)
    else:
        colour.call(coder.workspaces.stop, "dev", wait=False)
    before, asked = transitions(fake), []

    def only_if(workspace: Any) -> bool:
        asked.append(workspace.latest_build.job.status)
        return "succeeded" not in asked

    outcome = colour.call(getattr(coder.workspaces, method), "dev", only_if=only_if)
    assert outcome.action == "skipped"
    assert (len(asked), asked[-1]) == (2, "succeeded")
    assert transitions(fake) == before


def test_a_condition_is_not_asked_about_a_stop_of_our_own(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.fail_next_build()
    with pytest.raises(BuildFailedError):
        colour.call(coder.workspaces.start, "dev", force=True)
    only_if = colour.function(lambda workspace: workspace.latest_build.status == "failed")
    assert colour.call(coder.workspaces.start, "dev", only_if=only_if).action == "started"


def test_a_condition_may_say_why(colour: Colour, coder: Any, dev: None) -> None:
    outcome = colour.call(coder.workspaces.delete, "dev", only_if=lambda _: Skip("still used"))
    assert outcome.reason == "still used"


def test_a_failed_build_carries_the_end_of_the_log(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.fail_next_build("no space left")
    with pytest.raises(BuildFailedError, match=r"\(build 2\) failed: no space") as caught:
        colour.call(coder.workspaces.stop, "dev")
    assert "no space left" in caught.value.log_tail(3)
    assert caught.value.job.status == "failed"


def test_log_lines_come_as_they_are_written(colour: Colour, coder: Any, dev: None) -> None:
    lines: list[Any] = []
    colour.call(coder.workspaces.stop, "dev", on_log=colour.function(lines.append))
    assert "Applying" in lines
    assert lines[0].log.stage == "Setting up"
    assert len({line.log.id for line in lines}) == len(lines)


def test_an_unknown_job_state_does_not_end_a_wait(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    outcome = colour.call(coder.workspaces.stop, "dev", wait=False)
    found = colour.call(coder.builds.get, outcome.object.latest_build.id)
    body = found.model_dump(mode="json")
    body["job"]["status"] = "reticulating"
    pattern = f"GET /api/v2/workspacebuilds/{found.id}"
    fake.inject(
        pattern,
        status=200,
        body=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    assert colour.call(coder.builds.wait, found.id).job.status == "succeeded"


def test_a_server_that_is_away_for_a_while_does_not_end_a_wait(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.inject("GET /api/v2/workspacebuilds/*", status=500, message="Oops", times=3)
    assert colour.call(coder.workspaces.stop, "dev").action == "stopped"


@pytest.mark.parametrize("interval", [0.5, lambda elapsed: 0.5])
def test_the_poll_interval_is_a_number_or_a_function(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None, interval: Any
) -> None:
    colour.call(coder.workspaces.stop, "dev", poll_interval=interval)
    assert len(fake.calls("GET /api/v2/workspacebuilds/*")) >= 4


def test_restart(colour: Colour, fake: FakeCoder, coder: Any, dev: None) -> None:
    outcome = colour.call(coder.workspaces.restart, "dev", parameters={"once": "now"})
    assert outcome.action == "restarted"
    assert transitions(fake) == ["stop", "start"]
    assert colour.call(coder.workspaces.parameters, "dev")["once"] == "now"


def test_restart_checks_parameters_before_it_stops(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    with pytest.raises(RequestValidationError, match="no parameter `twice`"):
        colour.call(coder.workspaces.restart, "dev", parameters={"twice": "now"})
    assert transitions(fake) == []


def test_restart_refuses_to_change_a_fixed_parameter_before_it_stops(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    with pytest.raises(RequestValidationError, match="`region`"):
        colour.call(coder.workspaces.restart, "dev", parameters={"region": "us"})
    assert transitions(fake) == []
    assert colour.call(coder.workspaces.restart, "dev", parameters={"region": "eu"}).changed


def test_restart_checks_against_the_version_that_it_starts(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    colour.call(coder.workspaces.set_automatic_updates, "dev", "always")
    fake.add_version("docker", "v2", active=True, parameters=[Parameter("disk", 1)])
    with pytest.raises(RequestValidationError, match="no parameter `once`"):
        colour.call(coder.workspaces.restart, "dev", parameters={"once": "now"})
    assert transitions(fake) == []
    assert colour.call(coder.workspaces.restart, "dev", parameters={"disk": 2}).changed


@pytest.mark.parametrize("method", ["restart", "update"])
def test_parameters_are_checked_against_what_somebody_elses_build_leaves(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None, method: str
) -> None:
    """The build under way takes the workspace to a version with other parameters."""
    version = fake.add_version("docker", "v2", active=True, parameters=[Parameter("disk", 1)])
    if method == "update":
        fake.add_version("docker", "v3", active=True, parameters=[Parameter("disk", 1)])
    found = colour.call(coder.workspaces.get, "dev")
    colour.call(coder.builds.create, found.id, transition="start", template_version_id=version)
    change = getattr(coder.workspaces, method)
    before = transitions(fake)
    with pytest.raises(RequestValidationError, match="no parameter `once`"):
        colour.call(change, "dev", parameters={"once": "now"})
    assert transitions(fake) == before
    assert colour.call(change, "dev", parameters={"disk": 2}).changed
    assert colour.call(coder.workspaces.parameters, "dev") == {"disk": "2"}


def test_a_restart_during_somebody_elses_build_takes_the_parameters_of_its_version(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    version = fake.add_version("docker", "v2", active=True, parameters=[Parameter("disk", 1)])
    found = colour.call(coder.workspaces.get, "dev")
    colour.call(coder.builds.create, found.id, transition="start", template_version_id=version)
    assert colour.call(coder.workspaces.restart, "dev", parameters={"disk": 2}).changed
    assert transitions(fake) == ["start", "stop", "start"]


def test_update_takes_the_active_version(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    version = fake.add_version("docker", "v2", active=True, parameters={"cpu": 2})
    workspace, action = colour.call(coder.workspaces.update, "dev")
    assert action == "updated"
    assert workspace.latest_build.template_version_id == version
    assert transitions(fake) == ["stop", "start"]
    assert colour.call(coder.workspaces.update, "dev").action == "unchanged"


def test_update_skips_what_needs_an_answer(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    needed = Parameter("team", required=True)
    fake.add_version("docker", "v2", active=True, parameters=[needed])
    outcome = colour.call(coder.workspaces.update, "dev")
    assert outcome.action == "skipped"
    assert outcome.action.parameters == ("team",)
    assert transitions(fake) == []
    outcome = colour.call(coder.workspaces.update, "dev", parameters={"team": "red"})
    assert outcome.action == "updated"


def test_a_refused_old_version_is_started_with_the_active_one(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    colour.call(coder.workspaces.stop, "dev")
    version = fake.add_version("docker", "v2", active=True)
    fake.inject(BUILDS, status=403, message="Forbidden")
    workspace, _ = colour.call(coder.workspaces.start, "dev")
    assert workspace.latest_build.template_version_id == version


def test_delete(colour: Colour, fake: FakeCoder, coder: Any, dev: None) -> None:
    stale = colour.call(coder.workspaces.get, "dev")
    workspace, action = colour.call(coder.workspaces.delete, "dev")
    assert (action, workspace.latest_build.status) == ("deleted", "deleted")
    assert colour.call(coder.workspaces.delete, stale) == (None, "unchanged")
    assert colour.call(coder.workspaces.delete, "dev", missing_ok=True).action == "unchanged"
    with pytest.raises(NotFoundError):
        colour.call(coder.workspaces.delete, "dev")


def test_delete_waits_for_a_build_that_is_under_way(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    colour.call(coder.workspaces.stop, "dev", wait=False)
    assert colour.call(coder.workspaces.delete, "dev").action == "deleted"
    assert transitions(fake) == ["stop", "delete"]


def test_a_failed_deletion_may_leave_the_resources(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.fail_next_build("cannot destroy")
    outcome = colour.call(coder.workspaces.delete, "dev", orphan_on_failure=True)
    assert outcome.action == "orphaned"
    assert fake.calls(BUILDS)[-1].json["orphan"] is True


def test_a_refused_fallback_carries_both_causes(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.fail_next_build("cannot destroy")

    def refuse(_: Any) -> None:
        fake.inject(BUILDS, status=403, message="Only template managers may do that")

    with pytest.raises(DeletionFailedError, match="cannot destroy") as caught:
        colour.call(
            coder.workspaces.delete,
            "dev",
            orphan_on_failure=True,
            on_progress=lambda progress: refuse(progress) if progress.status == "failed" else None,
        )
    assert isinstance(caught.value.refusal, PermissionDeniedError)
    assert "cannot destroy" in caught.value.log_tail()


def test_a_build_in_the_way_of_one_that_is_not_waited_for_has_a_hint(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_template("endless", hangs=True)
    colour.call(coder.workspaces.create, "late", template="endless", wait=False)
    with pytest.raises(ConflictError, match="already active") as caught:
        colour.call(coder.workspaces.stop, "late", wait=False)
    assert "unless `wait=False`" in str(caught.value.hint)


def test_the_absence_of_what_may_be_missing_costs_one_read(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    before = len(fake.requests)
    assert colour.call(coder.workspaces.delete, "gone", missing_ok=True).action == "unchanged"
    assert len(fake.requests) - before == 1


def test_an_update_that_failed_is_tried_again(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.add_version("docker", "v2", active=True)
    colour.call(coder.workspaces.stop, "dev")
    fake.fail_next_build()
    with pytest.raises(BuildFailedError):
        colour.call(coder.workspaces.update, "dev")
    workspace, action = colour.call(coder.workspaces.update, "dev")
    assert (action, workspace.latest_build.status) == ("updated", "running")
    assert colour.call(coder.workspaces.update, "dev").action == "unchanged"


def test_concurrent_updates_make_one_stop_and_one_start(
    colour: Colour, fake: FakeCoder, coder: Any, dev: None
) -> None:
    fake.add_version("docker", "v2", active=True)
    outcomes = colour.gather(lambda: coder.workspaces.update("dev"), 4)
    assert sorted(outcome.action for outcome in outcomes) == ["unchanged"] * 3 + ["updated"]
    assert transitions(fake) == ["stop", "start"]
