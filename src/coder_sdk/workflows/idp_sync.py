"""How claims of the identity provider shall become memberships, and what that takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import field, frozen

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._request import OMIT, Omit, is_uuid
from coder_sdk.workflows._near import near

if TYPE_CHECKING:
    from coder_sdk._errors.base import CoderError
    from coder_sdk.models import Group, GroupSyncSettings, Organization

__all__ = [
    "GroupSync",
    "OrganizationSync",
    "RoleSync",
    "SyncPlan",
    "SyncReport",
    "SyncStep",
]

ClaimMapping = Mapping[str, str | Iterable[str]]
"""What a claim stands for: a name or several by the claim's value."""


@frozen
class OrganizationSync:
    """How claims become memberships of organizations; what is omitted stays as it is.

    Attributes:
        field: Name of the claim; empty to sync nothing.
        mapping: Organizations, by name or UUID, by value of the claim.
        assign_default: Whether everybody is a member of the default organization.
    """

    field: str | Omit = OMIT
    mapping: ClaimMapping | Omit = OMIT
    assign_default: bool | Omit = OMIT


@frozen
class GroupSync:
    """How claims become memberships of groups; what is omitted stays as it is.

    Attributes:
        field: Name of the claim; empty to sync nothing.
        mapping: Groups, by name or UUID, by value of the claim; missing ones are created.
        regex_filter: Expression that values of the claim have to match; `None` for all.
        auto_create_missing_groups: Whether groups are created for values that nothing maps.
    """

    field: str | Omit = OMIT
    mapping: ClaimMapping | Omit = OMIT
    regex_filter: str | Omit | None = OMIT
    auto_create_missing_groups: bool | Omit = OMIT


@frozen
class RoleSync:
    """How claims become roles in an organization; what is omitted stays as it is.

    Attributes:
        field: Name of the claim; empty to sync nothing.
        mapping: Names of roles by value of the claim.
    """

    field: str | Omit = OMIT
    mapping: ClaimMapping | Omit = OMIT


def check_wanted(organizations: object, groups: object, roles: object) -> None:
    """Refuse what does not say how claims are synced.

    Raises:
        RequestValidationError: An argument is something else, as a dict.
    """
    for name, value, kind in (
        ("organizations", organizations, OrganizationSync),
        ("groups", groups, GroupSync),
        ("roles", roles, RoleSync),
    ):
        if value is not None and not isinstance(value, kind):
            fields = ", ".join(f"`{item}`" for item in kind.__annotations__)
            raise RequestValidationError(
                f"`{name}` has to be a `{kind.__name__}`, not `{type(value).__name__}`.",
                parameter=name,
                hint=f"`{kind.__name__}` of `coder_sdk.workflows.idp_sync` takes {fields}.",
            )


@frozen
class SyncStep:
    """One thing to write.

    Attributes:
        kind: `create group`, `organizations`, `groups` or `roles`.
        organization: The organization that it is about; `None` for the whole deployment.
        name: Name of the group to create.
        before: The settings as they are.
        after: The settings as they shall be; groups that do not exist yet stand by their name.
    """

    kind: str
    organization: UUID | None = None
    name: str = ""
    before: dict[str, Any] = field(factory=dict[str, Any])
    after: dict[str, Any] = field(factory=dict[str, Any])

    def __str__(self) -> str:
        if self.kind == "create group":
            return f"create the group `{self.name}`"
        changed = [
            f"{key}: {self.before.get(key)!r} -> {value!r}"
            for key, value in self.after.items()
            if self.before.get(key) != value
        ]
        return f"set the sync of {self.kind} ({'; '.join(changed)})"


