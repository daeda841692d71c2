"""What type checkers see of templates, people and tokens, in both colours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from typing_extensions import assert_type

from coder_sdk import AsyncClient, Client, Outcome, Skip
from coder_sdk.models import (
    APIKey,
    APIKeyWithOwner,
    ExternalAuth,
    Group,
    Organization,
    ProvisionerJobLog,
    Task,
    Template,
    TemplateVersion,
    User,
    WorkspaceResource,
)
from coder_sdk.wire import Secret
from coder_sdk.workflows.archive import ArchiveDiff
from coder_sdk.workflows.idp_sync import GroupSync, SyncPlan
from coder_sdk.workflows.tokens import CreatedToken, ExpiryReport, TokenCheck


def sync(coder: Client) -> None:
    version, action = coder.templates.push("default/docker", "folder", variables={"n": 1})
    assert_type(version, TemplateVersion)
    assert_type(action, str)
    assert_type(coder.templates.promote(version), Outcome[Template])
    assert_type(coder.templates.pull("docker", "folder"), Outcome[TemplateVersion])
    assert_type(coder.templates.archive_unused("docker", keep=3), Outcome[list[TemplateVersion]])
    assert_type(
        coder.templates.set_settings("docker", default_ttl=timedelta(hours=1)), Outcome[Template]
    )
    assert_type(coder.template_versions.wait(version), TemplateVersion)
    assert_type(coder.template_versions.follow_logs(version), Iterator[ProvisionerJobLog])
    assert_type(coder.template_versions.dry_run(version), list[WorkspaceResource])
    assert_type(coder.template_versions.diff(version, "docker/v1"), ArchiveDiff)
    assert_type(coder.users.ensure(email="a@example.com", groups=["ops"]), Outcome[User])
    assert_type(coder.users.offboard("ann"), Outcome[User | None])
    assert_type(coder.users.add_roles("ann", "auditor"), Outcome[list[str]])
    assert_type(coder.groups.ensure("default/ops", members=["ann"]), Outcome[Group])
    assert_type(coder.organizations.ensure("data"), Outcome[Organization])
    plan = coder.idp_sync.plan("default", groups=GroupSync(mapping={"a": "b", "c": ["d"]}))
    assert_type(coder.idp_sync.apply(plan), Outcome[SyncPlan])
    token = coder.tokens.create("ci", lifetime=timedelta(days=7), scopes=["workspace:read"])
    assert_type(token, CreatedToken)
    assert_type(token.secret, Secret)
    assert_type(coder.tokens.rotate("ci", grace=timedelta(hours=1)), CreatedToken)
    rotated = coder.tokens.rotate("ci", only_if=lambda key: key.last_used is not None)
    assert_type(rotated, CreatedToken | Skip)
    assert_type(coder.users.add_role("ann", "auditor"), Outcome[list[str]])
    assert_type(coder.tasks.ensure("fix", "Fix it", template="ai"), Outcome[Task])
    linked = coder.external_auth.link("github", on_code=lambda code: code.user_code)
    assert_type(linked, Outcome[ExternalAuth])
    assert_type(coder.tokens.latest("ci"), APIKeyWithOwner)
    assert_type(coder.tokens.current(), APIKey)
    assert_type(coder.tokens.expires_at(), datetime | None)
    assert_type(coder.tokens.check(token.secret), TokenCheck)
    assert_type(coder.tokens.expiry_report(), ExpiryReport)


async def asynchronous(coder: AsyncClient) -> None:
    version, _ = await coder.templates.push("default/docker", files={"main.tf": ""})
    assert_type(version, TemplateVersion)
    assert_type(await coder.templates.promote(version), Outcome[Template])
    assert_type(coder.template_versions.follow_logs(version), AsyncIterator[ProvisionerJobLog])
    assert_type(await coder.template_versions.dry_run(version), list[WorkspaceResource])
    assert_type(await coder.users.ensure(username="ann"), Outcome[User])
    assert_type(await coder.users.set_roles("ann", []), Outcome[list[str]])
    assert_type(await coder.groups.set_members("ops", ["ann"]), Outcome[Group])
    assert_type(await coder.organizations.add_members("data", ["ann"]), Outcome[Organization])
    assert_type(await coder.idp_sync.plan(), SyncPlan)
    assert_type(await coder.tokens.rotate("ci"), CreatedToken)
    rotated = await coder.tokens.rotate("ci", only_if=lambda key: key.last_used is not None)
    assert_type(rotated, CreatedToken | Skip)
    assert_type(await coder.users.add_role("ann", "auditor"), Outcome[list[str]])
    assert_type(await coder.tasks.ensure("fix", "Fix it", template="ai"), Outcome[Task])
