# Derived from `src/coder_sdk/workflows/_async/_workspace_transitions.py`
# by `python -m codegen colours`; edit that file.
"""Brings workspaces to a started or stopped state, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import BadRequestError, ConflictError, PermissionDeniedError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._jobs import ended
from coder_sdk.workflows._plans import (
    ROUNDS,
    has_active_version,
    next_step,
    uses_active_version,
    version_to_start,
)
from coder_sdk.workflows._readiness import full_name
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._finding import (
    build_values,
    check_parameters,
    explain_refusal,
    read_definitions,
    read_preset,
    read_workspace,
)
from coder_sdk.workflows._sync._following import finish_build
from coder_sdk.workflows.outcome import Outcome, Skip
from coder_sdk.workflows.parameters import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk.models import Preset, Workspace
    from coder_sdk.workflows._sync._effort import Effort
    from coder_sdk.workflows.parameters import ParameterValue


def begin_start(
    effort: Effort,
    workspace: Workspace,
    *,
    version: UUID | Omit = OMIT,
    parameters: Mapping[str, ParameterValue] | None = None,
    preset: UUID | str | Omit = OMIT,
    **body: Any,
) -> tuple[Any, bool] | None:
    """Begin a start with everything checked that can be; `None` if another build came first.

    Raises:
        RequestValidationError: A parameter is missing, or does not fit.
    """
    client, chosen = effort.client, None
    if isinstance(version, Omit) and uses_active_version(workspace):
        version = workspace.template_active_version_id
    effective = version_to_start(workspace) if isinstance(version, Omit) else version
    if parameters:
        body["rich_parameter_values"] = check_change(client, workspace, effective, parameters)
    if not isinstance(preset, Omit):
        chosen = read_preset(client, effective, preset)
        body["template_version_preset_id"] = chosen.id
    try:
        return effort.attempt(workspace, "start", template_version_id=version, **body)
    except BadRequestError as error:
        given = parameters or {}
        _explain(client, error, workspace, version=effective, given=given, preset=chosen)
        raise
    except PermissionDeniedError:
        if version == workspace.template_active_version_id:
            raise
        # Whoever may only use a template may not always start an old version of it.
        active = workspace.template_active_version_id
        return effort.attempt(workspace, "start", template_version_id=active, **body)


def _explain(
    client: Client,
    error: BadRequestError,
    workspace: Workspace,
    *,
    version: UUID,
    given: Mapping[str, ParameterValue],
    preset: Preset | None,
) -> None:
    try:
        previous = build_values(client, workspace.latest_build.id)
    except CoderError:
        return  # what the server said has to do
    explain_refusal(
        client, error, version,
        given={**previous, **given}, preset=preset, owner=workspace.owner_id,
    )  # fmt: skip


def check_change(
    client: Client,
    workspace: Workspace,
    version: UUID,
    parameters: Mapping[str, ParameterValue],
) -> list[dict[str, str]] | Omit:
    """The values for the next start, checked against what the workspace has now."""
    previous = build_values(client, workspace.latest_build.id)
    return check_parameters(
        client, version, parameters, owner=workspace.owner_id, previous=previous
    )


def bring_up(
    effort: Effort,
    workspace: Workspace,
    *,
    force: bool = False,
    only_if: Callable[[Workspace], object] | None = None,
    **options: Any,
) -> Outcome[Workspace]:
    """Bring a workspace to a succeeded start, whatever state it is in."""
    action = "started"
    for _ in range(ROUNDS):
        skip = refusal(only_if, workspace)
        if skip is not None:
            return Outcome(workspace, skip)
        step = next_step(workspace.latest_build, "start")
        if step == "done" and not force:
            return _awake(effort, workspace)
        if step == "join":
            if effort.mode is None:
                return Outcome(workspace, "unchanged")
            return Outcome(effort.complete(workspace, workspace.latest_build), "unchanged")
        if step == "wait" and effort.mode is not None:
            workspace = effort.outlast(workspace)
            continue
        if step == "clean":
            cleaned = effort.clean(workspace)
            workspace = cleaned or read_workspace(effort.client, workspace)
            # It is not asked about what we have changed ourselves.
            only_if = None if cleaned else only_if
            continue
        if workspace.dormant_at is not None:
            effort.client.workspaces.update_dormancy(workspace.id, dormant=False)
            action, only_if = "woken", None
        begun = begin_start(effort, workspace, **options)
        if begun is not None:
            build, ours = begun
            done = effort.complete(workspace, build)
            return Outcome(done, action if ours else "unchanged")
        workspace = read_workspace(effort.client, workspace)
    raise unsettled(workspace)


def _awake(effort: Effort, workspace: Workspace) -> Outcome[Workspace]:
    """A workspace that runs; one that sleeps while it runs is only woken."""
    if workspace.dormant_at is None:
        return Outcome(effort.ready(workspace), "unchanged")
    effort.client.workspaces.update_dormancy(workspace.id, dormant=False)
    return Outcome(effort.ready(read_workspace(effort.client, workspace)), "woken")


def bring_down(
    effort: Effort,
    workspace: Workspace,
    *,
    force: bool = False,
    only_if: Callable[[Workspace], object] | None = None,
    **body: Any,
) -> Outcome[Workspace]:
    """Bring a workspace to a succeeded stop, whatever state it is in."""
    for _ in range(ROUNDS):
        skip = refusal(only_if, workspace)
        if skip is not None:
            return Outcome(workspace, skip)
        step = next_step(workspace.latest_build, "stop")
        if step == "done" and not force:
            return Outcome(workspace, "unchanged")
        if step == "join":
            if effort.mode is None:
                return Outcome(workspace, "unchanged")
            return Outcome(effort.complete(workspace, workspace.latest_build), "unchanged")
        if step == "wait" and effort.mode is not None:
            workspace = effort.outlast(workspace)
            continue
        begun = effort.attempt(workspace, "stop", **body)
        if begun is not None:
            build, ours = begun
            done = effort.complete(workspace, build)
            return Outcome(done, "stopped" if ours else "unchanged")
        workspace = read_workspace(effort.client, workspace)
    raise unsettled(workspace)


def unsettled(workspace: Workspace) -> ConflictError:
    """The error for a workspace that others change all the time."""
    return ConflictError(
        f"{full_name(workspace)} was changed by others again and again; "
        f"its latest build is {workspace.latest_build.status}.",
        status=409,
    )


def after_others(
    effort: Effort,
    workspace: Workspace,
    only_if: Callable[[Workspace], object] | None,
) -> tuple[Workspace, Skip | None]:
    """Wait for a build that is under way: it may change the version and the parameters.

    Returns:
        The workspace as it is then, and the action if the condition does not hold.
    """
    skip = refusal(only_if, workspace)
    for _ in range(ROUNDS):
        if skip is not None or ended(workspace.latest_build.job):
            break
        workspace = effort.outlast(workspace)
        skip = refusal(only_if, workspace)
    return workspace, skip


def stop_fully(
    effort: Effort,
    workspace: Workspace,
    only_if: Callable[[Workspace], object] | None = None,
) -> Outcome[Workspace]:
    """Stop a workspace and wait for that; the condition is asked again after other builds."""
    for _ in range(ROUNDS):
        step = next_step(workspace.latest_build, "stop")
        if step == "done":
            return Outcome(workspace, "unchanged")
        if step == "build":
            begun = effort.attempt(workspace, "stop")
            if begun is not None:
                finish_build(effort.client, begun[0], effort.wait, effort.reports)
                return Outcome(read_workspace(effort.client, workspace), "stopped")
            workspace = read_workspace(effort.client, workspace)
        else:
            workspace = effort.outlast(workspace)
        skip = refusal(only_if, workspace)
        if skip is not None:
            return Outcome(workspace, skip)
    raise unsettled(workspace)


def renew(
    effort: Effort,
    workspace: Workspace,
    parameters: Mapping[str, ParameterValue] | None,
    only_if: Callable[[Workspace], object] | None = None,
) -> Outcome[Workspace]:
    """Take a workspace to the active version, unless it has it."""
    client, version = effort.client, workspace.template_active_version_id
    latest = workspace.latest_build
    is_current = has_active_version(workspace)
    if is_current and not parameters:
        return _kept(effort, workspace)
    previous = build_values(client, latest.id)
    owner = workspace.owner_id
    values = check_parameters(client, version, parameters, owner=owner, previous=previous)
    if is_current and is_same(values, previous):
        return Outcome(workspace, "unchanged")
    definitions = read_definitions(client, version)
    missing = unanswered(definitions, {**previous, **dict.fromkeys(parameters or {}, "")})
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        return Outcome(workspace, Skip(f"the new version needs a value for {names}", missing))
    stopped, action = stop_fully(effort, workspace, only_if)
    if isinstance(action, Skip):
        return Outcome(stopped, action)
    done, action = bring_up(effort, stopped, version=version, parameters=parameters)
    if action == "unchanged" and effort.mode is not None:
        # Somebody else's start came first, perhaps with another version or other values.
        return renew(effort, done, parameters, only_if)
    return Outcome(done, "updated")


def _kept(effort: Effort, workspace: Workspace) -> Outcome[Workspace]:
    """A workspace that has the active version; a start that failed is tried again."""
    step = next_step(workspace.latest_build, "start")
    if step == "clean":
        return Outcome((bring_up(effort, workspace)).object, "updated")
    if step == "join" and effort.mode is not None:
        workspace = effort.complete(workspace, workspace.latest_build)
    elif step == "done":
        workspace = effort.ready(workspace)
    return Outcome(workspace, "unchanged")


def is_same(values: list[dict[str, str]] | Omit, previous: Mapping[str, str]) -> bool:
    """Whether the values are those that are in force."""
    return isinstance(values, Omit) or all(
        previous.get(item["name"]) == item["value"] for item in values
    )
