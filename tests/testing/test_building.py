"""Templates, workspaces, builds and agents of the fake deployment."""

from __future__ import annotations

import io
import tarfile
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import anyio
import pytest

from coder_sdk import ConflictError, NotFoundError, ValidationFailedError
from coder_sdk._errors.status import APIStatusError, GoneError, PreconditionFailedError
from coder_sdk.testing import AgentSpec, FakeCoder, Parameter, Preset, Timing, Variable

MAIN = """
variable "image" { type = string }
data "coder_parameter" "cpu" {
  name    = "cpu"
  type    = "number"
  default = 2
  mutable = true
  validation {
    min = 1
    max = 8
  }
}
resource "coder_agent" "main" {
  os   = "linux"
  arch = "arm64"
}
"""


def archive(**files: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return target.getvalue()


def import_version(fake: FakeCoder, ask: Any, content: bytes, **more: Any):
    client = fake.client()
    stored = client.files.upload(content)
    body = {
        "storage_method": "file",
        "file_id": str(stored.hash),
        "provisioner": "terraform",
        **more,
    }
    return ask("POST", "/organizations/default/templateversions", body)


def test_an_import_takes_time_and_reads_the_archive(fake: FakeCoder, ask: Any):
    values = [{"name": "image", "value": "v9"}]
    made = import_version(fake, ask, archive(main_tf=MAIN), user_variable_values=values)
    path = f"/templateversions/{made['id']}"
    assert made["job"]["status"] == "pending"
    with pytest.raises(APIStatusError) as early:
        ask("GET", f"{path}/rich-parameters")
    assert early.value.status == 425
    fake.clock.advance(0.5)
    assert ask("GET", path)["job"]["status"] == "running"
    fake.clock.advance(2)
    assert ask("GET", path)["job"]["status"] == "succeeded"
    parameter = ask("GET", f"{path}/rich-parameters")[0]
    assert (parameter["name"], parameter["validation_max"]) == ("cpu", 8)
    assert ask("GET", f"{path}/variables")[0]["value"] == "v9"
    agent = ask("GET", f"{path}/resources")[0]["agents"][0]
    assert (agent["name"], agent["architecture"]) == ("main", "arm64")


def test_a_missing_variable_fails_the_import_with_its_code(fake: FakeCoder, ask: Any):
    made = import_version(fake, ask, archive(main_tf=MAIN))
    fake.clock.advance(5)
    job = ask("GET", f"/templateversions/{made['id']}")["job"]
    assert (job["status"], job["error_code"]) == ("failed", "REQUIRED_TEMPLATE_VARIABLES")


def test_the_same_bytes_are_stored_once(fake: FakeCoder):
    client = fake.client()
    first = client.files.upload(archive(main_tf=MAIN))
    assert client.files.upload(archive(main_tf=MAIN)).hash == first.hash
    assert [item.status for item in fake.calls("POST /api/v2/files")] == [201, 200]


def test_no_provisioner_leaves_the_job_waiting(fake: FakeCoder, ask: Any):
    made = import_version(fake, ask, archive(main_tf=MAIN), tags={"zone": "mars"})
    assert made["matched_provisioners"]["count"] == 0
    fake.clock.advance(60)
    job = ask("GET", f"/templateversions/{made['id']}")["job"]
    assert (job["status"], job["queue_position"]) == ("pending", 1)


def test_a_provisioner_that_comes_takes_what_waited(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker")
    fake.set_provisioners(0)
    body = {"name": "dev", "template_id": str(template)}
    made = ask("POST", "/users/me/workspaces", body)
    assert made["latest_build"]["matched_provisioners"]["count"] == 0
    fake.clock.advance(100)
    path = f"/workspaces/{made['id']}"
    assert ask("GET", path)["latest_build"]["job"]["queue_position"] == 1
    fake.set_provisioners(1)
    fake.clock.advance(5)
    assert ask("GET", path)["latest_build"]["status"] == "running"


def test_an_agent_may_be_late(fake: FakeCoder, ask: Any):
    agents = [AgentSpec("quick"), AgentSpec("late", delay=30)]
    template = fake.add_template("docker", agents=agents)
    body = {"name": "dev", "template_id": str(template)}
    path = f"/workspaces/{ask('POST', '/users/me/workspaces', body)['id']}"

    def states() -> list[str]:
        shown = ask("GET", path)["latest_build"]["resources"][0]["agents"]
        return [agent["lifecycle_state"] for agent in shown]

    fake.clock.advance(10)
    assert states() == ["ready", "created"]
    fake.clock.advance(30)
    assert states() == ["ready", "ready"]


def test_templates_are_promoted_archived_and_deleted(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker")
    second = fake.add_version("docker", "v2")
    ask("PATCH", f"/templates/{template}/versions", {"id": str(second)})
    assert ask("GET", f"/templates/{template}")["active_version_id"] == str(second)
    with pytest.raises(APIStatusError) as active:
        ask("POST", f"/templateversions/{second}/archive")
    assert active.value.status == 500
    archived = ask("POST", f"/templates/{template}/versions/archive", {"all": True})
    assert len(archived["archived_ids"]) == 1
    previous = ask("GET", "/organizations/default/templates/docker/versions/v2/previous")
    assert previous["name"] == "v1"
    fake.add_workspace("dev", template="docker")
    with pytest.raises(APIStatusError, match="must be deleted"):
        ask("DELETE", f"/templates/{template}")


def test_a_workspace_goes_through_its_life(fake: FakeCoder, ask: Any):
    fake.add_template("docker", parameters={"cpu": 2})
    template = ask("GET", "/templates")[0]["id"]
    body = {"name": "dev", "template_id": template}
    made = ask("POST", "/users/me/workspaces", body)
    path = f"/workspaces/{made['id']}"
    seen = [made["latest_build"]["status"]]

    def build(transition: str) -> None:
        ask("POST", f"{path}/builds", {"transition": transition})
        for _ in range(40):
            fake.clock.advance(0.1)
            shown = ask("GET", path, include_deleted="true")
            status = shown["latest_build"]["status"]
            if status != seen[-1]:
                seen.append(status)

    fake.clock.advance(0.3)
    seen.append(ask("GET", path)["latest_build"]["status"])
    fake.clock.advance(10)
    shown = ask("GET", path)
    seen.append(shown["latest_build"]["status"])
    agent = shown["latest_build"]["resources"][0]["agents"][0]
    assert (agent["status"], agent["lifecycle_state"]) == ("connected", "ready")
    assert ask("GET", f"/workspaceagents/{agent['id']}/logs")[-1]["output"] == "Done"
    build("stop")
    build("delete")
    assert seen == [
        "pending", "starting", "running", "pending", "stopping", "stopped", "pending", "deleting",
        "deleted",
    ]  # fmt: skip
    with pytest.raises(GoneError):
        ask("GET", path)
    with pytest.raises(NotFoundError):
        ask("GET", "/users/me/workspace/dev")


def test_failures_are_told_with_code_and_log(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker")
    fake.fail_next_build("no room", "INSUFFICIENT_QUOTA")
    made = ask("POST", "/users/me/workspaces", {"name": "a", "template_id": str(template)})
    fake.clock.advance(10)
    job = ask("GET", f"/workspaces/{made['id']}")["latest_build"]["job"]
    assert (job["status"], job["error"], job["error_code"]) == (
        "failed", "no room", "INSUFFICIENT_QUOTA",
    )  # fmt: skip
    lines = ask("GET", f"/workspacebuilds/{made['latest_build']['id']}/logs")
    assert [line["output"] for line in lines if line["log_level"] == "error"] == ["no room"]


def test_a_budget_that_is_used_up_fails_the_build(fake: FakeCoder, ask: Any):
    fake.add_group("Everyone", quota_allowance=5)
    template = fake.add_template("docker", daily_cost=3)
    fake.add_workspace("one", template="docker")
    made = ask("POST", "/users/me/workspaces", {"name": "two", "template_id": str(template)})
    fake.clock.advance(10)
    job = ask("GET", f"/workspacebuilds/{made['latest_build']['id']}")["job"]
    assert job["error_code"] == "INSUFFICIENT_QUOTA"


def test_a_hanging_build_is_canceled(fake: FakeCoder, ask: Any):
    template = fake.add_template("hang", hangs=True)
    made = ask("POST", "/users/me/workspaces", {"name": "a", "template_id": str(template)})
    path = f"/workspacebuilds/{made['latest_build']['id']}"
    fake.clock.advance(100)
    with pytest.raises(PreconditionFailedError):
        ask("PATCH", f"{path}/cancel", expect_status="pending")
    ask("PATCH", f"{path}/cancel", expect_status="running")
    assert ask("GET", path)["job"]["status"] == "canceling"
    fake.clock.advance(1)
    build = ask("GET", path)
    assert (build["status"], build["job"]["error"]) == ("failed", "canceled")


def test_only_what_had_not_begun_is_canceled_without_an_error(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker")
    made = ask("POST", "/users/me/workspaces", {"name": "a", "template_id": str(template)})
    path = f"/workspacebuilds/{made['latest_build']['id']}"
    ask("PATCH", f"{path}/cancel", expect_status="pending")
    build = ask("GET", path)
    assert build["status"] == build["job"]["status"] == "canceled"
    assert "error" not in build["job"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"cpu": "99"}, "cpu"), ({"region": "mars"}, "region"), ({"cpu": "x"}, "cpu")],
)
def test_parameters_are_validated_by_name(fake: FakeCoder, ask: Any, values: Any, field: Any):
    template = fake.add_template(
        "docker",
        parameters=[Parameter("cpu", 2, maximum=8), Parameter("region", "eu", options={"eu": "E"})],
    )
    given = [{"name": name, "value": value} for name, value in values.items()]
    body = {"name": "a", "template_id": str(template), "rich_parameter_values": given}
    with pytest.raises(ValidationFailedError) as caught:
        ask("POST", "/users/me/workspaces", body)
    assert [item.field for item in caught.value.validations] == [field]


def test_parameters_carry_over_and_immutable_ones_stay(fake: FakeCoder, ask: Any):
    fake.add_template(
        "docker",
        parameters=[
            Parameter("cpu", 2),
            Parameter("region", "eu", mutable=False),
            Parameter("once", "no", ephemeral=True),
        ],
    )
    workspace = fake.add_workspace("dev", template="docker", parameters={"cpu": 4, "once": "yes"})
    path = f"/workspaces/{workspace}/builds"
    given = [{"name": "region", "value": "us"}]
    with pytest.raises(ValidationFailedError):
        ask("POST", path, {"transition": "start", "rich_parameter_values": given})
    build = ask("POST", path, {"transition": "start"})
    values = ask("GET", f"/workspacebuilds/{build['id']}/parameters")
    assert {item["name"]: item["value"] for item in values} == {
        "cpu": "4", "region": "eu", "once": "no",
    }  # fmt: skip


def test_presets_fill_parameters(fake: FakeCoder, ask: Any):
    template = fake.add_template(
        "docker", parameters={"cpu": 2}, presets=[Preset("big", {"cpu": 8}, default=True)]
    )
    version = ask("GET", f"/templates/{template}")["active_version_id"]
    preset = ask("GET", f"/templateversions/{version}/presets")[0]
    assert (preset["Name"], preset["Default"]) == ("big", True)
    body = {
        "name": "a",
        "template_version_id": version,
        "template_version_preset_id": preset["ID"],
    }
    made = ask("POST", "/users/me/workspaces", body)
    values = ask("GET", f"/workspacebuilds/{made['latest_build']['id']}/parameters")
    assert values == [{"name": "cpu", "value": "8"}]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_of_concurrent_creations_one_wins(fake: FakeCoder, backend: Any):
    template = str(fake.add_template("docker"))
    found: list[int] = []

    async def main() -> None:
        client = fake.async_client(retry=None)

        async def create() -> None:
            try:
                body = {"name": "dev", "template_id": template}
                await client.request("POST", "/api/v2/users/me/workspaces", body=body)
                found.append(201)
            except APIStatusError as error:
                found.append(error.status)

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(create)
        await create()

    anyio.run(main, backend=backend)
    assert sorted(found) == [201, 409, 500, 500, 500, 500]


def test_concurrent_builds_are_refused_in_two_ways(fake: FakeCoder):
    workspace = fake.add_workspace("dev", template=str(fake.add_template("docker")))
    found: list[str] = []

    async def main() -> None:
        client = fake.async_client(retry=None)

        async def start() -> None:
            path = f"/api/v2/workspaces/{workspace}/builds"
            try:
                await client.request("POST", path, body={"transition": "start"})
            except ConflictError as error:
                found.append(error.message)

        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(start)
        await start()

    anyio.run(main)
    assert found == ["insert workspace build", "A workspace build is already active."]


def test_a_start_wakes_a_dormant_workspace(fake: FakeCoder, ask: Any):
    fake.add_template("docker")
    workspace = fake.add_workspace("dev", template="docker", running=False)
    path = f"/workspaces/{workspace}"
    assert ask("PUT", f"{path}/dormant", {"dormant": True})["dormant_at"]
    client = fake.client()
    body = {"dormant": True}
    client.request("PUT", f"/api/v2{path}/dormant", body=body)
    assert fake.requests[-1].status == 304
    ask("POST", f"{path}/builds", {"transition": "start"})
    assert ask("GET", path)["dormant_at"] is None


def test_a_workspace_stops_at_its_deadline(fake: FakeCoder, ask: Any):
    fake.add_template("docker")
    workspace = fake.add_workspace("dev", template="docker", ttl=timedelta(hours=1))
    fake.clock.advance(timedelta(hours=1, minutes=1))
    latest = ask("GET", f"/workspaces/{workspace}")["latest_build"]
    assert (latest["transition"], latest["reason"]) == ("stop", "autostop")


def test_a_stop_may_be_followed_by_a_start(fake: FakeCoder, ask: Any):
    fake.add_template("docker")
    workspace = fake.add_workspace("dev", template="docker")
    body = {"transition": "stop", "on_success": {"transition": "start"}}
    ask("POST", f"/workspaces/{workspace}/builds", body)
    fake.clock.advance(20)
    latest = ask("GET", f"/workspaces/{workspace}")["latest_build"]
    assert (latest["build_number"], latest["status"]) == (3, "running")


@pytest.mark.parametrize("outcome", ["start_error", "start_timeout"])
def test_startup_scripts_may_fail(fake: FakeCoder, ask: Any, outcome: Any):
    fake.add_template("docker", agents=[AgentSpec(startup=outcome)])
    workspace = fake.add_workspace("dev", template="docker")
    latest = ask("GET", f"/workspaces/{workspace}")["latest_build"]
    agent = latest["resources"][0]["agents"][0]
    assert agent["lifecycle_state"] == outcome
    assert agent["health"]["healthy"] is False


def test_an_agent_that_never_connects_times_out(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker", agents=[AgentSpec(connects=False)])
    made = ask("POST", "/users/me/workspaces", {"name": "a", "template_id": str(template)})
    fake.clock.advance(200)
    latest = ask("GET", f"/workspaces/{made['id']}")["latest_build"]
    assert latest["resources"][0]["agents"][0]["status"] == "timeout"


def test_searches_find_workspaces(fake: FakeCoder, ask: Any):
    fake.add_user("ada")
    fake.add_template("docker", parameters={"cpu": 2})
    fake.add_template("other")
    fake.add_workspace("dev", template="docker", parameters={"cpu": 4})
    fake.add_workspace("dev", template="other", owner="ada", running=False)
    found = {
        query: [
            f"{item['owner_name']}/{item['name']}"
            for item in ask("GET", "/workspaces", q=query)["workspaces"]
        ]
        for query in ("owner:me", "ada/dev", 'template:"other"', "status:running", "param:cpu=4",
                      "has-agent:connected", "owner:nobody")
    }  # fmt: skip
    mine, hers = ["admin/dev"], ["ada/dev"]
    assert found == {
        "owner:me": mine,
        "ada/dev": hers,
        'template:"other"': hers,
        "status:running": mine,
        "param:cpu=4": mine,
        "has-agent:connected": mine,
        "owner:nobody": [],
    }


def test_timing_is_the_tests_own():
    with FakeCoder(timing=Timing(queue=10, build=60)) as fake:
        template = fake.add_template("docker", variables=[Variable("x")])
        client = fake.client()
        body = {"name": "a", "template_id": str(template)}
        made = client.request("POST", "/api/v2/users/me/workspaces", body=body)
        path = f"/api/v2/workspaces/{made['id']}"
        fake.clock.advance(69)
        assert client.request("GET", path)["latest_build"]["status"] == "starting"
        fake.clock.advance(2)
        assert client.request("GET", path)["latest_build"]["status"] == "running"


def test_a_deployment_begins_on_the_same_day_in_every_run_or_now():
    assert FakeCoder().clock.now() == FakeCoder().clock.now()
    before, rounding = datetime.now(timezone.utc), timedelta(milliseconds=1)
    moment = FakeCoder(start="now").clock.now()
    assert before - rounding <= moment <= datetime.now(timezone.utc) + rounding
    today: Any = "today"
    with pytest.raises(ValueError, match="`start` is 'today', neither"):
        FakeCoder(start=today)


def test_ids_are_the_same_in_every_run():
    assert FakeCoder().add_template("a") == FakeCoder().add_template("a")
    assert FakeCoder(seed=1).add_template("a") != FakeCoder().add_template("a")


def test_wrong_values_of_parameters_are_said_at_once(fake: FakeCoder):
    fake.add_template("docker", parameters=[Parameter("cpu", 2, maximum=8)])
    with pytest.raises(ValueError, match=r"`cpu`: .* more than the maximum 8"):
        fake.add_workspace("dev", template="docker", parameters={"cpu": 9})
    with pytest.raises(LookupError, match="no template 'nope'"):
        fake.add_workspace("dev", template="nope")


def test_unknown_objects_are_not_found(ask: Any):
    with pytest.raises(NotFoundError):
        ask("GET", f"/workspaces/{uuid4()}")
    with pytest.raises(APIStatusError, match="Invalid UUID"):
        ask("GET", "/workspaces/nope")
