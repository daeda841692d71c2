# Derived from `src/coder_sdk/workflows/_async/_workspace_creation.py`
# by `python -m codegen colours`; edit that file.
"""Creating workspaces, and bringing them to a state whether they exist or not."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._errors.status import BadRequestError, ConflictError, NotFoundError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._given import check_mappings, check_texts
from coder_sdk.workflows._jobs import ended
from coder_sdk.workflows._plans import (
    ROUNDS,
    busy,
    exists_already,
    has_active_version,
    next_step,
    other_template,
    require_version,
)
from coder_sdk.workflows._spans import span
from coder_sdk.workflows._sync._ensuring import created_or_found
from coder_sdk.workflows._sync._finding import (
    build_values,
    check_new,
    check_parameters,
    differs_in_template,
    explain_refusal,
    find_workspace,
    read_preset,
    read_template,
    read_version,
    read_workspace,
)
from coder_sdk.workflows._sync._provider_links import check_links
from coder_sdk.workflows._sync._workspace_transitions import (
    begin_start,
    bring_up,
    is_same,
    renew,
    unsettled,
)
from coder_sdk.workflows._targets import Target, target_of
from coder_sdk.workflows._unclear import is_lost, is_unclear
from coder_sdk.workflows.names import check_name, make_name
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk._refs import TemplateRef, TemplateVersionRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Preset, Workspace
    from coder_sdk.workflows._sync._effort import Effort
    from coder_sdk.workflows.parameters import ParameterValue

_NAMES_TRIED: Final = 5
_LONGEST_PREFIX: Final = 25


class Blueprint:
    """What a new workspace is made of.

    Args:
        template: Model, UUID, `name`, or `organization/name`.
        template_version: Another version than the active one.
        parameters: Values by name.
        preset: Name or UUID of a preset.
        ttl: How long it runs after a start.
        autostart: When it starts by itself.
        automatic_updates: `always` to start with the active version each time.

    Attributes:
        asked: Under which name the server was asked for a workspace that may be ours.
        made: The workspace, once the server has said that it made it.
    """

    def __init__(
        self,
        *,
        template: TemplateRef | Omit = OMIT,
        template_version: TemplateVersionRef | Omit = OMIT,
        parameters: Mapping[str, ParameterValue] | None = None,
        preset: UUID | str | Omit = OMIT,
        ttl: Seconds | Omit = OMIT,
        autostart: str | Omit = OMIT,
        automatic_updates: Literal["always", "never"] | Omit = OMIT,
    ) -> None:
        check_mappings(parameters=parameters)
        self.template = template
        self.template_version = template_version
        self.parameters = parameters
        self.preset = preset
        self._ttl = span("ttl", ttl)
        self._autostart = autostart
        self._automatic_updates = automatic_updates
        self._body: dict[str, Any] | None = None
        self._version: UUID | None = None
        self._preset_used: Preset | None = None
        self.asked: Target | None = None
        self.made: Workspace | None = None

    def send(self, client: Client, target: Target, body: dict[str, Any]) -> Workspace:
        """Ask the server for a workspace.

        Until it has answered, and if its answer was lost, the workspace may be there or not.

        Raises:
            RequestValidationError: A parameter is missing that nobody was asked about before.
        """
        self.asked = target
        try:
            self.made = client.workspaces.create_for_user(target.owner, name=target.name, **body)
        except CoderError as error:
            if not is_lost(error):
                self.asked = None
            if isinstance(error, BadRequestError) and not self.parameters and self._version:
                explain_refusal(
                    client, error, self._version,
                    given={}, preset=self._preset_used, owner=target.owner,
                )  # fmt: skip
            raise
        return self.made

    def body(self, client: Client, owner: str) -> dict[str, Any]:
        """What is sent, with everything checked that can be.

        Raises:
            RequestValidationError: A parameter or the preset does not fit, a parameter is missing,
                or no template is named.
            NotFoundError: There is no such template.
            ExternalAuthRequiredError: The caller has to be linked with a provider first.
        """
        if self._body is None:
            self._body = self._make(client, owner)
        return self._body

    def _make(self, client: Client, owner: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ttl_ms": self._ttl,
            "autostart_schedule": self._autostart,
            "automatic_updates": self._automatic_updates,
        }
        if not isinstance(self.template_version, Omit):
            version = (read_version(client, self.template_version, self.template)).id
            body["template_version_id"] = version
        elif not isinstance(self.template, Omit):
            found = read_template(client, self.template)
            require_version(found)
            version = found.active_version_id
            body["template_id"] = found.id
        else:
            raise RequestValidationError(
                "There is no such workspace yet: pass a `template` to make it from.",
                parameter="template",
            )
        self._version = version
        check_links(client, version, owner)
        preset: Preset | None = None
        if not isinstance(self.preset, Omit):
            preset = self._preset_used = read_preset(client, version, self.preset)
            body["template_version_preset_id"] = preset.id
        body["rich_parameter_values"] = check_new(client, version, self.parameters, preset, owner)
        return body


def create_new(
    effort: Effort,
    plan: Blueprint,
    name: str | Omit,
    name_prefix: str | Omit,
    owner: str | Omit,
    *,
    careful: bool = False,
) -> Workspace:
    """Create a workspace that must not exist.

    Args:
        effort: The clock and the reports.
        plan: What it is made of.
        name: Its name.
        name_prefix: What a free name shall begin with.
        owner: Another owner.
        careful: Whether to look for the name before, so that what is found there later is ours.

    Raises:
        RequestValidationError: Not exactly one of the names was given.
        ConflictError: It exists.
    """
    check_texts(name_prefix=name_prefix)
    if isinstance(name, Omit) == isinstance(name_prefix, Omit):
        raise RequestValidationError("Pass `name` or `name_prefix`, one of them.")
    if isinstance(name, Omit):
        place = "me" if isinstance(owner, Omit) else owner
        return create_somewhere(effort, place, str(name_prefix), plan)
    return create_strictly(effort, new_target(name, owner), plan, careful=careful)


def create_strictly(effort: Effort, target: Target, plan: Blueprint, *, careful: bool) -> Workspace:
    """Create a workspace that must not exist.

    Raises:
        ConflictError: It exists.
    """
    check_name(target.name)
    body = plan.body(effort.client, target.owner)

    def create() -> Workspace:
        return plan.send(effort.client, target, body)

    def find() -> Workspace | None:
        return find_workspace(effort.client, target)

    known = find() if careful else None
    if known is not None:
        raise exists_already(known)
    made, ours = created_or_found(create, find)
    if not ours:
        plan.asked = None
        raise exists_already(made)
    plan.made = made
    return made


def create_somewhere(effort: Effort, owner: str, prefix: str, plan: Blueprint) -> Workspace:
    """Create a workspace under a free name that begins with the prefix.

    Raises:
        ConflictError: Five names in a row were taken.
    """
    start = make_name(prefix, max_length=_LONGEST_PREFIX)
    body = plan.body(effort.client, owner)
    tries = 0
    while True:
        tries += 1
        target = Target(None, owner, f"{start}-{token_hex(3)}")
        try:
            return plan.send(effort.client, target, body)
        except CoderError as error:
            if not is_unclear(error):
                raise
            found = find_workspace(effort.client, target)
            if found is not None and is_lost(error):
                plan.made = found
                return found
            # A name that is free although the create failed: the server has another trouble, unless
            # it says that the name was taken at that moment.
            taken = found is not None or isinstance(error, ConflictError)
            if not taken or tries == _NAMES_TRIED:
                raise


def ensure_workspace(
    effort: Effort, target: Target, plan: Blueprint, *, update: bool
) -> Outcome[Workspace]:
    """Bring a workspace to a succeeded start, made first if there is none."""
    client = effort.client
    found = find_workspace(client, target)
    for _ in range(ROUNDS):
        if found is None:
            made, ours = _make(effort, target, plan)
            if not ours:
                found = made
                continue
            if effort.mode is not None:
                made = effort.complete(made, made.latest_build)
            return Outcome(made, "created")
        if not isinstance(plan.template, Omit) and differs_in_template(
            client, found, plan.template
        ):
            raise other_template(found, plan.template)
        if found.latest_build.transition == "delete" and effort.mode is not None:
            found = _outlast_deletion(effort, found)
            continue
        return _bring(effort, found, plan, update=update)
    if found is None:
        raise NotFoundError(f"{target} was deleted by others again and again.", status=404)
    raise unsettled(found)


def _make(effort: Effort, target: Target, plan: Blueprint) -> tuple[Workspace, bool]:
    if target.identifier is not None:
        raise NotFoundError(f"There is no workspace {target.identifier}.", status=404)
    check_name(target.name)
    body = plan.body(effort.client, target.owner)

    def create() -> Workspace:
        return plan.send(effort.client, target, body)

    def find() -> Workspace | None:
        return find_workspace(effort.client, target)

    return created_or_found(create, find)


def _outlast_deletion(effort: Effort, workspace: Workspace) -> Workspace | None:
    """Wait for a deletion: the name is free then, unless it failed."""
    ended = effort.outlast(workspace)
    if ended.latest_build.status == "deleted":
        return None
    if ended.latest_build.transition == "delete":
        # It failed: what is left is started again.
        return _restored(effort, ended)
    return ended


def _restored(effort: Effort, workspace: Workspace) -> Workspace:
    begun = begin_start(effort, workspace)
    if begun is None:
        return read_workspace(effort.client, workspace)
    return effort.complete(workspace, begun[0])


def _bring(
    effort: Effort, workspace: Workspace, plan: Blueprint, *, update: bool
) -> Outcome[Workspace]:
    """Bring an existing workspace up, with the wanted version and parameters."""
    if update and not has_active_version(workspace):
        return renew(effort, workspace, plan.parameters)
    if not plan.parameters and isinstance(plan.template_version, Omit):
        return bring_up(effort, workspace)
    if effort.mode is not None and next_step(workspace.latest_build, "start") in {"join", "wait"}:
        workspace = effort.outlast(workspace)
    return _change(effort, workspace, plan)


def _change(effort: Effort, workspace: Workspace, plan: Blueprint) -> Outcome[Workspace]:
    client, wanted = effort.client, None
    if not isinstance(plan.template_version, Omit):
        template = workspace.template_id if isinstance(plan.template, Omit) else plan.template
        wanted = (read_version(client, plan.template_version, template)).id
    for _ in range(ROUNDS):
        latest = workspace.latest_build
        version: UUID = wanted or latest.template_version_id
        previous = build_values(client, latest.id)
        values = check_parameters(
            client, version, plan.parameters, owner=workspace.owner_id, previous=previous
        )
        if version == latest.template_version_id and is_same(values, previous):
            return bring_up(effort, workspace)
        if effort.mode is None and not ended(latest.job):
            raise busy(workspace)
        chosen: UUID | Omit = OMIT if version == latest.template_version_id else version
        workspace, action = bring_up(
            effort, workspace, force=True, version=chosen, parameters=plan.parameters
        )
        if action != "unchanged":
            return Outcome(workspace, "updated")
        # Somebody else's build came first, perhaps with other values.
    raise unsettled(workspace)


def new_target(name: str, owner: str | Omit) -> Target:
    """Where a new workspace goes.

    Raises:
        RequestValidationError: The name is none, or the owner is named twice.
    """
    target = target_of(name)
    if isinstance(owner, Omit):
        return target
    if "/" in name:
        raise RequestValidationError(
            f"The owner stands in the name {name!r} already.", parameter="owner"
        )
    return Target(None, owner, name)
