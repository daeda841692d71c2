# Derived from `src/coder_sdk/workflows/_async/_provider_links.py`
# by `python -m codegen colours`; edit that file.
"""Looks whether the caller is linked with the providers that a template needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._errors.status import NotFoundError, PermissionDeniedError
from coder_sdk._errors.work import ExternalAuthRequiredError
from coder_sdk.workflows._clients import remembered

if TYPE_CHECKING:
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk._refs import UserRef


def check_links(client: Client, version_id: UUID, owner: UserRef) -> None:
    """Refuse a build that would fail because a link is missing.

    What a version needs cannot change, so a version without providers is asked about once a
    client. Links are those of the caller, so nothing is said about other owners.

    Raises:
        ExternalAuthRequiredError: A link is missing that the template cannot do without.
    """
    memory = remembered(client)
    key = ("providers", version_id)
    if memory.get(key) is False:
        return
    try:
        found = client.template_versions.external_auth(version_id)
    except (NotFoundError, PermissionDeniedError):
        return  # a server that does not tell
    memory[key] = bool(found)
    missing = [item for item in found if not item.authenticated and not item.optional]
    if not missing or not _is_caller(client, owner):
        return
    names = ", ".join(f"`{item.id}` ({item.authenticate_url})" for item in missing)
    raise ExternalAuthRequiredError(
        f"The template needs a link of yours with {names}.",
        providers={item.id: item.authenticate_url for item in missing},
        hint="Open the address in a browser, or call `coder.external_auth.link`.",
    )


def _is_caller(client: Client, owner: UserRef) -> bool:
    text = str(getattr(owner, "id", owner)).lower()
    if text == "me":
        return True
    me = client.users.get("me")
    return text in {str(me.id), me.username.lower(), me.email.lower()}
