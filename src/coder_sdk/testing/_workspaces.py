"""Makes workspaces, and finds them by a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._builds import add_build
from coder_sdk.testing._search import search
from coder_sdk.testing._state.workspaces import Workspace

if TYPE_CHECKING:
    from coder_sdk.testing._actor import Actor
    from coder_sdk.testing._search import Search
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.templates import Version
    from coder_sdk.testing._state.users import User

KEYS: Final = {
    "id", "owner", "template", "name", "status", "has-agent", "dormant", "last_used_after",
    "last_used_before", "outdated", "has-ai-task", "has_external_agent", "organization", "shared",
    "shared_with_user", "shared_with_group", "healthy", "param",
}  # fmt: skip
_STATUS: Final = {
    "pending", "starting", "running", "stopping", "stopped", "failed", "canceling", "canceled",
    "deleting", "deleted",
}  # fmt: skip


def add_workspace(  # noqa: PLR0913, PLR0917 - what a workspace is made of
    state: Deployment,
    owner: User,
    initiator: User,
    template_id: str,
    version: Version,
    name: str,
    parameters: dict[str, str],
    *,
    ttl_ms: int | None = None,
    autostart: str | None = None,
    automatic_updates: str = "never",
    preset_id: str | None = None,
) -> Workspace:
    """Make a workspace and queue its first build."""
    workspace = Workspace(
        id=state.new_id(),
        name=name,
        owner_id=owner.id,
        organization_id=version.organization_id,
        template_id=template_id,
        created_at=state.now,
        last_used_at=state.now,
        ttl_ms=ttl_ms,
        autostart=autostart,
        automatic_updates=automatic_updates,
        order=state.next_order(),
    )
    state.workspaces[workspace.id] = workspace
    add_build(state, workspace, version, "start", initiator.id, parameters, preset_id=preset_id)
    return workspace


def workspace_search(query: str) -> Search:
    """Read a search for workspaces."""
    found = search("workspace", query, KEYS, "name_or_owner")
    for word in found.terms.pop("name_or_owner", []):
        owner, slash, name = word.partition("/")
        found.terms.setdefault("name", []).append(name if slash else owner)
        if slash:
            found.terms.setdefault("owner", []).append(owner)
    found.choice("status", _STATUS)
    found.choice("has-agent", {"connecting", "connected", "disconnected", "timeout"})
    return found


def fits(state: Deployment, actor: Actor, workspace: Workspace, wanted: Search) -> bool:
    """Whether a workspace is among what a search looks for."""
    if wanted.has("organization"):
        _check_organization(state, actor, wanted)
    return (
        _named(state, actor, workspace, wanted)
        and _placed(state, workspace, wanted)
        and _in_state(state, workspace, wanted)
        and _used(workspace, wanted)
        and _shared(state, workspace, wanted)
    )


def _check_organization(state: Deployment, actor: Actor, wanted: Search) -> None:
    name = wanted.one("organization")
    found = None if name == "default" else state.find_organization(name)
    if found is None or not actor.can("organization", "read", organization=found.id):
        detail = (
            f'Query param "organization" has invalid value: organization "{name}" either does '
            "not exist, or you are unauthorized to view it"
        )
        raise wanted.refusal("organization", detail)


def _named(state: Deployment, actor: Actor, workspace: Workspace, wanted: Search) -> bool:
    owner = wanted.one("owner")
    username = state.users[workspace.owner_id].username.lower()
    if owner and username != (actor.user.username.lower() if owner == "me" else owner):
        return False
    if wanted.has("id") and workspace.id not in wanted.identifiers("id"):
        return False
    # The name is looked for anywhere in the names, which is why exact ones are compared again.
    return wanted.one("name") in workspace.name.lower()


def _placed(state: Deployment, workspace: Workspace, wanted: Search) -> bool:
    template = state.templates[workspace.template_id]
    if wanted.has("template") and wanted.one("template") != template.name.lower():
        return False
    if not wanted.has("organization"):
        return True
    organization = state.find_organization(wanted.one("organization"))
    return organization is not None and organization.id == workspace.organization_id


def _in_state(state: Deployment, workspace: Workspace, wanted: Search) -> bool:
    latest = workspace.latest
    spec = state.versions[latest.version_id].spec
    template = state.templates[workspace.template_id]
    answers: tuple[tuple[str, bool], ...] = (
        ("dormant", workspace.dormant_at is not None),
        ("outdated", latest.version_id != template.active_version_id),
        ("has-ai-task", spec.ai_task),
        ("has_external_agent", spec.external_agent),
        ("healthy", bool(latest.agents) and all(agent.healthy for agent in latest.agents)),
    )
    for key, value in answers:
        if wanted.has(key) and wanted.truth(key) != value:
            return False
    if wanted.has("status") and wanted.one("status") != latest.status:
        return False
    if wanted.has("has-agent"):
        return any(agent.status == wanted.one("has-agent") for agent in latest.agents)
    return all(_has_parameter(latest.parameters, item) for item in wanted.many("param"))


def _has_parameter(parameters: dict[str, str], item: str) -> bool:
    name, equals, value = item.partition("=")
    lowered = {key.lower(): text.lower() for key, text in parameters.items()}
    return name in lowered and (not equals or lowered[name] == value)


def _used(workspace: Workspace, wanted: Search) -> bool:
    after, before = wanted.moment("last_used_after"), wanted.moment("last_used_before")
    if after is not None and workspace.last_used_at < after:
        return False
    return before is None or workspace.last_used_at <= before


def _shared(state: Deployment, workspace: Workspace, wanted: Search) -> bool:
    shared = bool(workspace.user_acl or workspace.group_acl)
    if wanted.has("shared") and wanted.truth("shared") != shared:
        return False
    if wanted.has("shared_with_user"):
        user = state.find_user(wanted.one("shared_with_user"))
        return user is not None and user.id in workspace.user_acl
    if wanted.has("shared_with_group"):
        name = wanted.one("shared_with_group").rpartition("/")[2]
        groups: dict[str, Any] = dict(state.groups)
        return any(key == name or groups[key].name.lower() == name for key in workspace.group_acl)
    return True
