# Derived from `src/coder_sdk/workflows/_async/users_roles.py`
# by `python -m codegen colours`; edit that file.
"""Gives roles to users, and takes them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_sdk._endpoint import SyncResource
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._differences import dropped
from coder_sdk.workflows._given import check_functions, check_texts
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync.organizations_finding import organization_id
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.users import role_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coder_sdk._refs import OrganizationRef, UserRef


class UserRoles(SyncResource):
    """Roles of users, of the site or of an organization."""

    def add_roles(
        self,
        user: UserRef,
        roles: str | Iterable[str],
        *,
        organization: OrganizationRef | Omit = OMIT,
        only_if: Callable[[list[str]], object] | None = None,
    ) -> Outcome[list[str]]:
        """Give a user roles beside those that there are.

        The server can only replace all roles at once, so they are read first, and written only on
        a difference.

        Args:
            user: The user: a model, a UUID, a user name, `me`, or an e-mail address.
            roles: One role or several, as `template-admin`.
            organization: Roles of this organization; else of the site.
            only_if: Called with the present roles; the user is skipped unless that returns true.

        Returns:
            All roles of the user then, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server took the roles and did not keep them.

        Example:
            >>> coder.users.add_roles("ann", "auditor")  # doctest: +SKIP
        """
        wanted = set(role_names(roles))
        return self._change_roles(user, lambda current: current | wanted, organization, only_if)

    def remove_roles(
        self,
        user: UserRef,
        roles: str | Iterable[str],
        *,
        organization: OrganizationRef | Omit = OMIT,
        only_if: Callable[[list[str]], object] | None = None,
    ) -> Outcome[list[str]]:
        """Take roles away from a user and leave the others.

        Args:
            user: The user: a model, a UUID, a user name, `me`, or an e-mail address.
            roles: One role or several, as `template-admin`.
            organization: Roles of this organization; else of the site.
            only_if: Called with the present roles; the user is skipped unless that returns true.

        Returns:
            All roles of the user then, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server took the roles and did not keep them.

        Example:
            >>> coder.users.remove_roles("ann", "auditor")  # doctest: +SKIP
        """
        wanted = set(role_names(roles))
        return self._change_roles(user, lambda current: current - wanted, organization, only_if)

    def add_role(
        self,
        user: UserRef,
        role: str,
        *,
        organization: OrganizationRef | Omit = OMIT,
        only_if: Callable[[list[str]], object] | None = None,
    ) -> Outcome[list[str]]:
        """Give a user one role beside those that there are.

        Args:
            user: The user: a model, a UUID, a user name, `me`, or an e-mail address.
            role: The role, as `template-admin`.
            organization: A role of this organization; else of the site.
            only_if: Called with the present roles; the user is skipped unless that returns true.

        Returns:
            All roles of the user then, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server took the role and did not keep it.

        Example:
            >>> coder.users.add_role("ann", "auditor")  # doctest: +SKIP
        """
        check_texts(role=role)
        return self.add_roles(user, role, organization=organization, only_if=only_if)

    def remove_role(
        self,
        user: UserRef,
        role: str,
        *,
        organization: OrganizationRef | Omit = OMIT,
        only_if: Callable[[list[str]], object] | None = None,
    ) -> Outcome[list[str]]:
        """Take one role away from a user and leave the others.

        Args:
            user: The user: a model, a UUID, a user name, `me`, or an e-mail address.
            role: The role, as `template-admin`.
            organization: A role of this organization; else of the site.
            only_if: Called with the present roles; the user is skipped unless that returns true.

        Returns:
            All roles of the user then, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server took the roles and did not keep them.

        Example:
            >>> coder.users.remove_role("ann", "auditor")  # doctest: +SKIP
        """
        check_texts(role=role)
        return self.remove_roles(user, role, organization=organization, only_if=only_if)

    def set_roles(
        self,
        user: UserRef,
        roles: str | Iterable[str],
        *,
        organization: OrganizationRef | Omit = OMIT,
        only_if: Callable[[list[str]], object] | None = None,
    ) -> Outcome[list[str]]:
        """Give a user exactly these roles; nothing is written if they are the same.

        Args:
            user: The user: a model, a UUID, a user name, `me`, or an e-mail address.
            roles: The roles; none takes all away.
            organization: Roles of this organization; else of the site.
            only_if: Called with the present roles; the user is skipped unless that returns true.

        Returns:
            All roles of the user then, and `updated`, `unchanged` or `skipped`.

        Raises:
            FeatureUnavailableError: The server took the roles and did not keep them.

        Example:
            >>> coder.users.set_roles("ann", [])  # doctest: +SKIP
        """
        wanted = set(role_names(roles))
        return self._change_roles(user, lambda _: wanted, organization, only_if)

    def _change_roles(
        self,
        user: UserRef,
        change: Callable[[set[str]], set[str]],
        organization: OrganizationRef | Omit,
        only_if: Callable[[list[str]], object] | None,
    ) -> Outcome[list[str]]:
        check_functions(only_if=only_if)
        client = self._client
        place = None
        if not isinstance(organization, Omit):
            place = organization_id(client, organization)
        roles = client.users.roles(user)
        current = roles.roles if place is None else roles.organization_roles.get(str(place), [])
        present = sorted(set(current))
        skip = refusal(only_if, present)
        if skip is not None:
            return Outcome(present, skip)
        target = sorted(change(set(current)))
        if target == present:
            return Outcome(target, "unchanged")
        if place is None:
            answer = (client.users.update_roles(user, roles=target)).roles
        else:
            answer = (client.members.update_roles(place, user, roles=target)).roles
        found = sorted(role.name for role in answer)
        if found != target:
            raise dropped("`roles`", target, found)
        return Outcome(found, "updated")
