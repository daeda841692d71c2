"""Lets a new token take the place of older ones, so that at no time all of them are lost."""

from __future__ import annotations

from logging import getLogger
from typing import TYPE_CHECKING, Final

from attrs import define, field

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import NotFoundError, UnauthorizedError
from coder_sdk._io._async.shield import shielded
from coder_sdk.workflows._async.tokens_making import remove_token
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows.tokens import has_expired, instant

if TYPE_CHECKING:
    from coder_sdk._async_client import AsyncClient
    from coder_sdk._refs import UserRef
    from coder_sdk.models import APIKeyWithOwner
    from coder_sdk.workflows.tokens import CreatedToken

logger: Final = getLogger("coder_sdk.workflows")
_UNDO_SECONDS: Final = 10.0


@define
class AsyncSuccession:
    """A new token and the older ones of its family.

    Attributes:
        client: The client.
        user: Whose they are.
        made: The new one.
        older: All older ones.
        gone: Those of them that were deleted.
    """

    client: AsyncClient
    user: UserRef
    made: CreatedToken
    older: list[APIKeyWithOwner]
    gone: list[APIKeyWithOwner] = field(factory=list["APIKeyWithOwner"])
    _tried: list[APIKeyWithOwner] = field(factory=list["APIKeyWithOwner"])
    _in_use: str = ""

    def __attrs_post_init__(self) -> None:
        self._in_use = in_use(self.client)

    async def remove(self, leaving: list[APIKeyWithOwner]) -> None:
        """Delete older ones, the newest of them last and the one in use at the very end.

        Raises:
            CoderError: One could not be deleted.
        """
        for key in sorted(leaving, key=lambda key: key.id == self._in_use):
            self._tried.append(key)
            try:
                await remove_token(self.client, self.user, key.id)
            except CoderError:
                # The answer may be lost, or be that of a second try with a token that is gone.
                if await self._is_left(key) is not False:
                    raise
            self.gone.append(key)

    async def give_up(self, error: BaseException) -> None:
        """Decide which token survives an error or an interruption: the older or the new one.

        The caller knows no secret of a new token that is not returned, so it is deleted, but only
        where an older one is left. Otherwise the exception has it.
        """
        with shielded(_UNDO_SECONDS):
            if await self._has_older():
                await self._undo(error)
            else:
                self.go_on(self._tried)
                hand_over(self.made, error)

    async def _has_older(self) -> bool:
        """Whether an older one works, for sure, and the client can still act."""
        if not self._tried:
            return True
        now, last = instant(clock_of(self.client).time()), self._tried[-1]
        if last not in self.gone and await self._is_left(last):
            return True
        spared = [key for key in self.older if key not in self._tried and not has_expired(key, now)]
        return bool(spared) and last.id != self._in_use

    async def _is_left(self, key: APIKeyWithOwner) -> bool | None:
        """Whether a token is still there; `None` if there was no answer that would tell."""
        try:
            if key.id == self._in_use:
                await self.client.users.get("me")
            else:
                await self.client.tokens.get(self.user, key.id)
        except UnauthorizedError:
            return False if key.id == self._in_use else None
        except NotFoundError:
            # The token in use was accepted, but its scopes do not let it see its owner.
            return key.id == self._in_use
        except CoderError:
            return None
        return True

    async def _undo(self, error: BaseException) -> None:
        """Delete the new one."""
        try:
            await remove_token(self.client, self.user, self.made.id)
        except CoderError as left:
            if isinstance(error, CoderError):
                error.hint = f"The new token `{self.made.name}` is left over: {left.message}"

    def go_on(self, gone: list[APIKeyWithOwner]) -> None:
        """Let the client act with the new one if its own is gone."""
        credentials = self.client._core.credentials  # noqa: SLF001 - the package's own
        if not credentials.refreshable and any(key.id == self._in_use for key in gone):
            credentials.accept(self.made.secret.get_secret_value())


def in_use(client: AsyncClient) -> str:
    """The part of the client's own token that names it."""
    return str.__str__(client._core.credentials.current or "")[:10]  # noqa: SLF001 - our own


def hand_over(made: CreatedToken, error: BaseException) -> None:
    """Let an exception carry a token that may be the only one left."""
    vars(error)["token"] = made
    text = f"The new token `{made.name}` was kept, and the older one may be deleted"
    logger.warning("%s: the attribute `token` of the exception has it.", text)
    if isinstance(error, CoderError):
        error.hint = f"{text}: `error.token` has it."
