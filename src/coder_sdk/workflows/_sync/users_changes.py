# Derived from `src/coder_sdk/workflows/_async/users_changes.py`
# by `python -m codegen colours`; edit that file.
"""Brings what belongs to a user, roles, organizations and groups, to what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from coder_sdk._errors.status import BadRequestError, NotFoundError
from coder_sdk._request import Omit, is_uuid
from coder_sdk._suggestions import absence_expected
from coder_sdk.workflows._differences import dropped
from coder_sdk.workflows._sync.organizations_finding import organization_id
from coder_sdk.workflows.users import is_group, is_in_default, is_organization, wanted_roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coder_sdk._client import Client
    from coder_sdk._refs import GroupRef, OrganizationRef
    from coder_sdk.models import Group, User


def set_site_roles(client: Client, user: User, wanted: Iterable[str], *, exact: bool) -> bool:
    """Give a user roles of the site; whether anything was written."""
    target = wanted_roles((role.name for role in user.roles), wanted, exact=exact)
    if target is None:
        return False
    fresh = client.users.update_roles(user.id, roles=target)
    found = sorted(role.name for role in fresh.roles)
    if found != target:
        raise dropped(f"`roles` of {user.username}", target, found)
    return True


def set_profile(client: Client, user: User, name: str | Omit) -> bool:
    """Give a user a full name; whether anything was written."""
    if isinstance(name, Omit) or (user.name or "") == name:
        return False
    fresh = client.users.update_profile(user.id, username=user.username, name=name)
    if (fresh.name or "") != name:
        raise dropped(f"`name` of {user.username}", name, fresh.name)
    return True


def set_status(client: Client, user: User, status: str | Omit) -> bool:
    """Activate or suspend a user; whether anything was written."""
    if isinstance(status, Omit) or user.status == status:
        return False
    if status == "active":
        client.users.activate(user.id)
    else:
        client.users.suspend(user.id)
    return True


def join_organizations(
    client: Client, user: User, wanted: Sequence[OrganizationRef], *, exact: bool
) -> bool:
    """Make a user a member of organizations; whether anything was written."""
    known = _identifiers(wanted)
    if known is not None:
        missing: list[Any] = [item for item in known if item not in user.organization_ids]
        extra = [item for item in user.organization_ids if item not in known]
    else:
        found = client.users.organizations(user.id)
        missing = [item for item in wanted if not any(is_organization(one, item) for one in found)]
        extra = [one.id for one in found if not any(is_organization(one, item) for item in wanted)]
    for item in missing:
        _join(client, user, organization_id(client, item))
    leaving = extra if exact else []
    for item in leaving:
        client.members.remove(item, user.id)
    return bool(missing or leaving)


def _identifiers(wanted: Sequence[OrganizationRef]) -> list[UUID] | None:
    """The identifiers of organizations; `None` if one goes by its name."""
    found: list[UUID] = []
    for item in wanted:
        if isinstance(item, UUID):
            found.append(item)
        elif not isinstance(item, str):
            found.append(item.id)
        elif is_uuid(item):
            found.append(UUID(item))
        else:
            return None
    return found


def _join(client: Client, user: User, organization: UUID) -> None:
    try:
        client.members.add(organization, user.id)
    except BadRequestError:
        # Somebody else may have been faster.
        fresh = client.users.get(user.id)
        if organization not in fresh.organization_ids:
            raise


def join_groups(client: Client, user: User, wanted: Sequence[GroupRef], *, exact: bool) -> bool:
    """Make a user a member of groups; whether anything was written."""
    found = client.groups.list(has_member=str(user.id))
    default = None
    if any(is_in_default(item) for item in wanted):
        default = organization_id(client, "default")

    def fits(group: Group, item: GroupRef) -> bool:
        return is_group(group, item, default)

    missing = [item for item in wanted if not any(fits(one, item) for one in found)]
    extra = [
        one
        for one in found
        # The group of everybody has the identifier of its organization.
        if one.id != one.organization_id and not any(fits(one, item) for item in wanted)
    ]
    for item in missing:
        group = client.groups.update(item, add_users=[str(user.id)])
        if all(member.id != user.id for member in group.members):
            raise dropped(f"`groups` of {user.username}", group.name, "without this member")
    leaving = extra if exact else []
    for one in leaving:
        client.groups.update(one.id, remove_users=[str(user.id)])
    return bool(missing or leaving)


def find_user(
    client: Client, username: str | Omit, email: str | Omit
) -> tuple[User | None, User | None]:
    """Whom a user name and whom an address belong to, asking for the address only if need be."""
    named: User | None = None
    if not isinstance(username, Omit):
        try:
            with absence_expected():
                named = client.users.get(username)
        except NotFoundError:
            named = None
    if named is not None or isinstance(email, Omit):
        return named, None
    for user in client.users.list(q=email):
        if user.email.casefold() == email.casefold():
            # Somebody else may have made the user between the two questions.
            is_named = not isinstance(username, Omit) and user.username.lower() == username.lower()
            return (user, None) if is_named else (None, user)
    return None, None
