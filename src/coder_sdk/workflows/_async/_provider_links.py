"""Looks whether the caller is linked with the providers that a template needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._errors.status import NotFoundError, PermissionDeniedError
from coder_sdk._errors.work import ExternalAuthRequiredError
from coder_sdk.workflows._clients import remembered

if TYPE_CHECKING:
    from uuid import UUID

    from coder_sdk._async_client import AsyncClient
    from coder_sdk._errors.base import CoderError
    from coder_sdk._refs import UserRef
    from coder_sdk.models import WorkspaceBuild


async def check_links(client: AsyncClient, version_id: UUID, owner: UserRef) -> None:
    """Refuse a build that would fail because a link is missing.

    What a version needs cannot change, so a version without providers is asked about once a
    client. Links are those of the caller, so nothing is said about other owners before something
    fails: then `unseen_links` does.

    Raises:
        ExternalAuthRequiredError: A link is missing that the template cannot do without.
    """
    memory = remembered(client)
    key = ("providers", version_id)
    if memory.get(key) == ():
        return
    try:
        found = await client.template_versions.external_auth(version_id)
    except (NotFoundError, PermissionDeniedError):
        return  # a server that does not tell
    memory[key] = tuple(item.id for item in found if not item.optional)
    missing = [item for item in found if not item.authenticated and not item.optional]
    if not missing or not await _is_caller(client, owner):
        return
    names = ", ".join(f"`{item.id}` ({item.authenticate_url})" for item in missing)
    raise ExternalAuthRequiredError(
        f"The template needs a link of yours with {names}.",
        providers={item.id: item.authenticate_url for item in missing},
        hint="Open the address in a browser, or call `coder.external_auth.link`.",
    )


def unseen_links(client: AsyncClient, build: WorkspaceBuild) -> str:
    """What to look at when a build for somebody else fails; empty if it needs no links.

    No request tells whether another user is linked.
    """
    names = remembered(client).get(("providers", build.template_version_id))
    if not names or build.transition != "start" or build.initiator_id == build.workspace_owner_id:
        return ""
    owner, needed = build.workspace_owner_name, ", ".join(f"`{name}`" for name in names)
    return f"The template needs a link with {needed}, which only {owner} can see and make."


def add_hint(error: CoderError, hint: str) -> CoderError:
    """Tell one thing more that may help."""
    if hint:
        error.hint = f"{error.hint} {hint}" if error.hint else hint
    return error


async def _is_caller(client: AsyncClient, owner: UserRef) -> bool:
    text = str(getattr(owner, "id", owner)).lower()
    if text == "me":
        return True
    me = await client.users.get("me")
    return text in {str(me.id), me.username.lower(), me.email.lower()}