@frozen
class SyncPlan:
    """What has to be written; nothing if all is as wanted.

    Attributes:
        steps: The steps in their order.
    """

    steps: tuple[SyncStep, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __str__(self) -> str:
        return "\n".join(map(str, self.steps)) or "nothing to do"


@frozen
class SyncReport:
    """How far a plan came that could not be applied; in `report` of the `BulkError`.

    Attributes:
        applied: The steps that were done.
        failed: The step that failed.
        error: Why.
        pending: The steps that were not begun.
    """

    applied: tuple[SyncStep, ...]
    failed: SyncStep
    error: CoderError
    pending: tuple[SyncStep, ...] = ()

    def summary(self) -> str:
        """One line: how many of each."""
        return f"applied={len(self.applied)} failed=1 pending={len(self.pending)}"

    def __str__(self) -> str:
        done = "; ".join(map(str, self.applied)) or "nothing"
        return f"Could not {self.failed}: {self.error} Applied before: {done}."


def lists_of(mapping: ClaimMapping) -> dict[str, list[str]]:
    """A mapping with a list for every claim."""
    return {
        claim: [names] if isinstance(names, str) else list(names)
        for claim, names in mapping.items()
    }


def organization_mapping(
    mapping: ClaimMapping, known: Sequence[Organization]
) -> dict[str, list[str]]:
    """A mapping with identifiers in place of the names of organizations.

    Raises:
        RequestValidationError: There is no such organization.
    """
    ids = {item.name.casefold(): str(item.id) for item in known}
    ids.update({str(item.id): str(item.id) for item in known})
    default = next((item for item in known if item.is_default), None)
    if default is not None:
        ids.setdefault("default", str(default.id))
    return _replaced(mapping, ids, "organization")


def role_mapping(mapping: ClaimMapping, known: Iterable[str]) -> dict[str, list[str]]:
    """A mapping whose roles exist.

    Raises:
        RequestValidationError: There is no such role.
    """
    return _replaced(mapping, {name.casefold(): name for name in known}, "role")


def _replaced(mapping: ClaimMapping, ids: Mapping[str, str], what: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for claim, names in lists_of(mapping).items():
        for name in names:
            if name.casefold() not in ids:
                raise RequestValidationError(
                    f"There is no {what} {name!r}, which the claim {claim!r} is mapped to.",
                    parameter="mapping",
                    hint=near(name, [item for item in ids if not is_uuid(item)]),
                )
        found[claim] = [ids[name.casefold()] for name in names]
    return found


def group_mapping(
    mapping: ClaimMapping, known: Iterable[Group]
) -> tuple[dict[str, list[str]], list[str]]:
    """A mapping with identifiers in place of the names of groups, and the names that are missing.

    Raises:
        RequestValidationError: There is no group of an identifier.
    """
    ids = {item.name: str(item.id) for item in known}
    missing: list[str] = []
    found: dict[str, list[str]] = {}
    for claim, names in lists_of(mapping).items():
        for name in names:
            if is_uuid(name) and name.lower() not in ids.values():
                raise RequestValidationError(
                    f"There is no group {name}, which the claim {claim!r} is mapped to.",
                    parameter="mapping",
                )
            if name not in ids and not is_uuid(name) and name not in missing:
                missing.append(name)
        found[claim] = [ids.get(name, name) for name in names]
    return found, missing


def current_groups(settings: GroupSyncSettings) -> dict[str, Any]:
    """The settings as they can be sent back: the server reads out more than it takes."""
    return {
        "field": settings.field,
        "mapping": plain(settings.mapping),
        "regex_filter": settings.regex_filter,
        "auto_create_missing_groups": settings.auto_create_missing_groups,
    }


def plain(mapping: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """A mapping of the server as a dictionary of lists."""
    return {claim: list(names) for claim, names in mapping.items()}


def overlaid(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with those in place that are wanted."""
    given = {key: value for key, value in wanted.items() if not isinstance(value, Omit)}
    return {**before, **given}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two settings are the same; the order within a claim does not count."""
    return _sorted(one) == _sorted(other)


def _sorted(settings: Mapping[str, Any]) -> dict[str, Any]:
    mapping = {claim: sorted(names) for claim, names in settings["mapping"].items()}
    return {**settings, "mapping": mapping}


def with_identifiers(mapping: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, list[str]]:
    """A mapping with the identifiers of groups that were just created."""
    return {
        claim: [made.get(name, name) for name in lists_of({claim: names})[claim]]
        for claim, names in mapping.items()
    }
