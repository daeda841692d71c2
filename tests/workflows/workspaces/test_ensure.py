"""Bringing a workspace up, whatever state it is in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import (
    BadRequestError,
    BuildFailedError,
    ConflictError,
    NoProvisionerError,
    NotFoundError,
    RequestValidationError,
    ValidationFailedError,
    WaitTimeoutError,
)
from coder_sdk.testing import AgentSpec, FakeCoder, Parameter, Preset
from tests.colours import Colour

BUILDS = "POST /api/v2/workspaces/*/builds"
CREATES = "POST /api/v2/users/*/workspaces"


@pytest.fixture
def docker(fake: FakeCoder) -> None:
    fake.add_template(
        "docker",
        parameters=[
            Parameter("cpu", 2, minimum=1, maximum=16),
            Parameter("region", "eu", options={"eu": "Europe", "us": "USA"}, mutable=False),
        ],
    )


def test_a_missing_workspace_is_created(colour: Colour, coder: Any, docker: None) -> None:
    workspace, action = colour.call(coder.workspaces.ensure, "dev", template="docker")
    assert action == "created"
    assert workspace.latest_build.status == "running"


def test_a_second_run_reads_once_and_writes_nothing(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    before = len(fake.requests)
    outcome = colour.call(coder.workspaces.ensure, "me/dev", template="docker", wait="ready")
    assert outcome.action == "unchanged"
    assert not outcome.changed
    assert len(fake.requests) - before == 1


def test_a_stopped_workspace_is_started(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker", running=False)
    outcome = colour.call(coder.workspaces.ensure, "dev")
    assert (outcome.action, outcome.object.latest_build.status) == ("started", "running")


def test_a_dormant_workspace_is_woken(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker", running=False)
    colour.call(coder.workspaces.set_dormant, "dev", dormant=True)
    outcome = colour.call(coder.workspaces.ensure, "dev")
    assert outcome.action == "woken"
    assert outcome.object.dormant_at is None


def test_a_workspace_that_sleeps_while_it_runs_is_woken_without_a_build(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    colour.call(coder.workspaces.set_dormant, "dev", dormant=True)
    outcome = colour.call(coder.workspaces.ensure, "dev", wait="ready")
    assert (outcome.action, outcome.object.dormant_at) == ("woken", None)
    fake.assert_not_called(BUILDS)


def test_a_parameter_that_differs_makes_one_build(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    ensure = coder.workspaces.ensure
    assert colour.call(ensure, "dev", parameters={"cpu": 8}).action == "updated"
    assert colour.call(ensure, "dev", parameters={"cpu": 8}).action == "unchanged"
    fake.assert_called(BUILDS, times=1)
    assert colour.call(coder.workspaces.parameters, "dev")["cpu"] == "8"


def test_a_fixed_parameter_that_differs_is_refused_before_anything_is_sent(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    with pytest.raises(RequestValidationError, match="fixed once the workspace exists"):
        colour.call(coder.workspaces.ensure, "dev", parameters={"region": "us"})
    fake.assert_not_called(BUILDS)


def test_another_template_is_a_conflict_before_anything_is_written(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_template("k8s")
    fake.add_workspace("dev", template="docker", running=False)
    with pytest.raises(ConflictError, match="made from the template `docker`"):
        colour.call(coder.workspaces.ensure, "dev", template="k8s")
    fake.assert_not_called(BUILDS)


def test_a_slip_in_the_name_of_the_template_is_pointed_out(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    with pytest.raises(ConflictError) as caught:
        colour.call(coder.workspaces.ensure, "dev", template="dokcer")
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("Did you mean the template `docker`? Choose another name")
    with pytest.raises(ConflictError) as caught:
        colour.call(coder.workspaces.ensure, "dev", template="zebra")
    assert caught.value.hint == "Choose another name, or delete the workspace first."


@pytest.mark.parametrize("name", ["docker", "Docker", "default/docker", "coder/docker"])
def test_the_same_template_is_recognised_in_every_form(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None, name: str
) -> None:
    fake.add_workspace("dev", template="docker")
    assert colour.call(coder.workspaces.ensure, "dev", template=name).action == "unchanged"


def test_an_outdated_version_is_kept_unless_asked_otherwise(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    newer = fake.add_version("docker", "v2", active=True)
    ensure = coder.workspaces.ensure
    assert colour.call(ensure, "dev").action == "unchanged"
    workspace, action = colour.call(ensure, "dev", update=True)
    assert action == "updated"
    assert workspace.latest_build.template_version_id == newer


def test_an_update_that_needs_an_answer_is_an_error_where_a_ready_workspace_is_promised(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker", running=False)
    needed = [Parameter("team", required=True), Parameter("tier", required=True)]
    fake.add_version("docker", "v2", active=True, parameters=needed)
    week = timedelta(days=7)
    with pytest.raises(RequestValidationError, match="needs a value for `team`, `tier`"):
        colour.call(coder.workspaces.provision, "dev", update=True, ttl=week)
    outcome = colour.call(coder.workspaces.ensure, "dev", update=True, ttl=week)
    assert (outcome.action, outcome.changed) == ("skipped", False)
    assert all(item.method == "GET" for item in fake.requests)
    answers = {"team": "red", "tier": "gold"}
    ready = colour.call(coder.workspaces.provision, "dev", update=True, parameters=answers)
    assert ready.latest_build.status == "running"


def test_what_a_failed_start_left_is_stopped_first(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.fail_next_build()
    with pytest.raises(BuildFailedError):
        colour.call(coder.workspaces.ensure, "dev", template="docker")
    assert colour.call(coder.workspaces.ensure, "dev").action == "started"
    sent = [item.json["transition"] for item in fake.calls(BUILDS)]
    assert sent == ["stop", "start"]


def test_a_build_that_is_under_way_is_waited_for(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    colour.call(coder.workspaces.create, "dev", template="docker", wait=False)
    workspace, action = colour.call(coder.workspaces.ensure, "dev")
    assert action == "unchanged"
    assert workspace.latest_build.status == "running"
    fake.assert_not_called(BUILDS)


def test_a_deletion_that_is_under_way_is_waited_for(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    old = fake.add_workspace("dev", template="docker")
    colour.call(coder.workspaces.delete, "dev", wait=False)
    workspace, action = colour.call(coder.workspaces.ensure, "dev", template="docker")
    assert action == "created"
    assert workspace.id != old


def test_concurrent_callers_make_one_workspace_and_one_build(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    outcomes = colour.gather(lambda: coder.workspaces.ensure("dev", template="docker"), 5)
    assert sorted(outcome.action for outcome in outcomes) == ["created"] + ["unchanged"] * 4
    assert len({outcome.object.id for outcome in outcomes}) == 1
    assert {outcome.object.latest_build.build_number for outcome in outcomes} == {1}


def test_concurrent_callers_make_one_start(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker", running=False)
    outcomes = colour.gather(lambda: coder.workspaces.ensure("dev"), 5)
    assert [outcome.action for outcome in outcomes].count("started") == 1
    assert len({outcome.object.latest_build.id for outcome in outcomes}) == 1


def test_concurrent_callers_with_other_values_each_have_their_way_in_turn(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    values = iter([3, 4, 5])
    outcomes = colour.gather(
        lambda: coder.workspaces.ensure("dev", parameters={"cpu": next(values)}), 3
    )
    assert [outcome.action for outcome in outcomes] == ["updated"] * 3
    made = [sent.json for sent in fake.calls(BUILDS) if sent.status == 201]
    sent = {value["value"] for body in made for value in body["rich_parameter_values"]}
    assert sent == {"3", "4", "5"}


def test_a_change_that_nobody_waits_for_is_refused_during_another_build(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker", running=False)
    ensure = coder.workspaces.ensure
    colour.call(ensure, "dev", parameters={"cpu": 3}, wait=False)
    assert colour.call(ensure, "dev", parameters={"cpu": 3}, wait=False).action == "unchanged"
    with pytest.raises(ConflictError, match=r"admin/dev is (pending|starting)"):
        colour.call(ensure, "dev", parameters={"cpu": 4}, wait=False)


@pytest.mark.parametrize("status", [409, 500])
def test_after_a_refused_create_the_workspace_is_read_back(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None, status: int
) -> None:
    # What a loser sees: the create fails, and the workspace is there.
    fake.inject("GET /api/v2/users/me/workspace/dev", status=404, message="Resource not found")
    fake.inject(CREATES, status=status, message="Internal server error")
    fake.add_workspace("dev", template="docker")
    outcome = colour.call(coder.workspaces.ensure, "dev", template="docker")
    assert outcome.action == "unchanged"


def test_a_create_whose_answer_is_lost_counts_as_ours(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.inject(CREATES, lose=True)
    assert colour.call(coder.workspaces.ensure, "dev", template="docker").action == "created"
    fake.assert_called(CREATES, times=1)


def test_a_create_that_fails_for_another_reason_raises(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.inject(CREATES, status=500, message="Internal server error")
    with pytest.raises(Exception, match="Internal server error"):
        colour.call(coder.workspaces.ensure, "dev", template="docker")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cpu": 17}, "between 1 and 16"),
        ({"cpu": "many"}, "a number"),
        ({"cpus": 2}, "no parameter `cpus`"),
        ({"region": "mars"}, "one of eu, us"),
        ({"cpu": True}, "a number"),
    ],
)
@pytest.mark.usefixtures("docker")
def test_wrong_parameters_are_refused_before_anything_is_sent(
    colour: Colour, fake: FakeCoder, coder: Any, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestValidationError, match=words):
        colour.call(coder.workspaces.ensure, "dev", template="docker", parameters=given)
    fake.assert_not_called(CREATES)


def test_a_wrong_name_is_refused_before_anything_is_sent(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    with pytest.raises(RequestValidationError, match="is no name for a workspace"):
        colour.call(coder.workspaces.ensure, "me/my_dev", template="docker")
    fake.assert_not_called(CREATES)


def test_an_unknown_template_names_those_that_are_like_it(
    colour: Colour, coder: Any, docker: None
) -> None:
    with pytest.raises(NotFoundError, match="Did you mean `docker`"):
        colour.call(coder.workspaces.ensure, "dev", template="doker")


def test_without_a_template_nothing_can_be_created(colour: Colour, coder: Any) -> None:
    with pytest.raises(RequestValidationError, match="pass a `template`"):
        colour.call(coder.workspaces.ensure, "dev")


def test_settings_are_written_only_on_a_difference(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.add_workspace("dev", template="docker")
    ensure = coder.workspaces.ensure
    first = colour.call(ensure, "dev", ttl=timedelta(hours=8))
    second = colour.call(ensure, "dev", ttl=timedelta(hours=8))
    assert (first.action, second.action) == ("updated", "unchanged")
    fake.assert_called("PUT /api/v2/workspaces/*/ttl", times=1)


def test_nobody_to_build_it_is_said_at_once(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    fake.set_provisioners(0)
    with pytest.raises(NoProvisionerError, match="none matches its tags"):
        colour.call(coder.workspaces.ensure, "dev", template="docker")


def test_a_wait_ends_with_the_last_state(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("stuck", hangs=True)
    with pytest.raises(WaitTimeoutError, match="build: running") as caught:
        colour.call(coder.workspaces.ensure, "dev", template="stuck", timeout=60)
    assert caught.value.last_state.job.status == "running"
    assert caught.value.elapsed == pytest.approx(60, abs=0.1)


def test_wait_false_returns_at_once(colour: Colour, coder: Any, docker: None) -> None:
    outcome = colour.call(coder.workspaces.ensure, "dev", template="docker", wait=False)
    assert outcome.object.latest_build.status == "pending"


def test_ready_waits_for_every_agent(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("two", agents=[AgentSpec("a"), AgentSpec("b")])
    seen: list[str] = []
    workspace = colour.call(
        coder.workspaces.provision,
        "dev",
        template="two",
        on_progress=colour.function(lambda progress: seen.append(str(progress))),
    )
    agents = [agent for item in workspace.latest_build.resources for agent in item.agents]
    assert [str(agent.lifecycle_state) for agent in agents] == ["ready", "ready"]
    assert seen[0] == "build: pending, 3 matching provisioners"
    assert seen[-1] == "agents: a connected/ready, b connected/ready"


def test_a_workspace_without_agents_is_ready(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("empty", agents=[])
    workspace = colour.call(coder.workspaces.provision, "dev", template="empty")
    assert workspace.latest_build.status == "running"


def test_a_preset_is_found_by_its_name(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("docker", parameters={"cpu": 2}, presets=[Preset("Large", {"cpu": "16"})])
    colour.call(coder.workspaces.ensure, "dev", template="docker", preset="large")
    assert colour.call(coder.workspaces.parameters, "dev") == {"cpu": "16"}


def test_an_unknown_preset_is_refused_before_anything_is_sent(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    with pytest.raises(RequestValidationError, match="no preset 'huge'"):
        colour.call(coder.workspaces.ensure, "dev", template="docker", preset="huge")
    fake.assert_not_called(CREATES)


def test_a_version_that_was_never_promoted_can_be_used(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    trial = fake.add_version("docker", "trial")
    workspace, _ = colour.call(
        coder.workspaces.ensure, "dev", template="docker", template_version="trial"
    )
    assert workspace.latest_build.template_version_id == trial


@pytest.fixture
def asking(fake: FakeCoder) -> None:
    fake.add_template(
        "asking",
        parameters=[
            Parameter("cpu", 2),
            Parameter("team", required=True, description="Who pays"),
            Parameter("size", 1, required=True),
        ],
        presets=[Preset("red", {"team": "red", "size": 3})],
    )


@pytest.mark.parametrize("verb", ["create", "ensure", "provision"])
def test_parameters_that_are_missing_are_named_before_anything_is_made(
    colour: Colour, fake: FakeCoder, coder: Any, asking: None, verb: str
) -> None:
    act = getattr(coder.workspaces, verb)
    message = r"a value for `team` \(string: Who pays\), `size` \(number\)\."
    with pytest.raises(RequestValidationError, match=message) as caught:
        colour.call(act, "dev", template="asking", parameters={"cpu": 4})
    assert caught.value.parameter == "parameters"
    with pytest.raises(RequestValidationError, match="a value for `size`") as caught:
        colour.call(act, "dev", template="asking", parameters={"team": "red"})
    assert caught.value.parameter == "size"
    assert not fake.calls(CREATES)


@pytest.mark.parametrize("verb", ["create", "ensure", "provision"])
def test_the_server_names_them_in_the_same_words_where_no_parameters_are_given(
    colour: Colour, fake: FakeCoder, coder: Any, asking: None, verb: str
) -> None:
    act = getattr(coder.workspaces, verb)
    message = r"a value for `team` \(string: Who pays\), `size` \(number\)\."
    with pytest.raises(RequestValidationError, match=message) as caught:
        colour.call(act, "dev", template="asking")
    assert isinstance(caught.value.__cause__, ValidationFailedError)
    fake.assert_called(CREATES, times=1)
    assert colour.call(coder.workspaces.list().to_list) == []


def test_nothing_is_asked_about_parameters_where_none_are_given(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    colour.call(coder.workspaces.create, "dev", template="docker")
    fake.assert_not_called("GET /api/v2/templateversions/*/rich-parameters")


@pytest.mark.usefixtures("docker", "asking")
@pytest.mark.parametrize("broken", ["rich-parameters", ""])
def test_another_refusal_stays_what_it_is(
    colour: Colour, fake: FakeCoder, coder: Any, broken: str
) -> None:
    template = "asking" if broken else "docker"
    fake.inject(f"GET /api/v2/templateversions/*/{broken}", status=403, times=None)
    fake.inject(CREATES, status=400, message="No such day.")
    with pytest.raises(BadRequestError, match="No such day"):
        colour.call(coder.workspaces.ensure, "dev", template=template)


def test_a_start_with_a_version_that_needs_more_names_it(
    colour: Colour, fake: FakeCoder, coder: Any, docker: None
) -> None:
    colour.call(coder.workspaces.ensure, "dev", template="docker", automatic_updates="always")
    colour.call(coder.workspaces.stop, "dev")
    fake.add_version("docker", "v2", parameters=[Parameter("team", required=True)], active=True)
    with pytest.raises(RequestValidationError, match=r"a value for `team` \(string\)") as caught:
        colour.call(coder.workspaces.start, "dev")
    assert isinstance(caught.value.__cause__, ValidationFailedError)


@pytest.mark.parametrize("verb", ["create", "ensure", "provision"])
def test_a_preset_answers_what_the_template_asks(
    colour: Colour, fake: FakeCoder, coder: Any, asking: None, verb: str
) -> None:
    act = getattr(coder.workspaces, verb)
    colour.call(act, "dev", template="asking", preset="red", parameters={"cpu": 4})
    fake.assert_called(CREATES, times=1)


def test_an_old_server_is_believed_in_what_the_import_of_the_template_found(colour: Colour):
    with FakeCoder(version="v2.20.0") as fake:
        fake.add_template("asking", parameters=[Parameter("cpu", 2), Parameter("a", required=True)])
        coder = colour.keep(fake.async_client() if colour.is_async else fake.client())
        with pytest.raises(RequestValidationError, match=r"a value for `a` \(string\)"):
            colour.call(coder.workspaces.ensure, "dev", template="asking", parameters={"cpu": 4})
        assert not fake.calls(CREATES)
