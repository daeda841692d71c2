# Derived from `src/coder_sdk/workflows/_async/groups.py`
# by `python -m codegen colours`; edit that file.
"""Groups: made, changed, and who is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from coder_sdk._errors.status import NotFoundError
from coder_sdk._request import OMIT, Omit
from coder_sdk._suggestions import absence_expected
from coder_sdk.resources import groups as generated
from coder_sdk.workflows._differences import differences, dropped, verify
from coder_sdk.workflows._given import check_functions, check_texts, several
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._ensuring import created_or_found
from coder_sdk.workflows._sync.organizations_finding import placed, user_id
from coder_sdk.workflows.names import check_name
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from coder_sdk._refs import GroupRef, UserRef
    from coder_sdk.models import Group

Way = Literal["add", "remove", "set"]


class Groups(generated.Groups):
    """Groups of users within an organization, for access to templates and for quotas."""

    def ensure(
        self,
        group: str,
        *,
        display_name: str | Omit = OMIT,
        avatar_url: str | Omit = OMIT,
        quota_allowance: int | Omit = OMIT,
        members: Iterable[UserRef] | Omit = OMIT,
        exact: bool = False,
    ) -> Outcome[Group]:
        """Make sure that a group exists, looks like this, and has at least these members.

        Args:
            group: `organization/name`, or the name where there is only one organization.
            display_name: Its title.
            avatar_url: Address of its picture.
            quota_allowance: What it adds to the budget of each member.
            members: Users who shall be in it; members of the organization.
            exact: Also take out the members who are not named.

        Returns:
            The group, and `created`, `updated` or `unchanged`.

        Raises:
            AmbiguousError: There are several organizations, and none was named.
            FeatureUnavailableError: The deployment has no licence for groups.

        Example:
            >>> coder.groups.ensure("default/ops", members=["ann"])  # doctest: +SKIP
        """
        check_texts(group=group)
        if not isinstance(members, Omit):
            members = several("members", members)
        place, name = placed(self._client, group, "group")
        check_name(name, "group")
        wanted: dict[str, Any] = {
            "display_name": display_name,
            "avatar_url": avatar_url,
            "quota_allowance": quota_allowance,
        }

        def make() -> Group:
            return self.create(place, name=name, **wanted)

        def find() -> Group | None:
            try:
                with absence_expected():
                    return self.get_by_name(place, name)
            except NotFoundError:
                return None

        known, created = find(), False
        if known is not None:
            found = known
        else:
            found, created = created_or_found(make, find)
        changes = differences(found, wanted)
        way: Way = "set" if exact else "add"
        moves: dict[str, Any] = {}
        if not isinstance(members, Omit):
            moves = self._moves(found, members, way)
        if changes or moves:
            found = self.update(found.id, **changes, **moves)
            verify(found, changes, f"of the group `{name}`")
            _check_members(found, moves)
        action = "created" if created else "updated" if changes or moves else "unchanged"
        return Outcome(found, action)

    def add_members(
        self,
        group: GroupRef,
        users: Iterable[UserRef],
        *,
        only_if: Callable[[Group], object] | None = None,
    ) -> Outcome[Group]:
        """Add users to a group; those who are members stay so.

        Args:
            group: The group: a model, a UUID, `name`, or `organization/name`.
            users: The users: models, UUIDs, user names, or e-mail addresses.
            only_if: Called with the group as just read; it is skipped unless that returns true.

        Returns:
            The group, and `updated`, `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is no such group or user.

        Example:
            >>> coder.groups.add_members("default/ops", ["ann"])  # doctest: +SKIP
        """
        return self._change_members(group, users, "add", only_if)

    def remove_members(
        self,
        group: GroupRef,
        users: Iterable[UserRef],
        *,
        only_if: Callable[[Group], object] | None = None,
    ) -> Outcome[Group]:
        """Take users out of a group; who is no member is passed over.

        Args:
            group: The group: a model, a UUID, `name`, or `organization/name`.
            users: The users: models, UUIDs, user names, or e-mail addresses.
            only_if: Called with the group as just read; it is skipped unless that returns true.

        Returns:
            The group, and `updated`, `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is no such group or user.

        Example:
            >>> coder.groups.remove_members("default/ops", ["ann"])  # doctest: +SKIP
        """
        return self._change_members(group, users, "remove", only_if)

    def set_members(
        self,
        group: GroupRef,
        users: Iterable[UserRef],
        *,
        only_if: Callable[[Group], object] | None = None,
    ) -> Outcome[Group]:
        """Make exactly these users the members of a group.

        Args:
            group: The group: a model, a UUID, `name`, or `organization/name`.
            users: The users: models, UUIDs, user names, or e-mail addresses.
            only_if: Called with the group as just read; it is skipped unless that returns true.

        Returns:
            The group, and `updated`, `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is no such group or user.

        Example:
            >>> coder.groups.set_members("default/ops", ["ann", "ben"])  # doctest: +SKIP
        """
        return self._change_members(group, users, "set", only_if)

    def _change_members(
        self,
        group: GroupRef,
        users: Iterable[UserRef],
        way: Way,
        only_if: Callable[[Group], object] | None,
    ) -> Outcome[Group]:
        users = several("users", users)
        check_functions(only_if=only_if)
        found = self.get(group)
        skip = refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)
        moves = self._moves(found, users, way)
        if not moves:
            return Outcome(found, "unchanged")
        found = self.update(found.id, **moves)
        _check_members(found, moves)
        return Outcome(found, "updated")

    def _moves(self, group: Group, users: Iterable[UserRef], way: Way) -> dict[str, Any]:
        """Whom to add and to remove, as the request has it; nothing if all is as wanted."""
        names: dict[str, UUID] = {}
        for member in group.members:
            names[member.username.casefold()] = member.id
            names[member.email.casefold()] = member.id
        wanted: set[UUID] = set()
        for user in users:
            known = names.get(user.casefold()) if isinstance(user, str) else None
            wanted.add(known or user_id(self._client, user))
        have = set(names.values())
        coming = wanted - have if way != "remove" else set[UUID]()
        leaving = {"add": set[UUID](), "remove": wanted & have, "set": have - wanted}[way]
        moves = {"add_users": coming, "remove_users": leaving}
        return {key: sorted(map(str, ids)) for key, ids in moves.items() if ids}


def _check_members(group: Group, moves: dict[str, Any]) -> None:
    have = {str(member.id) for member in group.members}
    for user in moves.get("add_users", []):
        if user not in have:
            raise dropped(f"`members` of the group `{group.name}`", user, "not among them")
    for user in moves.get("remove_users", []):
        if user in have:
            raise dropped(f"`members` of the group `{group.name}`", f"without {user}", user)
