# Derived from `src/coder_sdk/workflows/_async/organizations.py`
# by `python -m codegen colours`; edit that file.
"""Organizations: made, changed, and who is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.status import BadRequestError, NotFoundError
from coder_sdk._request import OMIT, Omit
from coder_sdk._suggestions import absence_expected
from coder_sdk.resources import organizations as generated
from coder_sdk.workflows._differences import differences, verify
from coder_sdk.workflows._given import check_functions, several
from coder_sdk.workflows._sync._concurrency import mapped
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._ensuring import created_or_found
from coder_sdk.workflows._sync.organizations_finding import user_id
from coder_sdk.workflows.names import check_name
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from coder_sdk._refs import OrganizationRef, UserRef
    from coder_sdk.models import Organization


class Organizations(generated.Organizations):
    """Organizations, which hold templates, groups and provisioners, and their settings."""

    def ensure(
        self,
        name: str,
        *,
        display_name: str | Omit = OMIT,
        description: str | Omit = OMIT,
        icon: str | Omit = OMIT,
    ) -> Outcome[Organization]:
        """Make sure that an organization exists, and looks like this.

        Args:
            name: Its name.
            display_name: Its title.
            description: What it is for.
            icon: Address of its picture.

        Returns:
            The organization, and `created`, `updated` or `unchanged`.

        Raises:
            FeatureUnavailableError: The deployment has no licence for several organizations.

        Example:
            >>> coder.organizations.ensure("data", display_name="Data Science")  # doctest: +SKIP
        """
        check_name(name, "organization")
        wanted: dict[str, Any] = {
            "display_name": display_name, "description": description, "icon": icon,
        }  # fmt: skip

        def make() -> Organization:
            return self.create(name=name, **wanted)

        def find() -> Organization | None:
            try:
                with absence_expected():
                    return self.get(name)
            except NotFoundError:
                return None

        known, created = find(), False
        if known is not None:
            found = known
        else:
            found, created = created_or_found(make, find)
        changes = differences(found, wanted)
        if not changes:
            return Outcome(found, "created" if created else "unchanged")
        found = self.update(found.id, **changes)
        verify(found, changes, f"of the organization `{name}`")
        return Outcome(found, "created" if created else "updated")

    def add_members(
        self,
        organization: OrganizationRef,
        users: Iterable[UserRef],
        *,
        only_if: Callable[[Organization], object] | None = None,
    ) -> Outcome[Organization]:
        """Add users to an organization; those who are members stay so.

        Args:
            organization: The organization: a model, a UUID, a name, or `default`.
            users: The users: models, UUIDs, user names, or e-mail addresses.
            only_if: Called with the organization as just read; skipped unless that returns true.

        Returns:
            The organization, and `updated`, `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is no such organization or user.

        Example:
            >>> coder.organizations.add_members("data", ["ann", "ben"])  # doctest: +SKIP
        """
        users = several("users", users)
        check_functions(only_if=only_if)
        found = self.get(organization)
        skip = refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        members, wanted = self._sides(found, users)

        def add(user: UUID) -> None:
            try:
                self._client.members.add(found.id, user)
            except BadRequestError:
                # Somebody else may have been faster.
                if found.id not in (self._client.users.get(user)).organization_ids:
                    raise

        missing = [user for user in wanted if user not in members]
        mapped(add, missing)
        return Outcome(found, "updated" if missing else "unchanged")

    def remove_members(
        self,
        organization: OrganizationRef,
        users: Iterable[UserRef],
        *,
        only_if: Callable[[Organization], object] | None = None,
    ) -> Outcome[Organization]:
        """Take users out of an organization; who is no member is passed over.

        Args:
            organization: The organization: a model, a UUID, a name, or `default`.
            users: The users: models, UUIDs, user names, or e-mail addresses.
            only_if: Called with the organization as just read; skipped unless that returns true.

        Returns:
            The organization, and `updated`, `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is no such organization or user.

        Example:
            >>> coder.organizations.remove_members("data", ["ann"])  # doctest: +SKIP
        """
        users = several("users", users)
        check_functions(only_if=only_if)
        found = self.get(organization)
        skip = refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        members, wanted = self._sides(found, users)

        def remove(user: UUID) -> None:
            try:
                self._client.members.remove(found.id, user)
            except NotFoundError:
                return

        leaving = [user for user in wanted if user in members]
        mapped(remove, leaving)
        return Outcome(found, "updated" if leaving else "unchanged")

    def _sides(
        self, organization: Organization, users: Iterable[UserRef]
    ) -> tuple[set[UUID], list[UUID]]:
        """Who is a member of an organization, and who is meant."""
        members: dict[str, UUID] = {}
        for member in self._client.members.list(organization.id):
            members[member.username.casefold()] = member.user_id
        wanted: list[UUID] = []
        for user in users:
            known = members.get(user.casefold()) if isinstance(user, str) else None
            wanted.append(known or user_id(self._client, user))
        return set(members.values()), list(dict.fromkeys(wanted))
