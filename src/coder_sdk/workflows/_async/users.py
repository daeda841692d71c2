"""Users: made, changed, and offboarded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import users as generated
from coder_sdk.workflows._async._ensuring import created_or_found
from coder_sdk.workflows._async.organizations_finding import organization_id
from coder_sdk.workflows._async.users_changes import (
    find_user,
    join_groups,
    join_organizations,
    set_profile,
    set_site_roles,
    set_status,
)
from coder_sdk.workflows._async.users_offboarding import AsyncOffboarding
from coder_sdk.workflows._async.users_roles import AsyncUserRoles
from coder_sdk.workflows._given import several
from coder_sdk.workflows.names import make_name
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.users import (
    check_fixed,
    check_identity,
    check_release,
    held_address,
    held_name,
    is_for_service_account,
    is_same,
    role_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coder_sdk._refs import GroupRef, OrganizationRef
    from coder_sdk._request import Request
    from coder_sdk.models import LoginType, User
    from coder_sdk.wire import Secret

Status = Literal["active", "suspended"]


class _NewUser(NamedTuple):
    """What a user who does not exist yet shall be."""

    username: str | Omit
    email: str | Omit
    name: str | Omit
    login_type: Any
    password: str | Secret | Omit
    roles: list[str]
    organizations: tuple[UUID, ...]
    status: Status | Omit
    service_account: bool | Omit

    def __repr__(self) -> str:
        # Without the password: frames are shown with what they hold.
        return f"<new user {self.username or self.email}>"


class AsyncUsers(AsyncUserRoles, AsyncOffboarding, generated.AsyncUsers):
    """Users: accounts, status, site roles, preferences and quiet hours."""

    async def ensure(
        self,
        *,
        email: str | Omit = OMIT,
        username: str | Omit = OMIT,
        name: str | Omit = OMIT,
        login_type: LoginType | Literal["github", "none", "oidc", "password"] | Omit = OMIT,
        password: str | Secret | Omit = OMIT,
        roles: str | Iterable[str] | Omit = OMIT,
        organizations: Iterable[OrganizationRef] | Omit = OMIT,
        groups: Iterable[GroupRef] | Omit = OMIT,
        status: Status | Omit = OMIT,
        service_account: bool | Omit = OMIT,
        exact: bool = False,
    ) -> Outcome[User]:
        """Make sure that a user exists, with at least these roles, organizations and groups.

        The user is found by user name or by address, whose case does not matter; a name or an
        address that somebody else holds is an error before anything is written.

        Args:
            email: Address; only a service account may do without.
            username: User name; a new user gets one made from the address.
            name: Full name.
            login_type: How the user signs in. A new user with a password gets `password`; one
                without gets what the deployment has, `oidc` or `github`, else a password that
                nobody knows and that has to be reset.
            password: Password of a new user; that of an existing one is left alone.
            roles: Roles of the site.
            organizations: Organizations: models, UUIDs, names, or `default`, where a new user is
                without this.
            groups: Groups: models, UUIDs, `name` or `organization/name`.
            status: `active` or `suspended`.
            service_account: Whether it is an account of no person; needs a licence and Coder 2.32.
            exact: Also take away the roles, organizations and groups that are not named, of each
                sort that is given.

        Returns:
            The user, and `created`, `updated` or `unchanged`.

        Raises:
            ConflictError: The name or the address is somebody else's, or what cannot be changed
                about the user is otherwise.
            FeatureUnavailableError: The deployment has no licence for it, or is from before there
                were service accounts; nothing was written.

        Example:
            >>> user, action = coder.users.ensure(
            ...     email="ann@example.com", username="ann", organizations=["default"]
            ... )  # doctest: +SKIP
        """
        check_identity(username, email)
        wanted_groups = () if isinstance(groups, Omit) else several("groups", groups)
        places: tuple[OrganizationRef, ...] = ()
        if not isinstance(organizations, Omit):
            places = several("organizations", organizations)
        site_roles = [] if isinstance(roles, Omit) else role_names(roles)
        found, created = await self._found(username, email), False
        if found is not None:
            user = found
        else:
            check_release(self._client.server_version, service_account=service_account)
            identifiers: tuple[UUID, ...] = tuple(
                [await organization_id(self._client, item) for item in places or ("default",)]
            )
            places = identifiers if places else ()

            wanted = _NewUser(
                username, email, name, login_type, password, site_roles, identifiers, status,
                service_account,
            )  # fmt: skip

            async def make() -> User:
                return await self._made(wanted)

            async def find() -> User | None:
                return await self._found(username, email)

            user, created = await created_or_found(make, find)
        check_fixed(user, login_type, service_account=service_account)
        client = self._client
        changes = [
            await set_profile(client, user, name),
            not isinstance(roles, Omit)
            and await set_site_roles(client, user, site_roles, exact=exact),
            bool(places) and await join_organizations(client, user, places, exact=exact),
            not isinstance(groups, Omit)
            and await join_groups(client, user, wanted_groups, exact=exact),
            await set_status(client, user, status),
        ]
        if any(changes):
            user = await client.users.get(user.id)
        return Outcome(user, "created" if created else "updated" if any(changes) else "unchanged")

    def _dispatch(self, how: str, request: Request[Any]) -> Any:
        if is_for_service_account(request):
            return self._dispatched(how, request)
        return super()._dispatch(how, request)

    async def _dispatched(self, how: str, request: Request[Any]) -> Any:
        """Send what an older server would understand otherwise, to a server that is none."""
        client = self._client
        if client.server_version is None:
            await client.buildinfo()
        check_release(client.server_version, service_account=True)
        return await super()._dispatch(how, request)

    async def _found(self, username: str | Omit, email: str | Omit) -> User | None:
        """The user who is meant.

        Raises:
            ConflictError: The name or the address belongs to somebody else.
        """
        named, addressed = await find_user(self._client, username, email)
        if named is not None:
            if not isinstance(email, Omit) and not is_same(named.email, email):
                raise held_name(named, email)
            return named
        if addressed is not None and not isinstance(username, Omit):
            raise held_address(addressed, username)
        return addressed

    async def _made(self, wanted: _NewUser) -> User:
        username, login_type, password = wanted.username, wanted.login_type, wanted.password
        if isinstance(username, Omit):
            username = make_name(str(wanted.email).partition("@")[0], "user")
        if wanted.service_account is not True and isinstance(login_type, Omit):
            login_type = "password" if password else await self._login_type()
        if login_type == "password" and not password:
            from secrets import token_urlsafe  # noqa: PLC0415 - only where one is made up

            password = f"{token_urlsafe(24)}aA1!"
        return await self.create(
            username=username,
            email=wanted.email,
            name=wanted.name,
            login_type=login_type,
            password=password,
            roles=wanted.roles or OMIT,
            organization_ids=wanted.organizations,
            user_status="active" if wanted.status == "active" else OMIT,
            service_account=wanted.service_account,
        )

    async def _login_type(self) -> Literal["oidc", "github", "password"]:
        """How users of this deployment sign in who have no password."""
        methods = await self._client.auth.methods()
        if methods.oidc.enabled:
            return "oidc"
        return "github" if methods.github.enabled else "password"
