"""IdP sync: planned with names, applied step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._errors.status import NotFoundError
from coder_sdk._errors.work import BulkError
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import idp_sync as generated
from coder_sdk.workflows._async._conditions import refusal
from coder_sdk.workflows._async._ensuring import created_or_found
from coder_sdk.workflows._async.organizations_finding import organization_id
from coder_sdk.workflows._differences import dropped
from coder_sdk.workflows._given import check_functions, refused
from coder_sdk.workflows.idp_sync import (
    GroupSync,
    OrganizationSync,
    RoleSync,
    SyncPlan,
    SyncReport,
    SyncStep,
    check_wanted,
    current_groups,
    group_mapping,
    organization_mapping,
    overlaid,
    plain,
    role_mapping,
    same,
    with_identifiers,
)
from coder_sdk.workflows.names import check_name
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from coder_sdk._refs import OrganizationRef
    from coder_sdk.models import Group


class AsyncIdPSync(generated.AsyncIdPSync):
    """How claims of the identity provider become organizations, groups and roles."""

    async def plan(
        self,
        organization: OrganizationRef | Omit = OMIT,
        *,
        organizations: OrganizationSync | None = None,
        groups: GroupSync | None = None,
        roles: RoleSync | None = None,
    ) -> SyncPlan:
        """Find out what has to be written so that claims are synced as wanted.

        Nothing is written. A given mapping is the whole one: claims that are not in it are no
        longer mapped.

        Args:
            organization: The organization whose groups and roles are synced.
            organizations: How claims become organizations, for the whole deployment.
            groups: How claims become groups.
            roles: How claims become roles.

        Returns:
            The steps: groups to create, and settings that differ. It is false if there are none.

        Raises:
            RequestValidationError: A role or organization is unknown, the organization is missing,
                or a mapping is not in a `GroupSync` and the like.

        Example:
            >>> from coder_sdk.workflows.idp_sync import GroupSync
            >>> sync = GroupSync(field="groups", mapping={"eng": ["developers"]})
            >>> print(coder.idp_sync.plan("default", groups=sync))  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/enterprise#update-group-idp-sync-settings-by-organization
        """
        check_wanted(organizations, groups, roles)
        steps: list[SyncStep] = []
        if organizations is not None:
            steps += await self._plan_organizations(organizations)
        if groups is None and roles is None:
            return SyncPlan(tuple(steps))
        if isinstance(organization, Omit):
            raise RequestValidationError(
                "`groups` and `roles` need an `organization`.", parameter="organization"
            )
        place = await organization_id(self._client, organization)
        if groups is not None:
            steps += await self._plan_groups(place, groups)
        if roles is not None:
            steps += await self._plan_roles(place, roles)
        return SyncPlan(tuple(steps))

    async def apply(
        self, plan: SyncPlan, *, only_if: Callable[[SyncPlan], object] | None = None
    ) -> Outcome[SyncPlan]:
        """Apply a plan, step by step.

        Args:
            plan: What `plan` returned.
            only_if: Called with the plan, in which `before` of each step is read anew; nothing is
                done unless that returns true.

        Returns:
            The plan, and `updated`, `skipped`, or `unchanged` if it has no steps.

        Raises:
            BulkError: A step failed; the `report` lists those that were applied before.

        Example:
            >>> coder.idp_sync.apply(coder.idp_sync.plan("default", groups=sync))  # doctest: +SKIP
        """
        if not isinstance(plan, SyncPlan):
            raise refused("plan", "a `SyncPlan`, as `plan` returns it", plan)
        check_functions(only_if=only_if)
        if plan and only_if is not None:
            skip = await refusal(only_if, await self._fresh(plan))
            if skip is not None:
                return Outcome(plan, skip)
        made: dict[str, str] = {}
        for index, step in enumerate(plan.steps):
            try:
                await self._apply(step, made)
            except CoderError as error:  # noqa: PERF203 - a few steps
                report = SyncReport(plan.steps[:index], step, error, plan.steps[index + 1 :])
                raise BulkError(str(report), report=report) from error
        return Outcome(plan, "updated" if plan else "unchanged")

    # -- planning

    async def _plan_organizations(self, wanted: OrganizationSync) -> list[SyncStep]:
        before = await self._current("organizations", None)
        mapping: Any = wanted.mapping
        if not isinstance(wanted.mapping, Omit):
            known = await self._client.organizations.list()
            mapping = organization_mapping(wanted.mapping, known)
        after = overlaid(
            before,
            {
                "field": wanted.field,
                "mapping": mapping,
                "organization_assign_default": wanted.assign_default,
            },
        )
        if same(before, after):
            return []
        return [SyncStep("organizations", before=before, after=after)]

    async def _plan_groups(self, place: UUID, wanted: GroupSync) -> list[SyncStep]:
        before = await self._current("groups", place)
        mapping: Any = wanted.mapping
        missing: list[str] = []
        if not isinstance(wanted.mapping, Omit):
            known = await self._client.groups.list_in_organization(place)
            mapping, missing = group_mapping(wanted.mapping, known)
        for name in missing:
            check_name(name, "group")
        after = overlaid(
            before,
            {
                "field": wanted.field,
                "mapping": mapping,
                "regex_filter": wanted.regex_filter,
                "auto_create_missing_groups": wanted.auto_create_missing_groups,
            },
        )
        steps = [SyncStep("create group", place, name) for name in missing]
        if not same(before, after):
            steps.append(SyncStep("groups", place, before=before, after=after))
        return steps

    async def _plan_roles(self, place: UUID, wanted: RoleSync) -> list[SyncStep]:
        before = await self._current("roles", place)
        mapping: Any = wanted.mapping
        if not isinstance(wanted.mapping, Omit):
            known = await self._client.roles.list_in_organization(place)
            mapping = role_mapping(wanted.mapping, [role.name for role in known])
        after = overlaid(before, {"field": wanted.field, "mapping": mapping})
        return [] if same(before, after) else [SyncStep("roles", place, before=before, after=after)]

    # -- applying

    async def _fresh(self, plan: SyncPlan) -> SyncPlan:
        """The plan with the settings as they are now."""
        return SyncPlan(
            tuple(
                [
                    evolve(step, before=await self._current(step.kind, step.organization))
                    for step in plan.steps
                ]
            )
        )

    async def _current(self, kind: str, place: Any) -> dict[str, Any]:
        """Settings as they are now, without what the server reads out but does not take."""
        if kind == "groups":
            return current_groups(await self.group_settings(place))
        if kind == "roles":
            roles = await self.role_settings(place)
            return {"field": roles.field, "mapping": plain(roles.mapping)}
        if kind == "organizations":
            found = await self.organization_settings()
            return {
                "field": found.field,
                "mapping": plain(found.mapping),
                "organization_assign_default": found.organization_assign_default,
            }
        return {}

    async def _apply(self, step: SyncStep, made: dict[str, str]) -> None:
        if step.kind == "create group":
            made[step.name] = str(await self._group(step))
            return
        body: dict[str, Any] = dict(step.after)
        body["mapping"] = with_identifiers(step.after["mapping"], made)
        answer: Any
        if step.organization is None:
            answer = await self.update_organization_settings(**body)
        elif step.kind == "groups":
            answer = await self.update_group_settings(step.organization, **body)
        else:
            answer = await self.update_role_settings(step.organization, **body)
        found = {key: getattr(answer, key) for key in body}
        found["mapping"] = plain(answer.mapping)
        if not same(found, body):
            raise dropped(f"the sync of {step.kind}", body, found)

    async def _group(self, step: SyncStep) -> UUID:
        place: Any = step.organization

        async def make() -> Group:
            return await self._client.groups.create(place, name=step.name)

        async def find() -> Group | None:
            try:
                return await self._client.groups.get_by_name(place, step.name)
            except NotFoundError:
                return None

        return (await created_or_found(make, find))[0].id
