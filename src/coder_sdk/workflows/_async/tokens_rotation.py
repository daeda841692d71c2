"""Replaces tokens without a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, overload

from attrs import evolve

from coder_sdk._endpoint import AsyncResource
from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._errors.status import ConflictError, NotFoundError
from coder_sdk._io._async.shield import shielded
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._async._conditions import refusal
from coder_sdk.workflows._async.tokens_making import Wanted, make_token, prove, remove_token
from coder_sdk.workflows._async.tokens_succession import AsyncSuccession, hand_over, in_use
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import check_functions, texts
from coder_sdk.workflows._near import near
from coder_sdk.workflows._spans import span
from coder_sdk.workflows.tokens import (
    CreatedToken,
    Family,
    allow_entries,
    check_token_name,
    instant,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from coder_sdk._async_client import AsyncClient
    from coder_sdk._refs import UserRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import APIKeyWithOwner, Template, Workspace
    from coder_sdk.workflows.outcome import Skip

_RACES: Final = 20
_LEAVE_SECONDS: Final = 60.0
_CLOCK: Final = "This machine's clock is ahead of the server's: `python -m coder_sdk doctor` tells."


class AsyncTokenRotation(AsyncResource):
    """Replacing tokens."""

    async def latest(self, name: str, *, user: UserRef = "me") -> APIKeyWithOwner:
        """Get the newest token of a family: of `ci`, `ci-2`, `ci-3` and so on.

        Args:
            name: The first name of the family.
            user: Whose token it is: a model, a UUID, a user name, `me`, or an e-mail address.

        Returns:
            The newest one that has not expired.

        Raises:
            NotFoundError: There is none.

        Example:
            >>> coder.tokens.latest("ci").expires_at  # doctest: +SKIP
        """
        check_token_name(name)
        keys = await self._client.tokens.list(user)
        family = Family(name, keys)
        found = family.newest(_now(self._client))
        if found is None:
            raise NotFoundError(
                f"There is no token `{name}` or `{name}-<n>` that is still valid.",
                status=404,
                hint=_CLOCK if family.members else near(name, {key.token_name for key in keys}),
            )
        return found

    @overload
    async def rotate(
        self,
        name: str,
        *,
        user: UserRef = "me",
        lifetime: Seconds | Omit | None = OMIT,
        scopes: Iterable[str] | Omit = OMIT,
        allow_list: Iterable[str | Workspace | Template] | Omit = OMIT,
        grace: Seconds = 0,
        same_name: bool = False,
        only_if: None = None,
    ) -> CreatedToken: ...

    @overload
    async def rotate(
        self,
        name: str,
        *,
        user: UserRef = "me",
        lifetime: Seconds | Omit | None = OMIT,
        scopes: Iterable[str] | Omit = OMIT,
        allow_list: Iterable[str | Workspace | Template] | Omit = OMIT,
        grace: Seconds = 0,
        same_name: bool = False,
        only_if: Callable[[APIKeyWithOwner], object],
    ) -> CreatedToken | Skip: ...

    async def rotate(
        self,
        name: str,
        *,
        user: UserRef = "me",
        lifetime: Seconds | Omit | None = OMIT,
        scopes: Iterable[str] | Omit = OMIT,
        allow_list: Iterable[str | Workspace | Template] | Omit = OMIT,
        grace: Seconds = 0,
        same_name: bool = False,
        only_if: Callable[[APIKeyWithOwner], object] | None = None,
    ) -> CreatedToken | Skip:
        """Replace a token by a new one, without a moment in which neither works.

        Names of tokens cannot be changed, so the new one is called `ci-2`, the next `ci-3`. It has
        the scopes, the allow list and the lifetime of the newest one of the family. The server has
        to accept it before the older ones are deleted; if that fails, the new one is deleted and
        the newest older one still works. Where an error or Ctrl-C comes so late that the older one
        may be gone, the new one is kept, and the exception has it as its attribute `token`.
        Without any older one it is made under the plain name.

        A client that used one of the deleted tokens goes on with the new one.

        Args:
            name: The first name of the family.
            user: Whose token it is: a model, a UUID, a user name, `me`, or an e-mail address.
            lifetime: How long the new one lives; `None` for as long as the server allows.
            scopes: Its scopes.
            allow_list: The objects that it is limited to.
            grace: Seconds that an older one is left after it got a successor. Nothing waits for
                that: a later `rotate` or `retire` deletes it.
            same_name: Delete the old one first and make the new one under the same name; between
                the two neither works.
            only_if: Called with the newest one as just read; nothing is done unless that returns
                true. It is not asked where there is none.

        Returns:
            The new token with its secret, and which older ones were removed; the `Skip` with its
            reason where `only_if` does not hold.

        Raises:
            UnauthorizedError: The server does not accept the new token.
            RequestValidationError: It would live longer than this server allows.

        Example:
            >>> from datetime import timedelta
            >>> token = coder.tokens.rotate("ci", lifetime=timedelta(days=7))  # doctest: +SKIP
            >>> token.name, token.removed  # doctest: +SKIP
            ('ci-2', ('ci',))
        """
        patience = _patience(grace)
        check_token_name(name)
        check_functions(only_if=only_if)
        scopes = scopes if isinstance(scopes, Omit) else texts("scopes", scopes)
        entries = allow_list if isinstance(allow_list, Omit) else allow_entries(allow_list)
        keys = await self._client.tokens.list(user, include_expired=True)
        family = Family(name, keys)
        newest = family.newest()
        skip = None if newest is None else await refusal(only_if, newest)
        if skip is not None:
            return skip
        wanted = _wanted(newest, lifetime, scopes, entries)
        if same_name:
            return await _in_place(self._client, user, family, evolve(wanted, name=name))
        made = await _next(self._client, user, family, wanted)
        leaving = list(family.members)
        if patience:
            # The newest of them got its successor just now.
            leaving = family.superseded(_now(self._client), patience)
        succession = AsyncSuccession(self._client, user, made, family.members)
        try:
            await prove(self._client, made.secret)
            # A cancellation now would take the old token as well as the new one.
            with shielded(_LEAVE_SECONDS):
                await succession.remove(leaving)
        except BaseException as error:
            await succession.give_up(error)
            raise
        succession.go_on(succession.gone)
        names = tuple(key.token_name for key in succession.gone)
        kept = tuple(key.token_name for key in family.members if key.token_name not in names)
        return evolve(made, removed=names, kept=kept)

    async def retire(
        self,
        name: str,
        *,
        user: UserRef = "me",
        grace: Seconds = 0,
        only_if: Callable[[APIKeyWithOwner], object] | None = None,
    ) -> tuple[str, ...]:
        """Delete the tokens of a family that have had a successor for a while, or have expired.

        Args:
            name: The first name of the family.
            user: Whose token it is: a model, a UUID, a user name, `me`, or an e-mail address.
            grace: Seconds that an older one is left after it got a successor.
            only_if: Called with each of them as just read; it is left alone unless that returns
                true.

        Returns:
            The names of the deleted ones; the newest is never among them.

        Example:
            >>> coder.tokens.retire("ci", grace=3600)  # doctest: +SKIP
        """
        patience = _patience(grace)
        check_token_name(name)
        check_functions(only_if=only_if)
        keys = await self._client.tokens.list(user, include_expired=True)
        family = Family(name, keys)
        gone: list[str] = []
        for key in family.superseded(_now(self._client), patience):
            if await refusal(only_if, key) is None:
                await remove_token(self._client, user, key.id)
                gone.append(key.token_name)
        return tuple(gone)


def _now(client: AsyncClient) -> datetime:
    return instant(clock_of(client).time())


def _patience(grace: Seconds) -> timedelta:
    patience = span("grace", grace)
    if patience < timedelta():
        raise RequestValidationError(
            f"`grace` is {grace}: it cannot be negative.", parameter="grace"
        )
    return patience


def _wanted(
    old: APIKeyWithOwner | None,
    lifetime: Seconds | Omit | None,
    scopes: tuple[str, ...] | Omit,
    allow_list: tuple[str, ...] | Omit,
) -> Wanted:
    """What the new token shall be: as the old one, but for what is given."""
    wanted = Wanted(OMIT, span("lifetime", lifetime))
    if old is not None:
        if isinstance(lifetime, Omit) and old.lifetime_seconds > 0:
            length = timedelta(seconds=old.lifetime_seconds)
            wanted = evolve(wanted, lifetime=length, capped=True)
        kept = tuple(str(scope) for scope in old.scopes)
        # A server from before there were several scopes knows one.
        one = str(old.scope) if not kept and old.scope else OMIT
        wanted = evolve(wanted, scopes=kept or OMIT, scope=one)
        wanted = evolve(wanted, allow_list=tuple(old.allow_list) or OMIT)
    if not isinstance(scopes, Omit):
        wanted = evolve(wanted, scopes=scopes, scope=OMIT)
    if not isinstance(allow_list, Omit):
        wanted = evolve(wanted, allow_list=allow_list)
    return wanted


async def _next(client: AsyncClient, user: UserRef, family: Family, wanted: Wanted) -> CreatedToken:
    """Make the next of a family; somebody else may take its name meanwhile."""
    skip = 0
    while True:
        try:
            return await make_token(client, user, evolve(wanted, name=family.next_name(skip)))
        except ConflictError:  # noqa: PERF203 - a few tries
            skip += 1
            if skip == _RACES:
                raise


async def _in_place(
    client: AsyncClient, user: UserRef, family: Family, wanted: Wanted
) -> CreatedToken:
    """Make a token under the name of an old one, which has to go first."""
    old = [key for key in family.members if key.token_name == family.base]
    others = [key for key in family.members if key.token_name != family.base]
    if any(key.id == in_use(client) for key in old):
        raise RequestValidationError(
            f"The client itself uses the token `{family.base}`: once it is deleted, the client "
            "could not make another one under that name.",
            parameter="same_name",
            hint="Leave `same_name` out, or use a client with another token.",
        )
    for key in old:
        await remove_token(client, user, key.id)
    try:
        made = await make_token(client, user, wanted)
    except CoderError as error:
        if old:
            error.hint = f"The old token `{family.base}` is deleted already: make a new one."
        raise
    succession = AsyncSuccession(client, user, made, family.members, gone=old)
    try:
        with shielded(_LEAVE_SECONDS):
            await prove(client, made.secret)
            await succession.remove(others)
    except BaseException as error:
        hand_over(made, error)
        raise
    succession.go_on(succession.gone)
    return evolve(made, removed=tuple(key.token_name for key in succession.gone))
