"""Which step brings a workspace nearer to the wanted state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ConflictError
from coder_sdk._suggestions import suggestion
from coder_sdk.workflows._given import refused
from coder_sdk.workflows._jobs import ended
from coder_sdk.workflows._readiness import full_name

if TYPE_CHECKING:
    from uuid import UUID

    from coder_sdk.models import Template, Workspace, WorkspaceBuild

Transition = Literal["start", "stop", "delete"]
Step = Literal["done", "join", "wait", "clean", "build"]
WaitMode = Literal["build", "ready"]
WaitFor = bool | WaitMode
"""What to wait for: `False` for nothing, `True` or `build` for the build, `ready` for agents."""

ROUNDS: Final = 8
"""How often a plan is made anew because others changed the workspace meanwhile."""


def mode_of(wait: WaitFor) -> WaitMode | None:
    """What is waited for; `None` for nothing.

    Raises:
        RequestValidationError: It is none of the known words.
    """
    if wait is True:
        return "build"
    if wait is False:
        return None
    if not isinstance(wait, str):
        raise refused("wait", 'True, False, "build" or "ready"', wait)
    if wait not in {"build", "ready"}:
        raise RequestValidationError(
            f'`wait` is {wait!r}: it has to be True, False, "build" or "ready".', parameter="wait"
        )
    return wait


def next_step(build: WorkspaceBuild, goal: Transition) -> Step:
    """What to do next about the latest build.

    `join` a build that does what is wanted, `wait` for one that does something else, `clean` up
    after a failed start by a stop, `build`, or nothing (`done`). A job in an unknown state may
    still end, so it is waited for.
    """
    if not ended(build.job):
        return "join" if build.transition == goal else "wait"
    succeeded = build.job.status == "succeeded"
    if build.transition == goal and succeeded:
        return "done"
    if goal == "start" and build.transition == "start":
        return "clean"
    return "build"


def uses_active_version(workspace: Workspace) -> bool:
    """Whether a start takes the template's active version without being told."""
    return workspace.automatic_updates == "always" or workspace.template_require_active_version


def has_active_version(workspace: Workspace) -> bool:
    """Whether the latest build uses the template's active version."""
    return workspace.latest_build.template_version_id == workspace.template_active_version_id


def version_to_start(workspace: Workspace) -> UUID:
    """The version that a start takes without being told."""
    if uses_active_version(workspace):
        return workspace.template_active_version_id
    return workspace.latest_build.template_version_id


def other_template(workspace: Workspace, template: object) -> ConflictError:
    """The error for a workspace that exists, but of another template."""
    named: Any = template if isinstance(template, str) else getattr(template, "name", template)
    name = str(named)
    meant = suggestion("template", name.rpartition("/")[2], [workspace.template_name]) or ""
    # With a single name to choose from it is also told when it is not alike.
    typo = f"{meant} " if meant.startswith("Did") else ""
    return ConflictError(
        f"{full_name(workspace)} exists, made from the template `{workspace.template_name}` of "
        f"`{workspace.organization_name}` and not from `{name}`.",
        status=409,
        hint=f"{typo}Choose another name, or delete the workspace first.",
    )


def busy(workspace: Workspace) -> ConflictError:
    """The error for a change that nobody waits for while another build is under way."""
    return ConflictError(
        f"{full_name(workspace)} is {workspace.latest_build.status}: it can be changed once that "
        "has ended.",
        status=409,
        hint="Leave `wait=False` out to wait for that first.",
    )


def exists_already(workspace: Workspace) -> ConflictError:
    """The error for a strict create of a workspace that exists."""
    return ConflictError(
        f"{full_name(workspace)} exists already.",
        status=409,
        hint="`ensure` takes it as it is; `name_prefix` picks a free name.",
    )


def require_version(template: Template) -> None:
    """Refuse a template that takes no new workspaces.

    Raises:
        ConflictError: The template is deprecated.
    """
    if template.deprecated:
        raise ConflictError(
            f"The template `{template.name}` is deprecated: {template.deprecation_message}",
            status=409,
        )
