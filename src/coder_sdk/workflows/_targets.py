"""What a user wrote for a workspace or template, taken apart without asking the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from coder_sdk._errors.base import AmbiguousError, RequestValidationError
from coder_sdk._errors.status import NotFoundError
from coder_sdk._request import is_uuid, ref
from coder_sdk.workflows._near import near
from coder_sdk.workflows._readiness import agents_of, all_agents, full_name

if TYPE_CHECKING:
    from coder_sdk._refs import TemplateRef, WorkspaceRef
    from coder_sdk.models import Template, Workspace, WorkspaceAgent


class Target(NamedTuple):
    """A workspace by identifier, or by owner and name; perhaps one of its agents.

    Attributes:
        identifier: Its UUID; `None` if it goes by its name.
        owner: User name, UUID, e-mail address or `me`.
        name: Its name.
        agent: Name of an agent; empty if none was named.
    """

    identifier: str | None
    owner: str = "me"
    name: str = ""
    agent: str = ""

    def __str__(self) -> str:
        return self.identifier or f"{self.owner}/{self.name}"


def target_of(workspace: WorkspaceRef, *, agents: bool = False) -> Target:
    """Take a reference apart.

    Args:
        workspace: Model, UUID, `name`, or `owner/name`.
        agents: Whether `.agent` may follow.

    Raises:
        RequestValidationError: It is nothing of this.
    """
    if isinstance(workspace, UUID):
        return Target(str(workspace))
    if not isinstance(workspace, str):
        return Target(ref("workspace", workspace))
    owner, slash, name = workspace.rpartition("/")
    name, dot, agent = name.partition(".") if agents else (name, "", "")
    if is_uuid(name) and not slash:
        return Target(name, agent=agent)
    if not name or "/" in owner or (slash and not owner) or (dot and not agent):
        form = "`name`, `owner/name`" + (", `owner/name.agent`" if agents else "") + ", or a UUID"
        raise RequestValidationError(
            f"{workspace!r} is no workspace: it has to be {form}.", parameter="workspace"
        )
    return Target(None, owner or "me", name, agent)


def chosen_agent(workspace: Workspace, name: str) -> WorkspaceAgent:
    """The agent of that name, or the only one.

    Raises:
        AmbiguousError: There are several, and none was named.
        NotFoundError: There is none of that name, or none at all.
    """
    build = workspace.latest_build
    found = list(all_agents(build)) if name else list(agents_of(build))
    fits = [agent for agent in found if not name or agent.name == name]
    if len(fits) == 1:
        return fits[0]
    where = full_name(workspace)
    if not fits:
        what = f"agent `{name}`" if name else "agent"
        raise NotFoundError(
            f"{where} has no {what}; it is {build.status}.",
            status=404,
            hint=near(name, [agent.name for agent in found]),
        )
    candidates = tuple(sorted(f"{where}.{agent.name}" for agent in fits))
    raise AmbiguousError(
        f"{where} has {len(fits)} agents: {', '.join(agent.name for agent in fits)}.",
        candidates=candidates,
        hint="Name one of them, as `owner/name.agent`.",
    )


def one_template(name: str, found: list[Template]) -> Template:
    """The template that has exactly this name.

    Raises:
        AmbiguousError: Several organizations have one.
        NotFoundError: None has.
    """
    # An older server ignores the filter and sends every template.
    fits = [item for item in found if item.name.lower() == name.lower()]
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise NotFoundError(
            f"There is no template {name!r}, or this token may not see it.",
            status=404,
            hint=near(name, [item.name for item in found]),
        )
    candidates = tuple(sorted(f"{item.organization_name}/{item.name}" for item in fits))
    raise AmbiguousError(
        f"{len(fits)} organizations have a template {name!r}: {', '.join(candidates)}.",
        candidates=candidates,
        hint="Use one of these, or the UUID.",
    )


def is_other_template(workspace: Workspace, template: TemplateRef) -> bool | None:
    """Whether a workspace is made from another template; `None` if only the server can tell."""
    wanted: Any = template if isinstance(template, (str, UUID)) else template.id
    text = str(wanted)
    if is_uuid(text):
        return text.lower() != str(workspace.template_id)
    organization, _, name = text.rpartition("/")
    if name.lower() != workspace.template_name.lower():
        return True
    if not organization or organization.lower() == workspace.organization_name.lower():
        return False
    if is_uuid(organization):
        return organization.lower() != str(workspace.organization_id)
    return None if organization == "default" else True
