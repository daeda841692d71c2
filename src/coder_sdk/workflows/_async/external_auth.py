"""Links with external providers, made on another device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk._errors.status import BadRequestError
from coder_sdk._io._async.primitives import settled
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import external_auth as generated
from coder_sdk.workflows._async._concurrency import pause
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._request import Seconds
    from coder_sdk.models import ExternalAuth, ExternalAuthDevice

# Words of the OAuth2 device flow, RFC 8628 section 3.5.
_PENDING: Final = "authorization_pending"
_SLOWER: Final = "slow_down"
_SLOWER_BY: Final = 5.0
_LEAST: Final = 1.0


class AsyncExternalAuthResource(generated.AsyncExternalAuthResource):
    """Links between a user and an external provider such as GitHub."""

    async def login(
        self,
        provider: str,
        *,
        on_code: Callable[[ExternalAuthDevice], object],
        timeout: Seconds | Omit | None = OMIT,
    ) -> Outcome[ExternalAuth]:
        """Link the caller with a provider by a code that is typed in elsewhere.

        Args:
            provider: ID of the provider.
            on_code: Called with the code, `user_code`, and where it is typed in,
                `verification_uri`: show them to the user.
            timeout: Seconds that the user has; by default as long as the code is valid.

        Returns:
            The link, and `linked`, or `unchanged` if it was there.

        Raises:
            BadRequestError: The user refused, or the code is no longer valid.
            WaitTimeoutError: The code was not typed in in time.

        Example:
            >>> coder.external_auth.login(  # doctest: +SKIP
            ...     "github", on_code=lambda code: print(code.verification_uri, code.user_code)
            ... )

        See:
            https://coder.com/docs/reference/api/git#get-external-auth-device-by-id
        """
        link = await self.get(provider)
        if link.authenticated:
            return Outcome(link, "unchanged")
        device = await self.device_code(provider)
        await settled(on_code(device))
        limit = device.expires_in if isinstance(timeout, Omit) else timeout
        wait = Wait(clock_of(self._client), f"the code of {provider}", timeout=limit)
        wait.last_state = link
        interval = max(float(device.interval), _LEAST)
        while True:
            wait.check()
            await pause(wait.clock, interval if wait.left is None else min(interval, wait.left))
            try:
                await self.exchange_device_code(provider, device_code=device.device_code)
            except BadRequestError as error:
                said = f"{error.detail} {error.message}"
                if _SLOWER in said:
                    interval += _SLOWER_BY
                elif _PENDING not in said:
                    raise
            else:
                return Outcome(await self.get(provider), "linked")
