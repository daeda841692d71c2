"""What the fake deployment does of itself, and what administrators read of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from coder_sdk import (
    ConflictError,
    GoneError,
    NotFoundError,
    PermissionDeniedError,
    UnexpectedResponseError,
    ValidationFailedError,
)
from coder_sdk.testing import FakeCoder


def test_a_share_with_a_group_shows_the_whole_group(fake: FakeCoder):
    fake.add_user("ada")
    group = fake.add_group("developers", members=["ada"], quota_allowance=3)
    fake.add_template("docker")
    fake.add_workspace("lab", template="docker")
    coder = fake.client()
    coder.workspaces.update_acl("lab", group_roles={str(group): "use"})
    coder.templates.update_acl("docker", group_perms={str(group): "use"})
    for acl in (coder.workspaces.acl("lab"), coder.templates.acl("docker")):
        (shown,) = (item for item in acl.group if item.id == group)
        assert (shown.name, shown.role, shown.quota_allowance) == ("developers", "use", 3)
        assert (shown.organization_name, shown.total_member_count) == ("coder", 1)


def test_users_are_found_by_the_github_account_they_are_linked_with(fake: FakeCoder):
    fake.add_user("ada", github_com_user_id=4711)
    fake.add_user("bob")
    coder = fake.client()
    assert [user.username for user in coder.users.list(github_com_user_id=4711)] == ["ada"]
    assert coder.users.list(github_com_user_id=1).to_list() == []


def test_quiet_hours_say_when_they_begin_next(fake: FakeCoder):
    coder = fake.client()
    assert coder.users.quiet_hours("me").next == datetime(2026, 11, 3, tzinfo=timezone.utc)
    hours = coder.users.update_quiet_hours("me", schedule="CRON_TZ=Europe/Berlin 0 20 * * *")
    assert hours.next == datetime(2026, 11, 2, 19, tzinfo=timezone.utc)


def test_a_dormant_workspace_is_stopped_and_deleted_in_time(fake: FakeCoder):
    settings = {"time_til_dormant_autodelete_ms": 86_400_000}
    fake.add_template("docker", settings=settings)
    fake.add_workspace("lab", template="docker")
    coder = fake.client()
    found, _ = coder.workspaces.set_dormant("lab", dormant=True)
    assert found.dormant_at is not None
    assert found.deleting_at == found.dormant_at + timedelta(days=1)
    fake.clock.advance(timedelta(minutes=2))
    stopped = coder.workspaces.get("lab")
    assert (stopped.latest_build.status, stopped.latest_build.reason) == ("stopped", "dormancy")
    fake.clock.advance(timedelta(days=1))
    with pytest.raises(GoneError):
        coder.workspaces.get(found.id)


def test_a_workspace_that_is_woken_is_left_alone(fake: FakeCoder):
    settings = {"time_til_dormant_autodelete_ms": 86_400_000}
    fake.add_template("docker", settings=settings)
    fake.add_workspace("lab", template="docker")
    coder = fake.client()
    coder.workspaces.set_dormant("lab", dormant=True)
    found, _ = coder.workspaces.set_dormant("lab", dormant=False)
    assert found.deleting_at is None
    fake.clock.advance(timedelta(days=2))
    assert coder.workspaces.get("lab").latest_build.status == "running"


def test_only_managers_of_templates_drop_a_workspace_without_its_resources(fake: FakeCoder):
    fake.add_user("ada")
    fake.add_template("docker")
    fake.add_workspace("lab", template="docker", owner="ada")
    with pytest.raises(PermissionDeniedError, match="template managers"):
        fake.client("ada").workspaces.delete("lab", orphan=True)
    _, action = fake.client().workspaces.delete("ada/lab", orphan=True)
    assert action == "deleted"


def test_the_deployment_is_well_and_tells_only_who_may_know(fake: FakeCoder):
    fake.add_user("ada")
    coder = fake.client()
    coder.health.update_settings(dismissed_healthchecks=["Websocket"])
    report = coder.health.report()
    assert (report.healthy, report.severity, report.database.reachable) == (True, "ok", True)
    assert (report.websocket.dismissed, report.derp.dismissed) == (True, False)
    with pytest.raises(NotFoundError):
        fake.client("ada").health.report()


def test_timings_of_a_stopped_workspace_keep_how_its_scripts_ended(fake: FakeCoder):
    fake.add_template("docker")
    fake.add_workspace("lab", template="docker")
    coder = fake.client()
    coder.workspaces.stop("lab")
    (script,) = coder.builds.timings("lab/1").agent_script_timings
    assert (script.exit_code, script.status) == (0, "ok")


def test_a_role_of_ones_own_is_listed_like_the_others(fake: FakeCoder):
    fake.add_user("ada")
    coder = fake.client()
    permission = {"resource_type": "template", "action": "read", "negate": False}
    coder.roles.create("default", name="reviewer", organization_permissions=[permission])
    (role,) = (r for r in coder.roles.list_in_organization("default") if r.name == "reviewer")
    assert (role.assignable, role.built_in) == (True, False)
    assert role.organization_permissions[0].resource_type == "template"
    coder.users.add_roles("ada", "reviewer", organization="default")
    assert [r.name for r in coder.members.get("default", "ada").roles] == ["reviewer"]


def test_a_body_of_a_fault_is_json_if_it_looks_so(fake: FakeCoder):
    coder = fake.client()
    fake.inject("/api/v2/users", status=200, body=b'{"users": null, "count": 0}')
    assert coder.users.list().to_list() == []
    fake.inject("/api/v2/users", status=200, body=b"<html></html>")
    with pytest.raises(UnexpectedResponseError):
        coder.users.list().to_list()


def test_keys_of_provisioners_are_kept_until_they_are_deleted(fake: FakeCoder):
    fake.add_user("ada")
    coder = fake.client()
    made = coder.provisioner_keys.create("default", name="edge", tags={"site": "edge"})
    assert made.key.get_secret_value()
    with pytest.raises(ConflictError, match="already exists in organization"):
        coder.provisioner_keys.create("default", name="edge")
    (key,) = coder.provisioner_keys.list("default")
    assert (key.name, key.tags) == ("edge", {"site": "edge"})
    (use,) = coder.provisioner_keys.list_daemons("default")
    assert (use.key.id, use.daemons) == (key.id, [])
    with pytest.raises(PermissionDeniedError):
        fake.client("ada").provisioner_keys.create("default", name="mine")
    coder.provisioner_keys.delete("default", "edge")
    assert coder.provisioner_keys.list("default") == []
    with pytest.raises(NotFoundError):
        coder.provisioner_keys.delete("default", "edge")


def test_two_secrets_do_not_go_to_one_variable(fake: FakeCoder):
    coder = fake.client()
    coder.secrets.create(name="one", env_name="TOKEN", value="a")
    with pytest.raises(ConflictError, match="environment variable"):
        coder.secrets.create(name="two", env_name="TOKEN", value="b")
    coder.secrets.create(name="two", env_name="OTHER", value="b")
    assert [secret.name for secret in coder.secrets.list()] == ["one", "two"]


def test_a_template_is_there_for_those_that_it_is_for(fake: FakeCoder):
    fake.add_user("ada")
    fake.add_user("bob")
    fake.add_user("eve", roles=["template-admin"])
    fake.add_group("students", members=["ada"])
    fake.add_template("docker")
    coder = fake.client()
    seen = {name: fake.client(name) for name in ("ada", "bob", "eve")}
    assert all(len(client.templates.list()) == 1 for client in seen.values())
    coder.templates.update_acl(
        "docker", group_perms={"default/Everyone": "", "default/students": "use"}
    )
    assert {name: len(client.templates.list()) for name, client in seen.items()} == {
        "ada": 1, "bob": 0, "eve": 1,
    }  # fmt: skip
    assert seen["ada"].workspaces.create("lab", template="docker").latest_build.status == "running"
    version = coder.templates.get("docker").active_version_id
    with pytest.raises(NotFoundError):
        seen["bob"].template_versions.get(version)
    with pytest.raises(ValidationFailedError, match="template not found"):
        seen["bob"].workspaces.create_for_user("me", name="lab", template_version_id=version)
    coder.templates.update_acl("docker", user_perms={"bob": "use"})
    assert seen["bob"].workspaces.create("lab", template="docker").latest_build.status == "running"
