"""Finds organizations and users that names stand for, with as few requests as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from coder_sdk._request import is_uuid, ref
from coder_sdk.workflows._clients import remembered
from coder_sdk.workflows.users import only_organization

if TYPE_CHECKING:
    from coder_sdk._async_client import AsyncClient
    from coder_sdk._refs import OrganizationRef, UserRef


async def organization_id(client: AsyncClient, organization: OrganizationRef) -> UUID:
    """The identifier of an organization; that of the default one is asked for once a client."""
    if isinstance(organization, UUID):
        return organization
    if not isinstance(organization, str):
        return UUID(ref("organization", organization))
    if is_uuid(organization):
        return UUID(organization)
    memory = remembered(client)
    if ("organization", organization) in memory:
        known: UUID = memory["organization", organization]
        return known
    found = await client.organizations.get(organization)
    if organization == "default":
        memory["organization", "default"] = found.id
    return found.id


async def user_id(client: AsyncClient, user: UserRef) -> UUID:
    """The identifier of a user; of a model or a UUID without a request."""
    if isinstance(user, UUID):
        return user
    if not isinstance(user, str):
        return UUID(ref("user", user))
    return UUID(user) if is_uuid(user) else (await client.users.get(user)).id


async def placed(client: AsyncClient, name: str, what: str) -> tuple[str, str]:
    """Organization and name of `organization/name`, or of a name where there is one organization.

    Raises:
        AmbiguousError: There are several organizations, and none was named.
    """
    organization, slash, plain = name.rpartition("/")
    if slash:
        return organization, plain
    found = await client.organizations.list()
    return str(only_organization(found, f"The {what} {name!r}").id), plain
