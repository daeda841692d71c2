# Derived from `src/coder_sdk/workflows/_async/external_auth.py`
# by `python -m codegen colours`; edit that file.
"""Links with external providers, made on another device or in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import BadRequestError
from coder_sdk._io._sync.primitives import settled
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import external_auth as generated
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import check_functions
from coder_sdk.workflows._sync._concurrency import pause
from coder_sdk.workflows._sync._waiting import wait_until
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._request import Seconds
    from coder_sdk.models import ExternalAuth, ExternalAuthDevice
    from coder_sdk.workflows._waits import PollInterval

# Words of the OAuth2 device flow, RFC 8628 section 3.5.
_PENDING: Final = "authorization_pending"
_SLOWER: Final = "slow_down"
_SLOWER_BY: Final = 5.0
_LEAST: Final = 1.0


class ExternalAuthResource(generated.ExternalAuthResource):
    """Links between a user and an external provider such as GitHub."""

    def link(
        self,
        provider: str,
        *,
        on_code: Callable[[ExternalAuthDevice], object] | None = None,
        on_url: Callable[[str], object] | None = None,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> Outcome[ExternalAuth]:
        """Link the caller with a provider, unless that is so.

        Where the provider has codes that are typed in on another device, `on_code` is called with
        one. Else `on_url` is called with the address that the caller has to open in a browser.

        Args:
            provider: ID of the provider.
            on_code: Called with the code, `user_code`, and where it is typed in,
                `verification_uri`: show them to the user.
            on_url: Called with an address of this deployment: show it to the user.
            timeout: Seconds that the user has; by default as long as the code is valid, or half an
                hour.
            poll_interval: Seconds between two looks after `on_url`; a code has its own.

        Returns:
            The link, and `linked`, or `unchanged` if it was there.

        Raises:
            RequestValidationError: Nothing was given that this provider can be linked by.
            BadRequestError: The user refused, or the code is no longer valid.
            WaitTimeoutError: The user did not do it in time.

        Example:
            >>> coder.external_auth.link(  # doctest: +SKIP
            ...     "github", on_code=lambda code: print(code.verification_uri, code.user_code)
            ... )

        See:
            https://coder.com/docs/reference/api/git#get-external-auth-device-by-id
        """
        check_functions(on_code=on_code, on_url=on_url)
        if on_code is None and on_url is None:
            raise RequestValidationError("Pass `on_code` or `on_url`, or both.")
        found = self.get(provider)
        if found.authenticated:
            return Outcome(found, "unchanged")
        if found.device and on_code is not None:
            return self._by_code(provider, found, on_code, timeout)
        if on_url is None:
            raise RequestValidationError(
                f"The provider `{provider}` has no codes: pass `on_url`.", parameter="on_url"
            )
        return self._by_url(provider, found, on_url, timeout, poll_interval)

    def _by_code(
        self,
        provider: str,
        link: ExternalAuth,
        on_code: Callable[[ExternalAuthDevice], object],
        timeout: Seconds | Omit | None,
    ) -> Outcome[ExternalAuth]:
        device = self.device_code(provider)
        settled(on_code(device))
        limit = device.expires_in if isinstance(timeout, Omit) else timeout
        wait = Wait(clock_of(self._client), f"the code of {provider}", timeout=limit)
        wait.last_state = link
        interval = max(float(device.interval), _LEAST)
        while True:
            wait.check()
            pause(wait.clock, interval if wait.left is None else min(interval, wait.left))
            try:
                self.exchange_device_code(provider, device_code=device.device_code)
            except BadRequestError as error:
                said = f"{error.detail} {error.message}"
                if _SLOWER in said:
                    interval += _SLOWER_BY
                elif _PENDING not in said:
                    raise
            else:
                return Outcome(self.get(provider), "linked")

    def _by_url(
        self,
        provider: str,
        link: ExternalAuth,
        on_url: Callable[[str], object],
        timeout: Seconds | Omit | None,
        poll_interval: PollInterval | Omit,
    ) -> Outcome[ExternalAuth]:
        clock, what = clock_of(self._client), f"the link with {provider}"
        wait = Wait(clock, what, timeout=timeout, poll_interval=poll_interval)
        settled(on_url(f"{str(self._client.url).rstrip('/')}/external-auth/{quote(provider)}"))

        def read() -> ExternalAuth:
            return self.get(provider)

        made = wait_until(wait, read, lambda seen: seen.authenticated, link)
        return Outcome(made, "linked")
