"""What a test adds to the fake deployment, and what it lets happen there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk import RequestValidationError, UnauthorizedError
from coder_sdk.testing import AgentSpec, FakeCoder, Parameter, TemplateSpec
from coder_sdk.testing._faults import RecordedRequest


def test_organizations_have_members_and_templates_of_their_own(fake: FakeCoder, ask: Any):
    added = fake.add_organization("labs", display_name="Labs")
    fake.add_user("ada", organizations=["labs"])
    fake.add_template("docker", organization="labs")
    fake.add_template("docker")
    assert ask("GET", "/organizations/labs")["id"] == str(added)
    members = ask("GET", "/organizations/labs/members")
    assert [item["username"] for item in members] == ["ada", "admin"]
    assert len(ask("GET", "/templates")) == 2
    assert len(ask("GET", "/organizations/labs/templates")) == 1


def test_a_workspace_that_nobody_may_pay_for_is_refused(fake: FakeCoder, ask: Any):
    fake.add_template("gpu", daily_cost=7)
    fake.add_user("ada")
    fake.add_group("rich", members=["ada"], quota_allowance=10)
    fake.add_workspace("first", template="gpu", owner="ada")
    with pytest.raises(ValueError, match="'gpu' costs 7 credits, and ada has 3 left: add a group"):
        fake.add_workspace("second", template="gpu", owner="ada")
    with pytest.raises(ValueError, match="admin has 0 left"):
        fake.add_workspace("mine", template="gpu")
    fake.add_workspace("parked", template="gpu", owner="ada", running=False)
    found = ask("GET", "/workspaces")["workspaces"]
    states = {item["name"]: item["latest_build"]["status"] for item in found}
    assert states == {"first": "running", "parked": "stopped"}


def test_a_deployment_without_a_license_has_no_quota(ask: Any):
    fake = FakeCoder(edition="agpl")
    fake.add_template("gpu", daily_cost=7)
    fake.add_workspace("mine", template="gpu")
    assert fake.client().workspaces.get("mine").latest_build.status == "running"


def test_archives_build_what_the_test_says(fake: FakeCoder, ask: Any):
    fake.set_template_source(TemplateSpec(parameters=(Parameter("zone", "a"),)))
    body = {"storage_method": "file", "example_id": "docker", "provisioner": "terraform"}
    made = ask("POST", "/organizations/default/templateversions", body)
    fake.clock.advance(5)
    found = ask("GET", f"/templateversions/{made['id']}/rich-parameters")
    assert [item["name"] for item in found] == ["zone"]


def test_the_next_import_fails(fake: FakeCoder, ask: Any):
    fake.fail_next_import("no such module", "")
    body = {"storage_method": "file", "example_id": "docker", "provisioner": "terraform"}
    made = ask("POST", "/organizations/default/templateversions", body)
    fake.clock.advance(5)
    job = ask("GET", f"/templateversions/{made['id']}")["job"]
    assert (job["status"], job["error"]) == ("failed", "no such module")


def test_agents_come_and_go(fake: FakeCoder, ask: Any):
    fake.add_template("docker")
    workspace = fake.add_workspace("dev", template="docker")

    def agent() -> Any:
        shown = ask("GET", f"/workspaces/{workspace}")
        return shown["latest_build"]["resources"][0]["agents"][0]

    fake.disconnect_agent("dev")
    assert (agent()["status"], agent()["health"]["healthy"]) == ("disconnected", False)
    fake.reconnect_agent("admin/dev")
    assert agent()["status"] == "connected"


def test_applications_get_a_host(fake: FakeCoder, ask: Any):
    fake.set_app_host("*.apps.coder.test")
    assert ask("GET", "/applications/host") == {"host": "*.apps.coder.test"}


def test_settings_of_templates_are_known_by_name(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker", settings={"require_active_version": True})
    assert ask("GET", f"/templates/{template}")["require_active_version"] is True
    with pytest.raises(ValueError, match="no setting 'colour'"):
        fake.add_template("other", settings={"colour": "red"})


@pytest.mark.parametrize("name", ["nobody", "admin@example.com"])
def test_clients_are_for_users_that_exist(fake: FakeCoder, name: str):
    with pytest.raises(LookupError, match="no user"):
        fake.client(name)


def test_a_record_shows_what_it_is():
    record = RecordedRequest("GET", "/api/v2/users", [], {}, b"", status=200)
    assert (str(record), record.json) == ("GET /api/v2/users -> 200", None)


def test_agents_measure_the_latency_to_each_region_and_prefer_the_first():
    with FakeCoder() as fake:
        fake.add_template("docker", agents=[AgentSpec(latency={"Tokyo": 3.5, "New York": 168})])
        fake.add_workspace("dev", template="docker")
        agent = fake.client().workspaces.get("me/dev").latest_build.resources[0].agents[0]
        found = {
            region: (item.latency_ms, item.preferred) for region, item in agent.latency.items()
        }
        assert found == {"Tokyo": (3.5, True), "New York": (168, False)}


def test_lengths_of_time_are_seconds_or_timedeltas(fake: FakeCoder):
    fake.add_template("docker")
    fake.add_workspace("one", template="docker", ttl=3600)
    fake.add_workspace("two", template="docker", ttl=timedelta(hours=1))
    found = fake.client().workspaces.list().to_list()
    assert [workspace.ttl_ms for workspace in found] == [3_600_000, 3_600_000]
    with pytest.raises(RequestValidationError, match="`ttl` has to be a `timedelta`"):
        fake.add_workspace("three", template="docker", ttl=10**15)
    brief = fake.client(token=fake.token_for(lifetime=60))
    fake.clock.advance(61)
    with pytest.raises(UnauthorizedError):
        brief.users.get("me")
