"""Creating workspaces, and bringing them to a state whether they exist or not."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._errors.status import BadRequestError, ConflictError, NotFoundError
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._async._ensuring import created_or_found
from coder_sdk.workflows._async._finding import (
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
from coder_sdk.workflows._async._provider_links import check_links
from coder_sdk.workflows._async._workspace_transitions import (
    begin_start,
    bring_up,
    is_same,
    renew,
    unsettled,
)
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
from coder_sdk.workflows._targets import Target, target_of
from coder_sdk.workflows._unclear import is_lost, is_unclear
from coder_sdk.workflows.names import check_name, make_name
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal
    from uuid import UUID

    from coder_sdk._async_client import AsyncClient
    from coder_sdk._refs import TemplateRef, TemplateVersionRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Preset, Workspace
    from coder_sdk.workflows._async._effort import AsyncEffort
    from coder_sdk.workflows.parameters import ParameterValue

_NAMES_TRIED: Final = 5
_LONGEST_PREFIX: Final = 25


class AsyncBlueprint:
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

    async def send(self, client: AsyncClient, target: Target, body: dict[str, Any]) -> Workspace:
        """Ask the server for a workspace.

        Until it has answered, and if its answer was lost, the workspace may be there or not.

        Raises:
            RequestValidationError: A parameter is missing that nobody was asked about before.
        """
        self.asked = target
        try:
            self.made = await client.workspaces.create_for_user(
                target.owner, name=target.name, **body
            )
        except CoderError as error:
            if not is_lost(error):
                self.asked = None
            if isinstance(error, BadRequestError) and not self.parameters and self._version:
                await explain_refusal(
                    client, error, self._version,
                    given={}, preset=self._preset_used, owner=target.owner,
                )  # fmt: skip
            raise
        return self.made

    async def body(self, client: AsyncClient, owner: str) -> dict[str, Any]:
        """What is sent, with everything checked that can be.

        Raises:
            RequestValidationError: A parameter or the preset does not fit, a parameter is missing,
                or no template is named.
            NotFoundError: There is no such template.
            ExternalAuthRequiredError: The caller has to be linked with a provider first.
        """
        if self._body is None:
            self._body = await self._make(client, owner)
        return self._body

    async def _make(self, client: AsyncClient, owner: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ttl_ms": self._ttl,
            "autostart_schedule": self._autostart,
            "automatic_updates": self._automatic_updates,
        }
        if not isinstance(self.template_version, Omit):
            version = (await read_version(client, self.template_version, self.template)).id
            body["template_version_id"] = version
        elif not isinstance(self.template, Omit):
            found = await read_template(client, self.template)
            require_version(found)
            version = found.active_version_id
            body["template_id"] = found.id
        else:
            raise RequestValidationError(
                "There is no such workspace yet: pass a `template` to make it from.",
                parameter="template",
            )
        self._version = version
        await check_links(client, version, owner)
        preset: Preset | None = None
        if not isinstance(self.preset, Omit):
            preset = self._preset_used = await read_preset(client, version, self.preset)
            body["template_version_preset_id"] = preset.id
        body["rich_parameter_values"] = await check_new(
            client, version, self.parameters, preset, owner
        )
        return body


async def create_new(
    effort: AsyncEffort,
    plan: AsyncBlueprint,
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
        return await create_somewhere(effort, place, str(name_prefix), plan)
    return await create_strictly(effort, new_target(name, owner), plan, careful=careful)


async def create_strictly(
    effort: AsyncEffort, target: Target, plan: AsyncBlueprint, *, careful: bool
) -> Workspace:
    """Create a workspace that must not exist.

    Raises:
        ConflictError: It exists.
    """
    check_name(target.name)
    body = await plan.body(effort.client, target.owner)

    async def create() -> Workspace:
        return await plan.send(effort.client, target, body)

    async def find() -> Workspace | None:
        return await find_workspace(effort.client, target)

    known = await find() if careful else None
    if known is not None:
        raise exists_already(known)
    made, ours = await created_or_found(create, find)
    if not ours:
        plan.asked = None
        raise exists_already(made)
    plan.made = made
    return made


async def create_somewhere(
    effort: AsyncEffort, owner: str, prefix: str, plan: AsyncBlueprint
) -> Workspace:
    """Create a workspace under a free name that begins with the prefix.

    Raises:
        ConflictError: Five names in a row were taken.
    """
    start = make_name(prefix, max_length=_LONGEST_PREFIX)
    body = await plan.body(effort.client, owner)
    tries = 0
    while True:
        tries += 1
        target = Target(None, owner, f"{start}-{token_hex(3)}")
        try:
            return await plan.send(effort.client, target, body)
        except CoderError as error:
            if not is_unclear(error):
                raise
            found = await find_workspace(effort.client, target)
            if found is not None and is_lost(error):
                plan.made = found
                return found
            # A name that is free although the create failed: the server has another trouble, unless
            # it says that the name was taken at that moment.
            taken = found is not None or isinstance(error, ConflictError)
            if not taken or tries == _NAMES_TRIED:
                raise


async def ensure_workspace(
    effort: AsyncEffort, target: Target, plan: AsyncBlueprint, *, update: bool
) -> Outcome[Workspace]:
    """Bring a workspace to a succeeded start, made first if there is none."""
    client = effort.client
    found = await find_workspace(client, target)
    for _ in range(ROUNDS):
        if found is None:
            made, ours = await _make(effort, target, plan)
            if not ours:
                found = made
                continue
            if effort.mode is not None:
                made = await effort.complete(made, made.latest_build)
            return Outcome(made, "created")
        if not isinstance(plan.template, Omit) and await differs_in_template(
            client, found, plan.template
        ):
            raise other_template(found, plan.template)
        if found.latest_build.transition == "delete" and effort.mode is not None:
            found = await _outlast_deletion(effort, found)
            continue
        return await _bring(effort, found, plan, update=update)
    if found is None:
        raise NotFoundError(f"{target} was deleted by others again and again.", status=404)
    raise unsettled(found)


async def _make(
    effort: AsyncEffort, target: Target, plan: AsyncBlueprint
) -> tuple[Workspace, bool]:
    if target.identifier is not None:
        raise NotFoundError(f"There is no workspace {target.identifier}.", status=404)
    check_name(target.name)
    body = await plan.body(effort.client, target.owner)

    async def create() -> Workspace:
        return await plan.send(effort.client, target, body)

    async def find() -> Workspace | None:
        return await find_workspace(effort.client, target)

    return await created_or_found(create, find)


async def _outlast_deletion(effort: AsyncEffort, workspace: Workspace) -> Workspace | None:
    """Wait for a deletion: the name is free then, unless it failed."""
    ended = await effort.outlast(workspace)
    if ended.latest_build.status == "deleted":
        return None
    if ended.latest_build.transition == "delete":
        # It failed: what is left is started again.
        return await _restored(effort, ended)
    return ended


async def _restored(effort: AsyncEffort, workspace: Workspace) -> Workspace:
    begun = await begin_start(effort, workspace)
    if begun is None:
        return await read_workspace(effort.client, workspace)
    return await effort.complete(workspace, begun[0])


async def _bring(
    effort: AsyncEffort, workspace: Workspace, plan: AsyncBlueprint, *, update: bool
) -> Outcome[Workspace]:
    """Bring an existing workspace up, with the wanted version and parameters."""
    if update and not has_active_version(workspace):
        return await renew(effort, workspace, plan.parameters)
    if not plan.parameters and isinstance(plan.template_version, Omit):
        return await bring_up(effort, workspace)
    if effort.mode is not None and next_step(workspace.latest_build, "start") in {"join", "wait"}:
        workspace = await effort.outlast(workspace)
    return await _change(effort, workspace, plan)


async def _change(
    effort: AsyncEffort, workspace: Workspace, plan: AsyncBlueprint
) -> Outcome[Workspace]:
    client, wanted = effort.client, None
    if not isinstance(plan.template_version, Omit):
        template = workspace.template_id if isinstance(plan.template, Omit) else plan.template
        wanted = (await read_version(client, plan.template_version, template)).id
    for _ in range(ROUNDS):
        latest = workspace.latest_build
        version: UUID = wanted or latest.template_version_id
        previous = await build_values(client, latest.id)
        values = await check_parameters(
            client, version, plan.parameters, owner=workspace.owner_id, previous=previous
        )
        if version == latest.template_version_id and is_same(values, previous):
            return await bring_up(effort, workspace)
        if effort.mode is None and not ended(latest.job):
            raise busy(workspace)
        chosen: UUID | Omit = OMIT if version == latest.template_version_id else version
        workspace, action = await bring_up(
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
